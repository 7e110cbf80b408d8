use super::{Ability, ReplyTarget, list_projects::ListProjects, open_dashboard::OpenDashboard};
use crate::demo::{
    kpi_summary::{CompanyKpis, compare},
    question::DemoQuestion,
    reply::DemoReply,
    scope::{KpiScope, KpiSubject, business_unit_ids},
};
use penny_i18n::keys;
use penny_types::{
    artifacts::ArtifactKind,
    dashboards::{Period, Unit},
};
use serde::Deserialize;
use serde_json::{Map, Value};

const TOOL: &str = "get_company_kpis";

/// Phrases that ask for KPIs.
const PHRASES: &[&str] = &[
    "company health",
    "health",
    "kpi",
    "kpis",
    "key figures",
    "figures",
    "metrics",
    "indicators",
    "performance",
    "how are we doing",
    "how is the company",
    "how is business",
    "how is our",
    "revenue",
    "margin",
    "margins",
    "sales",
    "pipeline",
    "win rate",
    "incidents",
    "hiring",
    "salud",
    "indicadores",
    "indicador",
    "cifras",
    "metricas",
    "rendimiento",
    "desempeno",
    "como vamos",
    "como va",
    "como van",
    "como esta la empresa",
    "ingresos",
    "margen",
    "margenes",
    "ventas",
    "incidentes",
    "contratacion",
];

/// Words that ask for KPIs together with the name of a unit.
const UNIT_QUESTION_WORDS: &[&str] = &["how", "show", "compare", "como", "muestra", "muestrame", "compara"];

/// Looks up the KPIs of the company or of business units and projects.
#[derive(Debug)]
pub(super) struct ShowKpis;

impl Ability for ShowKpis {
    /// Questions about a dashboard or the projects may contain the same phrases and do not match.
    fn matches(&self, question: &DemoQuestion<'_>) -> bool {
        let text = &question.text;
        let asks_for_kpis = text.contains_any(PHRASES)
            || (question.scope.has_units() && text.contains_any(UNIT_QUESTION_WORDS));
        asks_for_kpis && !OpenDashboard.matches(question) && !ListProjects.matches(question)
    }

    fn target(&self, question: &DemoQuestion<'_>) -> ReplyTarget {
        ReplyTarget::from_scope(question.scope.clone())
    }

    fn reply(&self, question: &DemoQuestion<'_>, target: &ReplyTarget) -> DemoReply {
        let period = target.scope.period.unwrap_or(Period::Mtd);
        let (announcement, calls) = match &target.scope.subject {
            KpiSubject::EachBusinessUnit => {
                let ids = business_unit_ids();
                (
                    keys::DEMO_COMPARING,
                    ids.map(|id| arguments(period, Unit::Bu, Some(id))).collect::<Vec<_>>(),
                )
            }
            KpiSubject::One(unit, id) => (keys::DEMO_LOOKING, vec![arguments(period, *unit, id.as_deref())]),
            KpiSubject::Unspecified | KpiSubject::Company => {
                (keys::DEMO_LOOKING, vec![arguments(period, Unit::Company, None)])
            }
        };
        question.tool_reply(announcement, TOOL, calls)
    }

    fn creates(&self) -> &'static [ArtifactKind] {
        &[ArtifactKind::Chart, ArtifactKind::Table]
    }

    fn tool(&self) -> Option<&'static str> {
        Some(TOOL)
    }

    fn render_results(&self, question: &DemoQuestion<'_>, results: &[&str]) -> Option<String> {
        let parsed: Vec<CompanyKpis> =
            results.iter().filter_map(|result| CompanyKpis::parse(result)).collect();
        match parsed.as_slice() {
            [] => None,
            [kpis] => {
                let description = kpis.describe(question.locale, &question.topics());
                if !question.expects(ArtifactKind::Table) {
                    return Some(description);
                }
                Some(format!("{description}\n\n{}", kpis.table(question.locale)))
            }
            several => compare(several, question.locale),
        }
    }
}

fn arguments(period: Period, unit: Unit, id: Option<&str>) -> Value {
    let mut arguments = Map::new();
    arguments.insert("period".into(), period.as_str().into());
    arguments.insert("unit".into(), unit.as_str().into());
    if let Some(id) = id {
        arguments.insert("id".into(), id.into());
    }
    arguments.into()
}

/// Arguments of an earlier call of the tool.
#[derive(Debug, Deserialize)]
struct KpiArguments {
    period: Period,
    unit: Unit,
    #[serde(default)]
    id: Option<String>,
}

/// Returns the scope of the last lookup in the conversation.
pub(super) fn last_scope(question: &DemoQuestion<'_>) -> Option<KpiScope> {
    let call = question.last_call(TOOL)?;
    let arguments: KpiArguments = serde_json::from_str(&call.arguments).ok()?;
    let subject = match arguments.unit {
        Unit::Company => KpiSubject::Company,
        unit => KpiSubject::One(unit, arguments.id),
    };
    Some(KpiScope { period: Some(arguments.period), subject })
}
