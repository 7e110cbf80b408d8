//! Lumen & Pine, the company the demo is about: it makes lamps and furniture and fits out rooms.

/// A business unit and how its business goes.
#[derive(Debug, Clone, Copy)]
pub(super) struct BusinessUnit {
    pub id: &'static str,
    pub name: &'static str,
    /// What a unit sells costs this share of it, and what the unit spends besides.
    pub cogs: f64,
    pub opex: f64,
    /// Growth of its sales a year, and how far the yearly wave lifts them.
    pub growth: f64,
    pub season: f64,
    /// Chance of a new deal a day, and of winning one.
    pub deals: f64,
    pub win: f64,
    /// Chance of an incident a day, and how long it takes against the usual.
    pub incidents: f64,
    pub slowness: f64,
    /// Days it takes to hire, at least and at most.
    pub hiring: (f64, f64),
}

/// A project; days are counted from today.
#[derive(Debug, Clone, Copy)]
pub(super) struct Project {
    pub id: &'static str,
    pub name: &'static str,
    pub unit: &'static str,
    pub planned_start: i32,
    pub planned_end: i32,
    pub actual_end: Option<i32>,
    pub percent: u32,
    /// What it was planned to sell a day when the figures begin.
    pub base: f64,
}

/// The units. Studio shines, Lighting is sound but slow to mend, Furniture is in trouble.
pub(super) const UNITS: [BusinessUnit; 3] = [
    BusinessUnit {
        id: "lighting",
        name: "Lighting",
        cogs: 0.51,
        opex: 0.27,
        growth: 0.13,
        season: 0.12,
        deals: 0.60,
        win: 0.36,
        incidents: 0.36,
        slowness: 1.18,
        hiring: (20.0, 52.0),
    },
    BusinessUnit {
        id: "furniture",
        name: "Furniture",
        cogs: 0.60,
        opex: 0.25,
        growth: 0.02,
        season: 0.08,
        deals: 0.62,
        win: 0.25,
        incidents: 0.32,
        slowness: 1.0,
        hiring: (30.0, 80.0),
    },
    BusinessUnit {
        id: "studio",
        name: "Studio",
        cogs: 0.42,
        opex: 0.33,
        growth: 0.22,
        season: 0.10,
        deals: 0.42,
        win: 0.44,
        incidents: 0.22,
        slowness: 0.82,
        hiring: (18.0, 46.0),
    },
];

const fn project(
    (id, name, unit): (&'static str, &'static str, &'static str),
    (planned_start, planned_end): (i32, i32),
    actual_end: Option<i32>,
    percent: u32,
    base: f64,
) -> Project {
    Project { id, name, unit, planned_start, planned_end, actual_end, percent, base }
}

/// The projects, four a unit: one that carries it, one that is done, two that run.
pub(super) const PROJECTS: [Project; 12] = [
    project(("aurora", "Aurora lamps", "lighting"), (-900, 420), None, 68, 21_000.0),
    project(("daybreak", "Daybreak retrofit", "lighting"), (-520, -60), Some(-75), 100, 6_000.0),
    project(("lumen-ii", "Lumen II sensors", "lighting"), (-240, -12), None, 82, 5_200.0),
    project(("harbor", "Harbor pilot", "lighting"), (-150, 45), None, 64, 3_000.0),
    project(("oakline", "Oakline desks", "furniture"), (-900, 510), None, 61, 26_000.0),
    project(("pinewood", "Pinewood export", "furniture"), (-400, -30), Some(-12), 100, 7_000.0),
    project(("nest", "Nest chairs", "furniture"), (-300, 60), None, 75, 6_000.0),
    project(("workshop", "Workshop robots", "furniture"), (-200, -40), None, 61, 4_000.0),
    project(("atelier", "Atelier services", "studio"), (-900, 330), None, 73, 9_000.0),
    project(("museum", "Museum fit-out", "studio"), (-330, -90), Some(-96), 100, 3_500.0),
    project(("stadium", "Stadium lights", "studio"), (-260, 20), None, 88, 4_200.0),
    project(("campus", "Campus refurbishment", "studio"), (-120, 150), None, 35, 3_800.0),
];

impl Project {
    /// Says whether it runs on a day.
    pub(super) fn runs(&self, day: i32) -> bool {
        self.planned_start <= day && self.actual_end.is_none_or(|end| day <= end)
    }

    /// Returns the word for how it stands today.
    pub(super) const fn status(&self) -> &'static str {
        match self.actual_end {
            Some(_) => "done",
            None if self.planned_end < 0 => "late",
            None => "active",
        }
    }
}
