//! What one may begin with.

use crate::ui::Glyph;
use penny_words::keys;

/// A question worth asking first.
#[derive(Debug, Clone, Copy)]
pub struct Starter {
    /// Its icon.
    pub glyph: Glyph,
    /// Key of its title.
    pub title: &'static str,
    /// Key of the question.
    pub prompt: &'static str,
}

/// The four starters, in order.
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
