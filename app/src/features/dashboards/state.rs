//! The filters of a dashboard and their representation in the URL.

use penny_i18n::keys;
use penny_types::dashboards::{DashboardFilters, DashboardView, FilterOption, Period, Unit};

/// Parses the filters from the URL query; missing and unknown values fall back to the default.
#[must_use]
pub fn filters_from_query(period: Option<&str>, unit: Option<&str>, id: Option<String>) -> DashboardFilters {
    let fallback = DashboardFilters::default();
    let unit: Unit = unit.and_then(|value| value.parse().ok()).unwrap_or(fallback.unit);
    let id = id.filter(|id| !id.is_empty() && unit != Unit::Company);
    DashboardFilters {
        period: period.and_then(|value| value.parse().ok()).unwrap_or(fallback.period),
        // A unit without an id is ignored.
        unit: if id.is_none() { Unit::Company } else { unit },
        id,
    }
}

/// Formats the filters as a URL query, without default values.
#[must_use]
pub fn filters_to_query(filters: &DashboardFilters) -> String {
    let mut pairs = Vec::new();
    if filters.period != DashboardFilters::default().period {
        pairs.push(format!("period={}", filters.period));
    }
    if let (Some(id), true) = (&filters.id, filters.unit != Unit::Company) {
        pairs.push(format!("unit={}", filters.unit));
        pairs.push(format!("id={}", percent_encode(id)));
    }
    if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) }
}

/// Returns the path of a dashboard with filters. It always contains the period, so that its meaning does not depend on
/// the default.
#[must_use]
pub fn dashboard_path(slug: &str, filters: &DashboardFilters) -> String {
    let mut path = format!("/d/{}?period={}", percent_encode(slug), filters.period);
    if let Some(id) = filters.id.as_ref().filter(|_| filters.unit != Unit::Company) {
        path.push_str(&format!("&unit={}&id={}", filters.unit, percent_encode(id)));
    }
    path
}

/// Percent-encodes everything but unreserved characters (RFC 3986).
#[must_use]
pub fn percent_encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// Returns the business units or projects to choose from.
#[must_use]
pub fn choices(view: &DashboardView, unit: Unit) -> &[FilterOption] {
    match unit {
        Unit::Company => &[],
        Unit::Bu => &view.business_units,
        Unit::Project => &view.projects,
    }
}

/// Returns the filters for another unit type: the first unit of that type, or the company when there is none.
#[must_use]
pub fn with_unit(filters: &DashboardFilters, unit: Unit, view: &DashboardView) -> DashboardFilters {
    match choices(view, unit).first() {
        Some(first) => DashboardFilters { period: filters.period, unit, id: Some(first.id.clone()) },
        None => DashboardFilters { period: filters.period, unit: Unit::Company, id: None },
    }
}

/// Returns the message key of a period.
#[must_use]
pub const fn period_key(period: Period) -> &'static str {
    match period {
        Period::Mtd => keys::DASHBOARD_PERIOD_MTD_LONG,
        Period::Qtd => keys::DASHBOARD_PERIOD_QTD_LONG,
        Period::Ytd => keys::DASHBOARD_PERIOD_YTD_LONG,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_round_trip_through_the_query() {
        for filters in [
            DashboardFilters::default(),
            DashboardFilters { period: Period::Ytd, unit: Unit::Company, id: None },
            DashboardFilters { period: Period::Mtd, unit: Unit::Bu, id: Some("north".to_owned()) },
            DashboardFilters { period: Period::Qtd, unit: Unit::Project, id: Some("p1".to_owned()) },
        ] {
            let query = filters_to_query(&filters);
            let find = |name: &str| {
                query
                    .trim_start_matches('?')
                    .split('&')
                    .find_map(|pair| pair.strip_prefix(&format!("{name}=")))
            };
            assert_eq!(
                filters_from_query(find("period"), find("unit"), find("id").map(ToOwned::to_owned)),
                filters
            );
        }
    }

    #[test]
    fn invalid_values_fall_back_to_the_default() {
        let fallback = DashboardFilters::default();
        assert_eq!(filters_from_query(Some("week"), Some("galaxy"), Some("x".to_owned())), fallback);
        assert_eq!(filters_from_query(None, Some("bu"), None), fallback);
        assert_eq!(filters_from_query(None, Some("company"), Some("x".to_owned())), fallback);
    }

    #[test]
    fn a_path_contains_the_filters_percent_encoded() {
        let filters =
            DashboardFilters { period: Period::Qtd, unit: Unit::Bu, id: Some("a b&c=ñ".to_owned()) };
        let path = dashboard_path("company-health", &filters);
        assert_eq!(path, "/d/company-health?period=QTD&unit=bu&id=a%20b%26c%3D%C3%B1");
        assert_eq!(dashboard_path("../x?", &DashboardFilters::default()), "/d/..%2Fx%3F?period=MTD");
    }

    #[test]
    fn reserved_characters_are_percent_encoded() {
        assert_eq!(percent_encode("a b&ñ"), "a%20b%26%C3%B1");
    }
}
