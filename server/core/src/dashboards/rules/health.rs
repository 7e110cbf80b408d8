use super::Span;
use penny_types::dashboards::{Direction, Health};
use serde::{Deserialize, Serialize};

/// How far from its target a figure may be and only be watched: a tenth.
const WATCH_SHARE: f64 = 0.1;

/// What a key figure should be, when its query does not say.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Target {
    /// The same for every stretch: a share, a length of time, a level.
    Value(f64),
    /// An amount a year: a stretch is due its days' part of it.
    PerYear(f64),
}

impl Target {
    /// Returns what it asks of a stretch.
    pub(crate) fn of(self, span: Span) -> f64 {
        match self {
            Self::Value(value) => value,
            // A stretch never crosses New Year, so its own year's length is the right one.
            Self::PerYear(amount) => {
                let days_a_year = if span.to.leap_year() { 366.0 } else { 365.0 };
                amount * span.days() as f64 / days_a_year
            }
        }
    }
}

/// Says how a figure stands against its target.
///
/// At the target or beyond it is good, within a tenth of the target to be watched, else bad. A
/// target of zero leaves no tenth.
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
        s if s <= target.abs() * WATCH_SHARE => Health::Watch,
        _ => Health::Bad,
    }
}
