//! Forking, comparing and merging branches of a conversation.

use crate::{
    doubles::{ProbeTool, ScriptStep, ScriptedProvider},
    env::{ProcessSetup, TestEnv, TestProcess, message_text, new_message},
};
use penny_core::conversations::ConversationError;
use penny_kernel::ctx::Ctx;
use penny_ports::models::ModelMessage;
use penny_testkit::databases::test_databases;
use penny_types::{
    ConversationId, MessageId, PageRequest,
    branches::{BranchMerge, BranchPair, NewFork},
    conversations::{ConversationPatch, ConversationView, MessageView, MessageWindowRequest, PartBody},
    tools::Effect,
    turns::{NewMessage, TurnStatus, TurnView},
};

impl TestProcess {
    /// Submits a message and waits until its turn has finished.
    async fn submit_and_wait(&self, ctx: &Ctx, id: ConversationId, new: NewMessage) -> TurnView {
        let turn = self.services.turns.submit(ctx, id, new).await.unwrap();
        self.wait_for_status(ctx, turn.id, TurnStatus::Finished).await;
        turn
    }

    /// Returns the visible branch.
    async fn path(&self, ctx: &Ctx, id: ConversationId) -> Vec<MessageView> {
        let whole = MessageWindowRequest { limit: Some(100), ..MessageWindowRequest::default() };
        self.services.conversations.messages(ctx, id, &whole).await.unwrap().items
    }
}

fn texts(path: &[MessageView]) -> Vec<String> {
    path.iter().map(message_text).collect()
}

fn ids(path: &[MessageView]) -> Vec<MessageId> {
    path.iter().map(|message| message.id).collect()
}

fn fork_at(message: MessageId) -> NewFork {
    NewFork { message_id: Some(message), title: None }
}

fn merge_from(from: MessageId) -> BranchMerge {
    BranchMerge { from, into: None }
}

/// Creates a conversation with two branches after the first turn; returns the turns at their ends.
async fn branched_conversation(process: &TestProcess, ctx: &Ctx) -> (ConversationId, TurnView, TurnView) {
    let id = process.new_conversation(ctx).await;
    let first = process.submit_and_wait(ctx, id, new_message("Plan the launch")).await;
    let one = process.submit_and_wait(ctx, id, new_message("In spring")).await;
    let parent = Some(first.message_id);
    let other =
        process.submit_and_wait(ctx, id, NewMessage { parent_id: parent, ..new_message("In autumn") }).await;
    (id, one, other)
}

fn scripts() -> Vec<Vec<ScriptStep>> {
    ["Gladly.", "Spring it is.", "Autumn it is."].map(|text| vec![ScriptStep::Text(text)]).into()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fork_is_an_independent_copy_of_a_branch() {
    for database in test_databases().await {
        let env = TestEnv::new(database).await;
        let (alice, model) = (&env.alice, ScriptedProvider::new(scripts()));
        let process = env.start_process(ProcessSetup::of(&model, &[])).await;
        let conversations = &process.services.conversations;
        let (id, one, _) = branched_conversation(&process, alice).await;
        let before = process.path(alice, id).await;

        let copy = conversations.fork(alice, id, fork_at(one.message_id)).await.unwrap();
        assert_eq!((copy.forked_from_id, copy.title.as_deref()), (Some(id), Some("Plan the launch (2)")));
        let path = process.path(alice, copy.id).await;
        assert_eq!(texts(&path), ["Plan the launch", "Gladly.", "In spring", "Spring it is."]);
        assert_eq!(copy.leaf_id, path.last().map(|message| message.id));
        assert_eq!(path[3].copied_from_id, Some(one.message_id));
        assert!(path.iter().all(|message| message.sibling_ids.len() == 1 && message.turn_id.is_none()));

        // The copied messages are part of the prompt; the source does not change.
        process.submit_and_wait(alice, copy.id, new_message("Which month?")).await;
        let prompt = model.requests().pop().unwrap().messages;
        assert!(prompt.contains(&ModelMessage::User { text: "In spring".to_owned() }), "{prompt:?}");
        assert_eq!(process.path(alice, id).await, before);
        assert_eq!(process.path(alice, copy.id).await.len(), 6);

        // Copied messages can be regenerated and searched.
        let again = process.services.turns.regenerate(alice, path[3].id, None).await.unwrap();
        process.wait_for_status(alice, again.id, TurnStatus::Finished).await;
        assert_eq!(process.path(alice, copy.id).await[3].sibling_ids.len(), 2);
        let found = conversations.list(alice, Some("spring"), &PageRequest::default()).await.unwrap().items;
        assert_eq!(found.len(), 2, "{found:?}");

        // A copy is kept when its source is deleted, and a copy of a copy refers to the original.
        conversations.delete(alice, id).await.unwrap();
        let third = conversations.fork(alice, copy.id, fork_at(path[1].id)).await.unwrap();
        let path = process.path(alice, third.id).await;
        assert_eq!(path[1].copied_from_id, Some(before[1].id));
        assert_eq!(third.title.as_deref(), Some("Plan the launch (3)"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_branches_are_compared_after_their_common_path() {
    for database in test_databases().await {
        let env = TestEnv::new(database).await;
        let (alice, model) = (&env.alice, ScriptedProvider::new(scripts()));
        let process = env.start_process(ProcessSetup::of(&model, &[])).await;
        let conversations = &process.services.conversations;
        let (id, one, other) = branched_conversation(&process, alice).await;
        let compare =
            async |left, right| conversations.compare(alice, id, BranchPair { left, right }).await.unwrap();

        // A user message selects the branch up to its end.
        let comparison = compare(one.user_message_id, other.user_message_id).await;
        let path = process.path(alice, id).await;
        assert_eq!((comparison.common_id, comparison.common_length), (Some(path[1].id), 2));
        assert_eq!(texts(&comparison.left.items), ["In spring", "Spring it is."]);
        assert_eq!(texts(&comparison.right.items), ["In autumn", "Autumn it is."]);
        assert_eq!((comparison.left.leaf_id, comparison.left.length), (one.message_id, 2));
        assert_eq!(comparison.right.leaf_id, other.message_id);

        // A branch does not differ from itself.
        let same = compare(other.message_id, other.user_message_id).await;
        assert_eq!((same.common_length, same.left.length, same.right.items.len()), (4, 0, 0));

        let elsewhere = process.new_conversation(alice).await;
        let pair = BranchPair { left: one.message_id, right: other.message_id };
        let result = conversations.compare(alice, elsewhere, pair).await;
        assert!(matches!(result, Err(ConversationError::MessageNotFound)), "{result:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_branch_is_merged_into_another() {
    for database in test_databases().await {
        let env = TestEnv::new(database).await;
        let (alice, model) = (&env.alice, ScriptedProvider::new(scripts()));
        let process = env.start_process(ProcessSetup::of(&model, &[])).await;
        let conversations = &process.services.conversations;
        let (id, one, other) = branched_conversation(&process, alice).await;
        let before = process.path(alice, id).await;

        let merged = conversations.merge(alice, id, merge_from(one.message_id)).await.unwrap();
        let path = process.path(alice, id).await;
        let expected =
            ["Plan the launch", "Gladly.", "In autumn", "Autumn it is.", "In spring", "Spring it is."];
        assert_eq!(texts(&path), expected);
        assert_eq!(merged.leaf_id, path.last().map(|message| message.id));
        assert_eq!(ids(&path[..4]), ids(&before), "existing messages have changed");
        assert_eq!(path[4].copied_from_id, Some(one.user_message_id));
        // Selecting the old leaf with `ends_there` undoes the merge; selecting the new leaf redoes it.
        let back = ConversationPatch {
            leaf_id: Some(other.message_id),
            ends_there: Some(true),
            ..ConversationPatch::default()
        };
        conversations.update(alice, id, back).await.unwrap();
        assert_eq!(process.path(alice, id).await, before);
        // The selected leaf is also the end of the branch for comparisons and merges.
        let pair = BranchPair { left: one.message_id, right: other.message_id };
        assert_eq!(conversations.compare(alice, id, pair).await.unwrap().right.length, 2);
        let again = ConversationPatch { leaf_id: merged.leaf_id, ..ConversationPatch::default() };
        conversations.update(alice, id, again).await.unwrap();
        assert_eq!(ids(&process.path(alice, id).await), ids(&path));
        // The source branch does not change.
        let spring =
            MessageWindowRequest { leaf_id: Some(one.message_id), ..MessageWindowRequest::default() };
        let spring = conversations.messages(alice, id, &spring).await.unwrap().items;
        assert_eq!(texts(&spring)[2..], ["In spring", "Spring it is."]);

        // The prompt contains both branches.
        process.submit_and_wait(alice, id, new_message("Which is better?")).await;
        let prompt = model.requests().pop().unwrap().messages;
        for text in ["In autumn", "In spring"] {
            assert!(prompt.contains(&ModelMessage::User { text: text.to_owned() }), "{prompt:?}");
        }

        // If the branches are two assistant messages below one user message, the user message is copied too.
        let again = process.services.turns.regenerate(alice, other.message_id, None).await.unwrap();
        process.wait_for_status(alice, again.id, TurnStatus::Finished).await;
        let merge = BranchMerge { from: again.message_id, into: Some(other.message_id) };
        conversations.merge(alice, id, merge).await.unwrap();
        let texts = texts(&process.path(alice, id).await);
        assert_eq!(texts[texts.len() - 2..], ["In autumn", "Done."]);
        assert_eq!(texts.len(), 10);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_branch_or_one_without_own_messages_cannot_be_merged() {
    for database in test_databases().await {
        let env = TestEnv::new(database).await;
        let mut responses = scripts();
        responses.push(vec![ScriptStep::Text("Well"), ScriptStep::Block]);
        let (alice, model) = (&env.alice, ScriptedProvider::new(responses));
        let process = env.start_process(ProcessSetup::of(&model, &[])).await;
        let conversations = &process.services.conversations;
        let (id, one, other) = branched_conversation(&process, alice).await;
        let nothing = conversations.merge(alice, id, merge_from(other.message_id)).await;
        assert!(matches!(nothing, Err(ConversationError::NothingToMerge)), "{nothing:?}");

        let running = process.services.turns.submit(alice, id, new_message("And then?")).await.unwrap();
        for result in [
            conversations.merge(alice, id, merge_from(one.message_id)).await,
            conversations.fork(alice, id, NewFork::default()).await,
        ] {
            assert!(matches!(result, Err(ConversationError::TurnRunning)), "{result:?}");
        }
        // Branches up to earlier messages can be forked meanwhile.
        let copy = conversations.fork(alice, id, fork_at(other.message_id)).await.unwrap();
        assert_eq!(process.path(alice, copy.id).await.len(), 4);
        model.unblock();
        process.wait_for_status(alice, running.id, TurnStatus::Finished).await;

        // Conversations of other tenants are not found.
        let mallory = env.other_tenant("globex").await;
        let result: Result<ConversationView, _> = conversations.fork(&mallory, id, NewFork::default()).await;
        assert!(matches!(result, Err(ConversationError::NotFound)), "{result:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fork_includes_tool_calls_and_long_paths() {
    for database in test_databases().await {
        let env = TestEnv::new(database).await;
        let alice = &env.alice;
        let process = env
            .start_process(ProcessSetup::of(
                &ScriptedProvider::new(vec![vec![ScriptStep::ToolCall("absent")]]),
                &[],
            ))
            .await;
        let conversations = &process.services.conversations;
        let id = process.new_conversation(alice).await;
        for number in 0..60 {
            process.submit_and_wait(alice, id, new_message(&format!("Question {number}"))).await;
        }
        let original = process.path(alice, id).await;
        let copy = conversations
            .fork(alice, id, NewFork { title: Some("Mine".to_owned()), ..NewFork::default() })
            .await;
        let copy = copy.unwrap();
        assert_eq!(copy.title.as_deref(), Some("Mine"));
        let bodies = |path: &[MessageView]| -> Vec<Vec<PartBody>> {
            path.iter().map(|message| message.parts.iter().map(|part| part.body.clone()).collect()).collect()
        };
        let path = process.path(alice, copy.id).await;
        assert_eq!(bodies(&path), bodies(&original));
        // The copy has 120 messages, including the tool call in the first assistant message.
        let first = MessageWindowRequest { before: Some(path[0].id), ..MessageWindowRequest::default() };
        let first = conversations.messages(alice, copy.id, &first).await.unwrap();
        assert_eq!((first.path_length, first.items.len()), (120, 20));
        assert!(first.items[1].parts.iter().any(|part| matches!(part.body, PartBody::ToolCall(_))));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_of_a_stopped_message_shows_its_status_but_has_no_turn() {
    for database in test_databases().await {
        let env = TestEnv::new(database).await;
        let alice = &env.alice;
        let model = ScriptedProvider::new(vec![vec![ScriptStep::Text("Half "), ScriptStep::Block]]);
        let process = env.start_process(ProcessSetup::of(&model, &[])).await;
        let turn = process.submit_in_new_conversation(alice, "Tell me").await;
        process.follow(alice, turn.id, |events| events.len() > 1).await;
        process.services.turns.stop(alice, turn.id).await.unwrap();
        process.follow_to_end(alice, turn.id).await;
        let source = turn.conversation_id;
        let copy = process.services.conversations.fork(alice, source, NewFork::default()).await.unwrap();
        let message = process.path(alice, copy.id).await.pop().unwrap();
        assert_eq!((message.turn_id, message.turn_status), (None, Some(TurnStatus::Stopped)));
        assert_eq!(message_text(&message), "Half ");
        // Continuing the original does not change the copy.
        let resumed = process.services.turns.resume(alice, turn.id).await.unwrap();
        process.wait_for_status(alice, resumed.id, TurnStatus::Finished).await;
        let message = process.path(alice, copy.id).await.pop().unwrap();
        assert_eq!((message_text(&message).as_str(), message.last_seq), ("Half ", 0));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn regenerating_a_copied_message_uses_the_allowed_tools_of_the_original() {
    for database in test_databases().await {
        let env = TestEnv::new(database).await;
        let alice = &env.alice;
        let model = ScriptedProvider::new(vec![]);
        let probe = ProbeTool::new("look", Effect::Read);
        let process = env.start_process(ProcessSetup::of(&model, &[&probe])).await;
        let id = process.new_conversation(alice).await;
        process
            .submit_and_wait(
                alice,
                id,
                NewMessage { tools_allowed: Some(vec![]), ..new_message("Without tools") },
            )
            .await;
        let copy = process.services.conversations.fork(alice, id, NewFork::default()).await.unwrap();
        let again = process.services.turns.regenerate(alice, copy.leaf_id.unwrap(), None).await.unwrap();
        process.wait_for_status(alice, again.id, TurnStatus::Finished).await;
        assert_eq!(model.requests().iter().map(|request| request.tools.len()).collect::<Vec<_>>(), [0, 0]);
    }
}
