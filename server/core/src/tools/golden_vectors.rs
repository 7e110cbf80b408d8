//! Golden values of the hash stored with a tool call that awaits approval. Changing one requires a migration,
//! because stored hashes of waiting calls would no longer match.

use super::{rules::canonical_json, store::hash_plan};
use data_encoding::HEXLOWER;
use serde_json::json;

#[test]
fn arguments_keep_their_canonical_json() {
    for (value, expected) in [
        (
            json!({ "b": 1.0, "a": [true, null, "é\n"], "10": { "z": -0.5 } }),
            r#"{"10":{"z":-0.5},"a":[true,null,"é\n"],"b":1}"#,
        ),
        (json!({ "slug": "company-health" }), r#"{"slug":"company-health"}"#),
        (json!({ "é": 1, "z": 2, "\"": 3 }), r#"{"\"":3,"z":2,"é":1}"#),
        (
            json!([1e21, 1e-7, -0.0, 9_007_199_254_740_993_u64]),
            "[1000000000000000000000,0.0000001,-0,9007199254740993]",
        ),
        (json!({}), "{}"),
    ] {
        assert_eq!(canonical_json(&value), expected);
    }
}

#[test]
fn a_plan_keeps_its_stored_hash() {
    let arguments = json!({ "b": 1.0, "a": [true, null, "é\n"], "10": { "z": -0.5 } });
    assert_eq!(
        HEXLOWER.encode(&hash_plan(&arguments, "tool {}")),
        "3ff61603ce47e67a577c6cf08186cec497f2808ad61f189822bcabac7a576c0e"
    );
}
