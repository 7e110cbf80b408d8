//! Measurements, and the Markdown table of measurements and goals.

use serde::Serialize;
use std::fmt::Write as _;

#[derive(Debug, Serialize)]
pub struct Measurement {
    what: String,
    unit: &'static str,
    measured: f64,
    goal: Option<f64>,
}

impl Measurement {
    /// Creates a measurement that must not exceed `goal`.
    pub fn at_most(what: &str, unit: &'static str, measured: f64, goal: f64) -> Self {
        Self { what: what.to_owned(), unit, measured, goal: Some(goal) }
    }

    /// Creates a measurement without a goal.
    pub fn informational(what: &str, unit: &'static str, measured: f64) -> Self {
        Self { what: what.to_owned(), unit, measured, goal: None }
    }
}

/// Formats the measurements as a Markdown table.
pub fn markdown(measurements: &[Measurement]) -> String {
    let mut text = String::from("| what | goal | measured | |\n|---|---:|---:|---|\n");
    for Measurement { what, unit, measured, goal } in measurements {
        let verdict = match goal {
            Some(goal) if measured <= goal => "met",
            Some(_) => "**missed**",
            None => "",
        };
        let goal = goal.map_or_else(String::new, |goal| format!("<= {goal} {unit}"));
        let _ =
            writeln!(text, "| {what} | {} | {} | {verdict} |", goal.trim(), format_value(*measured, unit));
    }
    text
}

fn format_value(value: f64, unit: &str) -> String {
    let digits = if value == 0.0 || value >= 100.0 { 0 } else { 2 };
    format!("{value:.digits$} {unit}").trim().to_owned()
}
