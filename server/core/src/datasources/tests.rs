use super::{Error, rules};
use chrono::{DateTime, Utc};

#[test]
fn names_are_short_lower_case_words() {
    for good in ["company", "erp-2", "a"] {
        assert!(rules::slug(good).is_ok(), "{good}");
    }
    for bad in ["", "Company", "2fast", "a_b", "a b", "é", "-a", &"a".repeat(65), "a'; DROP TABLE x"] {
        assert!(matches!(rules::slug(bad), Err(Error::BadName { .. })), "{bad}");
    }
    assert!(rules::table("business_units").is_ok());
    assert!(rules::table("business-units").is_err());
}

#[test]
fn a_day_begins_at_midnight_of_the_zone() {
    for (now, zone, expected) in [
        ("2026-01-01T02:30:00Z", "UTC", "2026-01-01"),
        ("2026-01-01T02:30:00Z", "America/New_York", "2025-12-31"),
        ("2025-12-31T15:30:00Z", "Asia/Tokyo", "2026-01-01"),
        ("2028-02-28T23:30:00Z", "Europe/Madrid", "2028-02-29"),
        ("2026-01-01T02:30:00Z", "Nowhere/Atall", "2026-01-01"),
    ] {
        let now: DateTime<Utc> = now.parse().expect("a moment");
        assert_eq!(rules::today(now, zone).to_string(), expected, "{now} {zone}");
    }
}

#[test]
fn only_tables_named_in_the_text_are_read() {
    let sql = "SELECT sum(amount) FROM Ledger l JOIN \"budget\" b ON l.day=b.day";
    for (table, expected) in
        [("ledger", true), ("budget", true), ("deals", false), ("edge", false), ("day", true)]
    {
        assert_eq!(rules::mentions(sql, table), expected, "{table}");
    }
}
