use super::*;
use proptest::prelude::*;

fn masked(text: &str) -> String {
    mask(text).0
}

#[test]
fn email_addresses_are_masked() {
    for (text, expected) in [
        ("Write to ana.lopez+x@example.co.uk.", "Write to [email]."),
        ("<bob@example.com>, alice@sub.example.org", "<[email]>, [email]"),
        ("josé@exámple.es", "[email]"),
        ("mailto:o'hara@example.com?subject=x", "mailto:[email]?subject=x"),
    ] {
        assert_eq!(masked(text), expected);
    }
}

#[test]
fn card_numbers_with_a_valid_check_digit_are_masked() {
    for number in [
        "4111111111111111",
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "5555 5555 5555 4444",
        "3782 822463 10005",
        "6011 1111 1111 1117",
        "3056 930902 5904",
        "2223003122003222",
    ] {
        assert_eq!(masked(&format!("card {number}, please")), "card [payment_card], please", "{number}");
    }
    assert_eq!(masked("12 4111 1111 1111 1111 and 5555555555554444"), "12 [payment_card] and [payment_card]");
}

#[test]
fn ibans_with_valid_check_digits_are_masked() {
    for number in [
        "ES9121000418450200051332",
        "ES91 2100 0418 4502 0005 1332",
        "es91 2100 0418 4502 0005 1332",
        "DE89370400440532013000",
        "GB29 NWBK 6016 1331 9268 19",
        "NO9386011117947",
        "MT84MALT011000012345MTLCAST001S",
    ] {
        assert_eq!(masked(&format!("pay to {number}.")), "pay to [iban].", "{number}");
    }
}

#[test]
fn secrets_are_masked_and_their_names_are_kept() {
    for (text, expected) in [
        ("Authorization: Bearer abcdef0123456789", "Authorization: Bearer [secret]"),
        ("OPENAI_API_KEY=sk-proj-abcdefghijklmnop", "OPENAI_API_KEY=[secret]"),
        (r#"{"password": "hunter22", "user": "ana"}"#, r#"{"password": "[secret]", "user": "ana"}"#),
        ("client_secret: 'abc123def'", "client_secret: '[secret]'"),
        ("postgres://penny:s3cr3t@db/penny", "postgres://penny:[secret]@db/penny"),
        ("use sk-abcdefghijklmnopqrstuvwx now", "use [secret] now"),
        ("ghp_abcdefghijklmnopqrstuvwxyz0123456789", "[secret]"),
        ("AKIAIOSFODNN7EXAMPLE", "[secret]"),
        ("pny_6d6a3d0f00112233445566778899", "[secret]"),
        ("http://localhost:3000/auth/link/AbCdEfGhIjKlMnOpQrSt", "http://localhost:3000/auth/link/[secret]"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", "[secret]"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\nafter", "[secret]\nafter"),
    ] {
        assert_eq!(masked(text), expected);
    }
}

#[test]
fn ordinary_text_is_unchanged() {
    for text in [
        "",
        "Revenue was 4,111,111 in 2026-11-20 at 10:00.",
        "order 4111111111111112",
        "0000 0000 0000 0000",
        "1111111111111111",
        "ES9121000418450200051333",
        "version 2@3.14 and a@b",
        "Call me at +34 600 123 456",
        "cnv_01j5k3m9q2x7y8z4w6v0t1s2r3",
        "550e8400-e29b-41d4-a716-446655440000",
        "the token was refused; the password is wrong",
        "tokens: 300",
        "input_tokens=1234567",
        "áéí 🎉 \u{202e}abc",
    ] {
        assert_eq!(mask(text), (text.to_owned(), Vec::new()), "{text}");
    }
}

#[test]
fn redactions_are_counted_by_kind() {
    let (text, redactions) = mask("a@example.com, b@example.com, 4111111111111111");
    assert_eq!(text, "[email], [email], [payment_card]");
    let expected = [
        Redaction { kind: SensitiveKind::Email, count: 2 },
        Redaction { kind: SensitiveKind::PaymentCard, count: 1 },
    ];
    assert_eq!(redactions, expected);
}

/// Appends the Luhn check digit.
fn with_check_digit(mut digits: Vec<u8>) -> Vec<u8> {
    digits.push(0);
    let check = (0..10).find(|check| {
        *digits.last_mut().unwrap() = *check;
        checks::is_luhn(&digits)
    });
    *digits.last_mut().unwrap() = check.unwrap();
    digits
}

proptest! {
    #[test]
    fn masking_never_panics_and_is_idempotent(text in "(?s).{0,200}") {
        let once = masked(&text);
        prop_assert_eq!(masked(&once), once);
    }

    #[test]
    fn any_visa_number_is_masked_in_a_sentence(digits in proptest::collection::vec(0_u8..10, 14), gap in "[ -]?") {
        let digits = with_check_digit([vec![4], digits].concat());
        let number: Vec<String> = digits.chunks(4).map(|group| group.iter().map(u8::to_string).collect()).collect();
        let text = format!("my card is {} thanks", number.join(&gap));
        prop_assert_eq!(masked(&text), "my card is [payment_card] thanks");
    }

    #[test]
    fn a_number_with_a_wrong_check_digit_is_not_masked(digits in proptest::collection::vec(0_u8..10, 14), add in 1_u8..10) {
        let mut digits = with_check_digit([vec![4], digits].concat());
        *digits.last_mut().unwrap() = (digits.last().unwrap() + add) % 10;
        let text: String = digits.iter().map(u8::to_string).collect();
        prop_assert_eq!(masked(&text), text);
    }

    #[test]
    fn spans_are_ordered_disjoint_and_within_the_text(text in "[a-z0-9@.:= -]{0,120}") {
        let mut end = 0;
        for span in detect(&text) {
            prop_assert!(span.start >= end && span.end > span.start);
            prop_assert!(text.get(span.start..span.end).is_some());
            end = span.end;
        }
    }
}
