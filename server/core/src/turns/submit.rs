//! Writes a turn down: the message, the answer's empty place and the turn itself, before any model
//! is asked.

use super::{
    Error,
    checkpoint::{LEASE, RESERVE},
    runner::Crew,
    store::{self, CallRow, NewRow},
};
use crate::{
    access::Permit,
    audit::{self, Record},
    conversations::{self, store as rows},
    ctx::Ctx,
    db::{self, WriteTx},
    routing::Route,
};
use penny_entity::{conversation, message, turn};
use penny_ports::bus::Notice;
use penny_types::{
    MessageId, TurnId,
    conversations::{Author, ConversationUpdate, PartBody, TextPart},
    turns::{NewMessage, TurnStatus},
};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, IntoActiveModel};
use serde_json::json;

/// What a turn answers and where its words go.
pub(super) struct Place {
    pub turn: TurnId,
    pub user_message: MessageId,
    pub message: MessageId,
    /// The turn it goes on from, and where that one's text ended.
    pub continues: Option<(TurnId, i64)>,
}

/// Who is going to answer, and in which turn.
pub(super) struct Answer<'a> {
    pub turn: TurnId,
    pub route: &'a Route,
}

impl Answer<'_> {
    /// Returns the empty message that the answer fills, under a message at `depth`.
    fn place(&self, ctx: &Ctx, conversation: &conversation::Model, under: MessageId, depth: i32) -> NewRow {
        NewRow {
            id: ctx.mint(),
            conversation: conversation.id,
            parent: Some(under),
            depth: depth + 1,
            author: Author::Assistant,
            model: Some(self.route.name()),
            turn: Some(self.turn),
        }
    }
}

/// Wishes of whoever asks.
#[derive(Default)]
pub(super) struct Wishes {
    pub tools_allowed: Option<Vec<String>>,
    pub artifacts_expected: Vec<String>,
    pub client_key: Option<String>,
}

/// Finds the message a new one follows, and refuses while that one is still being written.
pub(super) async fn parent(
    tx: &WriteTx,
    ctx: &Ctx,
    conversation: &conversation::Model,
    new: &NewMessage,
) -> Result<Option<message::Model>, Error> {
    let of_this = |row: Option<message::Model>| {
        row.filter(|row| row.conversation_id == conversation.id).ok_or(Error::NoSuchMessage)
    };
    let parent_id = match new.replaces {
        Some(replaced) => {
            let replaced = of_this(rows::message(tx.conn(), ctx, replaced).await?)?;
            if replaced.author != Author::User {
                return Err(Error::NoSuchMessage);
            }
            replaced.parent_id
        }
        None => new.parent_id.or(conversation.leaf_id),
    };
    let Some(parent_id) = parent_id else { return Ok(None) };
    let parent = of_this(rows::message(tx.conn(), ctx, parent_id).await?)?;
    if store::is_being_written(tx.conn(), ctx, parent_id).await? {
        return Err(Error::StillRunning);
    }
    Ok(Some(parent))
}

/// Writes the person's message and the answer's empty place under it.
pub(super) async fn write_messages(
    tx: &WriteTx,
    ctx: &Ctx,
    crew: &Crew,
    conversation: &conversation::Model,
    parent: Option<&message::Model>,
    new: &NewMessage,
    answer: Answer<'_>,
) -> Result<(MessageId, MessageId), Error> {
    let mut parts = Vec::with_capacity(new.attachments.len() + 1);
    for &version in &new.attachments {
        parts.push(PartBody::File(crew.artifacts.attach(tx.conn(), ctx, version).await?));
    }
    if !new.content.is_empty() {
        parts.push(PartBody::Text(TextPart { text: new.content.clone() }));
    }
    let id: MessageId = ctx.mint();
    let depth = parent.map_or(0, |parent| parent.depth + 1);
    let said = NewRow {
        id,
        conversation: conversation.id,
        parent: parent.map(|parent| parent.id),
        depth,
        author: Author::User,
        model: None,
        turn: None,
    };
    let place = answer.place(ctx, conversation, id, depth);
    let answer = place.id;
    store::insert_messages(tx.conn(), ctx, [said, place]).await?;
    // A person's parts take their ids from the message, an answer's from its turn.
    store::insert_parts(tx.conn(), ctx, (conversation.id, id), TurnId(id.uuid()), 0, &parts).await?;
    db::search::index_text(tx.conn(), ctx.tenant, conversation.id, id, &new.content).await?;
    Ok((id, answer))
}

/// Makes an answer's empty place under a message that is there already.
pub(super) async fn write_answer(
    tx: &WriteTx,
    ctx: &Ctx,
    conversation: &conversation::Model,
    (user_message, depth): (MessageId, i32),
    answer: Answer<'_>,
) -> Result<MessageId, Error> {
    let place = answer.place(ctx, conversation, user_message, depth);
    let id = place.id;
    store::insert_messages(tx.conn(), ctx, [place]).await?;
    Ok(id)
}

/// Writes the turn's row and its first model call's.
pub(super) async fn write_turn(
    tx: &WriteTx,
    ctx: &Ctx,
    crew: &Crew,
    conversation: &conversation::Model,
    place: &Place,
    route: &Route,
    wishes: Wishes,
) -> Result<(turn::Model, CallRow), Error> {
    let now = ctx.now();
    let row = turn::ActiveModel {
        tenant_id: Set(ctx.tenant),
        id: Set(place.turn),
        conversation_id: Set(conversation.id),
        user_message_id: Set(place.user_message),
        message_id: Set(place.message),
        continues: Set(place.continues.map(|(turn, _)| turn)),
        status: Set(TurnStatus::Running),
        code: Set(None),
        model: Set(route.name()),
        route: Set(None),
        tools_allowed: Set(store::names(wishes.tools_allowed)),
        artifacts_expected: Set(
            (!wishes.artifacts_expected.is_empty()).then(|| json!(wishes.artifacts_expected))
        ),
        client_key: Set(wishes.client_key),
        principal_id: Set(ctx.actor.id),
        on_behalf_of: Set(ctx.actor.on_behalf_of),
        locale: Set(ctx.locale),
        via: Set(ctx.via.as_str().to_owned()),
        trace_id: Set(Some(ctx.trace_id())),
        lease_owner: Set(Some(crew.checkpointer.owner().to_owned())),
        lease_expires_at: Set(Some(now + LEASE)),
        fencing_token: Set(1),
        seq_reserved: Set(store::signed(RESERVE)),
        last_seq: Set(0),
        text_offset_start: Set(place.continues.map_or(0, |(_, length)| length)),
        text_length: Set(place.continues.map_or(0, |(_, length)| length)),
        reasoning_length: Set(0),
        input_tokens: Set(0),
        output_tokens: Set(0),
        cached_tokens: Set(0),
        reasoning_tokens: Set(0),
        cost_micros: Set(0),
        created_at: Set(now),
        started_at: Set(Some(now)),
        finished_at: Set(None),
        stop_requested_at: Set(None),
    };
    let turn = store::insert(tx.conn(), row).await?;
    let call = store::open_first_call(tx.conn(), ctx, turn.id, route).await?;
    Ok((turn, call))
}

/// Moves the conversation on: its visible end, its title if it has none, and its empty draft.
pub(super) async fn move_on(
    tx: &WriteTx,
    ctx: &Ctx,
    row: conversation::Model,
    turn: &turn::Model,
    content: Option<&str>,
    permit: &Permit,
) -> Result<(), Error> {
    let has_title = row.title.is_some();
    let mut change = row.into_active_model();
    change.leaf_id = Set(Some(turn.message_id));
    change.updated_at = Set(ctx.now());
    change.model = Set(Some(turn.model.clone()));
    if let Some(content) = content {
        change.draft = Set(String::new());
        let title = conversations::title_from(content);
        if !has_title && !title.is_empty() {
            change.title = Set(Some(title));
        }
    }
    let row = change.update(tx.conn()).await?;
    let summary = rows::summary(&row, Some(turn.id));
    tx.notify(
        row.owner_id,
        Notice::Conversation(ConversationUpdate { id: row.id, conversation: Some(summary) }),
    );
    audit::record(tx, ctx, Record::of("turns.begin", "turn").target(turn.id).permit(permit)).await?;
    Ok(())
}
