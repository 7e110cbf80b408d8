//! Check digit algorithms of payment cards and bank accounts.

/// Returns whether the digits pass the Luhn check (ISO/IEC 7812-1).
pub(crate) fn is_luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(position, digit)| {
            let digit = u32::from(*digit);
            match (position % 2, digit * 2) {
                (0, _) => digit,
                (_, doubled) if doubled > 9 => doubled - 9,
                (_, doubled) => doubled,
            }
        })
        .sum();
    sum.is_multiple_of(10)
}

/// Returns whether the digits are a payment card number: the prefix and length of a known issuer and
/// a valid check digit.
pub(crate) fn is_card(digits: &[u8]) -> bool {
    let prefix = digits.iter().take(4).fold(0_u32, |prefix, digit| prefix * 10 + u32::from(*digit));
    let is_issued = match (digits.len(), prefix) {
        // Visa.
        (13 | 16 | 19, 4000..=4999) => true,
        // Mastercard, and Mir within its range.
        (16, 5100..=5599 | 2200..=2720) => true,
        // American Express.
        (15, 3400..=3499 | 3700..=3799) => true,
        // Diners Club.
        (14..=19, 3000..=3059 | 3600..=3699 | 3800..=3999) => true,
        // Discover, UnionPay, JCB, Maestro.
        (16..=19, 6011 | 6440..=6599 | 6200..=6299 | 3528..=3589) => true,
        (12..=19, 5018 | 5020 | 5038 | 5893 | 6304 | 6759 | 6761..=6763) => true,
        _ => false,
    };
    is_issued && is_luhn(digits)
}

/// IBAN length by country code (ISO 13616 registry).
const IBAN_LENGTHS: &[(&str, usize)] = &[
    ("AD", 24),
    ("AE", 23),
    ("AL", 28),
    ("AT", 20),
    ("AZ", 28),
    ("BA", 20),
    ("BE", 16),
    ("BG", 22),
    ("BH", 22),
    ("BR", 29),
    ("BY", 28),
    ("CH", 21),
    ("CR", 22),
    ("CY", 28),
    ("CZ", 24),
    ("DE", 22),
    ("DK", 18),
    ("DO", 28),
    ("EE", 20),
    ("EG", 29),
    ("ES", 24),
    ("FI", 18),
    ("FO", 18),
    ("FR", 27),
    ("GB", 22),
    ("GE", 22),
    ("GI", 23),
    ("GL", 18),
    ("GR", 27),
    ("GT", 28),
    ("HR", 21),
    ("HU", 28),
    ("IE", 22),
    ("IL", 23),
    ("IQ", 23),
    ("IS", 26),
    ("IT", 27),
    ("JO", 30),
    ("KW", 30),
    ("KZ", 20),
    ("LB", 28),
    ("LC", 32),
    ("LI", 21),
    ("LT", 20),
    ("LU", 20),
    ("LV", 21),
    ("LY", 25),
    ("MC", 27),
    ("MD", 24),
    ("ME", 22),
    ("MK", 19),
    ("MR", 27),
    ("MT", 31),
    ("MU", 30),
    ("NL", 18),
    ("NO", 15),
    ("PK", 24),
    ("PL", 28),
    ("PS", 29),
    ("PT", 25),
    ("QA", 29),
    ("RO", 24),
    ("RS", 22),
    ("SA", 24),
    ("SC", 31),
    ("SE", 24),
    ("SI", 19),
    ("SK", 24),
    ("SM", 27),
    ("ST", 25),
    ("SV", 28),
    ("TL", 23),
    ("TN", 24),
    ("TR", 26),
    ("UA", 29),
    ("VA", 22),
    ("VG", 24),
    ("XK", 20),
];

/// Returns the length of a country's IBANs; ignores the case of the country code.
pub(crate) fn iban_length(country: &str) -> Option<usize> {
    let known = IBAN_LENGTHS.iter().find(|(known, _)| known.eq_ignore_ascii_case(country));
    known.map(|(_, length)| *length)
}

/// Returns whether letters and digits, without spaces, pass the IBAN check (ISO 7064, MOD 97-10).
pub(crate) fn is_iban(compact: &str) -> bool {
    let (Some(head), Some(body)) = (compact.get(..4), compact.get(4..)) else { return false };
    if iban_length(head.get(..2).unwrap_or_default()) != Some(compact.len()) {
        return false;
    }
    let remainder = body.chars().chain(head.chars()).try_fold(0_u32, |remainder, letter| {
        let value = letter.to_digit(36)?;
        Some(if value < 10 { (remainder * 10 + value) % 97 } else { (remainder * 100 + value) % 97 })
    });
    remainder == Some(1)
}
