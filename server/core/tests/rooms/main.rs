//! What the rooms promise together, on SQLite and on PostgreSQL: turns that are cut off, taken over
//! and decided about, jobs that are claimed, lists that agree with the policies.

#[cfg(test)]
mod at_once;
#[cfg(test)]
mod branches;
#[cfg(test)]
mod caps;
#[cfg(test)]
mod continuing;
#[cfg(test)]
mod expected;
#[cfg(test)]
mod filtered;
#[cfg(test)]
mod house;
#[cfg(test)]
mod jobs;
#[cfg(test)]
mod lists;
#[cfg(test)]
mod lost;
#[cfg(test)]
#[path = "../stores/people.rs"]
mod people;
#[cfg(test)]
mod scripted;
#[cfg(test)]
mod steps;
#[cfg(test)]
mod tidy;
#[cfg(test)]
mod trail;
