//! The KPIs that a question asks for.

use super::normalized_text::NormalizedText;

/// The topic of the projects, and part of the slugs of their KPIs.
pub(super) const PROJECTS_TOPIC: &str = "projects";

/// Words that ask for all projects.
pub(super) const PROJECTS_WORDS: &[&str] = &["projects", "proyectos"];

/// Parts of KPI slugs, with the phrases that ask for these KPIs.
const TOPICS: &[(&str, &[&str])] = &[
    ("revenue", &["revenue", "sales", "budget", "ingresos", "ventas", "presupuesto"]),
    ("margin", &["margin", "margins", "margen", "margenes"]),
    ("win-rate", &["win rate", "deals", "tasa de cierre", "oportunidades"]),
    ("pipeline", &["pipeline", "cartera"]),
    ("mttr", &["incidents", "outages", "incidentes", "mttr"]),
    ("sev1", &["incidents", "outages", "incidentes"]),
    ("hire", &["hire", "hiring", "contratacion", "contratar"]),
    (PROJECTS_TOPIC, PROJECTS_WORDS),
];

/// Returns the parts of KPI slugs that the text asks for; empty if it asks for no KPI in particular.
pub(super) fn requested_topics(text: &NormalizedText) -> Vec<&'static str> {
    TOPICS.iter().filter(|(_, phrases)| text.contains_any(phrases)).map(|(topic, _)| *topic).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requested_topics_are_found_in_both_languages() {
        let topics = |message: &str| requested_topics(&NormalizedText::new(message));
        assert_eq!(topics("How is revenue doing against budget?"), ["revenue"]);
        assert_eq!(topics("¿Cómo van el margen y la contratación?"), ["margin", "hire"]);
        assert!(topics("Show me company health now").is_empty());
    }
}
