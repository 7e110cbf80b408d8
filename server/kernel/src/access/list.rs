//! Lists narrowed to what the policies allow.

use super::{Access, Action, Denied, Resource, TenantPolicies};
use crate::{ctx::Ctx, db::StoreError};
use sea_orm::{Condition, ConnectionTrait};
use std::future::Future;

/// A type of resource whose rows can be listed.
pub trait ListedResource: Resource + Sized + Send {
    /// The table's row.
    type Row: Send + Sync;

    /// The action that makes a row visible.
    const VIEW: Action;

    /// Returns the SQL predicate of the rows that the built-in policies let the subject see: the same facts as the
    /// policies `own-...` and `shared-to-...`.
    fn visible_rows(ctx: &Ctx) -> Condition;

    /// Loads the facts that policies look at, one resource for each row, in order.
    ///
    /// # Errors
    /// When the database fails.
    fn load(
        conn: &impl ConnectionTrait,
        ctx: &Ctx,
        rows: &[Self::Row],
    ) -> impl Future<Output = Result<Vec<Self>, StoreError>> + Send;
}

/// Narrows a list. The predicate selects candidates; where custom roles or tenant policies can decide otherwise than
/// the predicate, each candidate is authorised on its own.
#[derive(Debug, Clone)]
pub struct ListFilter {
    condition: Condition,
    must_recheck: bool,
}

impl ListFilter {
    /// Returns the SQL predicate.
    #[must_use]
    pub fn condition(&self) -> Condition {
        self.condition.clone()
    }

    /// Returns whether [`Access::retain_visible`] can remove rows that match the predicate.
    #[must_use]
    pub const fn must_recheck(&self) -> bool {
        self.must_recheck
    }
}

impl Access {
    /// Returns the filter for a list of `R`.
    ///
    /// # Errors
    /// [`Denied`] when the token of the request does not cover the list, or a job does not name its action.
    pub fn list_filter<R: ListedResource>(&self, ctx: &Ctx) -> Result<ListFilter, Denied> {
        let action = R::VIEW;
        let denied = |policy: &str| Denied { action: action.as_str(), policies: vec![policy.to_owned()] };
        if let Some(actions) = ctx.system_actions() {
            return if actions.contains(&action) {
                Ok(ListFilter { condition: Condition::all(), must_recheck: false })
            } else {
                Err(denied("system-jobs"))
            };
        }
        if !ctx.rights().covers(action) {
            return Err(denied("token-scopes"));
        }
        let policies = self.policies_of(ctx);
        let applicable = policies.custom_for(action, R::KIND, ctx.rights());
        let condition = if applicable.can_permit { Condition::all() } else { R::visible_rows(ctx) };
        Ok(ListFilter { condition, must_recheck: applicable.can_permit || applicable.can_forbid })
    }

    /// Keeps the rows that the policies let the subject see.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn retain_visible<R: ListedResource>(
        &self,
        conn: &impl ConnectionTrait,
        ctx: &Ctx,
        filter: &ListFilter,
        rows: Vec<R::Row>,
    ) -> Result<Vec<R::Row>, StoreError> {
        if !filter.must_recheck {
            return Ok(rows);
        }
        let resources = R::load(conn, ctx, &rows).await?;
        let visible = rows.into_iter().zip(resources);
        Ok(visible
            .filter(|(_, resource)| self.check(ctx, R::VIEW, resource).is_ok())
            .map(|(row, _)| row)
            .collect())
    }
}

/// How custom roles and tenant policies can change the decisions about an action.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Applicable {
    pub can_permit: bool,
    pub can_forbid: bool,
}

impl TenantPolicies {
    pub(super) fn custom_for(
        &self,
        action: Action,
        kind: super::ResourceKind,
        rights: &crate::ctx::Rights,
    ) -> Applicable {
        let mut applicable = Applicable::default();
        for policy in self.custom().iter().filter(|policy| policy.may_apply(action, kind, rights)) {
            match policy.effect {
                cedar_policy::Effect::Permit => applicable.can_permit = true,
                cedar_policy::Effect::Forbid => applicable.can_forbid = true,
            }
        }
        applicable
    }
}
