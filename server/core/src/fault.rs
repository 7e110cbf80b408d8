//! How a room's error becomes what a client is told.

use penny_types::{Fault, RequestId};

/// Turns an error of a room into a fault: the code, the sentence and the fields, never the cause.
pub trait ToFault: std::error::Error + Send + Sync + 'static {
    /// Returns the fault a client may see.
    fn to_fault(&self) -> Fault;
}

/// Turns an error into what its caller is told, once, at the door it leaves by. What is our own fault or our
/// dependencies' is logged with its causes, as `what`, and carries the request's id to find it by.
pub fn report(error: &impl ToFault, request: Option<RequestId>, what: &'static str) -> Fault {
    let mut fault = error.to_fault();
    if fault.code.is_ours() {
        let request = request.map(|id| id.to_string());
        tracing::error!(request.id = request.as_deref(), error = error as &dyn std::error::Error, "{what}");
        fault.trace_id = fault.trace_id.or(request);
    }
    fault
}
