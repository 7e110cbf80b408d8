use super::DateRange;
use penny_types::dashboards::{Direction, Health};
use serde::{Deserialize, Serialize};

/// Maximum deviation from the target for [`Health::Watch`], as a share of the target.
const WATCH_TOLERANCE: f64 = 0.1;

/// The target of a KPI whose query does not return one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Target {
    /// The same for every date range, as for shares, durations and levels.
    Value(f64),
    /// An amount per year, of which a date range is due its share by days.
    PerYear(f64),
}

impl Target {
    /// Returns the target for a date range.
    pub(crate) fn for_range(self, range: DateRange) -> f64 {
        match self {
            Self::Value(value) => value,
            // A range never crosses a year boundary, so the length of its own year applies.
            Self::PerYear(amount) => {
                let days_in_year = if range.to.leap_year() { 366.0 } else { 365.0 };
                amount * range.days() as f64 / days_in_year
            }
        }
    }
}

/// Rates a value against its target: good at the target or better, watch within [`WATCH_TOLERANCE`] of it,
/// else bad. With a target of zero there is no watch range.
pub(crate) fn health(value: Option<f64>, target: Option<f64>, direction: Direction) -> Health {
    let (Some(value), Some(target)) = (value, target) else { return Health::Unknown };
    if !value.is_finite() || !target.is_finite() {
        return Health::Unknown;
    }
    let shortfall = match direction {
        Direction::Up => target - value,
        Direction::Down => value - target,
    };
    match shortfall {
        s if s <= 0.0 => Health::Good,
        s if s <= target.abs() * WATCH_TOLERANCE => Health::Watch,
        _ => Health::Bad,
    }
}
