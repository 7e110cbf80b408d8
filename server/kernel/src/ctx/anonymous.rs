//! Requests before sign-in.

use super::{Actor, Authority, Ctx, Rights, SystemPorts, Transport};
use crate::access::Action;
use penny_types::{Locale, PrincipalId, RequestId, TenantId, people::PrincipalKind};
use std::{net::IpAddr, sync::Arc};

/// A request of a client that has not signed in.
#[derive(Debug, Clone)]
pub struct AnonymousRequest {
    /// The tenant that the host name selects.
    pub tenant: TenantId,
    /// The client's address, if known.
    pub address: Option<IpAddr>,
    pub locale: Locale,
    pub transport: Transport,
    pub request_id: RequestId,
    pub system: SystemPorts,
}

impl AnonymousRequest {
    /// Returns the context in which PENNY handles the request.
    #[must_use]
    pub fn system_ctx(&self, actions: &[Action]) -> Ctx {
        Ctx::system(self.tenant, self.system.clone(), actions)
            .with_transport(self.transport)
            .with_locale(self.locale)
            .with_request_id(self.request_id)
    }

    /// Returns a context with the principal as actor and without any rights, to record that it signed in.
    #[must_use]
    pub fn signing_in(&self, id: PrincipalId, kind: PrincipalKind) -> Ctx {
        Ctx {
            actor: Actor { id, kind, on_behalf_of: None },
            authority: Authority::Principal { rights: Arc::new(Rights::default()), policies: None },
            ..self.system_ctx(&[])
        }
    }
}
