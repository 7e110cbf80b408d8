//! The filters of a dashboard and the address that holds them.

use penny_types::dashboards::{DashboardFilters, DashboardView, FilterOption, Period, Unit};
use penny_words::keys;

/// Reads the filters from an address's query; what is missing or unknown is as it is by default.
#[must_use]
pub fn filters_of(period: Option<&str>, unit: Option<&str>, id: Option<String>) -> DashboardFilters {
    let fallback = DashboardFilters::default();
    let unit: Unit = unit.and_then(|word| word.parse().ok()).unwrap_or(fallback.unit);
    let id = id.filter(|id| !id.is_empty() && unit != Unit::Company);
    DashboardFilters {
        period: period.and_then(|word| word.parse().ok()).unwrap_or(fallback.period),
        // A unit of which none is named means nothing.
        unit: if id.is_none() { Unit::Company } else { unit },
        id,
    }
}

/// Writes the filters as an address's query, without what is as it is by default.
#[must_use]
pub fn query_of(filters: &DashboardFilters) -> String {
    let mut pairs = Vec::new();
    if filters.period != DashboardFilters::default().period {
        pairs.push(format!("period={}", filters.period));
    }
    if let (Some(id), true) = (&filters.id, filters.unit != Unit::Company) {
        pairs.push(format!("unit={}", filters.unit));
        pairs.push(format!("id={}", encoded(id)));
    }
    if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) }
}

/// Returns the address of a dashboard seen with certain filters. It always says the stretch of time, so
/// that it means the same when what is usual changes.
#[must_use]
pub fn address_of(slug: &str, filters: &DashboardFilters) -> String {
    let mut address = format!("/d/{}?period={}", encoded(slug), filters.period);
    if let Some(id) = filters.id.as_ref().filter(|_| filters.unit != Unit::Company) {
        address.push_str(&format!("&unit={}&id={}", filters.unit, encoded(id)));
    }
    address
}

/// Encodes a text for a query (RFC 3986: everything but unreserved characters).
#[must_use]
pub fn encoded(text: &str) -> String {
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

/// Returns the business units or projects one can pick.
#[must_use]
pub fn choices(view: &DashboardView, unit: Unit) -> &[FilterOption] {
    match unit {
        Unit::Company => &[],
        Unit::Bu => &view.business_units,
        Unit::Project => &view.projects,
    }
}

/// Returns the filters after another kind of unit was picked: its first one, or the company when there is none.
#[must_use]
pub fn with_unit(filters: &DashboardFilters, unit: Unit, view: &DashboardView) -> DashboardFilters {
    match choices(view, unit).first() {
        Some(first) => DashboardFilters { period: filters.period, unit, id: Some(first.id.clone()) },
        None => DashboardFilters { period: filters.period, unit: Unit::Company, id: None },
    }
}

/// Returns the key of a period's name.
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
    fn an_address_reads_back_the_filters_it_was_made_of() {
        for filters in [
            DashboardFilters::default(),
            DashboardFilters { period: Period::Ytd, unit: Unit::Company, id: None },
            DashboardFilters { period: Period::Mtd, unit: Unit::Bu, id: Some("north".to_owned()) },
            DashboardFilters { period: Period::Qtd, unit: Unit::Project, id: Some("p1".to_owned()) },
        ] {
            let query = query_of(&filters);
            let find = |name: &str| {
                query
                    .trim_start_matches('?')
                    .split('&')
                    .find_map(|pair| pair.strip_prefix(&format!("{name}=")))
            };
            assert_eq!(filters_of(find("period"), find("unit"), find("id").map(ToOwned::to_owned)), filters);
        }
    }

    #[test]
    fn what_makes_no_sense_is_as_by_default() {
        let fallback = DashboardFilters::default();
        assert_eq!(filters_of(Some("week"), Some("galaxy"), Some("x".to_owned())), fallback);
        assert_eq!(filters_of(None, Some("bu"), None), fallback);
        assert_eq!(filters_of(None, Some("company"), Some("x".to_owned())), fallback);
    }

    #[test]
    fn an_address_carries_the_filters_and_nothing_that_breaks_out_of_it() {
        let filters =
            DashboardFilters { period: Period::Qtd, unit: Unit::Bu, id: Some("a b&c=ñ".to_owned()) };
        let address = address_of("company-health", &filters);
        assert_eq!(address, "/d/company-health?period=QTD&unit=bu&id=a%20b%26c%3D%C3%B1");
        assert_eq!(address_of("../x?", &DashboardFilters::default()), "/d/..%2Fx%3F?period=MTD");
    }

    #[test]
    fn names_are_encoded() {
        assert_eq!(encoded("a b&ñ"), "a%20b%26%C3%B1");
    }
}
