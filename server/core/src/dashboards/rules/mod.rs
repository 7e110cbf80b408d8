//! What the figures of a dashboard mean: stretches of time, targets and health. Pure.

mod boards;
mod health;
mod periods;
#[cfg(test)]
mod tests;

pub(crate) use boards::{Board, home_of};
pub(crate) use health::{Target, health};
pub(crate) use periods::{Span, Spans};
