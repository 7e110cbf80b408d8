//! Rows of what was measured against what was hoped for.

use serde::Serialize;
use std::fmt::Write as _;

/// One measure.
#[derive(Debug, Serialize)]
pub struct Row {
    what: String,
    unit: &'static str,
    measured: f64,
    goal: Option<f64>,
}

impl Row {
    /// A measure that should not be above `goal`.
    pub fn at_most(what: &str, unit: &'static str, measured: f64, goal: f64) -> Self {
        Self { what: what.to_owned(), unit, measured, goal: Some(goal) }
    }

    /// A measure that is told for its own sake.
    pub fn said(what: &str, unit: &'static str, measured: f64) -> Self {
        Self { what: what.to_owned(), unit, measured, goal: None }
    }
}

/// Writes the table in Markdown.
pub fn markdown(rows: &[Row]) -> String {
    let mut text = String::from("| what | goal | measured | |\n|---|---:|---:|---|\n");
    for Row { what, unit, measured, goal } in rows {
        let verdict = match goal {
            Some(goal) if measured <= goal => "met",
            Some(_) => "**missed**",
            None => "",
        };
        let goal = goal.map_or_else(String::new, |goal| format!("<= {goal} {unit}"));
        let _ = writeln!(text, "| {what} | {} | {} | {verdict} |", goal.trim(), written(*measured, unit));
    }
    text
}

fn written(value: f64, unit: &str) -> String {
    let digits = if value == 0.0 || value >= 100.0 { 0 } else { 2 };
    format!("{value:.digits$} {unit}").trim().to_owned()
}
