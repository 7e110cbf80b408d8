use crate::fault::ToFault;
use penny_types::{Fault, FaultCode};
use penny_words::keys;

/// Says why no model can be asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No provider is set up at all.
    #[error("no model provider is set up")]
    NoProvider,
    /// No name was given, and the provider does not say which models it has.
    #[error("no model is named, and {provider} lists none")]
    Unnamed {
        /// The provider.
        provider: String,
    },
    /// The name is longer than any model's.
    #[error("not a model's name")]
    BadName,
}

impl ToFault for Error {
    fn to_fault(&self) -> Fault {
        match self {
            Self::NoProvider => Fault::keyed(FaultCode::Unavailable, keys::FAULT_NO_MODEL),
            Self::Unnamed { provider } => {
                Fault::keyed(FaultCode::Invalid, keys::FAULT_MODEL_UNNAMED).arg("provider", provider)
            }
            Self::BadName => Fault::new(FaultCode::Invalid).field("model", keys::FAULT_FIELD),
        }
    }
}
