use super::*;
use penny_types::FaultCode;

#[test]
fn every_fault_code_has_a_message_in_every_language() {
    for code in FaultCode::ALL {
        for locale in Locale::ALL {
            let message = fault(*locale, &Fault::new(*code));
            assert_ne!(message, code.message_key(), "{locale} has no message for {code}");
            assert!(message.ends_with('.'), "{locale}: {message}");
        }
    }
}

#[test]
fn every_key_has_a_message_in_every_language() {
    for key in keys::ALL {
        for locale in Locale::ALL {
            assert_ne!(text(*locale, key, &[]), *key, "{locale}");
        }
    }
}

#[test]
fn a_fault_with_an_unknown_key_falls_back_to_its_code() {
    let unknown = Fault::with_message(FaultCode::NotFound, "no-such-key");
    assert_eq!(fault(Locale::En, &unknown), text(Locale::En, keys::FAULT_NOT_FOUND, &[]));
}

#[test]
fn arguments_are_inserted_without_isolation_marks() {
    let message = text(Locale::En, keys::UI_DELETED_NAMED, &[("title", "007")]);
    assert!(message.contains("007"), "{message}");
    assert!(message.chars().all(|character| !('\u{2066}'..='\u{2069}').contains(&character)));
}

#[test]
fn counts_select_plural_forms() {
    assert_ne!(
        text(Locale::Es, keys::UI_RESULTS, &[("count", "1")]),
        text(Locale::Es, keys::UI_RESULTS, &[("count", "2")]).replace('2', "1"),
    );
}

#[test]
fn a_fault_message_can_list_its_field_faults() {
    let fault = Fault::with_message(FaultCode::Invalid, keys::FAULT_TOOL_ARGUMENTS)
        .arg("name", "t")
        .field("a", keys::FIELD_MISSING)
        .field("b", keys::FIELD_UNKNOWN);
    let message = super::fault(Locale::Es, &fault);
    let (first, second) =
        (text(Locale::Es, keys::FIELD_MISSING, &[]), text(Locale::Es, keys::FIELD_UNKNOWN, &[]));
    assert!(message.ends_with(&format!("a: {first} b: {second}")), "{message}");
}
