//! The demo company, Lumen & Pine, which makes lamps and furniture and fits out interiors.

/// A business unit and the parameters of its generated data.
#[derive(Debug, Clone, Copy)]
pub(super) struct BusinessUnit {
    pub id: &'static str,
    pub name: &'static str,
    /// Cost of goods sold and operating expenses, as shares of revenue.
    pub cogs: f64,
    pub opex: f64,
    /// Yearly growth of revenue, and the amplitude of its seasonal variation.
    pub growth: f64,
    pub seasonality: f64,
    /// Probability of a new deal on a day, and of winning a deal.
    pub deal_probability: f64,
    pub win_probability: f64,
    /// Probability of an incident on a day, and the factor of its resolution time.
    pub incident_probability: f64,
    pub resolution_factor: f64,
    /// Minimum and maximum number of days to hire.
    pub hiring_days: (f64, f64),
}

/// A project. Days are offsets from today.
#[derive(Debug, Clone, Copy)]
pub(super) struct Project {
    pub id: &'static str,
    pub name: &'static str,
    pub unit: &'static str,
    pub planned_start: i32,
    pub planned_end: i32,
    pub actual_end: Option<i32>,
    pub percent: u32,
    /// Planned revenue per day on the first day.
    pub base_revenue: f64,
}

/// The business units. Studio performs well, Lighting resolves incidents slowly, Furniture is below target.
pub(super) const UNITS: [BusinessUnit; 3] = [
    BusinessUnit {
        id: "lighting",
        name: "Lighting",
        cogs: 0.51,
        opex: 0.27,
        growth: 0.13,
        seasonality: 0.12,
        deal_probability: 0.60,
        win_probability: 0.36,
        incident_probability: 0.36,
        resolution_factor: 1.18,
        hiring_days: (20.0, 52.0),
    },
    BusinessUnit {
        id: "furniture",
        name: "Furniture",
        cogs: 0.60,
        opex: 0.25,
        growth: 0.02,
        seasonality: 0.08,
        deal_probability: 0.62,
        win_probability: 0.25,
        incident_probability: 0.32,
        resolution_factor: 1.0,
        hiring_days: (30.0, 80.0),
    },
    BusinessUnit {
        id: "studio",
        name: "Studio",
        cogs: 0.42,
        opex: 0.33,
        growth: 0.22,
        seasonality: 0.10,
        deal_probability: 0.42,
        win_probability: 0.44,
        incident_probability: 0.22,
        resolution_factor: 0.82,
        hiring_days: (18.0, 46.0),
    },
];

const fn project(
    (id, name, unit): (&'static str, &'static str, &'static str),
    (planned_start, planned_end): (i32, i32),
    actual_end: Option<i32>,
    percent: u32,
    base_revenue: f64,
) -> Project {
    Project { id, name, unit, planned_start, planned_end, actual_end, percent, base_revenue }
}

/// Four projects per unit: a large one, a finished one and two in progress.
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
    /// Returns whether the project is running on a day.
    pub(super) fn is_running_on(&self, day: i32) -> bool {
        self.planned_start <= day && self.actual_end.is_none_or(|end| day <= end)
    }

    /// Returns the status as of today.
    pub(super) const fn status(&self) -> &'static str {
        match self.actual_end {
            Some(_) => "done",
            None if self.planned_end < 0 => "late",
            None => "active",
        }
    }
}
