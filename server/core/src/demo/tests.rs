use super::{generate::tables, seed};
use std::collections::HashSet;

/// BLAKE3 digest of each file. Changing one changes the data of every demo.
const DIGESTS: [(&str, &str); 7] = [
    ("business_units", "db13c97955f01ff04c57826685b78d38b813bd62283fa1453c01ea80639fe838"),
    ("projects", "01a49143a0b5d8b95db04f06174c21312cf1c2b193772dede8caa75ca7e13b20"),
    ("ledger", "32bc800e42648f13023a136c9279988d41e7c70d09b9a96da4627f6243ef8449"),
    ("budget", "082f5dff5dd12aaf74c9fbc87504ab32866e3c1e4ee6d9d15ea3887e9fbcd04a"),
    ("deals", "d91a40abdb1c3b7cfe940853f6e0fd0544ca612d29212b2081a58b199e397c0c"),
    ("incidents", "0cc82d1ee157133cfe501493541800b777542dcbe5418bb2d8f0da1859aaab28"),
    ("candidates", "201514ff301069fd726c54e5563e94cfcf8f07a62495c8ef0f6605c18e5e1469"),
];

#[test]
fn the_files_are_deterministic() {
    let found: Vec<(String, String)> = tables()
        .into_iter()
        .map(|table| (table.name, blake3::hash(&table.bytes).to_hex().to_string()))
        .collect();
    let expected = DIGESTS.map(|(name, digest)| (name.to_owned(), digest.to_owned()));
    assert_eq!(found, expected);
}

#[test]
fn days_cover_two_years_and_none_is_in_the_future() {
    for table in tables() {
        let mut reader = csv::Reader::from_reader(table.bytes.as_ref());
        let header = reader.headers().expect("a header").clone();
        assert!(header.iter().eq(table.columns.iter().map(|column| column.name.as_str())), "{}", table.name);
        let mut days = HashSet::new();
        for row in reader.records() {
            let row = row.expect("a row");
            for (name, field) in header.iter().zip(&row) {
                if ["day", "created", "opened", "closed", "hired", "actual_end"].contains(&name)
                    && !field.is_empty()
                {
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
fn references_between_files_are_valid() {
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
fn the_definitions_are_valid_and_consistent() {
    let kpis = seed::kpis().expect("valid KPIs");
    let slugs: HashSet<&str> = kpis.iter().map(|kpi| kpi.slug.as_str()).collect();
    assert_eq!((kpis.len(), slugs.len()), (10, 10));
    assert!(kpis.iter().all(|kpi| kpi.target.is_some() || kpi.sql.contains("AS target")));
    let dashboard = seed::dashboard().expect("a dashboard");
    let shown: HashSet<&str> = dashboard.widgets.iter().filter_map(|widget| widget.config.kpi()).collect();
    assert_eq!(shown, slugs, "the dashboard does not show every KPI");
    assert!(dashboard.widgets.iter().all(|widget| (3..=12).contains(&widget.columns)));
}
