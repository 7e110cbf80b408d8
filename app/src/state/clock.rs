//! The current time: the server's during rendering and hydration, the device's afterwards.

use crate::page_context::PageContext;
use chrono::{DateTime, Datelike, Duration, NaiveDate, NaiveDateTime, Timelike, Utc};
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};
use penny_i18n::{formats, keys};
use penny_types::Locale;

/// The current time in the viewer's time zone, updated every minute.
#[derive(Debug, Clone, Copy)]
pub struct PageClock {
    now: RwSignal<DateTime<Utc>>,
    utc_offset_minutes: i32,
}

/// Age of a day, for grouping lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DayGroup {
    /// Today or in the future.
    Today,
    Yesterday,
    /// 2 to 7 days ago.
    Week,
    /// 8 to 30 days ago.
    Month,
    Older,
}

impl DayGroup {
    /// Returns the group of a day.
    #[must_use]
    pub fn of(day: NaiveDate, today: NaiveDate) -> Self {
        match (today - day).num_days() {
            ..=0 => Self::Today,
            1 => Self::Yesterday,
            2..=7 => Self::Week,
            8..=30 => Self::Month,
            _ => Self::Older,
        }
    }

    /// Returns the message key of the group's heading.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Today => keys::UI_GROUP_TODAY,
            Self::Yesterday => keys::UI_GROUP_YESTERDAY,
            Self::Week => keys::UI_GROUP_WEEK,
            Self::Month => keys::UI_GROUP_MONTH,
            Self::Older => keys::UI_GROUP_OLDER,
        }
    }
}

/// Returns the clock of the page.
#[must_use]
pub fn use_clock() -> PageClock {
    use_context::<PageClock>().unwrap_or_else(|| PageClock::new(&PageContext::default()))
}

impl PageClock {
    pub(super) fn new(context: &PageContext) -> Self {
        Self { now: RwSignal::new(context.now), utc_offset_minutes: context.utc_offset_minutes }
    }

    /// Starts updating the time once the page is hydrated.
    pub(crate) fn start(self) {
        Effect::new(move |_| {
            spawn_local(async move {
                loop {
                    let now = js_sys::Date::now();
                    // Milliseconds since 1970 fit an i64 for the next 290 million years.
                    if let Some(now) = DateTime::from_timestamp_millis(now as i64)
                        && self.now.try_set(now).is_some()
                    {
                        return;
                    }
                    TimeoutFuture::new(60_000).await;
                }
            });
        });
    }

    /// Returns the current time.
    #[must_use]
    pub fn now(self) -> DateTime<Utc> {
        self.now.get()
    }

    /// Returns the current day in the viewer's time zone.
    #[must_use]
    pub fn today(self) -> NaiveDate {
        self.local(self.now.get()).date()
    }

    /// Converts a time to the viewer's time zone.
    #[must_use]
    pub fn local(self, moment: DateTime<Utc>) -> NaiveDateTime {
        moment.naive_utc() + Duration::minutes(i64::from(self.utc_offset_minutes))
    }

    /// Formats the time for today, else the date, with the year unless it is the current one.
    #[must_use]
    pub fn format_short(self, locale: Locale, moment: DateTime<Utc>) -> String {
        let (at, today) = (self.local(moment), self.today());
        if at.date() == today {
            return format!("{:02}:{:02}", at.hour(), at.minute());
        }
        let day = formats::day_and_month(locale, at.date());
        if at.year() == today.year() { day } else { format!("{day} {}", at.year()) }
    }

    /// Formats date and time.
    #[must_use]
    pub fn format_full(self, locale: Locale, moment: DateTime<Utc>) -> String {
        let at = self.local(moment);
        format!(
            "{} {}, {:02}:{:02}",
            formats::day_and_month(locale, at.date()),
            at.year(),
            at.hour(),
            at.minute()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn days_are_grouped_by_their_age() {
        let today = day("2026-03-01");
        for (then, group) in [
            ("2026-03-02", DayGroup::Today),
            ("2026-03-01", DayGroup::Today),
            ("2026-02-28", DayGroup::Yesterday),
            ("2026-02-22", DayGroup::Week),
            ("2026-02-21", DayGroup::Month),
            ("2026-01-30", DayGroup::Month),
            ("2026-01-29", DayGroup::Older),
        ] {
            assert_eq!(DayGroup::of(day(then), today), group, "{then}");
        }
    }

    #[test]
    fn a_time_is_formatted_in_the_viewers_time_zone() {
        let owner = Owner::new();
        owner.set();
        let context = PageContext {
            now: "2026-11-20T23:30:00Z".parse().unwrap(),
            utc_offset_minutes: 60,
            ..PageContext::default()
        };
        let clock = PageClock::new(&context);
        assert_eq!(clock.format_short(Locale::En, context.now), "00:30");
        assert_eq!(clock.format_short(Locale::Es, "2026-09-20T10:00:00Z".parse().unwrap()), "20\u{a0}sept");
        assert_eq!(
            clock.format_short(Locale::En, "2025-11-20T10:00:00Z".parse().unwrap()),
            "20\u{a0}Nov 2025"
        );
    }
}
