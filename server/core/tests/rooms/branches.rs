//! Branches of a conversation: copied out, laid side by side and brought together, and never rewritten.

use crate::{
    house::{House, Parts, Process, message, said},
    scripted::{Line, Probe, Scripted},
};
use penny_core::{conversations::Error, ctx::Ctx};
use penny_ports::models::ModelMessage;
use penny_testkit::databases::both;
use penny_types::{
    ConversationId, MessageId, PageRequest,
    branches::{BranchMerge, BranchPair, NewFork},
    conversations::{ConversationPatch, ConversationView, MessageView, MessageWindowRequest, PartBody},
    tools::Effect,
    turns::{NewMessage, TurnStatus, TurnView},
};

impl Process {
    /// Asks in a conversation and waits for the answer.
    async fn say(&self, ctx: &Ctx, id: ConversationId, new: NewMessage) -> TurnView {
        let turn = self.services.turns.submit(ctx, id, new).await.unwrap();
        self.until(ctx, turn.id, TurnStatus::Finished).await;
        turn
    }

    /// Reads the visible branch.
    async fn path(&self, ctx: &Ctx, id: ConversationId) -> Vec<MessageView> {
        let whole = MessageWindowRequest { limit: Some(100), ..MessageWindowRequest::default() };
        self.services.conversations.messages(ctx, id, &whole).await.unwrap().items
    }
}

fn words(path: &[MessageView]) -> Vec<String> {
    path.iter().map(said).collect()
}

fn ids(path: &[MessageView]) -> Vec<MessageId> {
    path.iter().map(|message| message.id).collect()
}

fn up_to(message: MessageId) -> NewFork {
    NewFork { message_id: Some(message), title: None }
}

fn bring(from: MessageId) -> BranchMerge {
    BranchMerge { from, into: None }
}

/// A conversation of two questions, the second of which was asked in two ways, each answered.
async fn forked(process: &Process, ctx: &Ctx) -> (ConversationId, TurnView, TurnView) {
    let id = process.conversation(ctx).await;
    let first = process.say(ctx, id, message("Plan the launch")).await;
    let one = process.say(ctx, id, message("In spring")).await;
    let parent = Some(first.message_id);
    let other = process.say(ctx, id, NewMessage { parent_id: parent, ..message("In autumn") }).await;
    (id, one, other)
}

fn answers() -> Vec<Vec<Line>> {
    ["Gladly.", "Spring it is.", "Autumn it is."].map(|words| vec![Line::Say(words)]).into()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_branch_is_copied_out_and_goes_on_by_itself() {
    for database in both().await {
        let house = House::on(database).await;
        let (alice, model) = (&house.alice, Scripted::new(answers()));
        let process = house.process(Parts::of(&model, &[])).await;
        let rooms = &process.services.conversations;
        let (id, one, _) = forked(&process, alice).await;
        let before = process.path(alice, id).await;

        let copy = rooms.fork(alice, id, up_to(one.message_id)).await.unwrap();
        assert_eq!((copy.forked_from_id, copy.title.as_deref()), (Some(id), Some("Plan the launch (2)")));
        let path = process.path(alice, copy.id).await;
        assert_eq!(words(&path), ["Plan the launch", "Gladly.", "In spring", "Spring it is."]);
        assert_eq!(copy.leaf_id, path.last().map(|message| message.id));
        assert_eq!(path[3].copied_from_id, Some(one.message_id));
        assert!(path.iter().all(|message| message.sibling_ids.len() == 1 && message.turn_id.is_none()));

        // It goes on with what was said, and the source knows nothing of it.
        process.say(alice, copy.id, message("Which month?")).await;
        let asked = model.requests().pop().unwrap().messages;
        assert!(asked.contains(&ModelMessage::User { text: "In spring".to_owned() }), "{asked:?}");
        assert_eq!(process.path(alice, id).await, before);
        assert_eq!(process.path(alice, copy.id).await.len(), 6);

        // An answer of the copy is regenerated like any other, and the copy is found by its words.
        let again = process.services.turns.regenerate(alice, path[3].id, None).await.unwrap();
        process.until(alice, again.id, TurnStatus::Finished).await;
        assert_eq!(process.path(alice, copy.id).await[3].sibling_ids.len(), 2);
        let found = rooms.list(alice, Some("spring"), &PageRequest::default()).await.unwrap().items;
        assert_eq!(found.len(), 2, "{found:?}");

        // A copy outlives its source, and a copy of a copy names the first.
        rooms.delete(alice, id).await.unwrap();
        let third = rooms.fork(alice, copy.id, up_to(path[1].id)).await.unwrap();
        let path = process.path(alice, third.id).await;
        assert_eq!(path[1].copied_from_id, Some(before[1].id));
        assert_eq!(third.title.as_deref(), Some("Plan the launch (3)"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_branches_are_compared_from_where_they_part() {
    for database in both().await {
        let house = House::on(database).await;
        let (alice, model) = (&house.alice, Scripted::new(answers()));
        let process = house.process(Parts::of(&model, &[])).await;
        let rooms = &process.services.conversations;
        let (id, one, other) = forked(&process, alice).await;
        let compare = async |left, right| rooms.compare(alice, id, BranchPair { left, right }).await.unwrap();

        // Named by the questions; each branch goes on to its end.
        let sides = compare(one.user_message_id, other.user_message_id).await;
        let path = process.path(alice, id).await;
        assert_eq!((sides.common_id, sides.common_length), (Some(path[1].id), 2));
        assert_eq!(words(&sides.left.items), ["In spring", "Spring it is."]);
        assert_eq!(words(&sides.right.items), ["In autumn", "Autumn it is."]);
        assert_eq!((sides.left.leaf_id, sides.left.length), (one.message_id, 2));
        assert_eq!(sides.right.leaf_id, other.message_id);

        // A branch differs in nothing from itself.
        let same = compare(other.message_id, other.user_message_id).await;
        assert_eq!((same.common_length, same.left.length, same.right.items.len()), (4, 0, 0));

        let elsewhere = process.conversation(alice).await;
        let pair = BranchPair { left: one.message_id, right: other.message_id };
        let refused = rooms.compare(alice, elsewhere, pair).await;
        assert!(matches!(refused, Err(Error::NoSuchMessage)), "{refused:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_branch_is_brought_into_another() {
    for database in both().await {
        let house = House::on(database).await;
        let (alice, model) = (&house.alice, Scripted::new(answers()));
        let process = house.process(Parts::of(&model, &[])).await;
        let rooms = &process.services.conversations;
        let (id, one, other) = forked(&process, alice).await;
        let before = process.path(alice, id).await;

        let merged = rooms.merge(alice, id, bring(one.message_id)).await.unwrap();
        let path = process.path(alice, id).await;
        let expected =
            ["Plan the launch", "Gladly.", "In autumn", "Autumn it is.", "In spring", "Spring it is."];
        assert_eq!(words(&path), expected);
        assert_eq!(merged.leaf_id, path.last().map(|message| message.id));
        assert_eq!(ids(&path[..4]), ids(&before), "what was said was rewritten");
        assert_eq!(path[4].copied_from_id, Some(one.user_message_id));
        // It is taken out again by ending the branch where it ended, and shown again by its last message.
        let back = ConversationPatch {
            leaf_id: Some(other.message_id),
            ends_there: Some(true),
            ..ConversationPatch::default()
        };
        rooms.update(alice, id, back).await.unwrap();
        assert_eq!(process.path(alice, id).await, before);
        // Meanwhile it ends there for comparing and merging too.
        let pair = BranchPair { left: one.message_id, right: other.message_id };
        assert_eq!(rooms.compare(alice, id, pair).await.unwrap().right.length, 2);
        let again = ConversationPatch { leaf_id: merged.leaf_id, ..ConversationPatch::default() };
        rooms.update(alice, id, again).await.unwrap();
        assert_eq!(ids(&process.path(alice, id).await), ids(&path));
        // The branch that was brought over stands where it stood.
        let spring =
            MessageWindowRequest { leaf_id: Some(one.message_id), ..MessageWindowRequest::default() };
        let spring = rooms.messages(alice, id, &spring).await.unwrap().items;
        assert_eq!(words(&spring)[2..], ["In spring", "Spring it is."]);

        // The model is told of both.
        process.say(alice, id, message("Which is better?")).await;
        let asked = model.requests().pop().unwrap().messages;
        for told in ["In autumn", "In spring"] {
            assert!(asked.contains(&ModelMessage::User { text: told.to_owned() }), "{asked:?}");
        }

        // Of two answers to one question, the question comes along.
        let again = process.services.turns.regenerate(alice, other.message_id, None).await.unwrap();
        process.until(alice, again.id, TurnStatus::Finished).await;
        let merge = BranchMerge { from: again.message_id, into: Some(other.message_id) };
        rooms.merge(alice, id, merge).await.unwrap();
        let words = words(&process.path(alice, id).await);
        assert_eq!(words[words.len() - 2..], ["In autumn", "Done."]);
        assert_eq!(words.len(), 10);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_branch_that_is_still_written_or_has_nothing_is_not_brought_over() {
    for database in both().await {
        let house = House::on(database).await;
        let mut lines = answers();
        lines.push(vec![Line::Say("Well"), Line::Hang]);
        let (alice, model) = (&house.alice, Scripted::new(lines));
        let process = house.process(Parts::of(&model, &[])).await;
        let rooms = &process.services.conversations;
        let (id, one, other) = forked(&process, alice).await;
        let nothing = rooms.merge(alice, id, bring(other.message_id)).await;
        assert!(matches!(nothing, Err(Error::NothingToMerge)), "{nothing:?}");

        let running = process.services.turns.submit(alice, id, message("And then?")).await.unwrap();
        for refused in [
            rooms.merge(alice, id, bring(one.message_id)).await,
            rooms.fork(alice, id, NewFork::default()).await,
        ] {
            assert!(matches!(refused, Err(Error::StillRunning)), "{refused:?}");
        }
        // What was said before stands, and can be copied out meanwhile.
        let copy = rooms.fork(alice, id, up_to(other.message_id)).await.unwrap();
        assert_eq!(process.path(alice, copy.id).await.len(), 4);
        model.let_go();
        process.until(alice, running.id, TurnStatus::Finished).await;

        // Somebody else's does not exist.
        let mallory = house.neighbour("globex").await;
        let stolen: Result<ConversationView, _> = rooms.fork(&mallory, id, NewFork::default()).await;
        assert!(matches!(stolen, Err(Error::NotFound)), "{stolen:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_tools_did_and_long_paths_come_along_whole() {
    for database in both().await {
        let house = House::on(database).await;
        let alice = &house.alice;
        let process = house.process(Parts::of(&Scripted::new(vec![vec![Line::Call("absent")]]), &[])).await;
        let rooms = &process.services.conversations;
        let id = process.conversation(alice).await;
        for number in 0..60 {
            process.say(alice, id, message(&format!("Question {number}"))).await;
        }
        let original = process.path(alice, id).await;
        let copy =
            rooms.fork(alice, id, NewFork { title: Some("Mine".to_owned()), ..NewFork::default() }).await;
        let copy = copy.unwrap();
        assert_eq!(copy.title.as_deref(), Some("Mine"));
        let bodies = |path: &[MessageView]| -> Vec<Vec<PartBody>> {
            path.iter().map(|message| message.parts.iter().map(|part| part.body.clone()).collect()).collect()
        };
        let path = process.path(alice, copy.id).await;
        assert_eq!(bodies(&path), bodies(&original));
        // 120 messages are copied, the tool's call in the first answer among them.
        let first = MessageWindowRequest { before: Some(path[0].id), ..MessageWindowRequest::default() };
        let first = rooms.messages(alice, copy.id, &first).await.unwrap();
        assert_eq!((first.path_length, first.items.len()), (120, 20));
        assert!(first.items[1].parts.iter().any(|part| matches!(part.body, PartBody::ToolCall(_))));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_broke_off_shows_so_on_its_copy_and_cannot_be_gone_on_with_there() {
    for database in both().await {
        let house = House::on(database).await;
        let alice = &house.alice;
        let model = Scripted::new(vec![vec![Line::Say("Half "), Line::Hang]]);
        let process = house.process(Parts::of(&model, &[])).await;
        let turn = process.ask(alice, "Tell me").await;
        process.follow(alice, turn.id, |events| events.len() > 1).await;
        process.services.turns.stop(alice, turn.id).await.unwrap();
        process.to_end(alice, turn.id).await;
        let source = turn.conversation_id;
        let copy = process.services.conversations.fork(alice, source, NewFork::default()).await.unwrap();
        let answer = process.path(alice, copy.id).await.pop().unwrap();
        assert_eq!((answer.turn_id, answer.turn_status), (None, Some(TurnStatus::Stopped)));
        assert_eq!(said(&answer), "Half ");
        // Gone on with where it was said, it is whole there; the copy says what it said.
        let on = process.services.turns.resume(alice, turn.id).await.unwrap();
        process.until(alice, on.id, TurnStatus::Finished).await;
        let answer = process.path(alice, copy.id).await.pop().unwrap();
        assert_eq!((said(&answer).as_str(), answer.last_seq), ("Half ", 0));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copied_answer_is_asked_for_again_with_the_tools_it_was_asked_with() {
    for database in both().await {
        let house = House::on(database).await;
        let alice = &house.alice;
        let model = Scripted::new(vec![]);
        let probe = Probe::quick("look", Effect::Read);
        let process = house.process(Parts::of(&model, &[&probe])).await;
        let id = process.conversation(alice).await;
        process.say(alice, id, NewMessage { tools_allowed: Some(vec![]), ..message("Without tools") }).await;
        let copy = process.services.conversations.fork(alice, id, NewFork::default()).await.unwrap();
        let again = process.services.turns.regenerate(alice, copy.leaf_id.unwrap(), None).await.unwrap();
        process.until(alice, again.id, TurnStatus::Finished).await;
        assert_eq!(model.requests().iter().map(|request| request.tools.len()).collect::<Vec<_>>(), [0, 0]);
    }
}
