//! `GET /v1/conversations/{id}/messages`

use crate::{
    rest::{
        errors::OrErrorResponse,
        extract::{PathId, QueryParams},
        responses::{CommonProblems, IdProblems, QueryProblems},
    },
    web::{AppState, Caller, ErrorResponse},
};
use axum::{Json, extract::State};
use penny_types::{
    ConversationId, MessageId,
    conversations::{MessageWindow, MessageWindowRequest},
};
use serde::Deserialize;
use utoipa::IntoParams;

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(crate) struct ListMessagesQuery {
    /// The last message of the branch. Default: the visible branch.
    #[param(value_type = Option<MessageId>)]
    leaf_id: Option<MessageId>,
    /// Only messages before this one.
    #[param(value_type = Option<MessageId>)]
    before: Option<MessageId>,
    /// The maximum number of messages. Default 40, maximum 100.
    limit: Option<u32>,
}

/// List the messages of a conversation
///
/// Returns the newest messages of a branch, oldest first. Pass the id of the first one as `before` to read older
/// messages.
#[utoipa::path(
    get, path = "/v1/conversations/{id}/messages", operation_id = "listMessages", tag = "conversations",
    params(("id" = ConversationId, Path, description = "The conversation."), ListMessagesQuery),
    responses((status = 200, description = "The messages.", body = MessageWindow), CommonProblems, IdProblems, QueryProblems),
)]
pub(crate) async fn messages(
    State(state): State<AppState>,
    Caller(ctx): Caller,
    PathId(id): PathId<ConversationId>,
    QueryParams(query): QueryParams<ListMessagesQuery>,
) -> Result<Json<MessageWindow>, ErrorResponse> {
    let window = MessageWindowRequest { leaf_id: query.leaf_id, before: query.before, limit: query.limit };
    state.services.conversations.messages(&ctx, id, &window).await.or_error_response(&ctx).map(Json)
}
