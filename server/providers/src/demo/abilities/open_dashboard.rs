use super::{Ability, ReplyTarget, show_kpis::ShowKpis};
use crate::demo::{
    dashboard_summary::LoadedDashboard,
    normalized_text::NormalizedText,
    question::DemoQuestion,
    reply::DemoReply,
    scope::{KpiSubject, NAME_FILLERS, is_unit_name},
};
use penny_i18n::keys;
use penny_types::artifacts::ArtifactKind;
use serde_json::{Map, json};

const TOOL: &str = "load_dashboard";

/// The dashboard of the demo company, opened when the question names none.
pub(super) const DEFAULT_SLUG: &str = "company-health";

/// Maximum number of words in the name of a dashboard.
const MAX_NAME_WORDS: usize = 3;

const PHRASES: &[&str] = &["dashboard", "dashboards", "panel", "paneles", "tablero", "cuadro de mando"];

/// English phrases, which follow the name of the dashboard.
const PHRASES_AFTER_NAME: &[&str] = &["dashboard", "dashboards"];

/// Spanish phrases, which precede the name of the dashboard.
const PHRASES_BEFORE_NAME: &[&str] = &["panel", "paneles", "tablero", "cuadro de mando"];

/// Words of a question about a dashboard that are not part of its name.
const OTHER_WORDS: &[&str] = &[
    "open",
    "show",
    "me",
    "load",
    "see",
    "want",
    "i",
    "can",
    "you",
    "give",
    "company",
    "health",
    "abre",
    "abrir",
    "muestra",
    "muestrame",
    "ver",
    "quiero",
    "ensename",
    "salud",
    "empresa",
    "y",
    "and",
    "full",
    "screen",
    "dashboard",
    "panel",
    "tablero",
    "hi",
    "hey",
    "hola",
    "could",
    "would",
    "like",
    "us",
    "let",
    "s",
    "up",
    "bring",
    "carga",
    "cargar",
];

/// Opens a dashboard with filters.
#[derive(Debug)]
pub(super) struct OpenDashboard;

impl Ability for OpenDashboard {
    fn matches(&self, question: &DemoQuestion<'_>) -> bool {
        question.text.contains_any(PHRASES)
    }

    fn target(&self, question: &DemoQuestion<'_>) -> ReplyTarget {
        ReplyTarget { dashboard_slug: parse_slug(&question.text), scope: question.scope.clone() }
    }

    fn reply(&self, question: &DemoQuestion<'_>, target: &ReplyTarget) -> DemoReply {
        let mut filters = Map::new();
        if let Some(period) = target.scope.period {
            filters.insert("period".into(), period.as_str().into());
        }
        if let KpiSubject::One(unit, Some(id)) = &target.scope.subject {
            filters.insert("unit".into(), unit.as_str().into());
            filters.insert("id".into(), id.as_str().into());
        }
        let slug = &target.dashboard_slug;
        let arguments = if filters.is_empty() {
            json!({ "slug": slug })
        } else {
            json!({ "slug": slug, "filters": filters })
        };
        question.tool_reply(keys::DEMO_OPENING, TOOL, vec![arguments])
    }

    fn creates(&self) -> &'static [ArtifactKind] {
        &[ArtifactKind::Dashboard]
    }

    fn document_alternative(&self) -> Option<&'static dyn Ability> {
        Some(&ShowKpis)
    }

    fn tool(&self) -> Option<&'static str> {
        Some(TOOL)
    }

    fn render_results(&self, question: &DemoQuestion<'_>, results: &[&str]) -> Option<String> {
        let paragraphs = results.iter().map(|result| match LoadedDashboard::parse(result) {
            Some(dashboard) => dashboard.describe(question.locale, &question.topics()),
            None => question.message(keys::DEMO_DASHBOARD_OPEN_PLAIN, &[]),
        });
        Some(paragraphs.collect::<Vec<_>>().join("\n\n"))
    }
}

/// Returns the slug of the dashboard that a question names, otherwise the default one.
fn parse_slug(text: &NormalizedText) -> String {
    let is_name =
        |word: &&str| !NAME_FILLERS.contains(word) && !OTHER_WORDS.contains(word) && !is_unit_name(word);
    let before = PHRASES_AFTER_NAME.iter().find_map(|phrase| text.before(phrase));
    let after = PHRASES_BEFORE_NAME.iter().find_map(|phrase| text.after(phrase));
    let name = before.or(after).unwrap_or_default();
    let words: Vec<&str> = name.split_whitespace().filter(is_name).take(MAX_NAME_WORDS).collect();
    if words.is_empty() { DEFAULT_SLUG.to_owned() } else { words.join("-") }
}
