//! Who acts, for whom, and where: made once a request by the transport and passed to every service.

use crate::access::Action;
use chrono::{DateTime, SubsecRound, Utc};
use penny_ports::world::{Clock, Entropy, IdSource};
use penny_types::{
    Locale, PrincipalId, RequestId, TenantId,
    people::{PrincipalKind, Role},
};
use std::{net::IpAddr, sync::Arc};
use uuid::Uuid;

/// Time, identity and chance, from outside.
#[derive(Debug, Clone)]
pub struct World {
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Mints identifiers.
    pub ids: Arc<dyn IdSource>,
    /// Gives bytes nobody can guess.
    pub entropy: Arc<dyn Entropy>,
}

impl World {
    /// Returns the present moment, to the microsecond: what both databases keep.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now().trunc_subsecs(6)
    }

    /// Mints an identifier of any kind.
    #[must_use]
    pub fn mint<Id: From<Uuid>>(&self) -> Id {
        Id::from(self.ids.mint())
    }

    /// Returns `N` bytes nobody can guess.
    #[must_use]
    pub fn secret<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.entropy.fill(&mut bytes);
        bytes
    }
}

/// The door a request came in by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    /// The web page's own GraphQL, with a session cookie.
    Web,
    /// GraphQL with a token.
    Graphql,
    /// REST.
    Rest,
    /// The command line.
    Cli,
    /// A job of PENNY's own.
    Job,
}

impl Via {
    /// Returns the word the audit trail keeps.
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

/// A principal, acting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Actor {
    /// Who acts.
    pub id: PrincipalId,
    /// What kind of principal.
    pub kind: PrincipalKind,
    /// For whom, when not for themselves.
    pub on_behalf_of: Option<PrincipalId>,
}

/// What the actor holds, read once a request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Grants {
    /// Built-in roles.
    pub roles: Vec<Role>,
    /// What the token used may do; empty means all its owner may.
    pub scopes: Vec<String>,
    /// Tools granted by name, beyond what the roles give.
    pub tools: Vec<String>,
    /// When the token used ends; absent when it does not, or when none is used.
    pub until: Option<DateTime<Utc>>,
}

/// An authenticated request. There is no other way to reach a tenant's data.
#[derive(Debug, Clone)]
pub struct Ctx {
    /// Who acts.
    pub actor: Actor,
    /// In which tenant.
    pub tenant: TenantId,
    /// With which rights.
    pub grants: Arc<Grants>,
    /// In which language.
    pub locale: Locale,
    /// By which door.
    pub via: Via,
    /// As which request.
    pub request: RequestId,
    /// Time, identity and chance.
    pub world: World,
}

impl Ctx {
    /// Makes the context in which PENNY itself acts inside a tenant.
    #[must_use]
    pub fn system(tenant: TenantId, world: World) -> Self {
        Self {
            actor: Actor { id: SYSTEM, kind: PrincipalKind::System, on_behalf_of: None },
            tenant,
            grants: Arc::new(Grants { roles: vec![Role::Admin], ..Grants::default() }),
            locale: Locale::En,
            via: Via::Job,
            request: world.mint(),
            world,
        }
    }

    /// Returns the present moment.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.world.now()
    }

    /// Mints an identifier of any kind.
    #[must_use]
    pub fn mint<Id: From<Uuid>>(&self) -> Id {
        self.world.mint()
    }

    /// Returns the context in which a reading tool runs: a token that may call it need not also name
    /// the data it reads. What its owner may not read, it does not read either.
    #[must_use]
    pub fn inside_a_reading_tool(&self) -> Self {
        let mut inside = self.clone();
        if !self.grants.scopes.is_empty() {
            let mut grants = Grants::clone(&self.grants);
            grants.scopes.push(Action::DatasourceQuery.scope().to_owned());
            inside.grants = Arc::new(grants);
        }
        inside
    }

    /// Returns what finds the request again in the log, in a fault a person was shown, and in the rows
    /// it wrote.
    #[must_use]
    pub fn trace_id(&self) -> String {
        self.request.to_string()
    }

    /// Returns whose data is touched: the person acted for, else the actor.
    #[must_use]
    pub fn subject(&self) -> PrincipalId {
        self.actor.on_behalf_of.unwrap_or(self.actor.id)
    }
}

/// PENNY itself: the same id in every tenant, and in no table.
pub const SYSTEM: PrincipalId = PrincipalId(Uuid::from_u128(1));

/// A request of somebody not yet known: all they can do is sign in.
#[derive(Debug, Clone)]
pub struct Visitor {
    /// Which tenant's door they stand at.
    pub tenant: TenantId,
    /// Where they come from, as far as known.
    pub address: Option<IpAddr>,
    /// In which language.
    pub locale: Locale,
    /// By which door.
    pub via: Via,
    /// As which request.
    pub request: RequestId,
    /// Time, identity and chance.
    pub world: World,
}
