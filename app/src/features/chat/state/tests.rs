use super::*;
use chrono::DateTime;
use penny_types::{
    ArtifactVersionId, ConversationId, Fault, FaultCode, MessageId, PartId, ToolCallId, TurnId,
    conversations::{
        Author, FilePart, MessageView, MessageWindow, PartBody, PartView, Sensitivity, TextPart,
    },
    events::{
        ApprovalRequested, TextDelta, ToolCallChanged, ToolProgress, TurnEvent, TurnEventBody, TurnFailed,
    },
    models::UsageView,
    tools::{Effect, ToolCallStatus},
    turns::{TurnStatus, TurnView},
};
use uuid::Uuid;

fn message_id(number: u128) -> MessageId {
    MessageId(Uuid::from_u128(number))
}

fn turn_id(number: u128) -> TurnId {
    TurnId(Uuid::from_u128(number))
}

fn message(number: u128, author: Author, text: &str) -> MessageView {
    MessageView {
        id: message_id(number),
        conversation_id: ConversationId(Uuid::from_u128(1)),
        parent_id: None,
        author,
        depth: 0,
        sibling_ids: vec![message_id(number)],
        model: None,
        copied_from_id: None,
        turn_id: (author == Author::Assistant).then(|| turn_id(number)),
        turn_status: (author == Author::Assistant).then_some(TurnStatus::Finished),
        turn_code: None,
        last_seq: 10,
        text_length: text.len() as u64,
        parts: vec![PartView {
            id: PartId(Uuid::from_u128(number)),
            sensitivity: Sensitivity::Internal,
            body: PartBody::Text(TextPart { text: text.to_owned() }),
        }],
        created_at: DateTime::UNIX_EPOCH,
    }
}

fn copied_message(number: u128, author: Author) -> MessageView {
    MessageView { copied_from_id: Some(message_id(number + 100)), ..message(number, author, "copied") }
}

fn window(items: Vec<MessageView>) -> MessageWindow {
    MessageWindow { path_length: u32::try_from(items.len()).unwrap(), has_before: false, items }
}

fn turn(number: u128, question: u128, answer: u128) -> TurnView {
    TurnView {
        id: turn_id(number),
        conversation_id: ConversationId(Uuid::from_u128(1)),
        user_message_id: message_id(question),
        message_id: message_id(answer),
        continues: None,
        status: TurnStatus::Queued,
        code: None,
        model: "demo/penny".to_owned(),
        usage: UsageView::default(),
        created_at: DateTime::UNIX_EPOCH,
        finished_at: None,
    }
}

fn outgoing(key: &str, content: &str) -> OutgoingMessage {
    OutgoingMessage { client_key: key.to_owned(), content: content.to_owned(), ..OutgoingMessage::default() }
}

fn texts(state: &ThreadState) -> Vec<String> {
    state.messages().iter().map(MessageState::text).collect()
}

fn event(number: u128, seq: u64, body: TurnEventBody) -> TurnEvent {
    TurnEvent { seq, turn_id: turn_id(number), body }
}

#[test]
fn a_sent_message_keeps_its_row_when_the_server_accepts_it() {
    let mut state = ThreadState::default();
    state.send(outgoing("k", "hello"));
    let rows = state.keys();
    assert_eq!(state.messages()[0].status, MessageStatus::Sending);
    assert!(state.live_turns().is_empty(), "there is no turn yet");

    state.accept("k", &turn(9, 1, 2));
    assert_eq!(state.keys(), rows);
    assert_eq!(state.messages()[0].id, Some(message_id(1)));
    assert_eq!(state.live_turns(), [TurnCursor { turn_id: turn_id(9), last_seq: 0 }]);
}

#[test]
fn a_rejected_message_stays_and_is_sent_again_with_the_same_key() {
    let mut state = ThreadState::default();
    state.send(outgoing("k", "hello"));
    state.reject("k", &Fault::new(FaultCode::Unavailable));
    assert_eq!(texts(&state), ["hello"]);
    assert!(matches!(state.messages()[0].status, MessageStatus::Unsent(_)));
    assert_eq!(state.last_unsent().map(|outgoing| outgoing.content.as_str()), Some("hello"));

    let again = state.retry("k").unwrap();
    assert_eq!((again.client_key.as_str(), again.content.as_str()), ("k", "hello"));
    assert_eq!(state.messages().len(), 2, "the placeholder of the assistant message is back");
    assert!(state.retry("k").is_none(), "the message is being sent");
    assert_eq!(state.last_unsent(), None);
}

#[test]
fn attachments_are_shown_with_the_message_and_sent_by_version_id() {
    let version_id = ArtifactVersionId(Uuid::from_u128(7));
    let file = FilePart {
        version_id,
        name: "plan.md".to_owned(),
        media_type: "text/markdown".to_owned(),
        size_bytes: 9,
    };
    let message = OutgoingMessage { attachments: vec![file.clone()], ..outgoing("k", "see") };
    assert_eq!(message.to_input().attachments, [version_id]);
    let mut state = ThreadState::default();
    state.send(message);
    assert_eq!(state.messages()[0].blocks.first(), Some(&Block::File(file)));
    assert_eq!(texts(&state)[0], "see");
}

#[test]
fn an_unsent_message_can_be_withdrawn_with_its_text() {
    let mut state = ThreadState::default();
    state.send(outgoing("k", "hello"));
    state.reject("k", &Fault::new(FaultCode::TooLarge));
    assert_eq!(state.withdraw("k").unwrap().content, "hello");
    assert!(state.messages().is_empty());
}

#[test]
fn an_edit_replaces_the_message_and_all_after_it() {
    let mut state = ThreadState::from_window(&window(vec![
        message(1, Author::User, "old"),
        message(2, Author::Assistant, "answer"),
        message(3, Author::User, "more"),
    ]));
    state.send(OutgoingMessage { replaces: Some(message_id(1)), ..outgoing("k", "new") });
    assert_eq!(texts(&state), ["new", ""]);
    state.accept("k", &turn(9, 4, 5));
    let branch = state.branch_position(state.keys()[0]).unwrap();
    assert_eq!(
        (branch.position, branch.count, branch.previous, branch.next),
        (2, 2, Some(message_id(1)), None)
    );
}

#[test]
fn a_regenerated_message_becomes_the_last_sibling() {
    let mut state = ThreadState::from_window(&window(vec![
        message(1, Author::User, "q"),
        message(2, Author::Assistant, "a"),
    ]));
    state.add_regeneration(message_id(2), &turn(9, 1, 3));
    assert_eq!(texts(&state), ["q", ""]);
    let branch = state.branch_position(state.keys()[1]).unwrap();
    assert_eq!((branch.position, branch.count), (2, 2));
}

#[test]
fn a_message_without_siblings_has_no_branch_position() {
    let state = ThreadState::from_window(&window(vec![message(1, Author::User, "q")]));
    assert_eq!(state.branch_position(state.keys()[0]), None);
}

#[test]
fn reloading_the_window_keeps_rows_and_newer_live_messages() {
    let mut view = message(2, Author::Assistant, "");
    view.turn_status = Some(TurnStatus::Running);
    view.last_seq = 0;
    let items = vec![message(1, Author::User, "q"), view];
    let mut state = ThreadState::from_window(&window(items.clone()));
    let rows = state.keys();
    state.apply(&event(2, 1, TurnEventBody::Delta(TextDelta { text: "so far".to_owned(), offset: 0 })));

    state.replace(&window(items));
    assert_eq!(state.keys(), rows);
    assert_eq!(texts(&state), ["q", "so far"]);
}

#[test]
fn older_messages_are_prepended_without_duplicates() {
    let mut state = ThreadState::from_window(&window(vec![
        message(3, Author::User, "c"),
        message(4, Author::Assistant, "d"),
    ]));
    let added = state.prepend(&window(vec![
        message(1, Author::User, "a"),
        message(2, Author::Assistant, "b"),
        message(3, Author::User, "c"),
    ]));
    assert_eq!(added, 2);
    assert_eq!(texts(&state), ["a", "b", "c", "d"]);
    assert_eq!(state.oldest(), Some(message_id(1)));
}

#[test]
fn reloading_the_end_of_the_path_keeps_older_messages() {
    let (a, b, c) =
        (message(1, Author::User, "a"), message(2, Author::Assistant, "b"), message(3, Author::User, "c"));
    let mut state = ThreadState::from_window(&window(vec![a, b.clone(), c.clone()]));
    state.replace(&MessageWindow {
        items: vec![b, c, message(4, Author::Assistant, "d")],
        has_before: true,
        path_length: 4,
    });
    assert_eq!(texts(&state), ["a", "b", "c", "d"]);
    assert!(!state.has_before(), "the first message is loaded");
}

#[test]
fn another_conversation_replaces_all_messages() {
    let mut state = ThreadState::from_window(&window(vec![message(1, Author::User, "a")]));
    state.replace(&window(vec![message(7, Author::User, "x")]));
    assert_eq!(texts(&state), ["x"]);
}

#[test]
fn accepting_a_message_that_was_already_loaded_does_not_duplicate_it() {
    let mut state = ThreadState::default();
    state.send(outgoing("k", "q"));
    state.replace(&window(vec![message(1, Author::User, "q"), message(2, Author::Assistant, "")]));
    state.accept("k", &turn(2, 1, 2));
    assert_eq!(texts(&state), ["q", ""]);
}

#[test]
fn a_tool_card_follows_its_call_and_requests_approval() {
    let mut state = ThreadState::default();
    state.send(outgoing("k", "q"));
    state.accept("k", &turn(9, 1, 2));
    let call_id = ToolCallId(Uuid::from_u128(5));
    let change = |status, duration_ms| {
        TurnEventBody::ToolCall(ToolCallChanged {
            call_id,
            name: "look".to_owned(),
            arguments: serde_json::json!({ "a": 1 }),
            effect: Effect::Irreversible,
            status,
            result: None,
            duration_ms,
        })
    };
    let approval = ApprovalRequested { call_id, name: "look".to_owned(), plan: "would look".to_owned() };
    let progress = ToolProgress { call_id, message: "half".to_owned(), fraction: Some(0.5) };
    state.apply(&event(9, 1, change(ToolCallStatus::Pending, None)));
    state.apply(&event(9, 2, TurnEventBody::Approval(approval)));
    assert_eq!(state.messages()[1].status, MessageStatus::Waiting);

    state.apply(&event(9, 3, change(ToolCallStatus::Running, None)));
    state.apply(&event(9, 4, TurnEventBody::ToolProgress(progress)));
    assert_eq!(state.messages()[1].status, MessageStatus::Running);
    let card = |state: &ThreadState| match &state.messages()[1].blocks[0] {
        Block::Tool(card) => card.clone(),
        other => panic!("{other:?} is not a card"),
    };
    assert_eq!((card(&state).permille, card(&state).plan.as_deref()), (Some(500), Some("would look")));

    state.apply(&event(9, 5, change(ToolCallStatus::Succeeded, Some(12))));
    assert_eq!((card(&state).permille, card(&state).duration_ms), (None, Some(12)));
    assert_eq!(state.messages()[1].blocks.len(), 1);
}

#[test]
fn a_failed_message_keeps_its_text_and_the_retry_delay() {
    let mut state = ThreadState::default();
    state.send(outgoing("k", "q"));
    state.accept("k", &turn(9, 1, 2));
    state.apply(&event(9, 1, TurnEventBody::Delta(TextDelta { text: "half a".to_owned(), offset: 0 })));
    state.apply(&event(
        9,
        2,
        TurnEventBody::Failed(TurnFailed {
            code: "rate_limited".to_owned(),
            length: 6,
            retry_after: Some(30),
        }),
    ));
    let answer = &state.messages()[1];
    assert_eq!(answer.text(), "half a");
    assert_eq!(
        answer.status,
        MessageStatus::Failed { code: "rate_limited".to_owned(), retry_after: Some(30) }
    );
    assert!(answer.status.can_continue());
    assert!(state.live_message().is_none());
}

#[test]
fn an_event_of_an_unknown_turn_is_ignored() {
    let mut state = ThreadState::default();
    let stray = event(77, 1, TurnEventBody::Delta(TextDelta { text: "x".to_owned(), offset: 0 }));
    assert_eq!(state.apply(&stray), (None, ApplyOutcome::Ignored));
}

#[test]
fn the_boundary_of_a_fork_is_after_the_last_copied_message() {
    let items = vec![
        copied_message(1, Author::User),
        copied_message(2, Author::Assistant),
        message(3, Author::User, "new"),
        message(4, Author::Assistant, "newer"),
    ];
    let state = ThreadState::from_window(&window(items));
    let boundaries: Vec<_> = state.keys().into_iter().map(|key| state.copy_boundary(key, true)).collect();
    assert_eq!(boundaries, [None, Some(CopyBoundary::After), None, None]);
    // As long as there are only copies, the boundary is after the last one.
    let state = ThreadState::from_window(&window(vec![
        copied_message(1, Author::User),
        copied_message(2, Author::Assistant),
    ]));
    assert_eq!(state.copy_boundary(state.keys()[1], true), Some(CopyBoundary::After));
    // In a conversation that is no fork, leading copies have no boundary.
    assert_eq!(state.copy_boundary(state.keys()[1], false), None);
}

#[test]
fn the_boundary_of_merged_messages_is_before_the_first_one() {
    let items = vec![
        message(1, Author::User, "here"),
        message(2, Author::Assistant, "too"),
        copied_message(3, Author::User),
        copied_message(4, Author::Assistant),
    ];
    let state = ThreadState::from_window(&window(items));
    let boundaries: Vec<_> = state.keys().into_iter().map(|key| state.copy_boundary(key, false)).collect();
    assert_eq!(boundaries, [None, None, Some(CopyBoundary::Before), None]);
}

#[test]
fn versions_are_listed_in_order() {
    let both = vec![message_id(1), message_id(2)];
    let shown = MessageView { sibling_ids: both.clone(), ..message(2, Author::User, "again") };
    let state = ThreadState::from_window(&window(vec![shown]));
    assert_eq!(state.versions(message_id(2)), (both.clone(), 1));
    assert_eq!(state.versions(message_id(1)), (both, 0));
    assert_eq!(state.versions(message_id(7)), (vec![message_id(7)], 0));
    assert!(state.is_shown(message_id(2)) && !state.is_shown(message_id(1)));
}
