//! The form state of a new token.

use crate::api::TokenInput;
use penny_i18n::keys;

/// Scopes and their message keys. The server defines the same scopes.
pub(super) const SCOPES: [(&str, &str); 6] = [
    ("chat", keys::UI_TOKEN_SCOPE_CHAT),
    ("artifacts", keys::UI_TOKEN_SCOPE_ARTIFACTS),
    ("tools", keys::UI_TOKEN_SCOPE_TOOLS),
    ("data", keys::UI_TOKEN_SCOPE_DATA),
    ("profile", keys::UI_TOKEN_SCOPE_PROFILE),
    ("admin", keys::UI_TOKEN_SCOPE_ADMIN),
];

/// Lifetimes offered by the form, in days; the first is the default, `None` means no expiry.
pub(super) const LIFETIME_OPTIONS_DAYS: [Option<u32>; 4] = [Some(30), Some(90), Some(365), None];

/// Returns the message key of a scope.
pub(super) fn scope_key(scope: &str) -> Option<&'static str> {
    SCOPES.iter().find(|(known, _)| *known == scope).map(|(_, key)| *key)
}

/// Scopes and lifetime entered in the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TokenDraft {
    pub scopes: Vec<&'static str>,
    pub days: Option<u32>,
}

impl Default for TokenDraft {
    fn default() -> Self {
        Self { scopes: Vec::new(), days: LIFETIME_OPTIONS_DAYS[0] }
    }
}

impl TokenDraft {
    /// Adds or removes a scope.
    pub fn toggle(&mut self, scope: &'static str) {
        match self.scopes.iter().position(|known| *known == scope) {
            Some(index) => drop(self.scopes.remove(index)),
            None => self.scopes.push(scope),
        }
    }

    /// Sets the lifetime from the value of the select element: days, or empty for no expiry.
    pub fn set_days(&mut self, value: &str) {
        self.days = value.parse().ok();
    }

    /// Returns the request input, or `None` without a name.
    pub fn to_input(&self, name: &str) -> Option<TokenInput> {
        let name = name.trim();
        let scopes = self.scopes.iter().map(|scope| (*scope).to_owned()).collect();
        (!name.is_empty()).then(|| TokenInput { name: name.to_owned(), scopes, days: self.days })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_needs_a_name_and_expires_by_default() {
        let mut draft = TokenDraft::default();
        assert_eq!(draft.to_input("  "), None);
        assert_eq!(
            draft.to_input(" ci ").unwrap(),
            TokenInput { name: "ci".to_owned(), scopes: vec![], days: Some(30) }
        );
        draft.set_days("");
        draft.toggle("chat");
        draft.toggle("data");
        draft.toggle("chat");
        let input = draft.to_input("ci").unwrap();
        assert_eq!((input.scopes, input.days), (vec!["data".to_owned()], None));
    }
}
