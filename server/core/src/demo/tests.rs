use super::{generate::tables, seed};
use std::collections::HashSet;

/// BLAKE3 of each file. A change here changes every demo: make it on purpose.
const DIGESTS: [(&str, &str); 7] = [
    ("business_units", ""),
    ("projects", ""),
    ("ledger", ""),
    ("budget", ""),
    ("deals", ""),
    ("incidents", ""),
    ("candidates", ""),
];

#[test]
fn the_files_are_the_same_every_time() {
    let found: Vec<(String, String)> =
        tables().into_iter().map(|table| (table.name, blake3::hash(&table.bytes).to_hex().to_string())).collect();
    let expected = DIGESTS.map(|(name, digest)| (name.to_owned(), digest.to_owned()));
    assert_eq!(found, expected);
}

#[test]
fn two_years_of_days_are_covered_and_nothing_happens_tomorrow() {
    for table in tables() {
        let mut reader = csv::Reader::from_reader(table.bytes.as_ref());
        let header = reader.headers().expect("a header").clone();
        assert!(header.iter().eq(table.columns.iter().map(|column| column.name.as_str())), "{}", table.name);
        let mut days = HashSet::new();
        for row in reader.records() {
            let row = row.expect("a row");
            for (name, field) in header.iter().zip(&row) {
                if ["day", "created", "opened", "closed", "hired", "actual_end"].contains(&name) && !field.is_empty() {
                    let day: i32 = field.parse().expect("a number of days");
                    assert!((-731..=0).contains(&day), "{}: {name} {day}", table.name);
                    days.insert(day);
                }
            }
        }
        if ["ledger", "budget"].contains(&table.name.as_str()) {
            assert_eq!(days.len(), 732, "{}", table.name);
        }
    }
}

#[test]
fn what_a_row_refers_to_exists() {
    let column = |table: &str, column: &str| -> Vec<String> {
        let table = tables().into_iter().find(|known| known.name == table).expect("a table");
        let at = table.columns.iter().position(|known| known.name == column).expect("a column");
        let mut reader = csv::Reader::from_reader(table.bytes.as_ref());
        reader.records().map(|row| row.expect("a row").get(at).expect("a field").to_owned()).collect()
    };
    let units: HashSet<String> = column("business_units", "id").into_iter().collect();
    let projects: HashSet<String> = column("projects", "id").into_iter().collect();
    for table in ["projects", "ledger", "budget", "deals", "incidents", "candidates"] {
        assert!(column(table, "business_unit").iter().all(|id| units.contains(id)), "{table}");
    }
    for table in ["ledger", "budget", "deals", "incidents"] {
        assert!(column(table, "project").iter().all(|id| projects.contains(id)), "{table}");
    }
    for table in ["deals", "incidents", "candidates"] {
        let ids = column(table, "id");
        assert_eq!(ids.iter().collect::<HashSet<_>>().len(), ids.len(), "{table}");
    }
}

#[test]
fn the_definitions_can_be_read_and_fit_together() {
    let kpis = seed::kpis().expect("key figures");
    let slugs: HashSet<&str> = kpis.iter().map(|kpi| kpi.slug.as_str()).collect();
    assert_eq!((kpis.len(), slugs.len()), (10, 10));
    assert!(kpis.iter().all(|kpi| kpi.target.is_some() || kpi.sql.contains("AS target")));
    let dashboard = seed::dashboard().expect("a dashboard");
    let shown: HashSet<&str> = dashboard.widgets.iter().filter_map(|widget| widget.config.kpi()).collect();
    assert_eq!(shown, slugs, "every key figure stands on the dashboard");
    assert!(dashboard.widgets.iter().all(|widget| (3..=12).contains(&widget.columns)));
}
