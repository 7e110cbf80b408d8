//! Every key figure, through the services and by hand.

use crate::{
    by_hand::{Books, Whose, months, stretches},
    company::Company,
};
use chrono::NaiveDate;
use penny_types::dashboards::{DashboardFilters, KpiValue, Period, Unit};

/// What the two ways of adding up may differ by, against the size of the figure.
const ROUNDING: f64 = 1e-9;

fn same(shown: Option<f64>, by_hand: Option<f64>, what: &str) {
    match (shown, by_hand) {
        (Some(shown), Some(by_hand)) => {
            let allowed = ROUNDING * by_hand.abs().max(1.0);
            assert!((shown - by_hand).abs() <= allowed, "{what}: shown {shown}, by hand {by_hand}");
        }
        (shown, by_hand) => assert_eq!(shown, by_hand, "{what}"),
    }
}

fn compare(books: &Books, today: NaiveDate, kpi: &KpiValue, period: Period, whose: Whose<'_>) {
    let what =
        |part: &str| format!("{part} of {} for {} {} {period} on {today}", kpi.slug, whose.unit, whose.id);
    let (now, before) = stretches(period, today);
    let (value, target) = books.figure(&kpi.slug, whose, now);
    same(kpi.value, value, &what("value"));
    if target.is_some() {
        same(kpi.target, target, &what("target"));
    }
    same(kpi.previous, books.figure(&kpi.slug, whose, before).0, &what("year before"));
    let months = months(today);
    assert_eq!(kpi.trend.len(), months.len());
    for (point, month) in kpi.trend.iter().zip(months) {
        assert_eq!(point.month, month.0);
        same(point.value, books.figure(&kpi.slug, whose, month).0, &what(&format!("{}", month.0)));
    }
}

async fn check(company: &Company, today: &str, periods: &[Period], units: &[Unit]) -> usize {
    let today: NaiveDate = today.parse().unwrap();
    let books = Books::on(today);
    let mut compared = 0;
    for &unit in units {
        let ids = match unit {
            Unit::Company => vec![String::new()],
            Unit::Bu => books.ids("business_units"),
            Unit::Project => books.ids("projects"),
        };
        for id in &ids {
            for &period in periods {
                let filters = DashboardFilters { period, unit, id: Some(id.clone()) };
                let kpis = company.services.dashboards.kpis(&company.alice, filters).await.unwrap();
                assert_eq!(kpis.len(), if unit == Unit::Project { 9 } else { 10 });
                for kpi in &kpis {
                    compare(&books, today, kpi, period, Whose { unit, id });
                }
                compared += kpis.len();
            }
        }
    }
    compared
}

#[tokio::test(flavor = "multi_thread")]
async fn every_key_figure_is_what_the_files_say_for_the_company_each_unit_and_each_project() {
    let company = Company::on("2026-11-20").await;
    let compared = check(&company, "2026-11-20", Period::ALL, Unit::ALL).await;
    assert_eq!(compared, 3 * (10 + 3 * 10 + 12 * 9));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_figures_hold_at_the_edges_of_the_calendar() {
    for today in ["2026-01-01", "2028-02-29", "2029-02-28", "2028-12-31", "2026-04-01"] {
        let company = Company::on(today).await;
        check(&company, today, Period::ALL, &[Unit::Company, Unit::Bu]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_day_is_the_tenants_not_the_servers() {
    // Half past midnight in Madrid, still the old year in London.
    let company = Company::at("2026-12-31T23:30:00Z", "Europe/Madrid").await;
    check(&company, "2027-01-01", &[Period::Ytd], &[Unit::Company]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn some_figures_are_good_and_some_are_not() {
    let company = Company::on("2026-11-20").await;
    for period in Period::ALL {
        let filters = DashboardFilters { period: *period, ..DashboardFilters::default() };
        let report = company.services.dashboards.report(&company.alice, filters).await.unwrap();
        for kpi in &report.kpis {
            println!(
                "{period} {:<20} {:>16.4?} target {:>16.4?} before {:>16.4?} {}",
                kpi.slug, kpi.value, kpi.target, kpi.previous, kpi.health
            );
            assert!(kpi.value.is_some() && kpi.previous.is_some() && kpi.target.is_some(), "{}", kpi.slug);
        }
        let has = |health| report.kpis.iter().any(|kpi| kpi.health == health);
        use penny_types::dashboards::Health::{Bad, Good, Watch};
        assert!(
            has(Good) && (has(Watch) || has(Bad)),
            "{period}: a dashboard where all is alike says nothing"
        );
        println!("{}", report.chart.summary);
    }
}
