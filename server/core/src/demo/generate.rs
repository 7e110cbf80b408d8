//! The demo's figures: the same bytes every time and everywhere.
//!
//! Chance comes from ChaCha under a constant seed; arithmetic is only what IEEE 754 rounds exactly,
//! so no machine's sine or power moves a cent. Days are counted from today, so the yearly wave is
//! tied to today too: the figures never go stale, and no season falls on a wrong month.

use super::company::{BusinessUnit, PROJECTS, Project, UNITS};
use crate::datasources::NewTable;
use penny_ports::analytics::{Column, ColumnKind};
use rand::{RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// The first day there are figures for. A year to date and the same stretch a year before are at
/// most 731 days together.
pub(super) const FIRST_DAY: i32 = -731;
const SEED: &[u8; 32] = b"Lumen & Pine: lamps, desks, room";
const YEAR: i32 = 365;

/// Chance, one stream a file: a change of one leaves the others as they are.
struct Chance(ChaCha8Rng);

impl Chance {
    fn of(stream: u64) -> Self {
        let mut rng = ChaCha8Rng::from_seed(*SEED);
        rng.set_stream(stream);
        Self(rng)
    }

    /// Returns a number from 0 up to, not including, 1.
    fn unit(&mut self) -> f64 {
        f64::from(self.0.next_u32()) / 4_294_967_296.0
    }

    fn between(&mut self, least: f64, most: f64) -> f64 {
        least + (most - least) * self.unit()
    }

    fn happens(&mut self, chance: f64) -> bool {
        self.unit() < chance
    }

    /// Returns about 1, mostly within `spread` of it.
    fn noise(&mut self, spread: f64) -> f64 {
        1.0 + spread * (self.unit() + self.unit() + self.unit() - 1.5)
    }

    fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        let position = self.unit() * items.len() as f64;
        items.get(position as usize)
    }
}

/// Lays a table out: a header and rows of fields.
struct Sheet {
    name: &'static str,
    columns: Vec<Column>,
    csv: String,
}

impl Sheet {
    fn new(name: &'static str, columns: &[(&'static str, ColumnKind)]) -> Self {
        let mut csv = columns.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(",");
        csv.push('\n');
        let columns =
            columns.iter().map(|(name, kind)| Column { name: (*name).to_owned(), kind: *kind }).collect();
        Self { name, columns, csv }
    }

    /// Adds a row. No field here needs quotes.
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
struct Maybe(Option<i32>);

impl std::fmt::Display for Maybe {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.map_or(Ok(()), |day| write!(f, "{day}"))
    }
}

/// Returns every file of the demo.
#[must_use]
pub fn tables() -> Vec<NewTable> {
    let (ledger, budget) = money();
    vec![units(), projects(), ledger, budget, deals(), incidents(), candidates()]
}

fn units() -> NewTable {
    let mut sheet = Sheet::new("business_units", &[("id", ColumnKind::Text), ("name", ColumnKind::Text)]);
    for unit in &UNITS {
        sheet.row(&[&unit.id, &unit.name]);
    }
    sheet.finish()
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
    let mut sheet = Sheet::new("projects", &columns);
    for project in &PROJECTS {
        let end = Maybe(project.actual_end);
        let (start, planned) = (&project.planned_start, &project.planned_end);
        sheet.row(&[
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
    sheet.finish()
}

/// Rises from -1 to 1 and falls back once a year.
fn wave(day: i32) -> f64 {
    let position = f64::from((day + 100).rem_euclid(YEAR)) / f64::from(YEAR);
    1.0 - 4.0 * (position - 0.5).abs()
}

fn years(day: i32) -> f64 {
    f64::from(day - FIRST_DAY) / f64::from(YEAR)
}

/// How the last months went otherwise than planned.
fn turn_of_fortune(unit: &BusinessUnit, day: i32) -> f64 {
    match unit.id {
        "furniture" if day > -150 => 0.93,
        "studio" if day > -90 => 1.06,
        _ => 1.0,
    }
}

fn money() -> (NewTable, NewTable) {
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
        (Sheet::new("ledger", &ledger_columns), Sheet::new("budget", &budget_columns));
    let mut chance = Chance::of(1);
    for day in FIRST_DAY..=0 {
        for unit in &UNITS {
            for project in PROJECTS.iter().filter(|project| project.unit == unit.id && project.runs(day)) {
                let plan = project.base * (1.0 + unit.season * wave(day));
                let planned = plan * (1.0 + 0.10 * years(day));
                let revenue =
                    plan * (1.0 + unit.growth * years(day)) * turn_of_fortune(unit, day) * chance.noise(0.22);
                // Timber has become dear.
                let dearer = if unit.id == "furniture" && day > -120 { 0.045 } else { 0.0 };
                let cogs = revenue * (unit.cogs + dearer) * chance.noise(0.06);
                let opex = planned * unit.opex * chance.noise(0.05);
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

/// Picks one of the unit's projects that run on a day.
fn running(chance: &mut Chance, unit: &BusinessUnit, day: i32) -> &'static str {
    let running: Vec<&Project> =
        PROJECTS.iter().filter(|project| project.unit == unit.id && project.runs(day)).collect();
    chance.pick(&running).map_or("", |project| project.id)
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
    let mut sheet = Sheet::new("deals", &columns);
    let (mut chance, mut count) = (Chance::of(2), 0);
    for day in FIRST_DAY..=0 {
        for unit in &UNITS {
            if !chance.happens(unit.deals) {
                continue;
            }
            count += 1;
            let project = running(&mut chance, unit, day);
            let cycle = chance.between(18.0, 105.0);
            let size = chance.unit();
            let amount = (6_000.0 + 110_000.0 * size * size) * (1.0 + 0.08 * years(day));
            let is_won = chance.happens(unit.win);
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
            let closed = Maybe((closed <= 0).then_some(closed));
            let amount = (amount / 100.0).round() * 100.0;
            sheet.row(&[&format!("D-{count:04}"), &unit.id, &project, &day, &closed, &stage, &amount]);
        }
    }
    sheet.finish()
}

/// Hours an incident takes at least and at most, and its share of all, by severity from 1.
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
    let mut sheet = Sheet::new("incidents", &columns);
    let (mut chance, mut count) = (Chance::of(3), 0);
    for day in FIRST_DAY..=0 {
        for unit in &UNITS {
            if !chance.happens(unit.incidents) {
                continue;
            }
            count += 1;
            let project = running(&mut chance, unit, day);
            let mut draw = chance.unit();
            let (mut severity, mut hours) = (4, 24.0);
            for (position, (least, most, share)) in SEVERITIES.iter().enumerate() {
                severity = position + 1;
                hours = chance.between(*least, *most);
                draw -= share;
                if draw < 0.0 {
                    break;
                }
            }
            let hours = (hours * unit.slowness * 10.0).round() / 10.0;
            let closed = day + (hours / 24.0) as i32;
            let (closed, hours) = if closed <= 0 {
                (Maybe(Some(closed)), hours.to_string())
            } else {
                (Maybe(None), String::new())
            };
            sheet.row(&[&format!("I-{count:04}"), &unit.id, &project, &day, &closed, &severity, &hours]);
        }
    }
    // Two fires that burn today.
    for (unit, project, opened) in [("lighting", "harbor", -1), ("furniture", "workshop", -3)] {
        count += 1;
        sheet.row(&[&format!("I-{count:04}"), &unit, &project, &opened, &"", &1, &""]);
    }
    sheet.finish()
}

const JOBS: [&str; 6] =
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
    let mut sheet = Sheet::new("candidates", &columns);
    let (mut chance, mut count) = (Chance::of(4), 0);
    for day in FIRST_DAY..=0 {
        for unit in &UNITS {
            if !chance.happens(0.11) {
                continue;
            }
            count += 1;
            let job = chance.pick(&JOBS).copied().unwrap_or_default();
            let (least, most) = unit.hiring;
            let hired = day + chance.between(least, most) as i32;
            let (hired, status) = match (chance.happens(0.14), hired <= 0) {
                (true, _) => (None, "withdrawn"),
                (false, true) => (Some(hired), "hired"),
                (false, false) => (None, "open"),
            };
            sheet.row(&[&format!("C-{count:04}"), &unit.id, &job, &day, &Maybe(hired), &status]);
        }
    }
    sheet.finish()
}
