//! What time it is: the server's "now" at first, this device's afterwards.

use crate::facts::RequestFacts;
use chrono::{DateTime, Datelike, Duration, NaiveDate, NaiveDateTime, Timelike, Utc};
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};
use penny_types::Locale;
use penny_words::{figures, keys};

/// The current time, to the minute, in the viewer's time zone.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    now: RwSignal<DateTime<Utc>>,
    utc_offset_minutes: i32,
}

/// How long ago a day is, as lists group it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DayGroup {
    /// Today, or later.
    Today,
    /// The day before.
    Yesterday,
    /// The seven days before today.
    Week,
    /// The thirty days before today.
    Month,
    /// Before that.
    Older,
}

impl DayGroup {
    /// Returns the group a day belongs to.
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

    /// Returns the key of the group's heading.
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

/// Returns the page's clock.
#[must_use]
pub fn use_clock() -> Clock {
    use_context::<Clock>().unwrap_or_else(|| Clock::new(&RequestFacts::default()))
}

impl Clock {
    pub(super) fn new(facts: &RequestFacts) -> Self {
        Self { now: RwSignal::new(facts.now), utc_offset_minutes: facts.utc_offset_minutes }
    }

    /// Lets the clock go, once the page is alive.
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

    /// Returns the current moment, to the minute.
    #[must_use]
    pub fn now(self) -> DateTime<Utc> {
        self.now.get()
    }

    /// Returns the current day in the viewer's time zone.
    #[must_use]
    pub fn today(self) -> NaiveDate {
        self.local(self.now.get()).date()
    }

    /// Returns a moment as the viewer's wall clock shows it.
    #[must_use]
    pub fn local(self, moment: DateTime<Utc>) -> NaiveDateTime {
        moment.naive_utc() + Duration::minutes(i64::from(self.utc_offset_minutes))
    }

    /// Writes a moment in few words: the time for today, else the day, with the year when it is another.
    #[must_use]
    pub fn brief(self, locale: Locale, moment: DateTime<Utc>) -> String {
        let (at, today) = (self.local(moment), self.today());
        if at.date() == today {
            return format!("{:02}:{:02}", at.hour(), at.minute());
        }
        let day = figures::day_and_month(locale, at.date());
        if at.year() == today.year() { day } else { format!("{day} {}", at.year()) }
    }

    /// Writes a moment in full: day, month, year and time.
    #[must_use]
    pub fn full(self, locale: Locale, moment: DateTime<Utc>) -> String {
        let at = self.local(moment);
        format!(
            "{} {}, {:02}:{:02}",
            figures::day_and_month(locale, at.date()),
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
    fn days_fall_into_the_group_people_expect() {
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
    fn a_moment_is_written_in_the_viewers_time_zone() {
        let owner = Owner::new();
        owner.set();
        let facts = RequestFacts {
            now: "2026-11-20T23:30:00Z".parse().unwrap(),
            utc_offset_minutes: 60,
            ..RequestFacts::default()
        };
        let clock = Clock::new(&facts);
        assert_eq!(clock.brief(Locale::En, facts.now), "00:30");
        assert_eq!(clock.brief(Locale::Es, "2026-09-20T10:00:00Z".parse().unwrap()), "20\u{a0}sept");
        assert_eq!(clock.brief(Locale::En, "2025-11-20T10:00:00Z".parse().unwrap()), "20\u{a0}Nov 2025");
    }
}
