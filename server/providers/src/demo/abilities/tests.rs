use super::*;
use crate::demo::{
    scope::KpiSubject,
    tests::{request, user},
};
use penny_types::dashboards::{Period, Unit};

/// Returns the name of the ability that matches a message, with its target.
fn matching(message: &str) -> (String, ReplyTarget) {
    let request = request(vec![user(message)]);
    let question = DemoQuestion::from_request(&request);
    let ability = find_matching(&question);
    (format!("{ability:?}"), ability.target(&question))
}

fn kpi_target(period: Option<Period>, subject: KpiSubject) -> ReplyTarget {
    ReplyTarget::from_scope(KpiScope { period, subject })
}

fn dashboard_target(slug: &str, period: Option<Period>, subject: KpiSubject) -> ReplyTarget {
    ReplyTarget { dashboard_slug: slug.to_owned(), scope: KpiScope { period, subject } }
}

fn one(unit: Unit, id: &str) -> KpiSubject {
    KpiSubject::One(unit, Some(id.to_owned()))
}

#[test]
fn kpi_questions_match_in_both_languages() {
    use KpiSubject::{Company, EachBusinessUnit, One, Unspecified};
    use Period::{Mtd, Qtd, Ytd};
    for (message, period, subject) in [
        ("Show me company health now", None, Company),
        ("Muéstrame la salud de la empresa", None, Company),
        ("KPIs this quarter", Some(Qtd), Unspecified),
        ("indicadores de este año", Some(Ytd), Unspecified),
        ("¿Cómo vamos este mes?", Some(Mtd), Company),
        ("How is Furniture doing QTD?", Some(Qtd), one(Unit::Bu, "furniture")),
        ("¿Cómo va iluminación este trimestre?", Some(Qtd), one(Unit::Bu, "lighting")),
        ("Key figures of project Aurora year to date", Some(Ytd), one(Unit::Project, "aurora")),
        ("margin of the business unit Retail", None, one(Unit::Bu, "retail")),
        ("cifras del proyecto Zeta", None, one(Unit::Project, "zeta")),
        ("Revenue of a project, please", None, One(Unit::Project, None)),
        ("Compare the business units this month", Some(Mtd), EachBusinessUnit),
        ("Compara las unidades de negocio", None, EachBusinessUnit),
    ] {
        assert_eq!(matching(message), ("ShowKpis".to_owned(), kpi_target(period, subject)), "{message}");
    }
}

#[test]
fn dashboard_questions_match_in_both_languages() {
    use KpiSubject::{Company, Unspecified};
    use Period::{Mtd, Ytd};
    for (message, ability, slug, period, subject) in [
        ("Open the company health dashboard", "OpenDashboard", "company-health", None, Company),
        ("Abre el panel de salud de la empresa", "OpenDashboard", "company-health", None, Company),
        (
            "open dashboard for studio this year",
            "OpenDashboard",
            "company-health",
            Some(Ytd),
            one(Unit::Bu, "studio"),
        ),
        ("load the sales pipeline dashboard", "OpenDashboard", "sales-pipeline", None, Unspecified),
        ("abre el tablero de ventas", "OpenDashboard", "ventas", None, Unspecified),
        (
            "Which projects need attention this month?",
            "ListProjects",
            "company-health",
            Some(Mtd),
            Unspecified,
        ),
        ("¿Qué proyectos necesitan atención?", "ListProjects", "company-health", None, Unspecified),
    ] {
        let expected = (ability.to_owned(), dashboard_target(slug, period, subject));
        assert_eq!(matching(message), expected, "{message}");
    }
}

#[test]
fn follow_up_questions_match_with_the_scope_they_name() {
    for (message, period, subject) in [
        ("and this quarter?", Some(Period::Qtd), KpiSubject::Unspecified),
        ("¿y Studio?", None, one(Unit::Bu, "studio")),
    ] {
        assert_eq!(matching(message), ("FollowUp".to_owned(), kpi_target(period, subject)), "{message}");
    }
}

#[test]
fn other_questions_match_in_both_languages() {
    for (message, ability) in [
        ("How do I connect a real model?", "ConnectModel"),
        ("¿Cómo conecto un modelo real?", "ConnectModel"),
        ("What can you do?", "Introduction"),
        ("¿Quién eres?", "Introduction"),
        ("Show me a table", "TableSample"),
        ("Muéstrame una tabla", "TableSample"),
        ("what does markdown look like", "MarkdownSample"),
        ("Give me a tour", "ProductTour"),
        ("Hazme un recorrido", "ProductTour"),
        ("Thank you!", "Thanks"),
        ("¡Hola!", "Greeting"),
        ("good morning", "Greeting"),
        ("Write a poem about the sea and the wind", "Fallback"),
        ("", "Fallback"),
        ("\u{202e}\u{0}🎉", "Fallback"),
    ] {
        assert_eq!(matching(message), (ability.to_owned(), ReplyTarget::default()), "{message}");
    }
}
