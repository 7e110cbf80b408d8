//! The words requests are recognised by: without accents, in English and Spanish.

/// The units and projects of the demo company, by the words people use for them. With other data
/// the tool says what exists.
pub(super) const UNITS: &[(&str, &[&str])] = &[
    ("lighting", &["lighting", "iluminacion"]),
    ("furniture", &["furniture", "muebles", "mobiliario"]),
    ("studio", &["studio", "estudio"]),
];
pub(super) const PROJECTS: &[&str] = &[
    "aurora", "daybreak", "harbor", "oakline", "pinewood", "nest", "workshop", "atelier", "museum",
    "stadium", "campus",
];
pub(super) const LUMEN: &str = "lumen";

/// The dashboard that comes with the demo company.
pub(super) const COMPANY_HEALTH: &str = "company-health";

pub(super) const DASHBOARD: &[&str] =
    &["dashboard", "dashboards", "panel", "paneles", "tablero", "cuadro de mando"];
pub(super) const CONNECT: &[&str] = &[
    "connect a model",
    "connect a real model",
    "connect real model",
    "connect the model",
    "real model",
    "real models",
    "language model",
    "openai",
    "ollama",
    "api key",
    "conectar un modelo",
    "conecto un modelo",
    "conectar modelo",
    "modelo real",
    "modelo de verdad",
    "modelo de lenguaje",
    "clave de api",
];
pub(super) const FIGURES: &[&str] = &[
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
pub(super) const ABILITIES: &[&str] = &[
    "what can you do",
    "what do you do",
    "who are you",
    "what are you",
    "help",
    "que puedes hacer",
    "que sabes hacer",
    "quien eres",
    "que eres",
    "ayuda",
    "ayudame",
    "eres una ia",
    "are you an ai",
    "are you real",
];
pub(super) const TOUR: &[&str] = &[
    "tour",
    "story",
    "long text",
    "long answer",
    "tell me about penny",
    "explain penny",
    "recorrido",
    "cuento",
    "historia",
    "texto largo",
    "respuesta larga",
    "hablame de penny",
    "explica penny",
    "que es penny",
    "what is penny",
];
pub(super) const MARKDOWN: &[&str] = &["markdown", "formatting", "formato", "code", "codigo"];
pub(super) const TABLE: &[&str] = &["table", "tabla", "tables", "tablas"];
pub(super) const THANKS: &[&str] =
    &["thanks", "thank you", "thx", "great", "gracias", "genial", "perfecto", "perfect"];
pub(super) const GREETING: &[&str] = &[
    "hello",
    "hi",
    "hey",
    "good morning",
    "good afternoon",
    "good evening",
    "hola",
    "buenos dias",
    "buenas",
];

/// Words between a marker and the name it marks, or after the name.
pub(super) const FILLERS: &[&str] = &[
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

/// Parts of the slugs of figures, by the words that ask for them.
pub(super) const TOPICS: &[(&str, &[&str])] = &[
    ("revenue", &["revenue", "sales", "budget", "ingresos", "ventas", "presupuesto"]),
    ("margin", &["margin", "margins", "margen", "margenes"]),
    ("win-rate", &["win rate", "deals", "tasa de cierre", "oportunidades"]),
    ("pipeline", &["pipeline", "cartera"]),
    ("mttr", &["incidents", "outages", "incidentes", "mttr"]),
    ("sev1", &["incidents", "outages", "incidentes"]),
    ("hire", &["hire", "hiring", "contratacion", "contratar"]),
    ("projects", ALL_PROJECTS),
];
/// What asks for the projects as such, none by name.
pub(super) const ALL_PROJECTS: &[&str] = &["projects", "proyectos"];
