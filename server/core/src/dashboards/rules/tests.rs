use super::*;
use chrono::{Datelike, Days, NaiveDate};
use penny_types::dashboards::{Direction, Health, Period};
use proptest::prelude::*;

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a valid date")
}

#[test]
fn a_period_runs_from_its_first_day_to_today() {
    for (today, period, from, before) in [
        ("2026-01-01", Period::Mtd, "2026-01-01", ("2025-01-01", "2025-01-01")),
        ("2026-01-01", Period::Qtd, "2026-01-01", ("2025-01-01", "2025-01-01")),
        ("2026-01-01", Period::Ytd, "2026-01-01", ("2025-01-01", "2025-01-01")),
        ("2026-11-20", Period::Mtd, "2026-11-01", ("2025-11-01", "2025-11-20")),
        ("2026-11-20", Period::Qtd, "2026-10-01", ("2025-10-01", "2025-11-20")),
        ("2026-11-20", Period::Ytd, "2026-01-01", ("2025-01-01", "2025-11-20")),
        ("2026-03-31", Period::Qtd, "2026-01-01", ("2025-01-01", "2025-03-31")),
        ("2026-04-01", Period::Qtd, "2026-04-01", ("2025-04-01", "2025-04-01")),
        ("2026-12-31", Period::Qtd, "2026-10-01", ("2025-10-01", "2025-12-31")),
        ("2028-02-29", Period::Mtd, "2028-02-01", ("2027-02-01", "2027-02-28")),
        ("2029-02-28", Period::Mtd, "2029-02-01", ("2028-02-01", "2028-02-28")),
        ("2028-12-31", Period::Ytd, "2028-01-01", ("2027-01-01", "2027-12-31")),
    ] {
        let range = DateRange::of(period, day(today));
        assert_eq!(range, DateRange { from: day(from), to: day(today) }, "{period} on {today}");
        assert_eq!(
            range.year_before(),
            DateRange { from: day(before.0), to: day(before.1) },
            "{period} on {today}"
        );
    }
}

#[test]
fn a_trend_has_twelve_months_and_ends_today() {
    let ranges = ReportRanges::of(Period::Ytd, day("2028-03-31"));
    assert_eq!(ranges.months.len(), 12);
    assert_eq!(ranges.trend_start(), day("2027-04-01"));
    assert_eq!(ranges.months[10], DateRange { from: day("2028-02-01"), to: day("2028-02-29") });
    assert_eq!(ranges.months[11], DateRange { from: day("2028-03-01"), to: day("2028-03-31") });
}

#[test]
fn health_is_good_at_the_target_and_watch_within_a_tenth() {
    use Direction::{Down, Up};
    for (value, target, direction, expected) in [
        (Some(100.0), Some(100.0), Up, Health::Good),
        (Some(101.0), Some(100.0), Up, Health::Good),
        (Some(99.9), Some(100.0), Up, Health::Watch),
        (Some(90.0), Some(100.0), Up, Health::Watch),
        (Some(89.9), Some(100.0), Up, Health::Bad),
        (Some(100.0), Some(100.0), Down, Health::Good),
        (Some(110.0), Some(100.0), Down, Health::Watch),
        (Some(110.1), Some(100.0), Down, Health::Bad),
        (Some(0.0), Some(0.0), Down, Health::Good),
        (Some(1.0), Some(0.0), Down, Health::Bad),
        (Some(-95.0), Some(-100.0), Up, Health::Good),
        (Some(-105.0), Some(-100.0), Up, Health::Watch),
        (None, Some(1.0), Up, Health::Unknown),
        (Some(1.0), None, Down, Health::Unknown),
        (Some(f64::NAN), Some(1.0), Up, Health::Unknown),
        (Some(1.0), Some(f64::INFINITY), Up, Health::Unknown),
    ] {
        assert_eq!(health(value, target, direction), expected, "{value:?} of {target:?} {direction}");
    }
}

#[test]
fn a_yearly_target_is_prorated_by_days() {
    let year = Target::PerYear(366_000.0);
    assert_eq!(year.for_range(DateRange { from: day("2028-01-01"), to: day("2028-12-31") }), 366_000.0);
    assert_eq!(year.for_range(DateRange { from: day("2028-02-01"), to: day("2028-02-29") }), 29_000.0);
    assert_eq!(
        Target::Value(0.4).for_range(DateRange { from: day("2026-01-01"), to: day("2026-01-02") }),
        0.4
    );
}

proptest! {
    #[test]
    fn ranges_stay_within_their_year_and_end_today(offset in 0_u64..40_000, index in 0_usize..3) {
        let today = day("1990-01-01") + Days::new(offset);
        let range = DateRange::of(Period::ALL[index], today);
        prop_assert!(range.from <= range.to && range.to == today && range.from.day() == 1);
        prop_assert_eq!(range.from.year(), today.year());
        let before = range.year_before();
        prop_assert!(before.from <= before.to && before.to < today);
        prop_assert!((before.days() - range.days()).abs() <= 1);
    }

    #[test]
    fn months_of_a_trend_are_adjacent(offset in 0_u64..40_000) {
        let today = day("1990-01-01") + Days::new(offset);
        let months = ReportRanges::of(Period::Mtd, today).months;
        prop_assert_eq!(months.len(), 12);
        for pair in months.windows(2) {
            prop_assert_eq!(pair[0].to.succ_opt(), Some(pair[1].from));
        }
    }

    #[test]
    fn a_better_value_never_has_worse_health(target in -1e6_f64..1e6, value in -1e6_f64..1e6, gain in 0_f64..1e6) {
        let rank = |health| match health { Health::Good => 2, Health::Watch => 1, _ => 0 };
        let up = |value| rank(health(Some(value), Some(target), Direction::Up));
        let down = |value| rank(health(Some(value), Some(target), Direction::Down));
        prop_assert!(up(value + gain) >= up(value));
        prop_assert!(down(value - gain) >= down(value));
    }
}
