//! What the palette offers and how words choose among it. Plain and tested.

use crate::{
    features::settings::{locale_key, scheme_look},
    ui::Glyph,
};
use penny_types::{
    ColorScheme, ConversationId, Locale, conversations::ConversationSummary, dashboards::DashboardSummary,
};
use penny_words::keys;

/// What choosing an entry does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Deed {
    Open(String),
    Language(Locale),
    Theme(ColorScheme),
    Shortcuts,
    SignOut,
}

/// A heading of the palette.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Section {
    Commands,
    Dashboards,
    Conversations,
}

impl Section {
    pub const fn key(self) -> &'static str {
        match self {
            Self::Commands => keys::UI_PALETTE_COMMANDS,
            Self::Dashboards => keys::UI_PALETTE_DASHBOARDS,
            Self::Conversations => keys::UI_PALETTE_CONVERSATIONS,
        }
    }
}

/// One line of the palette.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub section: Section,
    pub glyph: Glyph,
    pub title: String,
    pub detail: Option<String>,
    pub combination: Option<&'static str>,
    pub deed: Deed,
}

impl Entry {
    fn command(glyph: Glyph, title: String, deed: Deed) -> Self {
        Self { section: Section::Commands, glyph, title, detail: None, combination: None, deed }
    }
}

/// Returns the commands, in the reader's language.
pub(super) fn commands(locale: Locale) -> Vec<Entry> {
    let say = |key: &str| penny_words::text(locale, key, &[]);
    let named = |key: &str, name: &str| penny_words::text(locale, key, &[("name", name)]);
    let mut entries = vec![
        Entry {
            combination: Some("Ctrl+Shift+O"),
            ..Entry::command(Glyph::SquarePen, say(keys::UI_NEW_CHAT), Deed::Open("/".to_owned()))
        },
        Entry::command(Glyph::Settings, say(keys::UI_COMMAND_SETTINGS), Deed::Open("/settings".to_owned())),
        Entry {
            combination: Some("Ctrl+/"),
            ..Entry::command(Glyph::Keyboard, say(keys::UI_COMMAND_SHORTCUTS), Deed::Shortcuts)
        },
    ];
    entries.extend(Locale::ALL.iter().map(|choice| {
        let title = named(keys::UI_COMMAND_LANGUAGE, &say(locale_key(*choice)));
        Entry::command(Glyph::Languages, title, Deed::Language(*choice))
    }));
    entries.extend(ColorScheme::ALL.iter().map(|choice| {
        let (key, glyph) = scheme_look(*choice);
        Entry::command(glyph, named(keys::UI_COMMAND_THEME, &say(key)), Deed::Theme(*choice))
    }));
    entries.push(Entry::command(Glyph::LogOut, say(keys::UI_COMMAND_SIGN_OUT), Deed::SignOut));
    entries
}

/// Returns the lines to show for what was typed: conversations first, because they are what one
/// mostly looks for.
pub(super) fn entries(
    locale: Locale,
    query: &str,
    conversations: &[ConversationSummary],
    dashboards: &[DashboardSummary],
) -> Vec<Entry> {
    let mut lines: Vec<Entry> = conversations.iter().map(|item| conversation(locale, item)).collect();
    let others = dashboards.iter().map(dashboard).chain(commands(locale));
    lines.extend(others.filter(|entry| matches(&entry.title, query)));
    lines
}

fn conversation(locale: Locale, item: &ConversationSummary) -> Entry {
    Entry {
        section: Section::Conversations,
        glyph: Glyph::MessageSquare,
        title: item.title.clone().unwrap_or_else(|| penny_words::text(locale, keys::UI_UNTITLED, &[])),
        detail: item.snippet.clone(),
        combination: None,
        deed: Deed::Open(address(item.id)),
    }
}

fn address(id: ConversationId) -> String {
    format!("/c/{id}")
}

fn dashboard(item: &DashboardSummary) -> Entry {
    Entry {
        section: Section::Dashboards,
        glyph: Glyph::LayoutDashboard,
        title: item.title.clone(),
        detail: None,
        combination: None,
        deed: Deed::Open(format!("/d/{}", item.slug)),
    }
}

/// Says whether every word typed begins a word of the title, whatever the case and the accents.
fn matches(title: &str, query: &str) -> bool {
    let title = plain(title);
    plain(query)
        .split_whitespace()
        .all(|word| title.split(|letter: char| !letter.is_alphanumeric()).any(|part| part.starts_with(word)))
}

/// Drops case and the accents of the languages spoken here.
fn plain(text: &str) -> String {
    text.to_lowercase()
        .chars()
        .map(|letter| match letter {
            'á' => 'a',
            'é' => 'e',
            'í' => 'i',
            'ó' => 'o',
            'ú' | 'ü' => 'u',
            'ñ' => 'n',
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_match_the_beginnings_of_words_whatever_the_accents() {
        assert!(matches("Theme: High contrast", "high con"));
        assert!(matches("Idioma: Español", "espan"));
        assert!(matches("Cerrar sesión", "SESION"));
        assert!(!matches("Open settings", "ettings"));
        assert!(matches("anything", ""));
    }

    #[test]
    fn every_language_and_theme_can_be_chosen() {
        let deeds: Vec<_> = commands(Locale::Es).into_iter().map(|entry| entry.deed).collect();
        for locale in Locale::ALL {
            assert!(deeds.contains(&Deed::Language(*locale)));
        }
        for scheme in ColorScheme::ALL {
            assert!(deeds.contains(&Deed::Theme(*scheme)));
        }
    }
}
