use super::rules::*;
use penny_types::tools::Effect;
use serde_json::json;
use std::time::Duration;
use tokio::time::Instant;

#[test]
fn names_are_those_every_provider_accepts() {
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
        assert_eq!(is_name(name), expected, "{name:?}");
    }
}

#[test]
fn only_what_cannot_be_taken_back_always_needs_approval() {
    let needing: Vec<_> = Effect::ALL.iter().copied().filter(|&effect| needs_approval(effect)).collect();
    assert_eq!(needing, [Effect::Irreversible]);
}

#[test]
fn missing_arguments_are_no_arguments_and_broken_ones_are_named() {
    assert_eq!(parse("  "), Ok(json!({})));
    assert_eq!(parse("{\"a\":1}"), Ok(json!({ "a": 1 })));
    assert!(parse("{").is_err());
    assert!(parse(&"[".repeat(100_000)).is_err(), "deep nesting must not overflow the stack");
    assert!(parse(&" ".repeat(ARGUMENTS_MAX + 1)).is_err());
}

#[test]
fn a_long_answer_is_cut_between_characters() {
    let long = "é".repeat(SHOWN + 1);
    assert_eq!(shown(&long).chars().count(), SHOWN + 1);
    assert_eq!(shown("short"), "short");
}

#[test]
fn rows_are_those_of_a_table_and_of_a_charts_table() {
    for (value, expected) in [
        (json!({ "columns": [], "rows": [[1], [2]] }), 2),
        (json!({ "option": {}, "table": { "columns": [], "rows": [[1]] } }), 1),
        (json!({ "rows": "many" }), 0),
        (json!([[1], [2]]), 0),
        (json!("rows"), 0),
    ] {
        assert_eq!(rows(&value), expected, "{value}");
    }
}

#[test]
fn calls_are_counted_by_the_minute() {
    let start = Instant::now();
    let mut window = Window::starting(start);
    assert_eq!(window.count(2, start), None);
    assert_eq!(window.count(2, start), None);
    assert_eq!(window.count(2, start + Duration::from_secs(20)), Some(40));
    assert!(window.is_over(start + Duration::from_secs(60)));
}

#[test]
fn what_was_shown_is_recognised_after_a_database_turned_its_keys_round() {
    let shown: serde_json::Value =
        serde_json::from_str(r#"{"slug":"a","filters":{"b":1e3,"a":[1,{"y":0.5,"x":-2.0}]}}"#).unwrap();
    let kept: serde_json::Value =
        serde_json::from_str(r#"{"filters":{"a":[1,{"x":-2,"y":0.5}],"b":1000},"slug":"a"}"#).unwrap();
    assert_eq!(super::rules::canonical(&shown), super::rules::canonical(&kept));
    assert_ne!(super::rules::canonical(&shown), super::rules::canonical(&serde_json::json!({ "slug": "a" })));
}

#[test]
fn arguments_may_be_wrapped_where_the_tool_has_none_of_that_name() {
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
        assert_eq!(unwrapped(schema, body), expected);
    }
}
