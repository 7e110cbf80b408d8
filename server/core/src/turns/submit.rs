//! Rows of a new turn: the user message, the empty assistant message and the turn. All are committed before
//! the model is called.

use super::{
    TurnError,
    checkpoint::{LEASE_DURATION, SEQ_RESERVE},
    runner::TurnDeps,
    store::{self, ModelCallRow, NewMessageRow},
};
use crate::{
    conversations::{self, store as conversation_store},
    routing::Route,
    title,
};
use penny_entity::{conversation, message, turn};
use penny_kernel::{
    access::Permit,
    audit::{self, AuditRecord},
    ctx::Ctx,
    db::{self, Batch, WriteTx},
};
use penny_types::{
    MessageId, TurnId,
    artifacts::ArtifactKind,
    conversations::{Author, PartBody, TextPart},
    turns::{NewMessage, TurnStatus},
};
use sea_orm::{ActiveValue::Set, EntityTrait, IntoActiveModel, TryIntoModel};
use serde_json::json;

/// The ids of a new turn and its messages.
pub(super) struct NewTurn {
    pub turn: TurnId,
    pub user_message: MessageId,
    /// The assistant message.
    pub message: MessageId,
    /// The continued turn and the end offset of its text in bytes.
    pub continues: Option<(TurnId, i64)>,
}

/// The turn and the model that write an assistant message.
pub(super) struct AssistantAuthor<'a> {
    pub turn: TurnId,
    pub route: &'a Route,
}

impl AssistantAuthor<'_> {
    /// Returns the row of an empty assistant message below `parent`, which is at `depth`.
    fn message_row(
        &self,
        ctx: &Ctx,
        conversation: &conversation::Model,
        parent: MessageId,
        depth: i32,
    ) -> NewMessageRow {
        NewMessageRow {
            id: ctx.new_id(),
            conversation: conversation.id,
            parent: Some(parent),
            depth: depth + 1,
            author: Author::Assistant,
            model: Some(self.route.name()),
            turn: Some(self.turn),
        }
    }
}

/// Options of a message that apply to its turn.
#[derive(Default)]
pub(super) struct TurnOptions {
    pub tools_allowed: Option<Vec<String>>,
    pub artifacts_expected: Vec<ArtifactKind>,
    pub client_key: Option<String>,
}

impl TurnOptions {
    /// Returns the options of a previous turn, without the client key.
    pub(super) fn from_turn(turn: &turn::Model) -> Self {
        Self {
            tools_allowed: store::tools_allowed(turn),
            artifacts_expected: store::artifacts_expected(turn),
            client_key: None,
        }
    }
}

/// Returns the parent of a new message; `None` for the first message of a conversation.
///
/// # Errors
/// If the parent does not exist in the conversation or a turn is still writing it.
pub(super) async fn find_parent(
    tx: &WriteTx,
    ctx: &Ctx,
    conversation: &conversation::Model,
    new: &NewMessage,
) -> Result<Option<message::Model>, TurnError> {
    let in_conversation = |row: Option<message::Model>| {
        row.filter(|row| row.conversation_id == conversation.id).ok_or(TurnError::MessageNotFound)
    };
    let parent_id = match new.replaces {
        Some(replaced) => {
            let replaced =
                in_conversation(conversation_store::find_message(tx.conn(), ctx, replaced).await?)?;
            if replaced.author != Author::User {
                return Err(TurnError::MessageNotFound);
            }
            replaced.parent_id
        }
        None => new.parent_id.or(conversation.leaf_id),
    };
    let Some(parent_id) = parent_id else { return Ok(None) };
    let parent = in_conversation(conversation_store::find_message(tx.conn(), ctx, parent_id).await?)?;
    if store::is_being_written(tx.conn(), ctx, parent_id).await? {
        return Err(TurnError::TurnRunning);
    }
    Ok(Some(parent))
}

/// Writes the user message and the empty assistant message below it; returns their ids.
pub(super) async fn write_messages(
    (tx, batch): (&WriteTx, &mut Batch),
    ctx: &Ctx,
    deps: &TurnDeps,
    conversation: &conversation::Model,
    parent: Option<&message::Model>,
    new: &NewMessage,
    author: AssistantAuthor<'_>,
) -> Result<(MessageId, MessageId), TurnError> {
    let mut parts = Vec::with_capacity(new.attachments.len() + 1);
    for &version in &new.attachments {
        parts.push(PartBody::File(deps.artifacts.file_part(tx.conn(), ctx, version).await?));
    }
    if !new.content.is_empty() {
        parts.push(PartBody::Text(TextPart { text: new.content.clone() }));
    }
    let id: MessageId = ctx.new_id();
    let depth = parent.map_or(0, |parent| parent.depth + 1);
    let user_row = NewMessageRow {
        id,
        conversation: conversation.id,
        parent: parent.map(|parent| parent.id),
        depth,
        author: Author::User,
        model: None,
        turn: None,
    };
    let assistant_row = author.message_row(ctx, conversation, id, depth);
    let assistant_id = assistant_row.id;
    store::insert_messages(batch, ctx, [user_row, assistant_row]);
    // Part ids derive from the message id here, and from the turn id for assistant messages.
    store::insert_parts(batch, ctx, (conversation.id, id), TurnId(id.uuid()), 0, &parts);
    db::search::index_message(batch, ctx.tenant(), conversation.id, id, &new.content);
    Ok((id, assistant_id))
}

/// Writes an empty assistant message below an existing user message; returns its id.
pub(super) fn write_assistant_message(
    batch: &mut Batch,
    ctx: &Ctx,
    conversation: &conversation::Model,
    (user_message, depth): (MessageId, i32),
    author: AssistantAuthor<'_>,
) -> MessageId {
    let row = author.message_row(ctx, conversation, user_message, depth);
    let id = row.id;
    store::insert_messages(batch, ctx, [row]);
    id
}

/// Writes the turn and its first model call.
pub(super) fn write_turn(
    batch: &mut Batch,
    ctx: &Ctx,
    deps: &TurnDeps,
    conversation: &conversation::Model,
    new: &NewTurn,
    route: &Route,
    options: TurnOptions,
) -> (turn::Model, ModelCallRow) {
    let now = ctx.now();
    let row = turn::Model {
        tenant_id: ctx.tenant(),
        id: new.turn,
        conversation_id: conversation.id,
        user_message_id: new.user_message,
        message_id: new.message,
        continues: new.continues.map(|(turn, _)| turn),
        status: TurnStatus::Running,
        code: None,
        model: route.name(),
        route: None,
        tools_allowed: store::names_json(options.tools_allowed),
        artifacts_expected: (!options.artifacts_expected.is_empty())
            .then(|| json!(options.artifacts_expected)),
        client_key: options.client_key,
        principal_id: ctx.actor().id,
        on_behalf_of: ctx.actor().on_behalf_of,
        scopes: json!(ctx.rights().scopes()),
        locale: ctx.locale(),
        via: ctx.transport().as_str().to_owned(),
        trace_id: Some(ctx.trace_id()),
        lease_owner: Some(deps.checkpointer.owner().to_owned()),
        lease_expires_at: Some(now + LEASE_DURATION),
        fencing_token: 1,
        seq_reserved: db::signed(SEQ_RESERVE),
        last_seq: 0,
        text_offset_start: new.continues.map_or(0, |(_, length)| length),
        text_length: new.continues.map_or(0, |(_, length)| length),
        reasoning_length: 0,
        input_tokens: 0,
        output_tokens: 0,
        cached_tokens: 0,
        reasoning_tokens: 0,
        cost_micros: 0,
        created_at: now,
        started_at: Some(now),
        finished_at: None,
        stop_requested_at: None,
    };
    let turn = store::insert(batch, row);
    let call = store::open_first_call(batch, ctx, turn.id, route);
    (turn, call)
}

/// Updates the conversation of a new turn: sets the visible leaf and the model; for a new user message also
/// clears the draft and sets the title if there is none. Notifies the owner and records the audit event.
pub(super) fn update_conversation(
    (tx, batch): (&WriteTx, &mut Batch),
    ctx: &Ctx,
    row: conversation::Model,
    turn: &turn::Model,
    content: Option<&str>,
    permit: &Permit,
) -> Result<(), TurnError> {
    let has_title = row.title.is_some();
    let is_owner = row.owner_id == ctx.subject();
    let mut change = row.into_active_model();
    change.leaf_id = Set(Some(turn.message_id));
    change.updated_at = Set(ctx.now());
    change.model = Set(Some(turn.model.clone()));
    if let Some(content) = content {
        if is_owner {
            change.draft = Set(String::new());
        }
        let title = title::from_message(content);
        if !has_title && !title.is_empty() {
            change.title = Set(Some(title));
        }
    }
    let row = change.clone().try_into_model()?;
    batch.push(&conversation::Entity::update(change).validate()?);
    conversations::notify_owner(tx, &row, Some(turn.id));
    audit::record_in_batch(batch, ctx, AuditRecord::of("turns.begin", "turn").target(turn.id).permit(permit));
    Ok(())
}
