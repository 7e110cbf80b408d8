use super::*;
use chrono::DateTime;
use penny_types::{
    ArtifactVersionId, ConversationId, Fault, FaultCode, MessageId, PartId, ToolCallId, TurnId,
    conversations::{
        Author, FilePart, MessageView, MessageWindow, PartBody, PartView, Sensitivity, TextPart,
    },
    events::{ApprovalAsked, TextDelta, ToolCallChanged, ToolProgress, TurnEvent, TurnEventBody, TurnFailed},
    models::UsageView,
    tools::{Effect, ToolCallStatus},
    turns::{TurnStatus, TurnView},
};
use uuid::Uuid;

fn msg(number: u128) -> MessageId {
    MessageId(Uuid::from_u128(number))
}

fn trn(number: u128) -> TurnId {
    TurnId(Uuid::from_u128(number))
}

fn said(number: u128, author: Author, text: &str) -> MessageView {
    MessageView {
        id: msg(number),
        conversation_id: ConversationId(Uuid::from_u128(1)),
        parent_id: None,
        author,
        depth: 0,
        sibling_ids: vec![msg(number)],
        model: None,
        copied_from_id: None,
        turn_id: (author == Author::Assistant).then(|| trn(number)),
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

fn copied(number: u128, author: Author) -> MessageView {
    MessageView { copied_from_id: Some(msg(number + 100)), ..said(number, author, "copied") }
}

fn window(items: Vec<MessageView>) -> MessageWindow {
    MessageWindow { path_length: u32::try_from(items.len()).unwrap(), has_before: false, items }
}

fn turn(number: u128, question: u128, answer: u128) -> TurnView {
    TurnView {
        id: trn(number),
        conversation_id: ConversationId(Uuid::from_u128(1)),
        user_message_id: msg(question),
        message_id: msg(answer),
        continues: None,
        status: TurnStatus::Queued,
        code: None,
        model: "demo/penny".to_owned(),
        usage: UsageView::default(),
        created_at: DateTime::UNIX_EPOCH,
        finished_at: None,
    }
}

fn outgoing(key: &str, content: &str) -> Outgoing {
    Outgoing { client_key: key.to_owned(), content: content.to_owned(), ..Outgoing::default() }
}

fn words(state: &ThreadState) -> Vec<String> {
    state.messages().iter().map(MessageState::words).collect()
}

fn event(number: u128, seq: u64, body: TurnEventBody) -> TurnEvent {
    TurnEvent { seq, turn_id: trn(number), body }
}

#[test]
fn a_sent_message_keeps_its_row_when_the_server_acknowledges_it() {
    let mut state = ThreadState::default();
    state.send(outgoing("k", "hello"));
    let rows = state.keys();
    assert_eq!(state.messages()[0].status, Status::Sending);
    assert!(state.follows().is_empty(), "there is no turn to follow yet");

    state.accept("k", &turn(9, 1, 2));
    assert_eq!(state.keys(), rows);
    assert_eq!(state.messages()[0].id, Some(msg(1)));
    assert_eq!(state.follows(), [Follow { turn: trn(9), after: 0 }]);
}

#[test]
fn a_message_the_server_does_not_take_stays_and_goes_out_again_under_the_same_name() {
    let mut state = ThreadState::default();
    state.send(outgoing("k", "hello"));
    state.reject("k", &Fault::new(FaultCode::Unavailable));
    assert_eq!(words(&state), ["hello"]);
    assert!(matches!(state.messages()[0].status, Status::Unsent(_)));
    assert_eq!(state.unsent().map(|unsent| unsent.content.as_str()), Some("hello"));

    let again = state.retry("k").unwrap();
    assert_eq!((again.client_key.as_str(), again.content.as_str()), ("k", "hello"));
    assert_eq!(state.messages().len(), 2, "an answer is awaited again");
    assert!(state.retry("k").is_none(), "it is on its way");
    assert_eq!(state.unsent(), None);
}

#[test]
fn what_is_attached_is_shown_with_the_message_and_sent_by_its_version() {
    let version_id = ArtifactVersionId(Uuid::from_u128(7));
    let file = FilePart {
        version_id,
        name: "plan.md".to_owned(),
        media_type: "text/markdown".to_owned(),
        size_bytes: 9,
    };
    let message = Outgoing { attachments: vec![file.clone()], ..outgoing("k", "see") };
    assert_eq!(message.to_input().attachments, [version_id]);
    let mut state = ThreadState::default();
    state.send(message);
    assert_eq!(state.messages()[0].blocks.first(), Some(&Block::File(file)));
    assert_eq!(words(&state)[0], "see");
}

#[test]
fn an_unsent_message_can_be_taken_back_with_its_words() {
    let mut state = ThreadState::default();
    state.send(outgoing("k", "hello"));
    state.reject("k", &Fault::new(FaultCode::TooLarge));
    assert_eq!(state.take_back("k").unwrap().content, "hello");
    assert!(state.messages().is_empty());
}

#[test]
fn an_edit_replaces_the_message_and_what_followed_it() {
    let mut state = ThreadState::from_window(&window(vec![
        said(1, Author::User, "old"),
        said(2, Author::Assistant, "answer"),
        said(3, Author::User, "more"),
    ]));
    state.send(Outgoing { replaces: Some(msg(1)), ..outgoing("k", "new") });
    assert_eq!(words(&state), ["new", ""]);
    state.accept("k", &turn(9, 4, 5));
    let branch = state.branch(state.keys()[0]).unwrap();
    assert_eq!((branch.position, branch.count, branch.previous, branch.next), (2, 2, Some(msg(1)), None));
}

#[test]
fn an_answer_asked_for_again_becomes_the_last_sibling() {
    let mut state =
        ThreadState::from_window(&window(vec![said(1, Author::User, "q"), said(2, Author::Assistant, "a")]));
    state.regenerated(msg(2), &turn(9, 1, 3));
    assert_eq!(words(&state), ["q", ""]);
    let branch = state.branch(state.keys()[1]).unwrap();
    assert_eq!((branch.position, branch.count), (2, 2));
}

#[test]
fn a_message_alone_under_its_parent_has_no_branches() {
    let state = ThreadState::from_window(&window(vec![said(1, Author::User, "q")]));
    assert_eq!(state.branch(state.keys()[0]), None);
}

#[test]
fn reading_the_window_again_keeps_rows_and_does_not_set_a_live_answer_back() {
    let mut view = said(2, Author::Assistant, "");
    view.turn_status = Some(TurnStatus::Running);
    view.last_seq = 0;
    let items = vec![said(1, Author::User, "q"), view];
    let mut state = ThreadState::from_window(&window(items.clone()));
    let rows = state.keys();
    state.apply(&event(2, 1, TurnEventBody::Delta(TextDelta { text: "so far".to_owned(), offset: 0 })));

    state.replace(&window(items));
    assert_eq!(state.keys(), rows);
    assert_eq!(words(&state), ["q", "so far"]);
}

#[test]
fn older_messages_come_before_and_are_not_doubled() {
    let mut state =
        ThreadState::from_window(&window(vec![said(3, Author::User, "c"), said(4, Author::Assistant, "d")]));
    let added = state.prepend(&window(vec![
        said(1, Author::User, "a"),
        said(2, Author::Assistant, "b"),
        said(3, Author::User, "c"),
    ]));
    assert_eq!(added, 2);
    assert_eq!(words(&state), ["a", "b", "c", "d"]);
    assert_eq!(state.oldest(), Some(msg(1)));
}

#[test]
fn reading_the_end_of_the_path_again_keeps_what_was_read_before_it() {
    let (a, b, c) = (said(1, Author::User, "a"), said(2, Author::Assistant, "b"), said(3, Author::User, "c"));
    let mut state = ThreadState::from_window(&window(vec![a, b.clone(), c.clone()]));
    state.replace(&MessageWindow {
        items: vec![b, c, said(4, Author::Assistant, "d")],
        has_before: true,
        path_length: 4,
    });
    assert_eq!(words(&state), ["a", "b", "c", "d"]);
    assert!(!state.has_before(), "the beginning is here");
}

#[test]
fn another_conversation_leaves_nothing_behind() {
    let mut state = ThreadState::from_window(&window(vec![said(1, Author::User, "a")]));
    state.replace(&window(vec![said(7, Author::User, "x")]));
    assert_eq!(words(&state), ["x"]);
}

#[test]
fn the_acknowledgement_of_a_message_another_read_already_brought_does_not_double_it() {
    let mut state = ThreadState::default();
    state.send(outgoing("k", "q"));
    state.replace(&window(vec![said(1, Author::User, "q"), said(2, Author::Assistant, "")]));
    state.accept("k", &turn(2, 1, 2));
    assert_eq!(words(&state), ["q", ""]);
}

#[test]
fn a_tool_card_follows_its_call_and_asks_when_a_person_must_decide() {
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
    let asked = ApprovalAsked { call_id, name: "look".to_owned(), plan: "would look".to_owned() };
    let progress = ToolProgress { call_id, message: "half".to_owned(), fraction: Some(0.5) };
    state.apply(&event(9, 1, change(ToolCallStatus::Pending, None)));
    state.apply(&event(9, 2, TurnEventBody::Approval(asked)));
    assert_eq!(state.messages()[1].status, Status::Waiting);

    state.apply(&event(9, 3, change(ToolCallStatus::Running, None)));
    state.apply(&event(9, 4, TurnEventBody::ToolProgress(progress)));
    assert_eq!(state.messages()[1].status, Status::Running);
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
fn a_failure_keeps_what_was_said_and_when_to_try_again() {
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
    assert_eq!(answer.words(), "half a");
    assert_eq!(answer.status, Status::Failed { code: "rate_limited".to_owned(), retry_after: Some(30) });
    assert!(answer.status.can_continue());
    assert!(state.live().is_none());
}

#[test]
fn an_event_of_a_turn_that_is_not_here_is_nothing() {
    let mut state = ThreadState::default();
    let stray = event(77, 1, TurnEventBody::Delta(TextDelta { text: "x".to_owned(), offset: 0 }));
    assert_eq!(state.apply(&stray), (None, Applied::Known));
}

#[test]
fn what_was_copied_ends_where_the_chat_branched_off() {
    let items = vec![
        copied(1, Author::User),
        copied(2, Author::Assistant),
        said(3, Author::User, "new"),
        said(4, Author::Assistant, "newer"),
    ];
    let state = ThreadState::from_window(&window(items));
    let seams: Vec<_> = state.keys().into_iter().map(|key| state.seam(key, true)).collect();
    assert_eq!(seams, [None, Some(Seam::After), None, None]);
    // Before anything new is said, the line stands at the end.
    let state =
        ThreadState::from_window(&window(vec![copied(1, Author::User), copied(2, Author::Assistant)]));
    assert_eq!(state.seam(state.keys()[1], true), Some(Seam::After));
    // A window that lies within what was brought over says nothing of a fork.
    assert_eq!(state.seam(state.keys()[1], false), None);
}

#[test]
fn what_was_brought_over_begins_with_a_line() {
    let items = vec![
        said(1, Author::User, "here"),
        said(2, Author::Assistant, "too"),
        copied(3, Author::User),
        copied(4, Author::Assistant),
    ];
    let state = ThreadState::from_window(&window(items));
    let seams: Vec<_> = state.keys().into_iter().map(|key| state.seam(key, false)).collect();
    assert_eq!(seams, [None, None, Some(Seam::Before), None]);
}

#[test]
fn versions_are_named_in_their_order() {
    let both = vec![msg(1), msg(2)];
    let shown = MessageView { sibling_ids: both.clone(), ..said(2, Author::User, "again") };
    let state = ThreadState::from_window(&window(vec![shown]));
    assert_eq!(state.versions(msg(2)), (both.clone(), 1));
    assert_eq!(state.versions(msg(1)), (both, 0));
    assert_eq!(state.versions(msg(7)), (vec![msg(7)], 0));
    assert!(state.shows(msg(2)) && !state.shows(msg(1)));
}
