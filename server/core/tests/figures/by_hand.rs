//! The key figures computed from the CSV files with nothing but arithmetic: no SQL, no engine.

use chrono::{Datelike, Days, NaiveDate, TimeDelta};
use penny_core::demo;
use penny_types::dashboards::{Period, Unit};
use std::collections::HashMap;

/// A row of a file: its texts, and its days and numbers read once.
#[derive(Debug, Default)]
struct Row {
    texts: HashMap<String, String>,
    days: HashMap<String, NaiveDate>,
    numbers: HashMap<String, f64>,
}

/// Amounts of a day: the heavy files, read once.
#[derive(Debug, Default, Clone, Copy)]
struct Day {
    revenue: Option<f64>,
    cogs: f64,
    opex: f64,
    budget: Option<f64>,
}

/// The files of the demo, read on a day.
pub struct Books {
    tables: HashMap<String, Vec<Row>>,
    /// By project and day; the business unit of each project stands in `projects`.
    money: HashMap<(String, NaiveDate), Day>,
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
        let mut tables: HashMap<String, Vec<Row>> = HashMap::new();
        for table in demo::tables() {
            let mut reader = csv::Reader::from_reader(table.bytes.as_ref());
            let rows = reader.deserialize().map(|fields| Row::of(fields.unwrap(), today)).collect();
            tables.insert(table.name, rows);
        }
        let mut money: HashMap<(String, NaiveDate), Day> = HashMap::new();
        for row in &tables["ledger"] {
            let day = money.entry((row.texts["project"].clone(), row.days["day"])).or_default();
            let amount = row.numbers["amount"];
            match row.texts["account"].as_str() {
                "revenue" => day.revenue = Some(day.revenue.unwrap_or_default() + amount),
                "cogs" => day.cogs += amount,
                "opex" => day.opex += amount,
                other => panic!("an account nobody knows: {other}"),
            }
        }
        for row in &tables["budget"] {
            let day = money.entry((row.texts["project"].clone(), row.days["day"])).or_default();
            day.budget = Some(day.budget.unwrap_or_default() + row.numbers["revenue"]);
        }
        Self { tables, money }
    }

    /// The ids of a table, in its order.
    pub fn ids(&self, table: &str) -> Vec<String> {
        self.tables[table].iter().map(|row| row.texts["id"].clone()).collect()
    }

    fn rows<'a>(&'a self, table: &str, whose: Whose<'a>) -> impl Iterator<Item = &'a Row> {
        let is_projects = table == "projects";
        self.tables[table].iter().filter(move |row| match whose.unit {
            Unit::Company => true,
            Unit::Bu => row.texts["business_unit"] == whose.id,
            Unit::Project => row.texts[if is_projects { "id" } else { "project" }] == whose.id,
        })
    }

    /// Adds up something of the money of each project and day.
    fn money(&self, whose: Whose<'_>, (from, to): Stretch, of: impl Fn(&Day) -> Option<f64>) -> Option<f64> {
        let mut sum = None;
        for project in self.rows("projects", whose) {
            for day in from.iter_days().take_while(|day| *day <= to) {
                let amount = self.money.get(&(project.texts["id"].clone(), day)).and_then(&of);
                sum = amount.map(|amount| sum.unwrap_or(0.0) + amount).or(sum);
            }
        }
        sum
    }

    fn budget(&self, whose: Whose<'_>, stretch: Stretch) -> Option<f64> {
        self.money(whose, stretch, |day| day.budget)
    }

    /// The figure, and its target where the data gives one.
    pub fn figure(&self, slug: &str, whose: Whose<'_>, stretch: Stretch) -> (Option<f64>, Option<f64>) {
        let (from, to) = stretch;
        let revenue = || self.money(whose, stretch, |day| day.revenue);
        let margin = |cost: fn(&Day) -> f64| {
            let costs = self.money(whose, stretch, |day| day.revenue.map(|_| cost(day)))?;
            revenue().map(|revenue| (revenue - costs) / revenue)
        };
        let closed_in = |row: &&Row| within(row.day("closed"), from, to);
        let open_on = |row: &&Row, begun: &str| {
            row.day(begun).is_some_and(|day| day <= to) && row.day("closed").is_none_or(|day| day > to)
        };
        match slug {
            "revenue" => (revenue(), self.budget(whose, stretch)),
            "revenue-vs-budget" => {
                (revenue().and_then(|revenue| Some(revenue / self.budget(whose, stretch)?)), None)
            }
            "gross-margin" => (margin(|day| day.cogs), None),
            "operating-margin" => (margin(|day| day.cogs + day.opex), None),
            "win-rate" => {
                let won = self
                    .rows("deals", whose)
                    .filter(closed_in)
                    .map(|row| f64::from(u8::from(row.texts["stage"] == "won")));
                (mean(won), None)
            }
            "pipeline" => {
                let open = self.rows("deals", whose).filter(|row| open_on(row, "created"));
                let value = total(open.map(|row| row.numbers["amount"])).unwrap_or_default();
                (Some(value), self.budget(whose, (to - Days::new(29), to)))
            }
            "mttr" => (
                mean(
                    self.rows("incidents", whose)
                        .filter(closed_in)
                        .map(|row| row.numbers["resolution_hours"]),
                ),
                None,
            ),
            "open-sev1" => {
                let grave = self
                    .rows("incidents", whose)
                    .filter(|row| row.texts["severity"] == "1" && open_on(row, "opened"));
                (Some(grave.count() as f64), None)
            }
            "time-to-hire" => {
                let hired = self.rows("candidates", whose).filter(|row| within(row.day("hired"), from, to));
                (mean(hired.map(|row| row.numbers["hired"] - row.numbers["opened"])), None)
            }
            "projects-on-time" => {
                let begun = self
                    .rows("projects", whose)
                    .filter(|row| row.day("planned_start").is_some_and(|day| day <= to));
                let on_time = begun.map(|row| {
                    let planned = row.days["planned_end"];
                    let ended = row.day("actual_end").filter(|day| *day <= to);
                    f64::from(u8::from(ended.unwrap_or(to) <= planned))
                });
                (mean(on_time), None)
            }
            other => panic!("nobody knows how to compute {other} by hand"),
        }
    }
}

impl Row {
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
