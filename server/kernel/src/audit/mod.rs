//! The audit trail: who performed which action, under which policies and with which outcome.
//!
//! The transaction of an action appends its audit record. Shortly afterwards the sequencer links each tenant's new
//! records into a hash chain and signs the chain head, so that later changes to a record are detectable. `penny doctor`
//! verifies the chains.

mod chain;
mod head;
mod record;

pub use chain::{ChainStatus, Sequencer, verify};
pub use record::{AuditRecord, record, record_in_batch};
