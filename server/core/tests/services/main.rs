//! Tests of several services together, on SQLite and PostgreSQL: turns that are interrupted, taken over or
//! wait for approvals, jobs, lists and the audit chain.

#[cfg(test)]
mod audit_chain;
#[cfg(test)]
mod branches;
#[cfg(test)]
mod cleanup;
#[cfg(test)]
mod concurrency;
#[cfg(test)]
mod content_filters;
#[cfg(test)]
mod crash_recovery;
#[cfg(test)]
mod doubles;
#[cfg(test)]
mod env;
#[cfg(test)]
mod expected_artifacts;
#[cfg(test)]
#[path = "../stores/fixtures.rs"]
mod fixtures;
#[cfg(test)]
mod jobs;
#[cfg(test)]
mod list_authorization;
#[cfg(test)]
mod permissions;
#[cfg(test)]
mod resume;
#[cfg(test)]
mod sharing;
#[cfg(test)]
mod tool_limits;
#[cfg(test)]
mod turn_steps;
