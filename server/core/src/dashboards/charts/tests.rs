use super::*;
use chrono::NaiveDate;
use penny_types::{Locale, artifacts::ValueFormat};

#[test]
fn figures_are_written_as_people_write_them() {
    use ValueFormat::{Currency, Days, Hours, Number, Percent};
    for (value, format, en, es) in [
        (1_234_567.0, Currency, "€1.23M", "1,23 M €"),
        (-1_234_567.0, Currency, "-€1.23M", "-1,23 M €"),
        (24_600.0, Currency, "€24.6k", "24,6 mil €"),
        (9_876.4, Currency, "€9,876", "9876 €"),
        (0.0, Currency, "€0", "0 €"),
        (0.9777, Percent, "97.8%", "97,8 %"),
        (-0.031, Percent, "-3.1%", "-3,1 %"),
        (1.0, Percent, "100%", "100 %"),
        (46.4, Days, "46 d", "46 d"),
        (51.5, Hours, "52 h", "52 h"),
        (3.0, Number, "3", "3"),
        (12_345.0, Number, "12,345", "12.345"),
        (1_234.0, Number, "1,234", "1234"),
        (-0.001, Number, "0.00", "0,00"),
    ] {
        let write = |locale| Hand { locale, currency: "EUR" }.write(value, format).replace('\u{a0}', " ");
        assert_eq!(write(Locale::En), en, "{value} {format}");
        assert_eq!(write(Locale::Es), es, "{value} {format}");
    }
    let franc = Hand { locale: Locale::En, currency: "CHF" };
    assert_eq!(franc.write(5.0, ValueFormat::Currency), "CHF\u{a0}5");
    assert_eq!(franc.write_or_dash(None, ValueFormat::Currency), "–");
}

#[test]
fn a_year_is_said_where_it_begins() {
    let hand = Hand { locale: Locale::Es, currency: "EUR" };
    let month = |text: &str, with_year| hand.month(text.parse::<NaiveDate>().expect("a day"), with_year);
    assert_eq!(month("2026-01-01", false), "ene 26");
    assert_eq!(month("2026-11-01", false), "nov");
    assert_eq!(month("2025-12-01", true), "dic 25");
}
