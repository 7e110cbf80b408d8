//! What a message asks for.

use super::language::Plain;
use penny_types::dashboards::{Period, Unit};

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

/// The units and projects of the demo company, by the words people use for them. With other data
/// the tool says what exists.
const UNITS: &[(&str, &[&str])] = &[
    ("lighting", &["lighting", "iluminacion"]),
    ("furniture", &["furniture", "muebles", "mobiliario"]),
    ("studio", &["studio", "estudio"]),
];
const PROJECTS: &[&str] = &[
    "aurora", "daybreak", "harbor", "oakline", "pinewood", "nest", "workshop", "atelier", "museum", "stadium", "campus",
];
const LUMEN: &str = "lumen";

/// The dashboard that comes with the demo company.
const COMPANY_HEALTH: &str = "company-health";

const DASHBOARD: &[&str] = &["dashboard", "dashboards", "panel", "paneles", "tablero", "cuadro de mando"];
const CONNECT: &[&str] = &[
    "connect a model", "connect a real model", "connect real model", "connect the model", "real model", "real models",
    "language model", "openai", "ollama", "api key", "conectar un modelo", "conecto un modelo", "conectar modelo",
    "modelo real", "modelo de verdad", "modelo de lenguaje", "clave de api",
];
const FIGURES: &[&str] = &[
    "company health", "health", "kpi", "kpis", "key figures", "figures", "metrics", "indicators", "performance",
    "how are we doing", "how is the company", "how is business", "how is our", "revenue", "margin", "margins", "sales",
    "pipeline", "win rate", "incidents", "hiring", "salud", "indicadores", "indicador", "cifras", "metricas",
    "rendimiento", "desempeno", "como vamos", "como va", "como van", "como esta la empresa", "ingresos", "margen",
    "margenes", "ventas", "incidentes", "contratacion",
];
const ABILITIES: &[&str] = &[
    "what can you do", "what do you do", "who are you", "what are you", "help", "que puedes hacer", "que sabes hacer",
    "quien eres", "que eres", "ayuda", "ayudame", "eres una ia", "are you an ai", "are you real",
];
const TOUR: &[&str] = &[
    "tour", "story", "long text", "long answer", "tell me about penny", "explain penny", "recorrido", "cuento",
    "historia", "texto largo", "respuesta larga", "hablame de penny", "explica penny", "que es penny", "what is penny",
];
const MARKDOWN: &[&str] = &["markdown", "formatting", "formato", "code", "codigo"];
const TABLE: &[&str] = &["table", "tabla", "tables", "tablas"];
const THANKS: &[&str] = &["thanks", "thank you", "thx", "great", "gracias", "genial", "perfecto", "perfect"];
const GREETING: &[&str] =
    &["hello", "hi", "hey", "good morning", "good afternoon", "good evening", "hola", "buenos dias", "buenas"];

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
    } else if plain.has_any(FIGURES) || (names_a_part && plain.has_any(&["how", "show", "compare", "como", "muestra", "muestrame", "compara"])) {
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
    let each = ["business units", "by business unit", "each business unit", "unidades de negocio", "por unidad de negocio", "cada unidad de negocio"];
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
        .or_else(|| plain.has_any(&["company", "empresa", "compania", "we", "vamos"]).then_some(Subject::Company))
        .unwrap_or(Subject::Unsaid)
}

/// Words between a marker and the name it marks, or after the name.
const FILLERS: &[&str] = &[
    "a", "an", "the", "my", "our", "this", "that", "in", "for", "of", "called", "named", "is", "doing", "please", "now",
    "month", "quarter", "year", "to", "date", "mtd", "qtd", "ytd", "el", "la", "los", "las", "mi", "nuestro", "nuestra",
    "este", "esta", "en", "de", "del", "llamado", "llamada", "va", "por", "favor", "ahora", "mes", "trimestre", "ano",
];

/// Takes the first word that is none of the usual ones for a name.
fn name(words: &str) -> Option<String> {
    words.split_whitespace().find(|word| !FILLERS.contains(word)).map(str::to_owned)
}

/// Finds which dashboard is meant: named before the word in English, after it in Spanish.
fn slug(plain: &Plain) -> String {
    let others = [
        "open", "show", "me", "load", "see", "want", "i", "can", "you", "give", "company", "health", "abre", "abrir", "muestra",
        "muestrame", "ver", "quiero", "ensename", "salud", "empresa", "y", "and", "full", "screen", "dashboard", "panel",
        "tablero", "hi", "hey", "hola", "could", "would", "like", "us", "let", "s", "up", "bring", "carga", "cargar",
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
        let dashboard = |slug: &str, period, subject| Intent::Dashboard(slug.to_owned(), Scope { period, subject });
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
            ("open dashboard for studio this year", dashboard("company-health", Some(Ytd), one(Unit::Bu, "studio"))),
            ("load the sales pipeline dashboard", dashboard("sales-pipeline", None, Subject::Unsaid)),
            ("abre el tablero de ventas", dashboard("ventas", None, Subject::Unsaid)),
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
}
