//! Sharing of conversations and artifacts, and turns sent by other users than the owner.

use crate::{
    doubles::{ProbeTool, ScriptStep, ScriptedProvider},
    env::{ProcessSetup, TestEnv, TestProcess, new_message},
};
use penny_core::{
    permissions::{RoleHolder, RoleName},
    sharing::{SharedResource, SharingError},
};
use penny_kernel::{ctx::Ctx, fault::ToFault};
use penny_testkit::databases::test_databases;
use penny_types::{
    ConversationId, FaultCode, PageRequest, TurnId,
    access::{GroupView, NewGroup, NewShare, ShareLevel, ShareSubject},
    artifacts::{ArtifactFilter, ArtifactKind, NewArtifact},
    conversations::MessageWindowRequest,
    events::{TurnEvent, TurnEventBody},
    people::Role,
    tools::Effect,
    turns::{Decision, TurnStatus},
};

async fn is_listed(process: &TestProcess, ctx: &Ctx, id: ConversationId) -> bool {
    let page = process.services.conversations.list(ctx, None, &PageRequest::default()).await.unwrap();
    page.items.iter().any(|item| item.id == id)
}

fn with(user: &Ctx, level: ShareLevel) -> NewShare {
    NewShare { principal_id: Some(user.subject()), level: Some(level), ..NewShare::default() }
}

/// Creates a group with members, as an administrator would.
async fn group(env: &TestEnv, process: &TestProcess, members: &[&Ctx]) -> GroupView {
    let admin = env.operator();
    let new = NewGroup { name: "Sales".to_owned(), description: String::new() };
    let group = process.services.permissions.create_group(&admin, new).await.unwrap();
    for member in members {
        process.services.permissions.add_member(&admin, group.id, member.subject()).await.unwrap();
    }
    group
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shared_conversation_is_listed_and_read_until_the_share_is_removed() {
    for database in test_databases().await {
        let env = TestEnv::new(database).await;
        let process = env.idle_process(ProcessSetup::default()).await;
        let (bob, mallory) = (env.user("bob").await, env.user("mallory").await);
        let id = process.new_conversation(&env.alice).await;
        let resource = SharedResource::Conversation(id);
        let services = &process.services;
        assert!(!is_listed(&process, &bob, id).await);

        let shares =
            services.sharing.share(&env.alice, resource, with(&bob, ShareLevel::View)).await.unwrap();
        assert_eq!((shares.items.len(), shares.items[0].name.as_str()), (1, "bob"));
        assert_eq!(shares.items[0].subject, ShareSubject::Principal);
        assert!(is_listed(&process, &bob, id).await);
        let window = MessageWindowRequest::default();
        services.conversations.messages(&bob, id, &window).await.unwrap();
        assert!(!is_listed(&process, &mallory, id).await);
        assert!(services.conversations.get(&mallory, id).await.is_err());

        // A viewer neither sends messages nor changes, deletes or shares the conversation.
        for code in [
            services.turns.submit(&bob, id, new_message("hello")).await.unwrap_err().to_fault().code,
            services.conversations.delete(&bob, id).await.unwrap_err().to_fault().code,
            services.sharing.list(&bob, resource).await.unwrap_err().to_fault().code,
        ] {
            assert_eq!(code, FaultCode::Forbidden);
        }
        let error = services.sharing.list(&mallory, resource).await.unwrap_err();
        assert_eq!(error.to_fault().code, FaultCode::NotFound);

        services.sharing.unshare(&env.alice, resource, shares.items[0].id).await.unwrap();
        assert!(!is_listed(&process, &bob, id).await);
        assert!(services.conversations.get(&bob, id).await.is_err());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_share_with_a_group_or_the_tenant_reaches_its_members_and_ends_at_its_expiry() {
    for database in test_databases().await {
        let env = TestEnv::new(database).await;
        let process = env.idle_process(ProcessSetup::default()).await;
        let (bob, carol) = (env.user("bob").await, env.user("carol").await);
        let group = group(&env, &process, &[&bob]).await;
        let services = &process.services;
        let bob = env.reload(&process, &bob).await;
        let id = process.new_conversation(&env.alice).await;
        let resource = SharedResource::Conversation(id);
        let share = NewShare { group_id: Some(group.id), ..NewShare::default() };
        services.sharing.share(&env.alice, resource, share).await.unwrap();
        assert!(is_listed(&process, &bob, id).await && !is_listed(&process, &carol, id).await);

        let end = env.system.now() + chrono::TimeDelta::hours(1);
        let share = NewShare { everyone: Some(true), expires_at: Some(end), ..NewShare::default() };
        let shares = services.sharing.share(&env.alice, resource, share).await.unwrap();
        assert_eq!(shares.items.len(), 2);
        assert!(is_listed(&process, &carol, id).await);
        env.clock.advance(chrono::TimeDelta::hours(2));
        assert!(is_listed(&process, &bob, id).await && !is_listed(&process, &carol, id).await);

        services.permissions.delete_group(&env.operator(), group.id).await.unwrap();
        let bob = env.reload(&process, &bob).await;
        assert!(!is_listed(&process, &bob, id).await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_editor_sends_messages_under_their_own_rights_and_the_owner_sees_what_they_made() {
    for database in test_databases().await {
        let env = TestEnv::new(database).await;
        let model = ScriptedProvider::new(vec![vec![ScriptStep::ToolCall("touch")]]);
        let tool = ProbeTool::new("touch", Effect::Irreversible);
        let process = env.start_process(ProcessSetup::of(&model, &[&tool])).await;
        let services = &process.services;
        let viewer = env.user_with_roles("victor", &[Role::Viewer]).await;
        let id = process.new_conversation(&env.alice).await;
        let resource = SharedResource::Conversation(id);
        services.sharing.share(&env.alice, resource, with(&viewer, ShareLevel::Edit)).await.unwrap();

        let turn = services.turns.submit(&viewer, id, new_message("touch it")).await.unwrap();
        process.follow_to_end(&env.alice, turn.id).await;
        assert_eq!(services.turns.get(&env.alice, turn.id).await.unwrap().status, TurnStatus::Finished);
        assert_eq!(
            tool.run_count(),
            0,
            "the editor is a viewer and may not call the tool, whoever owns the chat"
        );
        process.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_artifact_is_visible_with_its_conversation_and_can_be_shared_alone() {
    for database in test_databases().await {
        let env = TestEnv::new(database).await;
        let process = env.idle_process(ProcessSetup::default()).await;
        let services = &process.services;
        let bob = env.user("bob").await;
        let new = NewArtifact {
            kind: ArtifactKind::Markdown,
            title: "Notes".to_owned(),
            content: serde_json::json!("# Notes"),
        };
        let artifact = services.artifacts.create(&env.alice, new).await.unwrap();
        assert!(services.artifacts.content(&bob, artifact.id, None).await.is_err());
        let resource = SharedResource::Artifact(artifact.id);
        let shares =
            services.sharing.share(&env.alice, resource, with(&bob, ShareLevel::View)).await.unwrap();
        assert_eq!((shares.visible_tool_results, shares.notice), (0, None));
        services.artifacts.content(&bob, artifact.id, None).await.unwrap();
        let listed =
            services.artifacts.list(&bob, &ArtifactFilter::default(), &PageRequest::default()).await.unwrap();
        assert_eq!(listed.items.len(), 1);
        assert!(services.artifacts.rename(&bob, artifact.id, "Other").await.is_err());
        services.sharing.share(&env.alice, resource, with(&bob, ShareLevel::Edit)).await.unwrap();
        services.artifacts.rename(&bob, artifact.id, "Other").await.unwrap();
        assert!(services.artifacts.delete(&bob, artifact.id).await.is_err());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_owner_learns_how_many_tool_results_become_visible() {
    for database in test_databases().await {
        let env = TestEnv::new(database).await;
        let model = ScriptedProvider::new(vec![vec![ScriptStep::ToolCall("look")]]);
        let tool = ProbeTool::new("look", Effect::Read);
        let process = env.start_process(ProcessSetup::of(&model, &[&tool])).await;
        let turn = process.submit_in_new_conversation(&env.alice, "look").await;
        process.follow_to_end(&env.alice, turn.id).await;
        let resource = SharedResource::Conversation(turn.conversation_id);
        let shares = process.services.sharing.list(&env.alice, resource).await.unwrap();
        assert_eq!(shares.visible_tool_results, 1);
        assert!(shares.notice.unwrap().contains("tool result"), "there is no notice");
        process.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_share_names_exactly_one_known_subject_that_is_not_the_owner() {
    for database in test_databases().await {
        let env = TestEnv::new(database).await;
        let process = env.idle_process(ProcessSetup::default()).await;
        let bob = env.user("bob").await;
        let mallory = env.other_tenant("globex").await;
        let id = process.new_conversation(&env.alice).await;
        let share = async |new: NewShare| {
            process.services.sharing.share(&env.alice, SharedResource::Conversation(id), new).await
        };
        let by_email = |email: &str| NewShare { email: Some(email.to_owned()), ..NewShare::default() };
        share(by_email(" BOB@example.com ")).await.unwrap();
        assert!(matches!(share(NewShare::default()).await, Err(SharingError::SubjectCount)));
        let both = NewShare { everyone: Some(true), ..with(&bob, ShareLevel::View) };
        assert!(matches!(share(both).await, Err(SharingError::SubjectCount)));
        let unknown = share(by_email("nobody@example.com")).await;
        assert!(matches!(unknown, Err(SharingError::UnknownSubject { field: "email" })));
        let foreign = share(with(&mallory, ShareLevel::View)).await;
        assert!(matches!(foreign, Err(SharingError::UnknownSubject { field: "principalId" })));
        assert!(matches!(share(with(&env.alice, ShareLevel::View)).await, Err(SharingError::IsOwner)));
        let past = NewShare { expires_at: Some(env.system.now()), ..with(&bob, ShareLevel::View) };
        assert!(matches!(share(past).await, Err(SharingError::Expired)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_waiting_turn_runs_under_the_rights_of_its_sender_and_not_of_the_approver() {
    for database in test_databases().await {
        let env = TestEnv::new(database).await;
        let call = || vec![ScriptStep::ToolCall("wire")];
        let done = || vec![ScriptStep::Text("Done.")];
        let model = ScriptedProvider::new(vec![call(), done(), call(), done()]);
        let tool = ProbeTool::new("wire", Effect::Irreversible);
        let process = env.start_process(ProcessSetup::of(&model, &[&tool])).await;
        let services = &process.services;
        let viewer = env.user_with_roles("victor", &[Role::Viewer]).await;
        let approve = async |approver: &Ctx, turn: TurnId| {
            let is_approval = |event: &TurnEvent| matches!(event.body, TurnEventBody::Approval(_));
            let events = process.follow(&env.alice, turn, |events| events.iter().any(is_approval)).await;
            let waiting = events.iter().find_map(|event| match &event.body {
                TurnEventBody::Approval(request) => Some(request.call_id),
                _ => None,
            });
            process.wait_for_status(&env.alice, turn, TurnStatus::Waiting).await;
            services.turns.decide(approver, waiting.unwrap(), Decision::Approve).await.unwrap();
            process.follow_to_end(&env.alice, turn).await;
        };
        // The sender is a manager and may call the tool; the approver is a viewer and may not.
        let id = process.new_conversation(&env.alice).await;
        let resource = SharedResource::Conversation(id);
        services.sharing.share(&env.alice, resource, with(&viewer, ShareLevel::Edit)).await.unwrap();
        let turn = services.turns.submit(&env.alice, id, new_message("pay")).await.unwrap();
        approve(&viewer, turn.id).await;
        assert_eq!(tool.run_count(), 1);

        // The sender loses the role before a manager approves: the tool is not called.
        let demoted = env.user("dora").await;
        services.sharing.share(&env.alice, resource, with(&demoted, ShareLevel::Edit)).await.unwrap();
        let turn = services.turns.submit(&demoted, id, new_message("pay again")).await.unwrap();
        process.wait_for_status(&demoted, turn.id, TurnStatus::Waiting).await;
        let holder = RoleHolder::Principal(demoted.subject());
        let manager = RoleName::BuiltIn(Role::Manager);
        services.permissions.unassign_role(&env.operator(), holder, manager).await.unwrap();
        approve(&env.alice, turn.id).await;
        assert_eq!(tool.run_count(), 1, "the approver's rights were used");
        process.stop().await;
    }
}
