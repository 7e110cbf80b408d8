//! Work that is done later: a queue in the database, and the runner that empties it.
//!
//! A job is asked for inside the transaction that makes it necessary. Whichever process claims it
//! first holds it under a lease; when that process dies, another claims it again, so what a job does
//! it can do twice. What a *kind* of job does lives in the rooms; this one only sees that it happens.

mod kinds;
mod rules;
mod runner;
mod store;

pub(crate) use kinds::Tidy;
pub use kinds::{Kind, Trouble};
pub use runner::Jobs;
pub use store::{NewJob, enqueue};
