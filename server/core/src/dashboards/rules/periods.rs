use chrono::{Datelike, Months, NaiveDate};
use penny_types::dashboards::Period;

/// A stretch of days, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub from: NaiveDate,
    pub to: NaiveDate,
}

/// Months of a trend, the running one included.
const TREND_MONTHS: u32 = 12;

impl Span {
    /// Returns the stretch from the period's first day up to today.
    pub(crate) fn of(period: Period, today: NaiveDate) -> Self {
        let first_month = match period {
            Period::Mtd => today.month(),
            Period::Qtd => (today.month0() / 3) * 3 + 1,
            Period::Ytd => 1,
        };
        let from = NaiveDate::from_ymd_opt(today.year(), first_month, 1).unwrap_or(today);
        Self { from, to: today }
    }

    /// Returns the same stretch a year before. 29 February becomes 28 February.
    pub(crate) fn year_before(self) -> Self {
        let back = |day: NaiveDate| day.checked_sub_months(Months::new(12)).unwrap_or(day);
        Self { from: back(self.from), to: back(self.to) }
    }

    /// Returns how many days it has.
    pub(crate) fn days(self) -> i64 {
        (self.to - self.from).num_days() + 1
    }
}

/// Every stretch a key figure is computed for at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Spans {
    pub now: Span,
    pub before: Span,
    /// The last twelve months, oldest first; the last one ends today.
    pub months: Vec<Span>,
}

impl Spans {
    pub(crate) fn of(period: Period, today: NaiveDate) -> Self {
        let now = Span::of(period, today);
        let this_month = Span::of(Period::Mtd, today);
        let months = (0..TREND_MONTHS).rev().filter_map(|back| month_back(this_month, back)).collect();
        Self { now, before: now.year_before(), months }
    }

    /// Returns the first day of the trend.
    pub(crate) fn window_from(&self) -> NaiveDate {
        self.months.first().map_or(self.now.from, |month| month.from)
    }
}

fn month_back(this_month: Span, back: u32) -> Option<Span> {
    if back == 0 {
        return Some(this_month);
    }
    let from = this_month.from.checked_sub_months(Months::new(back))?;
    Some(Span { from, to: from.checked_add_months(Months::new(1))?.pred_opt()? })
}
