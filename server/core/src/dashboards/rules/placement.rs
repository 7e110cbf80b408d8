//! Selection of the dashboard that shows given KPIs.

/// A dashboard and the KPIs on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DashboardKpis {
    pub slug: String,
    /// Slugs of the KPIs.
    pub kpis: Vec<String>,
}

/// Returns the slug of the dashboard that shows most of the given KPIs, the first of equals. Returns `None`
/// when no dashboard shows any.
pub(crate) fn best_dashboard<'a>(dashboards: &'a [DashboardKpis], kpis: &[&str]) -> Option<&'a str> {
    let shown =
        |dashboard: &DashboardKpis| dashboard.kpis.iter().filter(|kpi| kpis.contains(&kpi.as_str())).count();
    let most = dashboards.iter().map(shown).max().filter(|most| *most > 0)?;
    dashboards.iter().find(|dashboard| shown(dashboard) == most).map(|dashboard| dashboard.slug.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dashboard(slug: &str, kpis: &[&str]) -> DashboardKpis {
        DashboardKpis { slug: slug.to_owned(), kpis: kpis.iter().map(|kpi| (*kpi).to_owned()).collect() }
    }

    #[test]
    fn the_dashboard_with_most_of_the_kpis_is_selected() {
        let dashboards = [
            dashboard("empty", &[]),
            dashboard("sales", &["revenue"]),
            dashboard("health", &["revenue", "margin"]),
        ];
        assert_eq!(best_dashboard(&dashboards, &["revenue", "margin"]), Some("health"));
        assert_eq!(best_dashboard(&dashboards, &["revenue"]), Some("sales"));
        assert_eq!(best_dashboard(&dashboards, &["churn"]), None);
        assert_eq!(best_dashboard(&[], &["revenue"]), None);
    }
}
