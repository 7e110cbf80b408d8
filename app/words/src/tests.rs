use super::*;
use penny_types::FaultCode;

#[test]
fn every_fault_code_has_a_sentence_in_every_language() {
    for code in FaultCode::ALL {
        for locale in Locale::ALL {
            let sentence = fault(*locale, &Fault::new(*code));
            assert_ne!(sentence, code.message_key(), "{locale} has no words for {code}");
            assert!(sentence.ends_with('.'), "{locale}: {sentence}");
        }
    }
}

#[test]
fn every_key_has_words_in_every_language() {
    for key in keys::ALL {
        for locale in Locale::ALL {
            assert_ne!(text(*locale, key, &[]), *key, "{locale}");
        }
    }
}

#[test]
fn a_fault_with_an_unknown_key_falls_back_to_its_code() {
    let odd = Fault::keyed(FaultCode::NotFound, "no-such-key");
    assert_eq!(fault(Locale::En, &odd), text(Locale::En, keys::FAULT_NOT_FOUND, &[]));
}

#[test]
fn arguments_are_inserted_without_isolation_marks() {
    let sentence = text(Locale::En, keys::UI_DELETED_NAMED, &[("title", "007")]);
    assert!(sentence.contains("007"), "{sentence}");
    assert!(sentence.chars().all(|character| !('\u{2066}'..='\u{2069}').contains(&character)));
}

#[test]
fn counts_choose_their_plural() {
    assert_ne!(
        text(Locale::Es, keys::UI_RESULTS, &[("count", "1")]),
        text(Locale::Es, keys::UI_RESULTS, &[("count", "2")]).replace('2', "1"),
    );
}

#[test]
fn a_fault_may_say_what_is_wrong_with_each_field() {
    let fault = Fault::keyed(FaultCode::Invalid, keys::FAULT_TOOL_ARGUMENTS)
        .arg("name", "t")
        .field("a", keys::FIELD_MISSING)
        .field("b", keys::FIELD_UNKNOWN);
    let said = super::fault(Locale::Es, &fault);
    let (first, second) =
        (text(Locale::Es, keys::FIELD_MISSING, &[]), text(Locale::Es, keys::FIELD_UNKNOWN, &[]));
    assert!(said.ends_with(&format!("a: {first} b: {second}")), "{said}");
}
