//! Shares of resources: who may view and who may edit one conversation or artifact.

use super::resource::reference;
use crate::{ctx::Ctx, db::StoreError};
use cedar_policy::RestrictedExpression;
use penny_entity::{TenantScoped, share};
use penny_types::{
    GroupId, PrincipalId,
    access::{ShareLevel, ShareSubject, SharedKind},
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, QueryFilter, QuerySelect, QueryTrait, sea_query::SelectStatement,
};
use std::collections::HashMap;
use uuid::Uuid;

/// Identifies a shared resource.
pub type ShareKey = (SharedKind, Uuid);

/// Principals, groups or everyone in the tenant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SubjectSet {
    pub users: Vec<PrincipalId>,
    pub groups: Vec<GroupId>,
    pub everyone: bool,
}

impl SubjectSet {
    fn add(&mut self, kind: ShareSubject, id: Uuid) {
        match kind {
            ShareSubject::Principal => self.users.push(PrincipalId(id)),
            ShareSubject::Group => self.groups.push(GroupId(id)),
            ShareSubject::Tenant => self.everyone = true,
        }
    }

    pub(super) fn expression(&self) -> RestrictedExpression {
        let users = self.users.iter().map(|id| reference("User", &id.to_string()));
        let groups = self.groups.iter().map(|id| reference("Group", &id.to_string()));
        let fields = [
            ("users".to_owned(), RestrictedExpression::new_set(users)),
            ("groups".to_owned(), RestrictedExpression::new_set(groups)),
            ("everyone".to_owned(), RestrictedExpression::new_bool(self.everyone)),
        ];
        // Field names are distinct, which is the only condition.
        RestrictedExpression::new_record(fields).unwrap_or_else(|_| RestrictedExpression::new_bool(false))
    }
}

/// The shares of one resource that have not expired.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ResourceShares {
    pub viewers: SubjectSet,
    pub editors: SubjectSet,
}

impl ResourceShares {
    /// Lets those who may view or edit `other` view this resource: an artifact is visible to whom its conversation is
    /// shared with.
    pub fn add_viewers_of(&mut self, other: &Self) {
        for set in [&other.viewers, &other.editors] {
            self.viewers.users.extend(&set.users);
            self.viewers.groups.extend(&set.groups);
            self.viewers.everyone |= set.everyone;
        }
    }
}

/// Loads the shares of several resources. Resources that are not shared are absent.
///
/// # Errors
/// When the database fails.
pub async fn load_shares(
    conn: &impl ConnectionTrait,
    ctx: &Ctx,
    keys: &[ShareKey],
) -> Result<HashMap<ShareKey, ResourceShares>, StoreError> {
    let mut found: HashMap<ShareKey, ResourceShares> = HashMap::new();
    if keys.is_empty() {
        return Ok(found);
    }
    let mut any = Condition::any();
    for &kind in SharedKind::ALL {
        let ids: Vec<Uuid> = keys.iter().filter(|key| key.0 == kind).map(|key| key.1).collect();
        if !ids.is_empty() {
            let of_kind = Condition::all()
                .add(share::Column::ResourceKind.eq(kind))
                .add(share::Column::ResourceId.is_in(ids));
            any = any.add(of_kind);
        }
    }
    let rows = share::Entity::find_in(ctx.tenant()).filter(any).filter(unexpired(ctx)).all(conn).await?;
    for row in rows {
        let shares = found.entry((row.resource_kind, row.resource_id)).or_default();
        let set = match row.level {
            ShareLevel::View => &mut shares.viewers,
            ShareLevel::Edit => &mut shares.editors,
        };
        set.add(row.subject_kind, row.subject_id);
    }
    Ok(found)
}

fn unexpired(ctx: &Ctx) -> Condition {
    Condition::any().add(share::Column::ExpiresAt.is_null()).add(share::Column::ExpiresAt.gt(ctx.now()))
}

/// Selects the ids of the resources of a kind that are shared with the subject of the context, at any level.
#[must_use]
pub fn shared_with(ctx: &Ctx, kind: SharedKind) -> SelectStatement {
    use share::Column as C;
    let subject = |kind: ShareSubject| Condition::all().add(C::SubjectKind.eq(kind));
    let groups = ctx.rights().groups().iter().map(|id| id.uuid());
    let to_me = Condition::any()
        .add(subject(ShareSubject::Principal).add(C::SubjectId.eq(ctx.subject().uuid())))
        .add(subject(ShareSubject::Group).add(C::SubjectId.is_in(groups)))
        .add(subject(ShareSubject::Tenant));
    share::Entity::find_in(ctx.tenant())
        .select_only()
        .column(C::ResourceId)
        .filter(C::ResourceKind.eq(kind))
        .filter(to_me)
        .filter(unexpired(ctx))
        .into_query()
}
