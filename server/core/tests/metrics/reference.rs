//! Reference computation of the KPIs, directly from the CSV files and without SQL.

use chrono::{Datelike, Days, NaiveDate, TimeDelta};
use penny_core::demo;
use penny_types::dashboards::{Period, Unit};
use std::collections::HashMap;

/// A row of a file, with its parsed days and numbers.
#[derive(Debug, Default)]
struct CsvRow {
    texts: HashMap<String, String>,
    days: HashMap<String, NaiveDate>,
    numbers: HashMap<String, f64>,
}

/// Ledger and budget amounts of a project on one day.
#[derive(Debug, Default, Clone, Copy)]
struct DailyAmounts {
    revenue: Option<f64>,
    cogs: f64,
    opex: f64,
    budget: Option<f64>,
}

/// The files of the demo, with days relative to a date.
pub struct ReferenceData {
    tables: HashMap<String, Vec<CsvRow>>,
    /// By project and day.
    amounts: HashMap<(String, NaiveDate), DailyAmounts>,
}

#[derive(Clone, Copy)]
pub struct UnitFilter<'a> {
    pub unit: Unit,
    pub id: &'a str,
}

/// First and last day.
type DayRange = (NaiveDate, NaiveDate);

impl ReferenceData {
    pub fn on(today: NaiveDate) -> Self {
        let mut tables: HashMap<String, Vec<CsvRow>> = HashMap::new();
        for table in demo::tables() {
            let mut reader = csv::Reader::from_reader(table.bytes.as_ref());
            let rows = reader.deserialize().map(|fields| CsvRow::of(fields.unwrap(), today)).collect();
            tables.insert(table.name, rows);
        }
        let mut amounts: HashMap<(String, NaiveDate), DailyAmounts> = HashMap::new();
        for row in &tables["ledger"] {
            let day = amounts.entry((row.texts["project"].clone(), row.days["day"])).or_default();
            let amount = row.numbers["amount"];
            match row.texts["account"].as_str() {
                "revenue" => day.revenue = Some(day.revenue.unwrap_or_default() + amount),
                "cogs" => day.cogs += amount,
                "opex" => day.opex += amount,
                other => panic!("unknown account: {other}"),
            }
        }
        for row in &tables["budget"] {
            let day = amounts.entry((row.texts["project"].clone(), row.days["day"])).or_default();
            day.budget = Some(day.budget.unwrap_or_default() + row.numbers["revenue"]);
        }
        Self { tables, amounts }
    }

    /// Returns the ids of a table, in file order.
    pub fn ids(&self, table: &str) -> Vec<String> {
        self.tables[table].iter().map(|row| row.texts["id"].clone()).collect()
    }

    fn rows<'a>(&'a self, table: &str, filter: UnitFilter<'a>) -> impl Iterator<Item = &'a CsvRow> {
        let is_projects = table == "projects";
        self.tables[table].iter().filter(move |row| match filter.unit {
            Unit::Company => true,
            Unit::Bu => row.texts["business_unit"] == filter.id,
            Unit::Project => row.texts[if is_projects { "id" } else { "project" }] == filter.id,
        })
    }

    /// Sums an amount over all projects and days.
    fn amounts(
        &self,
        filter: UnitFilter<'_>,
        (from, to): DayRange,
        of: impl Fn(&DailyAmounts) -> Option<f64>,
    ) -> Option<f64> {
        let mut sum = None;
        for project in self.rows("projects", filter) {
            for day in from.iter_days().take_while(|day| *day <= to) {
                let amount = self.amounts.get(&(project.texts["id"].clone(), day)).and_then(&of);
                sum = amount.map(|amount| sum.unwrap_or(0.0) + amount).or(sum);
            }
        }
        sum
    }

    fn budget(&self, filter: UnitFilter<'_>, range: DayRange) -> Option<f64> {
        self.amounts(filter, range, |day| day.budget)
    }

    /// Returns a KPI value, and its target when it is computed from the data.
    pub fn kpi(&self, slug: &str, filter: UnitFilter<'_>, range: DayRange) -> (Option<f64>, Option<f64>) {
        let (from, to) = range;
        let revenue = || self.amounts(filter, range, |day| day.revenue);
        let margin = |cost: fn(&DailyAmounts) -> f64| {
            let costs = self.amounts(filter, range, |day| day.revenue.map(|_| cost(day)))?;
            revenue().map(|revenue| (revenue - costs) / revenue)
        };
        let closed_in = |row: &&CsvRow| within(row.day("closed"), from, to);
        let open_on = |row: &&CsvRow, started: &str| {
            row.day(started).is_some_and(|day| day <= to) && row.day("closed").is_none_or(|day| day > to)
        };
        match slug {
            "revenue" => (revenue(), self.budget(filter, range)),
            "revenue-vs-budget" => {
                (revenue().and_then(|revenue| Some(revenue / self.budget(filter, range)?)), None)
            }
            "gross-margin" => (margin(|day| day.cogs), None),
            "operating-margin" => (margin(|day| day.cogs + day.opex), None),
            "win-rate" => {
                let won = self
                    .rows("deals", filter)
                    .filter(closed_in)
                    .map(|row| f64::from(u8::from(row.texts["stage"] == "won")));
                (mean(won), None)
            }
            "pipeline" => {
                let open = self.rows("deals", filter).filter(|row| open_on(row, "created"));
                let value = total(open.map(|row| row.numbers["amount"])).unwrap_or_default();
                (Some(value), self.budget(filter, (to - Days::new(29), to)))
            }
            "mttr" => (
                mean(
                    self.rows("incidents", filter)
                        .filter(closed_in)
                        .map(|row| row.numbers["resolution_hours"]),
                ),
                None,
            ),
            "open-sev1" => {
                let critical = self
                    .rows("incidents", filter)
                    .filter(|row| row.texts["severity"] == "1" && open_on(row, "opened"));
                (Some(critical.count() as f64), None)
            }
            "time-to-hire" => {
                let hired = self.rows("candidates", filter).filter(|row| within(row.day("hired"), from, to));
                (mean(hired.map(|row| row.numbers["hired"] - row.numbers["opened"])), None)
            }
            "projects-on-time" => {
                let started = self
                    .rows("projects", filter)
                    .filter(|row| row.day("planned_start").is_some_and(|day| day <= to));
                let on_time = started.map(|row| {
                    let planned = row.days["planned_end"];
                    let ended = row.day("actual_end").filter(|day| *day <= to);
                    f64::from(u8::from(ended.unwrap_or(to) <= planned))
                });
                (mean(on_time), None)
            }
            other => panic!("unknown KPI {other}"),
        }
    }
}

impl CsvRow {
    fn of(texts: HashMap<String, String>, today: NaiveDate) -> Self {
        let mut row = Self::default();
        for (column, text) in &texts {
            if let Ok(number) = text.parse::<f64>() {
                row.numbers.insert(column.clone(), number);
            }
            if let Ok(offset) = text.parse::<i64>() {
                row.days.insert(column.clone(), today + TimeDelta::days(offset));
            }
        }
        Self { texts, ..row }
    }

    fn day(&self, column: &str) -> Option<NaiveDate> {
        self.days.get(column).copied()
    }
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

/// Returns the range of a period, and the same range a year before.
pub fn day_ranges(period: Period, today: NaiveDate) -> (DayRange, DayRange) {
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

/// Returns the last twelve months; the current one ends today.
pub fn months(today: NaiveDate) -> Vec<DayRange> {
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
