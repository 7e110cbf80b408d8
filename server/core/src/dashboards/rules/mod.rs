//! What the figures of a dashboard mean: stretches of time, targets and health. Pure.

mod health;
mod periods;
#[cfg(test)]
mod tests;

pub(crate) use health::{Target, health};
pub(crate) use periods::{Span, Spans};
