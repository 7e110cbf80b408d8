use super::rules::*;
use penny_types::tools::Effect;
use serde_json::json;
use std::time::Duration;
use tokio::time::Instant;

#[test]
fn tool_names_are_validated() {
    for (name, expected) in [
        ("get_company_kpis", true),
        ("a-B_9", true),
        ("", false),
        ("a b", false),
        ("naïve", false),
        ("a.b", false),
        (&"x".repeat(64), true),
        (&"x".repeat(65), false),
    ] {
        assert_eq!(is_valid_name(name), expected, "{name:?}");
    }
}

#[test]
fn only_irreversible_effects_always_need_approval() {
    let needing: Vec<_> = Effect::ALL.iter().copied().filter(|&effect| needs_approval(effect)).collect();
    assert_eq!(needing, [Effect::Irreversible]);
}

#[test]
fn empty_arguments_are_an_empty_object_and_malformed_ones_are_rejected() {
    assert_eq!(parse("  "), Ok(json!({})));
    assert_eq!(parse("{\"a\":1}"), Ok(json!({ "a": 1 })));
    assert!(parse("{").is_err());
    assert!(parse(&"[".repeat(100_000)).is_err(), "deep nesting must not overflow the stack");
    assert!(parse(&" ".repeat(ARGUMENTS_MAX + 1)).is_err());
}

#[test]
fn a_long_result_is_truncated_at_a_character_boundary() {
    let long = "é".repeat(PREVIEW_CHARS + 1);
    assert_eq!(preview(&long).chars().count(), PREVIEW_CHARS + 1);
    assert_eq!(preview("short"), "short");
}

#[test]
fn rows_of_tables_and_charts_are_counted() {
    for (value, expected) in [
        (json!({ "columns": [], "rows": [[1], [2]] }), 2),
        (json!({ "option": {}, "table": { "columns": [], "rows": [[1]] } }), 1),
        (json!({ "rows": "many" }), 0),
        (json!([[1], [2]]), 0),
        (json!("rows"), 0),
    ] {
        assert_eq!(count_rows(&value), expected, "{value}");
    }
}

#[test]
fn calls_are_limited_per_minute() {
    let start = Instant::now();
    let mut window = RateWindow::new(start);
    assert_eq!(window.count(2, start), None);
    assert_eq!(window.count(2, start), None);
    assert_eq!(window.count(2, start + Duration::from_secs(20)), Some(40));
    assert!(window.is_expired(start + Duration::from_secs(60)));
}

#[test]
fn canonical_json_does_not_depend_on_key_order_or_number_format() {
    let shown: serde_json::Value =
        serde_json::from_str(r#"{"slug":"a","filters":{"b":1e3,"a":[1,{"y":0.5,"x":-2.0}]}}"#).unwrap();
    let stored: serde_json::Value =
        serde_json::from_str(r#"{"filters":{"a":[1,{"x":-2,"y":0.5}],"b":1000},"slug":"a"}"#).unwrap();
    assert_eq!(super::rules::canonical_json(&shown), super::rules::canonical_json(&stored));
    assert_ne!(
        super::rules::canonical_json(&shown),
        super::rules::canonical_json(&serde_json::json!({ "slug": "a" }))
    );
}

#[test]
fn wrapped_arguments_are_unwrapped_unless_the_tool_has_an_arguments_property() {
    let (plain, own) = (json!({ "properties": { "a": {} } }), json!({ "properties": { "arguments": {} } }));
    let inner = json!({ "a": 1 });
    for (schema, body, expected) in [
        (&plain, json!({ "arguments": inner }), inner.clone()),
        (&json!({}), json!({ "arguments": inner }), inner.clone()),
        (&own, json!({ "arguments": inner }), json!({ "arguments": inner })),
        (&plain, json!({ "arguments": inner, "b": 1 }), json!({ "arguments": inner, "b": 1 })),
        (&plain, json!({ "arguments": [1] }), json!({ "arguments": [1] })),
        (&plain, inner.clone(), inner.clone()),
        (&plain, json!([]), json!([])),
    ] {
        assert_eq!(unwrap_arguments(schema, body), expected);
    }
}
