use crate::fault::ToFault;
use penny_types::{Fault, FaultCode};
use penny_words::keys;

/// Says why no model can be asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No provider is set up at all.
    #[error("no model provider is set up")]
    NoProvider,
    /// The name is longer than any model's.
    #[error("not a model's name")]
    BadName,
}

impl ToFault for Error {
    fn to_fault(&self) -> Fault {
        match self {
            Self::NoProvider => Fault::keyed(FaultCode::Unavailable, keys::FAULT_NO_MODEL),
            Self::BadName => Fault::new(FaultCode::Invalid).field("model", keys::FAULT_FIELD),
        }
    }
}
