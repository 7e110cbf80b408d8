//! The key figures computed from the CSV files with nothing but arithmetic: no SQL, no engine.

use chrono::{Datelike, Days, NaiveDate};
use penny_core::demo;
use penny_types::dashboards::{Period, Unit};
use std::collections::HashMap;

/// A file as rows of fields by column.
type Table = Vec<HashMap<String, String>>;

/// The files of the demo, and the day they are read on.
pub struct Books {
    tables: HashMap<String, Table>,
    today: NaiveDate,
}

/// Whose figures.
#[derive(Clone, Copy)]
pub struct Whose<'a> {
    pub unit: Unit,
    pub id: &'a str,
}

/// Days from the first to the last.
type Stretch = (NaiveDate, NaiveDate);

impl Books {
    pub fn on(today: NaiveDate) -> Self {
        let mut tables = HashMap::new();
        for table in demo::tables() {
            let mut reader = csv::Reader::from_reader(table.bytes.as_ref());
            let rows = reader.deserialize().collect::<Result<Table, _>>().unwrap();
            tables.insert(table.name, rows);
        }
        Self { tables, today }
    }

    /// The ids of a table, in its order.
    pub fn ids(&self, table: &str) -> Vec<String> {
        self.tables[table].iter().map(|row| row["id"].clone()).collect()
    }

    fn day(&self, row: &HashMap<String, String>, column: &str) -> Option<NaiveDate> {
        let offset: i64 = row[column].parse().ok()?;
        let days = Days::new(offset.unsigned_abs());
        if offset < 0 { self.today.checked_sub_days(days) } else { self.today.checked_add_days(days) }
    }

    fn rows<'a>(&'a self, table: &str, whose: Whose<'a>) -> impl Iterator<Item = &'a HashMap<String, String>> {
        let is_projects = table == "projects";
        self.tables[table].iter().filter(move |row| match whose.unit {
            Unit::Company => true,
            Unit::Bu => row["business_unit"] == whose.id,
            Unit::Project => row[if is_projects { "id" } else { "project" }] == whose.id,
        })
    }

    fn ledger(&self, whose: Whose<'_>, (from, to): Stretch, account: &str) -> Option<f64> {
        let rows = self.rows("ledger", whose).filter(|row| row["account"] == account);
        total(rows.filter(|row| within(self.day(row, "day"), from, to)).map(|row| number(row, "amount")))
    }

    fn budget(&self, whose: Whose<'_>, (from, to): Stretch) -> Option<f64> {
        let rows = self.rows("budget", whose);
        total(rows.filter(|row| within(self.day(row, "day"), from, to)).map(|row| number(row, "revenue")))
    }

    /// The figure, and its target where the data gives one.
    pub fn figure(&self, slug: &str, whose: Whose<'_>, stretch: Stretch) -> (Option<f64>, Option<f64>) {
        let (from, to) = stretch;
        let revenue = || self.ledger(whose, stretch, "revenue");
        let share = |part: f64| revenue().map(|revenue| part / revenue);
        let closed_in = |row: &&HashMap<String, String>| within(self.day(row, "closed"), from, to);
        let open_on = |row: &&HashMap<String, String>, begun: &str| {
            self.day(row, begun).is_some_and(|day| day <= to) && self.day(row, "closed").is_none_or(|day| day > to)
        };
        match slug {
            "revenue" => (revenue(), self.budget(whose, stretch)),
            "revenue-vs-budget" => (share(0.0).and_then(|_| Some(revenue()? / self.budget(whose, stretch)?)), None),
            "gross-margin" => {
                let cogs = self.ledger(whose, stretch, "cogs").unwrap_or_default();
                (share(revenue().unwrap_or_default() - cogs), None)
            }
            "operating-margin" => {
                let costs = ["cogs", "opex"].iter().filter_map(|account| self.ledger(whose, stretch, account)).sum::<f64>();
                (share(revenue().unwrap_or_default() - costs), None)
            }
            "win-rate" => {
                let won = self.rows("deals", whose).filter(closed_in).map(|row| f64::from(u8::from(row["stage"] == "won")));
                (mean(won), None)
            }
            "pipeline" => {
                let open = self.rows("deals", whose).filter(|row| open_on(row, "created"));
                let value = total(open.map(|row| number(row, "amount"))).unwrap_or_default();
                (Some(value), self.budget(whose, (to - Days::new(29), to)))
            }
            "mttr" => (mean(self.rows("incidents", whose).filter(closed_in).map(|row| number(row, "resolution_hours"))), None),
            "open-sev1" => {
                let grave = self.rows("incidents", whose).filter(|row| row["severity"] == "1" && open_on(row, "opened"));
                (Some(grave.count() as f64), None)
            }
            "time-to-hire" => {
                let hired = self.rows("candidates", whose).filter(|row| within(self.day(row, "hired"), from, to));
                (mean(hired.map(|row| number(row, "hired") - number(row, "opened"))), None)
            }
            "projects-on-time" => {
                let begun = self.rows("projects", whose).filter(|row| self.day(row, "planned_start").is_some_and(|day| day <= to));
                let on_time = begun.map(|row| {
                    let planned = self.day(row, "planned_end").unwrap();
                    let ended = self.day(row, "actual_end").filter(|day| *day <= to);
                    f64::from(u8::from(ended.unwrap_or(to) <= planned))
                });
                (mean(on_time), None)
            }
            other => panic!("nobody knows how to compute {other} by hand"),
        }
    }
}

fn number(row: &HashMap<String, String>, column: &str) -> f64 {
    row[column].parse().unwrap()
}

fn within(day: Option<NaiveDate>, from: NaiveDate, to: NaiveDate) -> bool {
    day.is_some_and(|day| from <= day && day <= to)
}

fn total(numbers: impl Iterator<Item = f64>) -> Option<f64> {
    let mut sum = None;
    for number in numbers {
        sum = Some(sum.unwrap_or(0.0) + number);
    }
    sum
}

fn mean(numbers: impl Iterator<Item = f64>) -> Option<f64> {
    let numbers: Vec<f64> = numbers.collect();
    (!numbers.is_empty()).then(|| numbers.iter().sum::<f64>() / numbers.len() as f64)
}

/// The stretch of a period, and the same a year before, by the calendar.
pub fn stretches(period: Period, today: NaiveDate) -> (Stretch, Stretch) {
    let month = match period {
        Period::Mtd => today.month(),
        Period::Qtd => [1, 1, 1, 4, 4, 4, 7, 7, 7, 10, 10, 10][today.month0() as usize],
        Period::Ytd => 1,
    };
    let first = |year| NaiveDate::from_ymd_opt(year, month, 1).unwrap();
    let year = today.year();
    let last = NaiveDate::from_ymd_opt(year - 1, today.month(), today.day());
    let last = last.unwrap_or_else(|| NaiveDate::from_ymd_opt(year - 1, 2, 28).unwrap());
    ((first(year), today), (first(year - 1), last))
}

/// The last twelve months, the running one up to today.
pub fn months(today: NaiveDate) -> Vec<Stretch> {
    let (mut year, mut month) = (today.year(), today.month());
    let mut months = Vec::new();
    let mut last = today;
    for _ in 0..12 {
        let first = NaiveDate::from_ymd_opt(year, month, 1).unwrap();
        months.insert(0, (first, last));
        last = first.pred_opt().unwrap();
        (year, month) = if month == 1 { (year - 1, 12) } else { (year, month - 1) };
    }
    months
}
