//! What a token may be made of.

use crate::api::TokenWish;
use penny_words::keys;

/// What a token may be used for, and its name; the server knows the same words.
pub(super) const SCOPES: [(&str, &str); 6] = [
    ("chat", keys::UI_TOKEN_SCOPE_CHAT),
    ("artifacts", keys::UI_TOKEN_SCOPE_ARTIFACTS),
    ("tools", keys::UI_TOKEN_SCOPE_TOOLS),
    ("data", keys::UI_TOKEN_SCOPE_DATA),
    ("profile", keys::UI_TOKEN_SCOPE_PROFILE),
    ("admin", keys::UI_TOKEN_SCOPE_ADMIN),
];

/// For how many days a token may work, as the form offers it; the first is what it begins with.
pub(super) const LIFETIMES: [Option<u32>; 4] = [Some(30), Some(90), Some(365), None];

/// Returns the key of a scope's name.
pub(super) fn scope_key(scope: &str) -> Option<&'static str> {
    SCOPES.iter().find(|(known, _)| *known == scope).map(|(_, key)| *key)
}

/// What is filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Draft {
    pub scopes: Vec<&'static str>,
    pub days: Option<u32>,
}

impl Default for Draft {
    fn default() -> Self {
        Self { scopes: Vec::new(), days: LIFETIMES[0] }
    }
}

impl Draft {
    /// Chooses a scope, or no longer.
    pub fn toggle(&mut self, scope: &'static str) {
        match self.scopes.iter().position(|known| *known == scope) {
            Some(at) => drop(self.scopes.remove(at)),
            None => self.scopes.push(scope),
        }
    }

    /// Takes a lifetime as the form writes it: days, or nothing for ever.
    pub fn take_days(&mut self, value: &str) {
        self.days = value.parse().ok();
    }

    /// Returns what the server is asked for; nothing without a name.
    pub fn wish(&self, name: &str) -> Option<TokenWish> {
        let name = name.trim();
        let scopes = self.scopes.iter().map(|scope| (*scope).to_owned()).collect();
        (!name.is_empty()).then(|| TokenWish { name: name.to_owned(), scopes, days: self.days })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_needs_a_name_and_ends_by_itself_unless_told_otherwise() {
        let mut draft = Draft::default();
        assert_eq!(draft.wish("  "), None);
        assert_eq!(
            draft.wish(" ci ").unwrap(),
            TokenWish { name: "ci".to_owned(), scopes: vec![], days: Some(30) }
        );
        draft.take_days("");
        draft.toggle("chat");
        draft.toggle("data");
        draft.toggle("chat");
        let wish = draft.wish("ci").unwrap();
        assert_eq!((wish.scopes, wish.days), (vec!["data".to_owned()], None));
    }
}
