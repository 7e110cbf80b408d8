//! `GET /v1/conversations/{id}/messages`

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
    conversations::{MessageWindow, MessageWindowRequest},
};
use serde::Deserialize;
use utoipa::IntoParams;

/// Which messages are asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// The branch's last message; the visible branch when absent.
    #[param(value_type = Option<MessageId>)]
    leaf_id: Option<MessageId>,
    /// Only what comes before this message.
    #[param(value_type = Option<MessageId>)]
    before: Option<MessageId>,
    /// How many at most; 40 when absent, never more than 100.
    limit: Option<u32>,
}

/// Read a stretch of a conversation
///
/// The newest messages of a branch, oldest first; pass the first one's id as `before` to read on.
#[utoipa::path(
    get, path = "/v1/conversations/{id}/messages", operation_id = "listMessages", tag = "conversations",
    params(("id" = ConversationId, Path, description = "The conversation."), Which),
    responses((status = 200, description = "The messages.", body = MessageWindow), OfACaller, OfAnId, OfAQuery),
)]
pub(crate) async fn messages(
    State(state): State<AppState>,
    Caller(ctx): Caller,
    Id(id): Id<ConversationId>,
    Filter(which): Filter<Which>,
) -> Result<Json<MessageWindow>, Refusal> {
    let window = MessageWindowRequest { leaf_id: which.leaf_id, before: which.before, limit: which.limit };
    state.services.conversations.messages(&ctx, id, &window).await.or_refuse(&ctx).map(Json)
}
