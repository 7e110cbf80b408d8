//! What a decision may look at, and nothing else.

use super::{Action, Resource};
use crate::ctx::Ctx;
use penny_types::{PrincipalId, people::Role, tools::Effect};

/// A question as the policies see it. It names nobody and none of their things, only what they hold and
/// whether a thing is theirs: so one answer serves everybody who holds the same, and no policy can be
/// about a single person or conversation.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Question {
    pub action: Action,
    pub thing: Thing,
    pub roles: Vec<Role>,
    pub scopes: Vec<String>,
    pub tools: Vec<String>,
}

/// What an action is done to, as the policies see it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Thing {
    Tenant,
    Conversation(Whose),
    Artifact(Whose),
    Principal(Whose),
    Tool { name: String, effect: Effect },
    Dashboard(String),
    Datasource(String),
}

/// Whose a thing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Whose {
    /// The one's for whom the actor acts.
    Own,
    /// Another's.
    Other,
}

impl Whose {
    fn is(ctx: &Ctx, owner: PrincipalId) -> Self {
        if owner == ctx.subject() { Self::Own } else { Self::Other }
    }

    /// Returns the owner's name in the policies' world, where there are only two.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Other => "other",
        }
    }
}

impl Question {
    /// Asks whether the context's actor may do `action` to `resource`.
    pub(super) fn of(ctx: &Ctx, action: Action, resource: &Resource<'_>) -> Self {
        let thing = match *resource {
            Resource::Tenant => Thing::Tenant,
            Resource::Conversation(owner) => Thing::Conversation(Whose::is(ctx, owner)),
            Resource::Artifact(owner) => Thing::Artifact(Whose::is(ctx, owner)),
            Resource::Principal(owner) => Thing::Principal(Whose::is(ctx, owner)),
            Resource::Tool { name, effect } => Thing::Tool { name: name.to_owned(), effect },
            Resource::Dashboard(slug) => Thing::Dashboard(slug.to_owned()),
            Resource::Datasource(slug) => Thing::Datasource(slug.to_owned()),
        };
        let grants = &ctx.grants;
        Self {
            action,
            thing,
            roles: grants.roles.clone(),
            scopes: grants.scopes.clone(),
            tools: grants.tools.clone(),
        }
    }
}
