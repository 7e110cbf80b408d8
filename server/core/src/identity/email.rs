//! Addresses, as they are compared.

/// Returns the form in which two spellings of an address are one, or nothing when it is no address.
///
/// Lower case throughout, though RFC 5321 lets the part before the @ differ by case: no provider
/// people use does, and two accounts that differ by case are a trap. The domain is in its ASCII
/// form (IDNA), so that a look-alike stays another address.
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

/// Returns what may be kept of an address, or of what was typed as one: its first letter and its domain.
#[must_use]
pub fn masked(typed: &str) -> String {
    match typed.rsplit_once('@') {
        Some((local, domain)) => {
            let first: String = local.chars().take(1).collect();
            let domain: String = domain.chars().filter(|letter| !letter.is_control()).take(128).collect();
            format!("{first}***@{domain}")
        }
        // Whatever was typed here may be a password.
        None => "***".to_owned(),
    }
}

/// Returns a name to show for an address without one.
#[must_use]
pub fn name_from(address: &str) -> String {
    let local = address.split('@').next().unwrap_or_default();
    let words: Vec<String> = local
        .split(['.', '_', '-', '+'])
        .filter(|word| !word.is_empty())
        .map(|word| {
            let mut letters = word.chars();
            letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
        })
        .collect();
    if words.is_empty() { address.to_owned() } else { words.join(" ") }
}
