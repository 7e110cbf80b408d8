use penny_i18n::keys;
use penny_kernel::fault::ToFault;
use penny_types::{Fault, FaultCode};

/// Errors of choosing a model.
#[derive(Debug, thiserror::Error)]
pub enum RoutingError {
    #[error("no model provider is configured")]
    NoProvider,
    /// No model was requested, no default is configured and the first provider lists no models.
    #[error("no model was requested and provider {provider} lists none")]
    NoDefaultModel { provider: String },
    /// The name is empty, too long or contains control characters.
    #[error("invalid model name")]
    InvalidModelName,
}

impl ToFault for RoutingError {
    fn to_fault(&self) -> Fault {
        match self {
            Self::NoProvider => Fault::with_message(FaultCode::Unavailable, keys::FAULT_NO_MODEL),
            Self::NoDefaultModel { provider } => {
                Fault::with_message(FaultCode::Invalid, keys::FAULT_MODEL_UNNAMED).arg("provider", provider)
            }
            Self::InvalidModelName => Fault::new(FaultCode::Invalid).field("model", keys::FAULT_FIELD),
        }
    }
}
