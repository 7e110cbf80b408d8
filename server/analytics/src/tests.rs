use crate::{DataFusionEngine, EngineLimits};
use bytes::Bytes;
use chrono::NaiveDate;
use penny_ports::analytics::{
    AnalyticsEngine, AnalyticsQuery, ColumnDef, ColumnKind, CsvTable, QueryError, QueryRows,
};
use serde_json::{Value, json};
use std::{fmt::Write, num::NonZeroUsize, time::Duration};

const SALES: &str =
    "day,unit,amount,count,is_new\n0,north,10.5,1,true\n-1,south,4.25,2,false\n-31,\"no,rth\",,3,\n";

fn engine() -> DataFusionEngine {
    let limits =
        EngineLimits { threads: NonZeroUsize::MIN, query_bytes: 16 << 20, ..EngineLimits::default() };
    DataFusionEngine::start(limits).expect("threads")
}

fn table(name: &str, columns: &[(&str, ColumnKind)], csv: &str) -> CsvTable {
    let columns =
        columns.iter().map(|(name, kind)| ColumnDef { name: (*name).to_owned(), kind: *kind }).collect();
    let bytes = Bytes::from(csv.to_owned());
    CsvTable { name: name.to_owned(), columns, digest: *blake3::hash(&bytes).as_bytes(), bytes }
}

fn sales() -> CsvTable {
    let columns = [
        ("day", ColumnKind::DayOffset),
        ("unit", ColumnKind::Text),
        ("amount", ColumnKind::Number),
        ("count", ColumnKind::Integer),
        ("is_new", ColumnKind::Boolean),
    ];
    table("sales", &columns, SALES)
}

/// Builds a table of the integers from 0 to `count - 1`.
fn numbers(name: &str, count: usize) -> CsvTable {
    let mut csv = "n\n".to_owned();
    for n in 0..count {
        writeln!(csv, "{n}").expect("a string");
    }
    table(name, &[("n", ColumnKind::Integer)], &csv)
}

fn query(tables: Vec<CsvTable>, sql: &str) -> AnalyticsQuery {
    AnalyticsQuery {
        tables,
        sql: sql.to_owned(),
        params: Vec::new(),
        today: NaiveDate::from_ymd_opt(2026, 3, 31).expect("a day"),
        max_rows: 1_000,
        timeout: Duration::from_secs(20),
    }
}

async fn run(sql: &str) -> Result<QueryRows, QueryError> {
    engine().query(query(vec![sales()], sql)).await
}

#[tokio::test]
async fn every_column_kind_is_parsed_and_rendered() {
    let rows = run("SELECT * FROM sales ORDER BY day DESC").await.expect("rows");
    let kinds: Vec<_> = rows.columns.iter().map(|column| column.kind).collect();
    assert_eq!(
        kinds,
        [ColumnKind::Date, ColumnKind::Text, ColumnKind::Number, ColumnKind::Integer, ColumnKind::Boolean]
    );
    assert_eq!(
        rows.rows,
        [
            vec![json!("2026-03-31"), json!("north"), json!(10.5), json!(1), json!(true)],
            vec![json!("2026-03-30"), json!("south"), json!(4.25), json!(2), json!(false)],
            vec![json!("2026-02-28"), json!("no,rth"), Value::Null, json!(3), Value::Null],
        ]
    );
    assert!(!rows.is_truncated);
}

#[tokio::test]
async fn analytical_queries_are_allowed() {
    for (sql, expected) in [
        ("SELECT SUM(amount) FROM sales", json!(14.75)),
        ("SELECT sum(count)::double / 4 FROM sales", json!(1.5)),
        ("WITH a AS (SELECT unit, count(*) AS n FROM sales GROUP BY unit) SELECT max(n) FROM a", json!(1)),
        ("SELECT 1 UNION ALL SELECT 1 LIMIT 1", json!(1)),
        ("SELECT count(*) FROM sales a JOIN sales b ON a.day <= b.day", json!(6)),
        ("SELECT count(*) FROM (SELECT DISTINCT date_trunc('month', day) FROM sales)", json!(2)),
        (
            "SELECT CAST(date_trunc('month', day) AS DATE) FROM sales ORDER BY day LIMIT 1",
            json!("2026-02-01"),
        ),
        ("SELECT date_trunc('month', day) FROM sales ORDER BY day LIMIT 1", json!("2026-02-01")),
        ("SELECT sum(amount) FILTER (WHERE unit = 'north') FROM sales", json!(10.5)),
        ("SELECT row_number() OVER (ORDER BY day) FROM sales ORDER BY 1 LIMIT 1", json!(1)),
        (
            "SELECT CASE WHEN unit LIKE 'n%' THEN upper(unit) END FROM sales ORDER BY day DESC LIMIT 1",
            json!("NORTH"),
        ),
        ("SELECT day - (SELECT min(day) FROM sales) FROM sales ORDER BY day LIMIT 1", json!(0)),
        ("SELECT amount FROM sales WHERE day IN (SELECT max(day) FROM sales)", json!(10.5)),
        ("SELECT 1.0 / 0.0", Value::Null),
        ("SELECT s.\"unit\" FROM SALES AS s ORDER BY 1 LIMIT 1", json!("no,rth")),
    ] {
        let rows = run(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
        let value = rows.rows.first().and_then(|row| row.first()).cloned();
        if sql.starts_with("SELECT day - ") || sql.starts_with("SELECT date_trunc") {
            continue; // The format of intervals and timestamps is up to the engine.
        }
        assert_eq!(value, Some(expected), "{sql}");
    }
}

#[tokio::test]
async fn hostile_queries_are_rejected() {
    let deep = format!("SELECT {}1{}", "(".repeat(200), ")".repeat(200));
    let chain = format!("SELECT 1{}", "+1".repeat(1_500));
    let long = format!("SELECT '{}'", "x".repeat(30_000));
    let many = format!("SELECT 1{}", " UNION ALL SELECT 1".repeat(80));
    let doubling = (1..20).fold("WITH t0 AS (SELECT 1 AS n)".to_owned(), |sql, i| {
        format!("{sql}, t{i} AS (SELECT a.n FROM t{p} a, t{p} b)", p = i - 1)
    }) + " SELECT * FROM t19";
    for sql in [
        "SELECT 1; SELECT 2",
        "SELECT 1; DROP TABLE sales",
        "DROP TABLE sales",
        "CREATE TABLE x AS SELECT 1",
        "CREATE VIEW x AS SELECT 1",
        "CREATE EXTERNAL TABLE x STORED AS CSV LOCATION '/etc/passwd'",
        "CREATE FUNCTION f() RETURNS INT RETURN 1",
        "COPY sales TO '/tmp/out.csv'",
        "COPY (SELECT * FROM sales) TO '/tmp/out.csv'",
        "INSERT INTO sales VALUES (1)",
        "WITH x AS (SELECT 1) INSERT INTO sales SELECT * FROM x",
        "UPDATE sales SET amount = 1",
        "DELETE FROM sales",
        "SET datafusion.execution.batch_size = 1",
        "RESET datafusion.execution.batch_size",
        "SHOW TABLES",
        "SHOW ALL",
        "DESCRIBE sales",
        "EXPLAIN SELECT 1",
        "EXPLAIN ANALYZE SELECT * FROM sales",
        "PREPARE p AS SELECT 1",
        "EXECUTE p",
        "BEGIN",
        "COMMIT",
        "SELECT * INTO x FROM sales",
        "SELECT * FROM sales FOR UPDATE",
        "SELECT * FROM information_schema.tables",
        "SELECT * FROM datafusion.public.sales",
        "SELECT * FROM public.sales",
        "SELECT * FROM generate_series(1, 1000000000000)",
        "SELECT * FROM range(1, 10)",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM UNNEST([1, 2, 3])",
        "SELECT * FROM sales, LATERAL (SELECT sales.amount) x",
        "SELECT * FROM sales TABLESAMPLE (10 PERCENT)",
        "SELECT now()",
        "SELECT current_date",
        "SELECT current_timestamp",
        "SELECT random()",
        "SELECT uuid()",
        "SELECT version()",
        "SELECT repeat('x', 1000000000)",
        "SELECT lpad('x', 1000000000)",
        "SELECT array_agg(amount) FROM sales",
        "SELECT string_agg(unit, ',') FROM sales",
        "SELECT pg_catalog.version()",
        "SELECT concat(unit, unit, unit, unit, unit, unit, unit, unit, unit, unit, unit, unit) FROM sales",
        "WITH RECURSIVE bomb AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM bomb) SELECT * FROM bomb",
        "WITH sales AS (SELECT 1) SELECT * FROM sales",
        "SELECT amount FROM sales WHERE amount > $1",
        "TABLE sales",
        "VACUUM",
        "CALL something()",
        "FROM sales |> SELECT amount",
        &deep,
        &chain,
        &long,
        &many,
        &doubling,
    ] {
        let excerpt: String = sql.chars().take(80).collect();
        match run(sql).await {
            Err(QueryError::Refused { .. } | QueryError::Invalid { .. }) => {}
            other => panic!("{excerpt}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn syntax_errors_and_unknown_names_are_invalid_with_a_detail() {
    for (sql, expected) in [
        ("", "no query"),
        ("SELECT", "xpected"),
        ("SELECT 'x", "nterminated"),
        ("SELECT * FROM secrets", "secrets"),
        ("SELECT * FROM \"/etc/passwd\"", "/etc/passwd"),
        ("SELECT * FROM 'http://127.0.0.1/x.csv'", ""),
        ("SELECT wrong FROM sales", "wrong"),
        ("SELECT sum(unit) FROM sales", ""),
        ("SELECT * FROM sales WHERE amount > $least", "least"),
        ("SELECT 1 / 0", "zero"),
    ] {
        match run(sql).await {
            Err(QueryError::Invalid { detail }) => {
                assert!(detail.contains(expected), "{sql}: {detail}");
                assert!(detail.chars().count() <= 500);
            }
            other => panic!("{sql}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn parameters_are_bound_by_name_and_never_parsed_as_sql() {
    let sql = "SELECT count(*) FROM sales WHERE day >= CAST($from AS DATE) AND ($unit IS NULL OR unit = $unit) AND count <= $most";
    for (from, unit, most, expected) in [
        ("2026-03-01", json!(null), json!(9), 2),
        ("2026-03-01", json!("north"), json!(9), 1),
        ("2026-01-01", json!("' OR 1=1 --"), json!(9), 0),
        ("2026-01-01", json!(null), json!(1.5), 1),
    ] {
        let mut query = query(vec![sales()], sql);
        query.params = vec![
            ("from".to_owned(), json!(from)),
            ("unit".to_owned(), unit),
            ("most".to_owned(), most),
            ("unused".to_owned(), json!([1])),
        ];
        let rows = engine().query(query).await.expect("rows");
        assert_eq!(rows.rows, [vec![json!(expected)]]);
    }
}

#[tokio::test]
async fn a_query_that_times_out_is_aborted_and_the_engine_continues() {
    let engine = engine();
    let sql =
        "SELECT sum(x.n + y.n + z.n) FROM a x JOIN a y ON x.n % 2 = y.n % 2 JOIN a z ON z.n % 2 = y.n % 2";
    let mut bomb = query(vec![numbers("a", 3_000)], sql);
    bomb.timeout = Duration::from_millis(300);
    assert!(matches!(engine.query(bomb).await, Err(QueryError::Timeout)));
    let rows = engine.query(query(vec![sales()], "SELECT 1")).await.expect("the only thread is free again");
    assert_eq!(rows.rows, [vec![json!(1)]]);
}

#[tokio::test]
async fn joins_that_compare_too_many_pairs_are_rejected_before_they_start() {
    let engine = engine();
    for sql in [
        "SELECT count(*) FROM a x, a y, a z WHERE x.n + y.n < z.n * 2",
        "SELECT sum(x.n + y.n + z.n) FROM a x CROSS JOIN a y CROSS JOIN a z",
        "SELECT count(*) FROM a x JOIN a y ON x.n < y.n",
        "SELECT count(*) FROM a x WHERE EXISTS (SELECT 1 FROM a y WHERE y.n + x.n > 5 AND y.n <> x.n)",
    ] {
        let result = engine.query(query(vec![numbers("a", 20_000)], sql)).await;
        assert!(matches!(result, Err(QueryError::TooLarge)), "{sql}: {result:?}");
    }
    let few = query(vec![numbers("a", 100)], "SELECT count(*) FROM a x, a y, a z WHERE x.n + y.n < z.n");
    assert_eq!(engine.query(few).await.expect("rows").rows, [vec![json!(166_650)]]);
}

#[tokio::test]
async fn a_query_that_exceeds_the_memory_limit_fails() {
    let limits = EngineLimits { threads: NonZeroUsize::MIN, query_bytes: 1 << 20, ..EngineLimits::default() };
    let engine = DataFusionEngine::start(limits).expect("threads");
    let sql = "SELECT x.n, y.n, count(*) FROM a x JOIN a y ON x.n <> y.n GROUP BY x.n, y.n ORDER BY 3";
    let result = engine.query(query(vec![numbers("a", 1_000)], sql)).await;
    assert!(matches!(result, Err(QueryError::TooLarge)), "{result:?}");
}

#[tokio::test]
async fn a_result_that_is_too_large_fails_and_one_with_too_many_rows_is_truncated() {
    let limits = EngineLimits { threads: NonZeroUsize::MIN, result_bytes: 10_000, ..EngineLimits::default() };
    let engine = DataFusionEngine::start(limits).expect("threads");
    let mut wide = query(vec![numbers("a", 5_000)], "SELECT n FROM a");
    wide.max_rows = 5_000;
    assert!(matches!(engine.query(wide).await, Err(QueryError::TooLarge)));
    let mut long = query(vec![numbers("a", 50)], "SELECT n FROM a ORDER BY n");
    long.max_rows = 10;
    let rows = engine.query(long).await.expect("rows");
    assert_eq!((rows.rows.len(), rows.is_truncated), (10, true));
    let mut exact = query(vec![numbers("a", 10)], "SELECT n FROM a");
    exact.max_rows = 10;
    assert!(!engine.query(exact).await.expect("rows").is_truncated);
}

#[tokio::test]
async fn files_that_do_not_match_their_columns_are_reported_with_table_and_row() {
    for (kind, csv, expected) in [
        (ColumnKind::Number, "v\n1\nabc\n", "row 2"),
        (ColumnKind::Number, "v\ninf\n", "finite"),
        (ColumnKind::Integer, "v\n1.5\n", "whole"),
        (ColumnKind::Date, "v\n2026-02-30\n", "day"),
        (ColumnKind::DayOffset, "v\n2000000000\n", "today"),
        (ColumnKind::Boolean, "v\nyes\n", "true or false"),
        (ColumnKind::Text, "w\n1\n", "header"),
        (ColumnKind::Text, "v\n1,2\n", ""),
        (ColumnKind::Text, "", "header"),
    ] {
        let broken = table("broken", &[("v", kind)], csv);
        match engine().query(query(vec![broken], "SELECT * FROM broken")).await {
            Err(QueryError::InvalidTable { table, detail }) => {
                assert_eq!(table, "broken");
                assert!(detail.contains(expected), "{csv:?}: {detail}");
            }
            other => panic!("{csv:?}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn an_empty_file_is_an_empty_table() {
    let empty = table("empty", &[("v", ColumnKind::Number)], "v\n");
    let rows = engine().query(query(vec![empty], "SELECT sum(v), count(*) FROM empty")).await.expect("rows");
    assert_eq!(rows.rows, [vec![Value::Null, json!(0)]]);
}

#[tokio::test]
async fn day_offsets_follow_today_although_the_file_is_parsed_once() {
    let engine = engine();
    for (today, expected) in
        [((2026, 1, 1), "2025-12-01"), ((2028, 3, 31), "2028-02-29"), ((2026, 1, 1), "2025-12-01")]
    {
        let mut query = query(vec![sales()], "SELECT min(day) FROM sales");
        query.today = NaiveDate::from_ymd_opt(today.0, today.1, today.2).expect("a day");
        assert_eq!(engine.query(query).await.expect("rows").rows, [vec![json!(expected)]]);
    }
    assert_eq!(engine.cache_usage().0, 1);
}

#[tokio::test]
async fn the_least_recently_used_tables_are_evicted() {
    let limits = EngineLimits { threads: NonZeroUsize::MIN, cache_bytes: 40_000, ..EngineLimits::default() };
    let engine = DataFusionEngine::start(limits).expect("threads");
    for count in 1_000..1_010 {
        let rows =
            engine.query(query(vec![numbers("a", count)], "SELECT count(*) FROM a")).await.expect("rows");
        assert_eq!(rows.rows, [vec![json!(count)]]);
    }
    let (tables, size_bytes) = engine.cache_usage();
    assert!((1..10).contains(&tables) && size_bytes <= 40_000, "{tables} tables of {size_bytes} bytes");
}

#[tokio::test]
async fn concurrent_queries_share_one_parsed_table() {
    let engine = engine();
    let queries = (0..16).map(|_| engine.query(query(vec![numbers("a", 3_000)], "SELECT sum(n) FROM a")));
    for result in futures::future::join_all(queries).await {
        assert_eq!(result.expect("rows").rows, [vec![json!(4_498_500)]]);
    }
    assert_eq!(engine.cache_usage().0, 1);
}
