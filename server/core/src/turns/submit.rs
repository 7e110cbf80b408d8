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
    db::{self, Batch, WriteTx},
    routing::Route,
    title,
};
use penny_entity::{conversation, message, turn};
use penny_types::{
    MessageId, TurnId,
    artifacts::ArtifactKind,
    conversations::{Author, PartBody, TextPart},
    turns::{NewMessage, TurnStatus},
};
use sea_orm::{ActiveValue::Set, EntityTrait, IntoActiveModel, TryIntoModel};
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
    pub artifacts_expected: Vec<ArtifactKind>,
    pub client_key: Option<String>,
}

impl Wishes {
    /// Takes over what a message wished for when it was sent: it wishes for it still.
    pub(super) fn of(before: &turn::Model) -> Self {
        Self {
            tools_allowed: store::tools_allowed(before),
            artifacts_expected: store::artifacts_expected(before),
            client_key: None,
        }
    }
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
    (tx, batch): (&WriteTx, &mut Batch),
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
    store::insert_messages(batch, ctx, [said, place]);
    // A person's parts take their ids from the message, an answer's from its turn.
    store::insert_parts(batch, ctx, (conversation.id, id), TurnId(id.uuid()), 0, &parts);
    db::search::index_text(batch, ctx.tenant, conversation.id, id, &new.content);
    Ok((id, answer))
}

/// Makes an answer's empty place under a message that is there already.
pub(super) fn write_answer(
    batch: &mut Batch,
    ctx: &Ctx,
    conversation: &conversation::Model,
    (user_message, depth): (MessageId, i32),
    answer: Answer<'_>,
) -> MessageId {
    let place = answer.place(ctx, conversation, user_message, depth);
    let id = place.id;
    store::insert_messages(batch, ctx, [place]);
    id
}

/// Writes the turn's row and its first model call's.
pub(super) fn write_turn(
    batch: &mut Batch,
    ctx: &Ctx,
    crew: &Crew,
    conversation: &conversation::Model,
    place: &Place,
    route: &Route,
    wishes: Wishes,
) -> (turn::Model, CallRow) {
    let now = ctx.now();
    let row = turn::Model {
        tenant_id: ctx.tenant,
        id: place.turn,
        conversation_id: conversation.id,
        user_message_id: place.user_message,
        message_id: place.message,
        continues: place.continues.map(|(turn, _)| turn),
        status: TurnStatus::Running,
        code: None,
        model: route.name(),
        route: None,
        tools_allowed: store::names(wishes.tools_allowed),
        artifacts_expected: (!wishes.artifacts_expected.is_empty()).then(|| json!(wishes.artifacts_expected)),
        client_key: wishes.client_key,
        principal_id: ctx.actor.id,
        on_behalf_of: ctx.actor.on_behalf_of,
        locale: ctx.locale,
        via: ctx.via.as_str().to_owned(),
        trace_id: Some(ctx.trace_id()),
        lease_owner: Some(crew.checkpointer.owner().to_owned()),
        lease_expires_at: Some(now + LEASE),
        fencing_token: 1,
        seq_reserved: db::signed(RESERVE),
        last_seq: 0,
        text_offset_start: place.continues.map_or(0, |(_, length)| length),
        text_length: place.continues.map_or(0, |(_, length)| length),
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

/// Moves the conversation on: its visible end, its title if it has none, and its empty draft.
pub(super) fn move_on(
    (tx, batch): (&WriteTx, &mut Batch),
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
        let title = title::from_message(content);
        if !has_title && !title.is_empty() {
            change.title = Set(Some(title));
        }
    }
    let row = change.clone().try_into_model()?;
    batch.push(&conversation::Entity::update(change).validate()?);
    conversations::tell(tx, &row, Some(turn.id));
    audit::add(batch, ctx, Record::of("turns.begin", "turn").target(turn.id).permit(permit));
    Ok(())
}
