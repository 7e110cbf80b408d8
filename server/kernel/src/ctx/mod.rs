//! The request context: who acts, in which tenant, with which rights. Only this module creates one.
//!
//! - [`Kernel::principal_ctx`](crate::Kernel::principal_ctx) reads the rights of an authenticated principal.
//! - [`Ctx::system`] is PENNY itself, with the actions that its job names.
//! - [`AnonymousRequest`] is a request before sign-in.

mod anonymous;
mod load;
mod rights;
#[cfg(any(test, feature = "testing"))]
pub mod testing;

pub use anonymous::AnonymousRequest;
pub use load::{Authenticated, CtxError};
pub use rights::Rights;

use crate::access::{Action, TenantPolicies};
use chrono::{DateTime, SubsecRound, Utc};
use penny_ports::system::{Clock, IdGenerator, RandomSource};
use penny_types::{Locale, PrincipalId, RequestId, TenantId, people::PrincipalKind};
use std::sync::Arc;
use uuid::Uuid;

/// Clock, identifiers and randomness.
#[derive(Debug, Clone)]
pub struct SystemPorts {
    pub clock: Arc<dyn Clock>,
    pub ids: Arc<dyn IdGenerator>,
    pub random: Arc<dyn RandomSource>,
}

impl SystemPorts {
    /// Returns the current time in microseconds, the precision of both databases.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now().trunc_subsecs(6)
    }

    /// Returns a new identifier of any kind.
    #[must_use]
    pub fn new_id<Id: From<Uuid>>(&self) -> Id {
        Id::from(self.ids.new_id())
    }

    /// Returns `N` random bytes for a secret.
    #[must_use]
    pub fn secret<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.random.fill_bytes(&mut bytes);
        bytes
    }
}

/// The transport a request came through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// The web page's GraphQL with a session cookie.
    Web,
    /// GraphQL with a token.
    Graphql,
    Rest,
    Cli,
    /// A background job.
    Job,
}

impl Transport {
    /// Finds a transport by its word in the audit trail.
    #[must_use]
    pub fn find(word: &str) -> Option<Self> {
        [Self::Web, Self::Graphql, Self::Rest, Self::Cli, Self::Job]
            .into_iter()
            .find(|transport| transport.as_str() == word)
    }

    /// Returns the word in the audit trail.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Graphql => "graphql",
            Self::Rest => "rest",
            Self::Cli => "cli",
            Self::Job => "job",
        }
    }
}

/// The acting principal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Actor {
    pub id: PrincipalId,
    pub kind: PrincipalKind,
    /// The principal under whose rights the actor acts, when not under its own.
    pub on_behalf_of: Option<PrincipalId>,
}

/// The id of PENNY itself, the same in every tenant and in no table.
pub const SYSTEM: PrincipalId = PrincipalId(Uuid::from_u128(1));

/// The context of a request or job. There is no other way to a tenant's data.
#[derive(Debug, Clone)]
pub struct Ctx {
    actor: Actor,
    tenant: TenantId,
    authority: Authority,
    locale: Locale,
    transport: Transport,
    request_id: RequestId,
    system: SystemPorts,
}

#[derive(Debug, Clone)]
enum Authority {
    /// The actions that a job names.
    System(Arc<[Action]>),
    Principal {
        rights: Arc<Rights>,
        policies: Option<Arc<TenantPolicies>>,
    },
}

impl Ctx {
    /// Creates the context in which PENNY itself acts in a tenant. It may do `actions` and nothing else.
    #[must_use]
    pub fn system(tenant: TenantId, system: SystemPorts, actions: &[Action]) -> Self {
        Self {
            actor: Actor { id: SYSTEM, kind: PrincipalKind::System, on_behalf_of: None },
            tenant,
            authority: Authority::System(actions.into()),
            locale: Locale::En,
            transport: Transport::Job,
            request_id: system.new_id(),
            system,
        }
    }

    #[must_use]
    pub const fn actor(&self) -> Actor {
        self.actor
    }

    #[must_use]
    pub const fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// Returns the rights of the subject; empty for PENNY itself.
    #[must_use]
    pub fn rights(&self) -> &Rights {
        match &self.authority {
            Authority::Principal { rights, .. } => rights,
            Authority::System(_) => Rights::none(),
        }
    }

    #[must_use]
    pub const fn locale(&self) -> Locale {
        self.locale
    }

    #[must_use]
    pub const fn transport(&self) -> Transport {
        self.transport
    }

    #[must_use]
    pub const fn request_id(&self) -> RequestId {
        self.request_id
    }

    #[must_use]
    pub const fn system_ports(&self) -> &SystemPorts {
        &self.system
    }

    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.system.now()
    }

    /// Returns a new identifier of any kind.
    #[must_use]
    pub fn new_id<Id: From<Uuid>>(&self) -> Id {
        self.system.new_id()
    }

    /// Returns the id that finds the request again in the log, in faults and in the rows it wrote.
    #[must_use]
    pub fn trace_id(&self) -> String {
        self.request_id.to_string()
    }

    /// Returns the principal whose rights and data are used: the one acted for, otherwise the actor.
    #[must_use]
    pub fn subject(&self) -> PrincipalId {
        self.actor.on_behalf_of.unwrap_or(self.actor.id)
    }

    #[must_use]
    pub fn with_locale(self, locale: Locale) -> Self {
        Self { locale, ..self }
    }

    #[must_use]
    pub fn with_transport(self, transport: Transport) -> Self {
        Self { transport, ..self }
    }

    #[must_use]
    pub fn with_request_id(self, request_id: RequestId) -> Self {
        Self { request_id, ..self }
    }

    /// Returns the context in which a reading tool runs: a token that covers the tool covers the data it reads. The
    /// rights of the principal still apply.
    #[must_use]
    pub fn for_reading_tool(&self) -> Self {
        let Authority::Principal { rights, policies } = &self.authority else { return self.clone() };
        if !rights.is_scoped() {
            return self.clone();
        }
        let rights = Arc::new(rights.with_scope(Action::DatasourceQuery.scope()));
        Self { authority: Authority::Principal { rights, policies: policies.clone() }, ..self.clone() }
    }

    /// Returns the actions of a system context.
    pub(crate) fn system_actions(&self) -> Option<&[Action]> {
        match &self.authority {
            Authority::System(actions) => Some(actions),
            Authority::Principal { .. } => None,
        }
    }

    pub(crate) fn policies(&self) -> Option<&TenantPolicies> {
        match &self.authority {
            Authority::Principal { policies, .. } => policies.as_deref(),
            Authority::System(_) => None,
        }
    }
}
