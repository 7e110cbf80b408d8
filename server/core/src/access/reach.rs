use super::{Access, Action, Denied, Resource};
use crate::ctx::Ctx;
use penny_types::PrincipalId;
use sea_orm::{ColumnTrait, Condition};
use uuid::Uuid;

/// Whose things an actor may do something to: the policies, compiled for a list.
///
/// The policies look at one fact of a conversation or an artifact, its owner. So two questions decide
/// for all of them: one about a thing of the actor's own and one about a stranger's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Those the person owns.
    Own(PrincipalId),
    /// The whole tenant's.
    Everybody,
}

impl Reach {
    /// Returns the predicate a list is narrowed by, on the column that says whose a row is.
    pub(crate) fn of(self, owner: impl ColumnTrait) -> Condition {
        match self {
            Self::Own(subject) => Condition::all().add(owner.eq(subject)),
            Self::Everybody => Condition::all(),
        }
    }
}

impl Access {
    /// Compiles what the actor may see of the conversations.
    pub(crate) fn conversations(&self, ctx: &Ctx) -> Result<Reach, Denied> {
        self.reach(ctx, Action::ConversationView, Resource::Conversation)
    }

    /// Compiles what the actor may see of the artifacts.
    pub(crate) fn artifacts(&self, ctx: &Ctx) -> Result<Reach, Denied> {
        self.reach(ctx, Action::ArtifactView, Resource::Artifact)
    }

    fn reach(
        &self,
        ctx: &Ctx,
        action: Action,
        of: impl Fn(PrincipalId) -> Resource<'static>,
    ) -> Result<Reach, Denied> {
        let subject = ctx.subject();
        let stranger = PrincipalId(Uuid::from_u128(!subject.uuid().as_u128()));
        if self.check(ctx, action, &of(stranger)).is_ok() {
            return Ok(Reach::Everybody);
        }
        self.check(ctx, action, &of(subject)).map(|_| Reach::Own(subject))
    }
}
