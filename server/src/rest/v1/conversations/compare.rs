//! `GET /v1/conversations/{id}/compare`

use crate::{
    rest::{
        extract::{Filter, Id},
        refuse::OrRefuse,
        responses::{OfACaller, OfAQuery, OfAnId},
    },
    web::{AppState, Caller, Refusal},
};
use axum::{Json, extract::State};
use penny_types::{
    ConversationId, MessageId,
    branches::{BranchComparison, BranchPair},
};
use serde::Deserialize;
use utoipa::IntoParams;

/// Which branches are laid side by side.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// The one: the branch that ends in or passes through this message.
    #[param(value_type = MessageId)]
    left: MessageId,
    /// The other.
    #[param(value_type = MessageId)]
    right: MessageId,
}

/// Compare two branches
///
/// What each has that the other has not, from where they part.
#[utoipa::path(
    get, path = "/v1/conversations/{id}/compare", operation_id = "compareBranches", tag = "conversations",
    params(("id" = ConversationId, Path, description = "The conversation."), Which),
    responses((status = 200, description = "The branches.", body = BranchComparison), OfACaller, OfAnId, OfAQuery),
)]
pub(crate) async fn compare(
    State(state): State<AppState>,
    Caller(ctx): Caller,
    Id(id): Id<ConversationId>,
    Filter(which): Filter<Which>,
) -> Result<Json<BranchComparison>, Refusal> {
    let pair = BranchPair { left: which.left, right: which.right };
    state.services.conversations.compare(&ctx, id, pair).await.or_refuse(&ctx).map(Json)
}
