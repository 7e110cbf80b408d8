//! What a message asks for.

mod words;

use super::language::Plain;
use penny_types::dashboards::{Period, Unit};
use words::{
    ABILITIES, ALL_PROJECTS, COMPANY_HEALTH, CONNECT, DASHBOARD, FIGURES, FILLERS, GREETING, LUMEN, MARKDOWN,
    PROJECTS, TABLE, THANKS, TOPICS, TOUR, UNITS,
};

/// What figures are about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Scope {
    pub(super) period: Option<Period>,
    pub(super) subject: Subject,
}

/// Whose figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Subject {
    /// Not said.
    Unsaid,
    /// The company's.
    Company,
    /// One business unit's or project's; without an id when it was not named.
    One(Unit, Option<String>),
    /// Each business unit's.
    EachUnit,
}

/// What a message asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Intent {
    /// Key figures.
    Figures(Scope),
    /// Only a period or a unit: the question before, asked about something else.
    Again(Scope),
    /// A dashboard, by its slug.
    Dashboard(String, Scope),
    /// A language model to connect.
    Connect,
    /// What it is and can do.
    Abilities,
    /// A table to look at.
    Table,
    /// What Markdown looks like.
    Markdown,
    /// A long text.
    Tour,
    /// Thanks.
    Thanks,
    /// A greeting.
    Greeting,
    /// Something else.
    Unknown,
}

impl Intent {
    /// Returns the dashboard and the part of the company that a message names, or the usual ones: for
    /// an answer that is to bring figures whatever it was asked.
    pub(super) fn about(self) -> (String, Scope) {
        match self {
            Self::Dashboard(slug, scope) => (slug, scope),
            Self::Figures(scope) | Self::Again(scope) => (COMPANY_HEALTH.to_owned(), scope),
            _ => (COMPANY_HEALTH.to_owned(), Scope { period: None, subject: Subject::Unsaid }),
        }
    }
}

/// Words a message may have and still be a greeting, thanks or a follow-up.
const SHORT: usize = 6;

/// Understands a message, as far as it goes.
pub(super) fn of(message: &str) -> Intent {
    let plain = Plain::new(message);
    let scope = scope(&plain);
    let is_short = plain.words().count() <= SHORT;
    let names_a_part = !matches!(scope.subject, Subject::Unsaid | Subject::Company);
    if plain.has_any(CONNECT) {
        Intent::Connect
    } else if plain.has_any(DASHBOARD) {
        Intent::Dashboard(slug(&plain), scope)
    } else if plain.has_any(ALL_PROJECTS) && !names_a_part {
        // No tool lists the projects; the dashboard has a table of them.
        Intent::Dashboard(COMPANY_HEALTH.to_owned(), scope)
    } else if plain.has_any(FIGURES)
        || (names_a_part
            && plain.has_any(&["how", "show", "compare", "como", "muestra", "muestrame", "compara"]))
    {
        Intent::Figures(scope)
    } else if plain.has_any(ABILITIES) {
        Intent::Abilities
    } else if plain.has_any(TOUR) {
        Intent::Tour
    } else if plain.has_any(TABLE) {
        Intent::Table
    } else if plain.has_any(MARKDOWN) {
        Intent::Markdown
    } else if is_short && (scope.period.is_some() || scope.subject != Subject::Unsaid) {
        Intent::Again(scope)
    } else if is_short && plain.has_any(THANKS) {
        Intent::Thanks
    } else if is_short && plain.has_any(GREETING) {
        Intent::Greeting
    } else {
        Intent::Unknown
    }
}

fn scope(plain: &Plain) -> Scope {
    Scope { period: period(plain), subject: subject(plain) }
}

fn period(plain: &Plain) -> Option<Period> {
    let table: [(Period, &[&str]); 3] = [
        (Period::Qtd, &["qtd", "quarter", "quarterly", "trimestre", "trimestral"]),
        (Period::Ytd, &["ytd", "year", "yearly", "annual", "ano", "anual"]),
        (Period::Mtd, &["mtd", "month", "monthly", "mes", "mensual"]),
    ];
    table.into_iter().find(|(_, words)| plain.has_any(words)).map(|(period, _)| period)
}

fn subject(plain: &Plain) -> Subject {
    let each = [
        "business units",
        "by business unit",
        "each business unit",
        "unidades de negocio",
        "por unidad de negocio",
        "cada unidad de negocio",
    ];
    if let Some((id, _)) = UNITS.iter().find(|(_, names)| plain.has_any(names)) {
        return Subject::One(Unit::Bu, Some((*id).to_owned()));
    }
    if let Some(id) = PROJECTS.iter().find(|id| plain.has(id)) {
        return Subject::One(Unit::Project, Some((*id).to_owned()));
    }
    if plain.has(LUMEN) {
        return Subject::One(Unit::Project, Some("lumen-ii".to_owned()));
    }
    if plain.has_any(&each) {
        return Subject::EachUnit;
    }
    let named = |kind: Unit, markers: &[&str]| {
        let marker = markers.iter().find(|marker| plain.has(marker))?;
        Some(Subject::One(kind, plain.after(marker).and_then(name)))
    };
    named(Unit::Bu, &["business unit", "unidad de negocio"])
        .or_else(|| named(Unit::Project, &["project", "proyecto"]))
        .or_else(|| {
            plain.has_any(&["company", "empresa", "compania", "we", "vamos"]).then_some(Subject::Company)
        })
        .unwrap_or(Subject::Unsaid)
}

/// Takes the first word that is none of the usual ones for a name.
fn name(words: &str) -> Option<String> {
    words.split_whitespace().find(|word| !FILLERS.contains(word)).map(str::to_owned)
}

/// Finds which dashboard is meant: named before the word in English, after it in Spanish.
fn slug(plain: &Plain) -> String {
    let others = [
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
    let is_name = |word: &&str| !FILLERS.contains(word) && !others.contains(word) && !is_part(word);
    let before = ["dashboard", "dashboards"].iter().find_map(|word| plain.before(word));
    let after = ["panel", "paneles", "tablero", "cuadro de mando"].iter().find_map(|word| plain.after(word));
    let near = before.or(after).unwrap_or_default();
    let words: Vec<&str> = near.split_whitespace().filter(is_name).take(3).collect();
    if words.is_empty() { COMPANY_HEALTH.to_owned() } else { words.join("-") }
}

/// Says whether a word names a unit or a project, which are filters and no dashboard's name.
fn is_part(word: &str) -> bool {
    UNITS.iter().any(|(_, names)| names.contains(&word)) || PROJECTS.contains(&word) || word == LUMEN
}

/// Finds which figures a message asks for: parts of their slugs. None means all alike.
pub(super) fn topics(message: &str) -> Vec<&'static str> {
    let plain = Plain::new(message);
    TOPICS.iter().filter(|(_, words)| plain.has_any(words)).map(|(slug, _)| *slug).collect()
}

/// Returns the ids of the business units to compare.
pub(super) fn unit_ids() -> impl Iterator<Item = &'static str> {
    UNITS.iter().map(|(id, _)| *id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(period: Option<Period>, subject: Subject) -> Intent {
        Intent::Figures(Scope { period, subject })
    }

    fn one(kind: Unit, id: &str) -> Subject {
        Subject::One(kind, Some(id.to_owned()))
    }

    #[test]
    fn requests_are_recognised_in_both_languages() {
        use Period::{Mtd, Qtd, Ytd};
        let dashboard =
            |slug: &str, period, subject| Intent::Dashboard(slug.to_owned(), Scope { period, subject });
        for (message, expected) in [
            ("Show me company health now", figures(None, Subject::Company)),
            ("Muéstrame la salud de la empresa", figures(None, Subject::Company)),
            ("KPIs this quarter", figures(Some(Qtd), Subject::Unsaid)),
            ("indicadores de este año", figures(Some(Ytd), Subject::Unsaid)),
            ("¿Cómo vamos este mes?", figures(Some(Mtd), Subject::Company)),
            ("How is Furniture doing QTD?", figures(Some(Qtd), one(Unit::Bu, "furniture"))),
            ("¿Cómo va iluminación este trimestre?", figures(Some(Qtd), one(Unit::Bu, "lighting"))),
            ("Key figures of project Aurora year to date", figures(Some(Ytd), one(Unit::Project, "aurora"))),
            ("margin of the business unit Retail", figures(None, one(Unit::Bu, "retail"))),
            ("cifras del proyecto Zeta", figures(None, one(Unit::Project, "zeta"))),
            ("Revenue of a project, please", figures(None, Subject::One(Unit::Project, None))),
            ("Compare the business units this month", figures(Some(Mtd), Subject::EachUnit)),
            ("Compara las unidades de negocio", figures(None, Subject::EachUnit)),
            ("Open the company health dashboard", dashboard("company-health", None, Subject::Company)),
            ("Abre el panel de salud de la empresa", dashboard("company-health", None, Subject::Company)),
            (
                "open dashboard for studio this year",
                dashboard("company-health", Some(Ytd), one(Unit::Bu, "studio")),
            ),
            ("load the sales pipeline dashboard", dashboard("sales-pipeline", None, Subject::Unsaid)),
            ("abre el tablero de ventas", dashboard("ventas", None, Subject::Unsaid)),
            (
                "Which projects need attention this month?",
                dashboard("company-health", Some(Mtd), Subject::Unsaid),
            ),
            ("¿Qué proyectos necesitan atención?", dashboard("company-health", None, Subject::Unsaid)),
            ("and this quarter?", Intent::Again(Scope { period: Some(Qtd), subject: Subject::Unsaid })),
            ("¿y Studio?", Intent::Again(Scope { period: None, subject: one(Unit::Bu, "studio") })),
            ("How do I connect a real model?", Intent::Connect),
            ("¿Cómo conecto un modelo real?", Intent::Connect),
            ("What can you do?", Intent::Abilities),
            ("¿Quién eres?", Intent::Abilities),
            ("Show me a table", Intent::Table),
            ("Muéstrame una tabla", Intent::Table),
            ("what does markdown look like", Intent::Markdown),
            ("Give me a tour", Intent::Tour),
            ("Hazme un recorrido", Intent::Tour),
            ("Thank you!", Intent::Thanks),
            ("¡Hola!", Intent::Greeting),
            ("good morning", Intent::Greeting),
            ("Write a poem about the sea and the wind", Intent::Unknown),
            ("", Intent::Unknown),
            ("\u{202e}\u{0}🎉", Intent::Unknown),
        ] {
            assert_eq!(of(message), expected, "{message}");
        }
    }

    #[test]
    fn the_figures_asked_for_are_found() {
        assert_eq!(topics("How is revenue doing against budget?"), ["revenue"]);
        assert_eq!(topics("¿Cómo van el margen y la contratación?"), ["margin", "hire"]);
        assert!(topics("Show me company health now").is_empty());
    }
}
