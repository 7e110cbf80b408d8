use penny_i18n::keys;
use penny_kernel::{access::Denied, ctx::CtxError, db::StoreError, fault::ToFault};
use penny_types::{Fault, FaultCode};

/// Why a change of groups, roles, grants or policies is refused.
#[derive(Debug, thiserror::Error)]
pub enum PermissionsError {
    #[error("there is no such group, role, grant or policy")]
    NotFound,
    #[error("{field} is invalid: {key}")]
    Invalid { field: &'static str, key: &'static str },
    #[error("the policy is invalid: {0}")]
    InvalidPolicy(String),
    #[error("the change would take access management from the actor")]
    LocksOut,
    #[error(transparent)]
    Denied(#[from] Denied),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Ctx(#[from] CtxError),
}

pub(super) type Result<T> = std::result::Result<T, PermissionsError>;

impl From<sea_orm::DbErr> for PermissionsError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Store(error.into())
    }
}

impl ToFault for PermissionsError {
    fn to_fault(&self) -> Fault {
        match self {
            Self::NotFound => Fault::new(FaultCode::NotFound),
            Self::Invalid { field, key } => Fault::new(FaultCode::Invalid).field(field, key),
            Self::InvalidPolicy(detail) => Fault::new(FaultCode::Invalid)
                .arg("detail", detail)
                .field("source", keys::PERMISSIONS_POLICY_INVALID),
            Self::LocksOut => Fault::with_message(FaultCode::Conflict, keys::PERMISSIONS_LOCKS_OUT),
            Self::Denied(denied) => denied.to_fault(),
            Self::Store(error) => error.to_fault(),
            Self::Ctx(_) => Fault::new(FaultCode::Internal),
        }
    }
}
