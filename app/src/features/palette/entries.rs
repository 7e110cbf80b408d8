//! The entries of the palette and how a query filters them.

use crate::{
    features::settings::{locale_key, scheme_label},
    routes::table::{CONVERSATION, DASHBOARD, PAGES},
    ui::Glyph,
};
use penny_i18n::keys;
use penny_types::{
    ColorScheme, ConversationId, Locale, conversations::ConversationSummary, dashboards::DashboardSummary,
};

/// Action of a palette entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum PaletteAction {
    /// Navigates to a path.
    Open(String),
    Language(Locale),
    Theme(ColorScheme),
    Shortcuts,
    SignOut,
}

/// Group of palette entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PaletteSection {
    Commands,
    Dashboards,
    Conversations,
}

impl PaletteSection {
    pub const fn key(self) -> &'static str {
        match self {
            Self::Commands => keys::UI_PALETTE_COMMANDS,
            Self::Dashboards => keys::UI_PALETTE_DASHBOARDS,
            Self::Conversations => keys::UI_PALETTE_CONVERSATIONS,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PaletteEntry {
    pub section: PaletteSection,
    pub glyph: Glyph,
    pub title: String,
    pub detail: Option<String>,
    pub shortcut: Option<&'static str>,
    pub action: PaletteAction,
}

impl PaletteEntry {
    fn command(glyph: Glyph, title: String, action: PaletteAction) -> Self {
        Self { section: PaletteSection::Commands, glyph, title, detail: None, shortcut: None, action }
    }
}

/// Returns the commands: pages, shortcuts, languages, themes and sign-out.
pub(super) fn commands(locale: Locale) -> Vec<PaletteEntry> {
    let text = |key: &str| penny_i18n::text(locale, key, &[]);
    let named = |key: &str, name: &str| penny_i18n::text(locale, key, &[("name", name)]);
    let pages = PAGES.iter().filter_map(|page| {
        let link = page.palette?;
        let action = PaletteAction::Open(page.path.to_owned());
        let entry = PaletteEntry::command(page.glyph, text(link.label), action);
        Some(PaletteEntry { shortcut: link.shortcut, ..entry })
    });
    let mut entries: Vec<PaletteEntry> = pages.collect();
    entries.push(PaletteEntry {
        shortcut: Some("Ctrl+/"),
        ..PaletteEntry::command(Glyph::Keyboard, text(keys::UI_COMMAND_SHORTCUTS), PaletteAction::Shortcuts)
    });
    entries.extend(Locale::ALL.iter().map(|choice| {
        let title = named(keys::UI_COMMAND_LANGUAGE, &text(locale_key(*choice)));
        PaletteEntry::command(Glyph::Languages, title, PaletteAction::Language(*choice))
    }));
    entries.extend(ColorScheme::ALL.iter().map(|choice| {
        let (key, glyph) = scheme_label(*choice);
        PaletteEntry::command(glyph, named(keys::UI_COMMAND_THEME, &text(key)), PaletteAction::Theme(*choice))
    }));
    entries.push(PaletteEntry::command(
        Glyph::LogOut,
        text(keys::UI_COMMAND_SIGN_OUT),
        PaletteAction::SignOut,
    ));
    entries
}

/// Returns the entries for a query: conversations first, because they are searched most often. Conversations are
/// filtered by the server.
pub(super) fn entries(
    locale: Locale,
    query: &str,
    conversations: &[ConversationSummary],
    dashboards: &[DashboardSummary],
) -> Vec<PaletteEntry> {
    let mut entries: Vec<PaletteEntry> =
        conversations.iter().map(|item| conversation_entry(locale, item)).collect();
    let others = dashboards.iter().map(dashboard_entry).chain(commands(locale));
    entries.extend(others.filter(|entry| matches(&entry.title, query)));
    entries
}

fn conversation_entry(locale: Locale, item: &ConversationSummary) -> PaletteEntry {
    PaletteEntry {
        section: PaletteSection::Conversations,
        glyph: CONVERSATION.glyph,
        title: item.title.clone().unwrap_or_else(|| penny_i18n::text(locale, keys::UI_UNTITLED, &[])),
        detail: item.snippet.clone(),
        shortcut: None,
        action: PaletteAction::Open(conversation_path(item.id)),
    }
}

fn conversation_path(id: ConversationId) -> String {
    format!("/c/{id}")
}

fn dashboard_entry(item: &DashboardSummary) -> PaletteEntry {
    PaletteEntry {
        section: PaletteSection::Dashboards,
        glyph: DASHBOARD.glyph,
        title: item.title.clone(),
        detail: None,
        shortcut: None,
        action: PaletteAction::Open(format!("/d/{}", item.slug)),
    }
}

/// Returns whether each word of the query is a prefix of a word of the title, ignoring case and accents.
fn matches(title: &str, query: &str) -> bool {
    let title = normalize(title);
    normalize(query).split_whitespace().all(|word| {
        title.split(|character: char| !character.is_alphanumeric()).any(|part| part.starts_with(word))
    })
}

/// Removes case and Spanish accents.
fn normalize(text: &str) -> String {
    text.to_lowercase()
        .chars()
        .map(|character| match character {
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
    fn query_words_match_word_prefixes_ignoring_accents() {
        assert!(matches("Theme: High contrast", "high con"));
        assert!(matches("Idioma: Español", "espan"));
        assert!(matches("Cerrar sesión", "SESION"));
        assert!(!matches("Open settings", "ettings"));
        assert!(matches("anything", ""));
    }

    #[test]
    fn pages_are_the_first_commands() {
        let commands = commands(Locale::En);
        let first: Vec<_> =
            commands.iter().take(2).map(|entry| (entry.title.as_str(), entry.shortcut)).collect();
        assert_eq!(first, [("New chat", Some("Ctrl+Shift+O")), ("Open settings", None)]);
    }

    #[test]
    fn every_language_and_theme_has_a_command() {
        let actions: Vec<_> = commands(Locale::Es).into_iter().map(|entry| entry.action).collect();
        for locale in Locale::ALL {
            assert!(actions.contains(&PaletteAction::Language(*locale)));
        }
        for scheme in ColorScheme::ALL {
            assert!(actions.contains(&PaletteAction::Theme(*scheme)));
        }
    }
}
