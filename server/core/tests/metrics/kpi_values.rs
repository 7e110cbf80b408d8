//! Every KPI, compared with the reference computation.

use crate::{
    demo_company::DemoCompany,
    reference::{ReferenceData, UnitFilter, day_ranges, months},
};
use chrono::NaiveDate;
use penny_types::dashboards::{DashboardFilters, KpiValue, Period, Unit};

/// Allowed relative difference, because the two computations add in a different order.
const ROUNDING: f64 = 1e-9;

fn assert_close(actual: Option<f64>, expected: Option<f64>, what: &str) {
    match (actual, expected) {
        (Some(actual), Some(expected)) => {
            let allowed = ROUNDING * expected.abs().max(1.0);
            assert!((actual - expected).abs() <= allowed, "{what}: actual {actual}, expected {expected}");
        }
        (actual, expected) => assert_eq!(actual, expected, "{what}"),
    }
}

fn compare(
    reference: &ReferenceData,
    today: NaiveDate,
    kpi: &KpiValue,
    period: Period,
    filter: UnitFilter<'_>,
) {
    let what =
        |part: &str| format!("{part} of {} for {} {} {period} on {today}", kpi.slug, filter.unit, filter.id);
    let (current, previous) = day_ranges(period, today);
    let (value, target) = reference.kpi(&kpi.slug, filter, current);
    assert_close(kpi.value, value, &what("value"));
    if target.is_some() {
        assert_close(kpi.target, target, &what("target"));
    }
    assert_close(kpi.previous, reference.kpi(&kpi.slug, filter, previous).0, &what("year before"));
    let months = months(today);
    assert_eq!(kpi.trend.len(), months.len());
    for (point, month) in kpi.trend.iter().zip(months) {
        assert_eq!(point.month, month.0);
        assert_close(point.value, reference.kpi(&kpi.slug, filter, month).0, &what(&format!("{}", month.0)));
    }
}

async fn check(company: &DemoCompany, today: &str, periods: &[Period], units: &[Unit]) -> usize {
    let today: NaiveDate = today.parse().unwrap();
    let reference = ReferenceData::on(today);
    let mut compared = 0;
    for &unit in units {
        let ids = match unit {
            Unit::Company => vec![String::new()],
            Unit::Bu => reference.ids("business_units"),
            Unit::Project => reference.ids("projects"),
        };
        for id in &ids {
            for &period in periods {
                let filters = DashboardFilters { period, unit, id: Some(id.clone()) };
                let kpis = company.services.dashboards.kpis(&company.alice, filters).await.unwrap();
                assert_eq!(kpis.len(), if unit == Unit::Project { 9 } else { 10 });
                for kpi in &kpis {
                    compare(&reference, today, kpi, period, UnitFilter { unit, id });
                }
                compared += kpis.len();
            }
        }
    }
    compared
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kpi_matches_the_reference_for_the_company_each_unit_and_each_project() {
    let company = DemoCompany::on("2026-11-20").await;
    let compared = check(&company, "2026-11-20", Period::ALL, Unit::ALL).await;
    assert_eq!(compared, 3 * (10 + 3 * 10 + 12 * 9));
}

#[tokio::test(flavor = "multi_thread")]
async fn kpis_match_the_reference_at_calendar_boundaries() {
    for today in ["2026-01-01", "2028-02-29", "2029-02-28", "2028-12-31", "2026-04-01"] {
        let company = DemoCompany::on(today).await;
        check(&company, today, Period::ALL, &[Unit::Company, Unit::Bu]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_date_is_that_of_the_tenants_time_zone() {
    // 00:30 in Madrid, still the previous year in UTC.
    let company = DemoCompany::at("2026-12-31T23:30:00Z", "Europe/Madrid").await;
    check(&company, "2027-01-01", &[Period::Ytd], &[Unit::Company]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_has_good_and_bad_kpis() {
    let company = DemoCompany::on("2026-11-20").await;
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
        assert!(has(Good) && (has(Watch) || has(Bad)), "{period}: all KPIs have the assert_close health");
        println!("{}", report.chart.summary);
    }
}
