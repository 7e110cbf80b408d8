use chrono::{Datelike, Months, NaiveDate};
use penny_types::dashboards::Period;

/// A range of days, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct DateRange {
    pub from: NaiveDate,
    pub to: NaiveDate,
}

/// Months of a trend, including the current one.
const TREND_MONTHS: u32 = 12;

impl DateRange {
    /// Returns the range from the period's first day to today.
    pub(crate) fn of(period: Period, today: NaiveDate) -> Self {
        let first_month = match period {
            Period::Mtd => today.month(),
            Period::Qtd => (today.month0() / 3) * 3 + 1,
            Period::Ytd => 1,
        };
        let from = NaiveDate::from_ymd_opt(today.year(), first_month, 1).unwrap_or(today);
        Self { from, to: today }
    }

    /// Returns the same range a year before. 29 February becomes 28 February.
    pub(crate) fn year_before(self) -> Self {
        let back = |day: NaiveDate| day.checked_sub_months(Months::new(12)).unwrap_or(day);
        Self { from: back(self.from), to: back(self.to) }
    }

    pub(crate) fn days(self) -> i64 {
        (self.to - self.from).num_days() + 1
    }
}

/// All date ranges a KPI is computed for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ReportRanges {
    pub current: DateRange,
    pub previous: DateRange,
    /// The last twelve months, oldest first; the current month ends today.
    pub months: Vec<DateRange>,
}

impl ReportRanges {
    pub(crate) fn of(period: Period, today: NaiveDate) -> Self {
        let current = DateRange::of(period, today);
        let this_month = DateRange::of(Period::Mtd, today);
        let months = (0..TREND_MONTHS).rev().filter_map(|back| month_back(this_month, back)).collect();
        Self { current, previous: current.year_before(), months }
    }

    /// Returns the first day of the trend.
    pub(crate) fn trend_start(&self) -> NaiveDate {
        self.months.first().map_or(self.current.from, |month| month.from)
    }
}

fn month_back(this_month: DateRange, back: u32) -> Option<DateRange> {
    if back == 0 {
        return Some(this_month);
    }
    let from = this_month.from.checked_sub_months(Months::new(back))?;
    Some(DateRange { from, to: from.checked_add_months(Months::new(1))?.pred_opt()? })
}
