//! The period and the part of the company that a question is about.

use super::normalized_text::NormalizedText;
use penny_types::dashboards::{Period, Unit};

/// The business units of the demo company: id and names. For other data the tool reports the existing
/// units in its error.
const BUSINESS_UNITS: &[(&str, &[&str])] = &[
    ("lighting", &["lighting", "iluminacion"]),
    ("furniture", &["furniture", "muebles", "mobiliario"]),
    ("studio", &["studio", "estudio"]),
];

/// Ids of the projects of the demo company, which are their names too.
const PROJECTS: &[&str] = &[
    "aurora", "daybreak", "harbor", "oakline", "pinewood", "nest", "workshop", "atelier", "museum",
    "stadium", "campus",
];

/// Name and id of the project whose id differs from its name.
const LUMEN: (&str, &str) = ("lumen", "lumen-ii");

/// Phrases that ask for the KPIs of each business unit.
const ALL_BUSINESS_UNITS: &[&str] = &[
    "business units",
    "by business unit",
    "each business unit",
    "unidades de negocio",
    "por unidad de negocio",
    "cada unidad de negocio",
];

/// Words before or after a name that are not part of it.
pub(super) const NAME_FILLERS: &[&str] = &[
    "a",
    "an",
    "the",
    "my",
    "our",
    "this",
    "that",
    "in",
    "for",
    "of",
    "called",
    "named",
    "is",
    "doing",
    "please",
    "now",
    "month",
    "quarter",
    "year",
    "to",
    "date",
    "mtd",
    "qtd",
    "ytd",
    "el",
    "la",
    "los",
    "las",
    "mi",
    "nuestro",
    "nuestra",
    "este",
    "esta",
    "en",
    "de",
    "del",
    "llamado",
    "llamada",
    "va",
    "por",
    "favor",
    "ahora",
    "mes",
    "trimestre",
    "ano",
];

/// The period and subject of a question about KPIs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct KpiScope {
    pub(super) period: Option<Period>,
    pub(super) subject: KpiSubject,
}

/// The part of the company whose KPIs are requested.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) enum KpiSubject {
    #[default]
    Unspecified,
    Company,
    /// One business unit or project; without an id if the question does not name it.
    One(Unit, Option<String>),
    /// Each business unit, for a comparison.
    EachBusinessUnit,
}

impl KpiScope {
    pub(super) fn parse(text: &NormalizedText) -> Self {
        Self { period: parse_period(text), subject: parse_subject(text) }
    }

    /// Returns whether the question names neither a period nor a part of the company.
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Returns whether the question is about business units or projects.
    pub(super) const fn has_units(&self) -> bool {
        matches!(self.subject, KpiSubject::One(..) | KpiSubject::EachBusinessUnit)
    }

    /// Returns this scope with the values that `changes` specifies.
    pub(super) fn with_changes(self, changes: Self) -> Self {
        let subject = match changes.subject {
            KpiSubject::Unspecified => self.subject,
            subject => subject,
        };
        Self { period: changes.period.or(self.period), subject }
    }
}

fn parse_period(text: &NormalizedText) -> Option<Period> {
    let table: [(Period, &[&str]); 3] = [
        (Period::Qtd, &["qtd", "quarter", "quarterly", "trimestre", "trimestral"]),
        (Period::Ytd, &["ytd", "year", "yearly", "annual", "ano", "anual"]),
        (Period::Mtd, &["mtd", "month", "monthly", "mes", "mensual"]),
    ];
    table.into_iter().find(|(_, words)| text.contains_any(words)).map(|(period, _)| period)
}

fn parse_subject(text: &NormalizedText) -> KpiSubject {
    if let Some((id, _)) = BUSINESS_UNITS.iter().find(|(_, names)| text.contains_any(names)) {
        return KpiSubject::One(Unit::Bu, Some((*id).to_owned()));
    }
    if let Some(id) = PROJECTS.iter().find(|id| text.contains(id)) {
        return KpiSubject::One(Unit::Project, Some((*id).to_owned()));
    }
    let (lumen, lumen_id) = LUMEN;
    if text.contains(lumen) {
        return KpiSubject::One(Unit::Project, Some(lumen_id.to_owned()));
    }
    if text.contains_any(ALL_BUSINESS_UNITS) {
        return KpiSubject::EachBusinessUnit;
    }
    parse_named_unit(text, Unit::Bu, &["business unit", "unidad de negocio"])
        .or_else(|| parse_named_unit(text, Unit::Project, &["project", "proyecto"]))
        .or_else(|| {
            let is_company = text.contains_any(&["company", "empresa", "compania", "we", "vamos"]);
            is_company.then_some(KpiSubject::Company)
        })
        .unwrap_or_default()
}

/// Parses a unit whose name follows one of the markers, such as "project Zeta".
fn parse_named_unit(text: &NormalizedText, unit: Unit, markers: &[&str]) -> Option<KpiSubject> {
    let marker = markers.iter().find(|marker| text.contains(marker))?;
    let name =
        text.after(marker)?.split_whitespace().find(|word| !NAME_FILLERS.contains(word)).map(str::to_owned);
    Some(KpiSubject::One(unit, name))
}

/// Returns whether a word is the name of a business unit or project of the demo company.
pub(super) fn is_unit_name(word: &str) -> bool {
    BUSINESS_UNITS.iter().any(|(_, names)| names.contains(&word))
        || PROJECTS.contains(&word)
        || word == LUMEN.0
}

/// Returns the ids of the business units to compare.
pub(super) fn business_unit_ids() -> impl Iterator<Item = &'static str> {
    BUSINESS_UNITS.iter().map(|(id, _)| *id)
}
