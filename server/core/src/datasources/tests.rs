use super::{DatasourceError, rules};
use chrono::{DateTime, Utc};

#[test]
fn names_are_validated() {
    for good in ["company", "erp-2", "a"] {
        assert!(rules::validate_slug(good).is_ok(), "{good}");
    }
    for bad in ["", "Company", "2fast", "a_b", "a b", "é", "-a", &"a".repeat(65), "a'; DROP TABLE x"] {
        assert!(matches!(rules::validate_slug(bad), Err(DatasourceError::InvalidName { .. })), "{bad}");
    }
    assert!(rules::validate_table_name("business_units").is_ok());
    assert!(rules::validate_table_name("business-units").is_err());
}

#[test]
fn the_date_depends_on_the_time_zone() {
    for (now, zone, expected) in [
        ("2026-01-01T02:30:00Z", "UTC", "2026-01-01"),
        ("2026-01-01T02:30:00Z", "America/New_York", "2025-12-31"),
        ("2025-12-31T15:30:00Z", "Asia/Tokyo", "2026-01-01"),
        ("2028-02-28T23:30:00Z", "Europe/Madrid", "2028-02-29"),
        ("2026-01-01T02:30:00Z", "Nowhere/Atall", "2026-01-01"),
    ] {
        let now: DateTime<Utc> = now.parse().expect("a valid timestamp");
        assert_eq!(rules::today(now, zone).to_string(), expected, "{now} {zone}");
    }
}

#[test]
fn tables_that_a_query_may_reference_are_recognised() {
    let sql = "SELECT sum(amount) FROM Ledger l JOIN \"budget\" b ON l.day=b.day";
    for (table, expected) in
        [("ledger", true), ("budget", true), ("deals", false), ("edge", false), ("day", true)]
    {
        assert_eq!(rules::may_reference(sql, table), expected, "{table}");
    }
}
