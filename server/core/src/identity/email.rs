//! E-mail addresses: normalisation, masking and display names.

/// Returns the normalised form used to compare addresses, or `None` when the text is not an address.
///
/// Lower case throughout: RFC 5321 allows a case-sensitive local part, but no common provider uses it,
/// and two accounts that differ only by case would be confusing. The domain is converted to ASCII
/// (IDNA), so that a look-alike domain stays a different address.
#[must_use]
pub fn normalise(address: &str) -> Option<String> {
    let address = address.trim();
    let (local, domain) = address.rsplit_once('@')?;
    let is_local = !local.is_empty()
        && local.len() <= 64
        && !local
            .chars()
            .any(|c| c.is_control() || c.is_whitespace() || matches!(c, '@' | '"' | '<' | '>' | ',' | ';'));
    if !is_local || domain.contains(|c: char| c.is_whitespace() || matches!(c, '[' | ']' | ':')) {
        return None;
    }
    let url::Host::Domain(domain) = url::Host::parse(domain).ok()? else {
        return None;
    };
    let normalised = format!("{}@{domain}", local.to_lowercase());
    (normalised.len() <= 254).then_some(normalised)
}

/// Returns the part of a typed address that may be logged: its first letter and its domain.
#[must_use]
pub fn mask(typed: &str) -> String {
    match typed.rsplit_once('@') {
        Some((local, domain)) => {
            let first: String = local.chars().take(1).collect();
            let domain: String = domain.chars().filter(|letter| !letter.is_control()).take(128).collect();
            format!("{first}***@{domain}")
        }
        // Without an @ the text may be a password typed into the wrong field.
        None => "***".to_owned(),
    }
}

/// Derives a display name from the local part of an address.
#[must_use]
pub fn display_name_from(address: &str) -> String {
    let local = address.split('@').next().unwrap_or_default();
    let parts: Vec<String> = local
        .split(['.', '_', '-', '+'])
        .filter(|word| !word.is_empty())
        .map(|word| {
            let mut letters = word.chars();
            letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
        })
        .collect();
    if parts.is_empty() { address.to_owned() } else { parts.join(" ") }
}
