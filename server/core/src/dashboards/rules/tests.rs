use super::*;
use chrono::{Datelike, Days, NaiveDate};
use penny_types::dashboards::{Direction, Health, Period};
use proptest::prelude::*;

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day")
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
        let span = Span::of(period, day(today));
        assert_eq!(span, Span { from: day(from), to: day(today) }, "{period} on {today}");
        assert_eq!(
            span.year_before(),
            Span { from: day(before.0), to: day(before.1) },
            "{period} on {today}"
        );
    }
}

#[test]
fn a_trend_is_twelve_months_of_which_the_last_ends_today() {
    let spans = Spans::of(Period::Ytd, day("2028-03-31"));
    assert_eq!(spans.months.len(), 12);
    assert_eq!(spans.window_from(), day("2027-04-01"));
    assert_eq!(spans.months[10], Span { from: day("2028-02-01"), to: day("2028-02-29") });
    assert_eq!(spans.months[11], Span { from: day("2028-03-01"), to: day("2028-03-31") });
}

#[test]
fn health_is_good_at_the_target_and_watched_within_a_tenth() {
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
fn an_amount_a_year_is_due_by_the_day() {
    let year = Target::PerYear(366_000.0);
    assert_eq!(year.of(Span { from: day("2028-01-01"), to: day("2028-12-31") }), 366_000.0);
    assert_eq!(year.of(Span { from: day("2028-02-01"), to: day("2028-02-29") }), 29_000.0);
    assert_eq!(Target::Value(0.4).of(Span { from: day("2026-01-01"), to: day("2026-01-02") }), 0.4);
}

proptest! {
    #[test]
    fn spans_never_leave_their_year_nor_reach_past_today(offset in 0_u64..40_000, which in 0_usize..3) {
        let today = day("1990-01-01") + Days::new(offset);
        let span = Span::of(Period::ALL[which], today);
        prop_assert!(span.from <= span.to && span.to == today && span.from.day() == 1);
        prop_assert_eq!(span.from.year(), today.year());
        let before = span.year_before();
        prop_assert!(before.from <= before.to && before.to < today);
        prop_assert!((before.days() - span.days()).abs() <= 1);
    }

    #[test]
    fn months_of_a_trend_touch_and_do_not_overlap(offset in 0_u64..40_000) {
        let today = day("1990-01-01") + Days::new(offset);
        let months = Spans::of(Period::Mtd, today).months;
        prop_assert_eq!(months.len(), 12);
        for pair in months.windows(2) {
            prop_assert_eq!(pair[0].to.succ_opt(), Some(pair[1].from));
        }
    }

    #[test]
    fn a_better_figure_never_stands_worse(target in -1e6_f64..1e6, value in -1e6_f64..1e6, gain in 0_f64..1e6) {
        let rank = |health| match health { Health::Good => 2, Health::Watch => 1, _ => 0 };
        let up = |value| rank(health(Some(value), Some(target), Direction::Up));
        let down = |value| rank(health(Some(value), Some(target), Direction::Down));
        prop_assert!(up(value + gain) >= up(value));
        prop_assert!(down(value - gain) >= down(value));
    }
}
