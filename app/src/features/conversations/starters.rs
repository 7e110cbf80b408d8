//! Predefined prompts for a new chat.

use crate::ui::Glyph;
use penny_i18n::keys;

/// A predefined prompt.
#[derive(Debug, Clone, Copy)]
pub struct Starter {
    pub glyph: Glyph,
    /// Fluent key of the title.
    pub title: &'static str,
    /// Fluent key of the prompt.
    pub prompt: &'static str,
}

/// The starters in display order.
pub const STARTERS: [Starter; 4] = [
    Starter {
        glyph: Glyph::Gauge,
        title: keys::UI_STARTER_HEALTH_TITLE,
        prompt: keys::UI_STARTER_HEALTH_PROMPT,
    },
    Starter {
        glyph: Glyph::ChartLine,
        title: keys::UI_STARTER_REVENUE_TITLE,
        prompt: keys::UI_STARTER_REVENUE_PROMPT,
    },
    Starter {
        glyph: Glyph::ChartColumn,
        title: keys::UI_STARTER_UNITS_TITLE,
        prompt: keys::UI_STARTER_UNITS_PROMPT,
    },
    Starter {
        glyph: Glyph::Target,
        title: keys::UI_STARTER_PROJECTS_TITLE,
        prompt: keys::UI_STARTER_PROJECTS_PROMPT,
    },
];
