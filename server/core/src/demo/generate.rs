//! Generation of the demo's files, with identical bytes on every platform.
//!
//! Randomness comes from ChaCha with a constant seed. Only arithmetic that IEEE 754 rounds exactly is used;
//! functions such as sine differ between platforms. Days, and with them the seasonal variation, are relative
//! to today.

use super::company::{BusinessUnit, PROJECTS, Project, UNITS};
use crate::datasources::NewTable;
use penny_ports::analytics::{ColumnDef, ColumnKind};
use rand::{RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// The first day with data. A year to date and the same period a year before span at most 731 days.
pub(super) const FIRST_DAY: i32 = -731;
const SEED: &[u8; 32] = b"Lumen & Pine: lamps, desks, room"; // vocabulary: ok the seed of the generated data
const YEAR: i32 = 365;

/// A seeded random generator. Each file has its own stream, so that changing one file does not change the
/// others.
struct SeededRandom(ChaCha8Rng);

impl SeededRandom {
    fn new(stream: u64) -> Self {
        let mut rng = ChaCha8Rng::from_seed(*SEED);
        rng.set_stream(stream);
        Self(rng)
    }

    /// Returns a number in [0, 1).
    fn unit(&mut self) -> f64 {
        f64::from(self.0.next_u32()) / 4_294_967_296.0
    }

    fn uniform(&mut self, min: f64, max: f64) -> f64 {
        min + (max - min) * self.unit()
    }

    fn is_true_with(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// Returns a factor around 1, at most 1.5 times `spread` away from it.
    fn noise(&mut self, spread: f64) -> f64 {
        1.0 + spread * (self.unit() + self.unit() + self.unit() - 1.5)
    }

    fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        let position = self.unit() * items.len() as f64;
        items.get(position as usize)
    }
}

/// Builds a CSV table: a header and rows of fields.
struct CsvBuilder {
    name: &'static str,
    columns: Vec<ColumnDef>,
    csv: String,
}

impl CsvBuilder {
    fn new(name: &'static str, columns: &[(&'static str, ColumnKind)]) -> Self {
        let mut csv = columns.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(",");
        csv.push('\n');
        let columns =
            columns.iter().map(|(name, kind)| ColumnDef { name: (*name).to_owned(), kind: *kind }).collect();
        Self { name, columns, csv }
    }

    /// Adds a row. Fields are not quoted, because none needs it.
    fn row(&mut self, fields: &[&dyn std::fmt::Display]) {
        for (position, field) in fields.iter().enumerate() {
            let separator = if position == 0 { "" } else { "," };
            self.csv.push_str(&format!("{separator}{field}"));
        }
        self.csv.push('\n');
    }

    fn finish(self) -> NewTable {
        NewTable { name: self.name.to_owned(), columns: self.columns, bytes: self.csv.into_bytes().into() }
    }
}

/// A field that may be empty.
struct OptionalDay(Option<i32>);

impl std::fmt::Display for OptionalDay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.map_or(Ok(()), |day| write!(f, "{day}"))
    }
}

/// Returns all files of the demo.
#[must_use]
pub fn tables() -> Vec<NewTable> {
    let (ledger, budget) = ledger_and_budget();
    vec![units(), projects(), ledger, budget, deals(), incidents(), candidates()]
}

fn units() -> NewTable {
    let mut csv = CsvBuilder::new("business_units", &[("id", ColumnKind::Text), ("name", ColumnKind::Text)]);
    for unit in &UNITS {
        csv.row(&[&unit.id, &unit.name]);
    }
    csv.finish()
}

fn projects() -> NewTable {
    let columns = [
        ("id", ColumnKind::Text),
        ("name", ColumnKind::Text),
        ("business_unit", ColumnKind::Text),
        ("planned_start", ColumnKind::DayOffset),
        ("planned_end", ColumnKind::DayOffset),
        ("actual_end", ColumnKind::DayOffset),
        ("percent", ColumnKind::Number),
        ("status", ColumnKind::Text),
    ];
    let mut csv = CsvBuilder::new("projects", &columns);
    for project in &PROJECTS {
        let end = OptionalDay(project.actual_end);
        let (start, planned) = (&project.planned_start, &project.planned_end);
        csv.row(&[
            &project.id,
            &project.name,
            &project.unit,
            start,
            planned,
            &end,
            &project.percent,
            &project.status(),
        ]);
    }
    csv.finish()
}

/// Returns the seasonal variation of a day: a triangle wave between -1 and 1 with a period of a year.
fn seasonal_wave(day: i32) -> f64 {
    let position = f64::from((day + 100).rem_euclid(YEAR)) / f64::from(YEAR);
    1.0 - 4.0 * (position - 0.5).abs()
}

fn years(day: i32) -> f64 {
    f64::from(day - FIRST_DAY) / f64::from(YEAR)
}

/// Returns the factor by which recent revenue deviates from the plan.
fn performance_factor(unit: &BusinessUnit, day: i32) -> f64 {
    match unit.id {
        "furniture" if day > -150 => 0.93,
        "studio" if day > -90 => 1.06,
        _ => 1.0,
    }
}

fn ledger_and_budget() -> (NewTable, NewTable) {
    let text = ColumnKind::Text;
    let ledger_columns = [
        ("day", ColumnKind::DayOffset),
        ("business_unit", text),
        ("project", text),
        ("account", text),
        ("amount", ColumnKind::Number),
    ];
    let budget_columns = [
        ("day", ColumnKind::DayOffset),
        ("business_unit", text),
        ("project", text),
        ("revenue", ColumnKind::Number),
        ("cost", ColumnKind::Number),
    ];
    let (mut ledger, mut budget) =
        (CsvBuilder::new("ledger", &ledger_columns), CsvBuilder::new("budget", &budget_columns));
    let mut random = SeededRandom::new(1);
    for day in FIRST_DAY..=0 {
        for unit in &UNITS {
            for project in
                PROJECTS.iter().filter(|project| project.unit == unit.id && project.is_running_on(day))
            {
                let plan = project.base_revenue * (1.0 + unit.seasonality * seasonal_wave(day));
                let planned = plan * (1.0 + 0.10 * years(day));
                let revenue = plan
                    * (1.0 + unit.growth * years(day))
                    * performance_factor(unit, day)
                    * random.noise(0.22);
                // Higher timber prices.
                let extra_cogs = if unit.id == "furniture" && day > -120 { 0.045 } else { 0.0 };
                let cogs = revenue * (unit.cogs + extra_cogs) * random.noise(0.06);
                let opex = planned * unit.opex * random.noise(0.05);
                for (account, amount) in [("revenue", revenue), ("cogs", cogs), ("opex", opex)] {
                    ledger.row(&[&day, &unit.id, &project.id, &account, &amount.round()]);
                }
                let cost = planned * (unit.cogs + unit.opex);
                budget.row(&[&day, &unit.id, &project.id, &planned.round(), &cost.round()]);
            }
        }
    }
    (ledger.finish(), budget.finish())
}

/// Picks one of the unit's projects that are running on a day.
fn pick_running_project(random: &mut SeededRandom, unit: &BusinessUnit, day: i32) -> &'static str {
    let running: Vec<&Project> =
        PROJECTS.iter().filter(|project| project.unit == unit.id && project.is_running_on(day)).collect();
    random.pick(&running).map_or("", |project| project.id)
}

fn deals() -> NewTable {
    let columns = [
        ("id", ColumnKind::Text),
        ("business_unit", ColumnKind::Text),
        ("project", ColumnKind::Text),
        ("created", ColumnKind::DayOffset),
        ("closed", ColumnKind::DayOffset),
        ("stage", ColumnKind::Text),
        ("amount", ColumnKind::Number),
    ];
    let mut csv = CsvBuilder::new("deals", &columns);
    let (mut random, mut count) = (SeededRandom::new(2), 0);
    for day in FIRST_DAY..=0 {
        for unit in &UNITS {
            if !random.is_true_with(unit.deal_probability) {
                continue;
            }
            count += 1;
            let project = pick_running_project(&mut random, unit, day);
            let cycle = random.uniform(18.0, 105.0);
            let size = random.unit();
            let amount = (6_000.0 + 110_000.0 * size * size) * (1.0 + 0.08 * years(day));
            let is_won = random.is_true_with(unit.win_probability);
            let closed = day + cycle as i32;
            let progress = f64::from(-day) / cycle;
            let stage = match progress {
                _ if closed <= 0 => {
                    if is_won {
                        "won"
                    } else {
                        "lost"
                    }
                }
                p if p < 0.25 => "lead",
                p if p < 0.5 => "qualified",
                p if p < 0.75 => "proposal",
                _ => "negotiation",
            };
            let closed = OptionalDay((closed <= 0).then_some(closed));
            let amount = (amount / 100.0).round() * 100.0;
            csv.row(&[&format!("D-{count:04}"), &unit.id, &project, &day, &closed, &stage, &amount]);
        }
    }
    csv.finish()
}

/// Minimum and maximum resolution hours, and share of all incidents, for severities 1 to 4.
const SEVERITIES: [(f64, f64, f64); 4] =
    [(2.0, 14.0, 0.06), (6.0, 40.0, 0.18), (12.0, 84.0, 0.42), (24.0, 140.0, 0.34)];

fn incidents() -> NewTable {
    let columns = [
        ("id", ColumnKind::Text),
        ("business_unit", ColumnKind::Text),
        ("project", ColumnKind::Text),
        ("opened", ColumnKind::DayOffset),
        ("closed", ColumnKind::DayOffset),
        ("severity", ColumnKind::Integer),
        ("resolution_hours", ColumnKind::Number),
    ];
    let mut csv = CsvBuilder::new("incidents", &columns);
    let (mut random, mut count) = (SeededRandom::new(3), 0);
    for day in FIRST_DAY..=0 {
        for unit in &UNITS {
            if !random.is_true_with(unit.incident_probability) {
                continue;
            }
            count += 1;
            let project = pick_running_project(&mut random, unit, day);
            let mut draw = random.unit();
            let (mut severity, mut hours) = (4, 24.0);
            for (position, (min, max, share)) in SEVERITIES.iter().enumerate() {
                severity = position + 1;
                hours = random.uniform(*min, *max);
                draw -= share;
                if draw < 0.0 {
                    break;
                }
            }
            let hours = (hours * unit.resolution_factor * 10.0).round() / 10.0;
            let closed = day + (hours / 24.0) as i32;
            let (closed, hours) = if closed <= 0 {
                (OptionalDay(Some(closed)), hours.to_string())
            } else {
                (OptionalDay(None), String::new())
            };
            csv.row(&[&format!("I-{count:04}"), &unit.id, &project, &day, &closed, &severity, &hours]);
        }
    }
    // Two open incidents of severity 1.
    for (unit, project, opened) in [("lighting", "harbor", -1), ("furniture", "workshop", -3)] {
        count += 1;
        csv.row(&[&format!("I-{count:04}"), &unit, &project, &opened, &"", &1, &""]);
    }
    csv.finish()
}

const JOB_TITLES: [&str; 6] =
    ["Engineer", "Designer", "Account manager", "Technician", "Analyst", "Operations lead"];

fn candidates() -> NewTable {
    let columns = [
        ("id", ColumnKind::Text),
        ("business_unit", ColumnKind::Text),
        ("job", ColumnKind::Text),
        ("opened", ColumnKind::DayOffset),
        ("hired", ColumnKind::DayOffset),
        ("status", ColumnKind::Text),
    ];
    let mut csv = CsvBuilder::new("candidates", &columns);
    let (mut random, mut count) = (SeededRandom::new(4), 0);
    for day in FIRST_DAY..=0 {
        for unit in &UNITS {
            if !random.is_true_with(0.11) {
                continue;
            }
            count += 1;
            let job = random.pick(&JOB_TITLES).copied().unwrap_or_default();
            let (min, max) = unit.hiring_days;
            let hired = day + random.uniform(min, max) as i32;
            let (hired, status) = match (random.is_true_with(0.14), hired <= 0) {
                (true, _) => (None, "withdrawn"),
                (false, true) => (Some(hired), "hired"),
                (false, false) => (None, "open"),
            };
            csv.row(&[&format!("C-{count:04}"), &unit.id, &job, &day, &OptionalDay(hired), &status]);
        }
    }
    csv.finish()
}
