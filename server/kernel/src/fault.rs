//! Conversion of domain errors into the faults that clients receive.

use penny_types::{Fault, RequestId};

/// A domain error that can be sent to a client.
pub trait ToFault: std::error::Error + Send + Sync + 'static {
    /// Returns the code, the message and the fields, but never the cause.
    fn to_fault(&self) -> Fault;
}

/// Converts an error into the fault that is sent to the client. Each transport calls this once per failed request.
///
/// A server fault is also logged with its causes, with `summary` as the log message, and gets the request id as its
/// trace id.
pub fn report(error: &impl ToFault, request: Option<RequestId>, summary: &'static str) -> Fault {
    let mut fault = error.to_fault();
    if fault.code.is_server_fault() {
        let request = request.map(|id| id.to_string());
        tracing::error!(
            request.id = request.as_deref(),
            error = error as &dyn std::error::Error,
            "{summary}"
        );
        fault.trace_id = fault.trace_id.or(request);
    }
    fault
}
