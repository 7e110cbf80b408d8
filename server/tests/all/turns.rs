//! Turns survive disconnected clients, killed processes, pending approvals and provider failures.

use super::penny_process::{PennyProcess, joined_text, message_text};
use penny_testkit::models::{self, MockModelList, MockModelServer};
use penny_types::{
    conversations::PartBody,
    events::{TurnEvent, TurnEventBody},
    tools::ToolCallStatus,
    turns::{TurnStatus, TurnView},
};
use serde_json::json;
use std::time::Duration;

fn sequence_numbers(events: &[TurnEvent]) -> Vec<u64> {
    events.iter().map(|event| event.seq).collect()
}

fn last_body(events: &[TurnEvent]) -> &TurnEventBody {
    &events.last().unwrap().body
}

fn delta_count(events: &[TurnEvent]) -> usize {
    events.iter().filter(|event| matches!(event.body, TurnEventBody::Delta(_))).count()
}

#[tokio::test]
async fn a_turn_interrupted_by_a_kill_keeps_its_text_and_can_be_resumed() {
    let mut penny = PennyProcess::start(&[]).await;
    let conversation = penny.create_conversation().await;
    let turn = penny.start_turn(&conversation, "mock-itl5-len400", "Tell me").await;
    let id = turn.id.to_string();
    let received = penny.read_events(&id, 0, |events| delta_count(events) > 60).await;
    assert_eq!(
        sequence_numbers(&received),
        (1..=received.len() as u64).collect::<Vec<_>>(),
        "a live stream has no gaps"
    );

    penny.kill();
    penny.serve().await;

    let rest = penny.read_events(&id, received.last().unwrap().seq, |_| false).await;
    let TurnEventBody::Interrupted(interrupted) = last_body(&rest) else {
        panic!("not interrupted: {rest:?}")
    };
    assert!(
        rest.last().unwrap().seq > received.last().unwrap().seq,
        "the last event has a new sequence number"
    );
    let whole = penny.read_events(&id, 0, |_| false).await;
    let kept = joined_text(&whole, 0);
    assert_eq!(kept.len() as u64, interrupted.length);
    assert!(models::text(400).starts_with(&kept));
    let lost = joined_text(&received, 0).len().saturating_sub(kept.len());
    // A checkpoint every 0.5 s at 200 tokens a second of about 10 bytes.
    assert!(lost < 1_100, "{lost} bytes that were already received are lost");
    let window = penny.messages(&conversation).await;
    assert_eq!(message_text(&window.items[1]), kept);
    assert_eq!(window.items[1].turn_status, Some(TurnStatus::Interrupted));

    let (status, body) = penny.call("POST", &format!("/v1/turns/{id}/resume"), None).await;
    assert_eq!(status, 202, "{body}");
    let next: TurnView = serde_json::from_value(body).unwrap();
    assert_eq!((next.continues, next.message_id), (Some(turn.id), turn.message_id));
    let more = penny.all_events(&next).await;
    assert!(matches!(last_body(&more), TurnEventBody::Finished(_)));
    let window = penny.messages(&conversation).await;
    assert_eq!(message_text(&window.items[1]), format!("{kept}{}", joined_text(&more, kept.len())));
}

#[tokio::test]
async fn a_client_resumes_after_any_event_without_loss_or_duplication() {
    let penny = PennyProcess::start(&[]).await;
    let conversation = penny.create_conversation().await;
    let turn = penny.start_turn(&conversation, "mock-itl25-len40-reasoning5", "Tell me").await;
    let all = penny.all_events(&turn).await;
    assert_eq!(sequence_numbers(&all), (1..=all.len() as u64).collect::<Vec<_>>());
    assert_eq!(joined_text(&all, 0), models::text(40));
    for after in 0..all.len() as u64 {
        let rest = penny.read_events(&turn.id.to_string(), after, |_| false).await;
        let received = joined_text(&all[..after as usize], 0);
        assert_eq!(joined_text(&rest, received.len()), models::text(40)[received.len()..], "after {after}");
        assert!(
            sequence_numbers(&rest).windows(2).all(|pair| pair[0] < pair[1])
                && sequence_numbers(&rest)[0] > after
        );
        assert_eq!(last_body(&rest), last_body(&all));
    }
    assert_eq!(penny.read_events(&turn.id.to_string(), all.len() as u64, |_| false).await, []);
}

#[tokio::test]
async fn stopping_keeps_the_text_and_is_idempotent() {
    let penny = PennyProcess::start(&[]).await;
    let conversation = penny.create_conversation().await;
    let turn = penny.start_turn(&conversation, "mock-itl10-len1000", "Tell me").await;
    let id = turn.id.to_string();
    let received = penny.read_events(&id, 0, |events| delta_count(events) > 10).await;
    for _ in 0..2 {
        let (status, _) = penny.call("POST", &format!("/v1/turns/{id}/stop"), None).await;
        assert_eq!(status, 200);
    }
    let all = penny.all_events(&turn).await;
    let TurnEventBody::Stopped(stopped) = last_body(&all) else {
        panic!("not stopped: {:?}", last_body(&all))
    };
    let kept = joined_text(&all, 0);
    assert!(kept.starts_with(&joined_text(&received, 0)) && kept.len() as u64 == stopped.length);
    assert_eq!(message_text(&penny.messages(&conversation).await.items[1]), kept);
}

#[tokio::test]
async fn the_system_prompt_lists_the_expected_artifacts() {
    let penny = PennyProcess::start(&[]).await;
    let conversation = penny.create_conversation().await;
    for (expected, prompt_text) in
        [(json!(["chart", "dashboard"]), Some("to bring: a chart; a dashboard.")), (json!([]), None)]
    {
        let message = json!({ "content": "x", "model": "openai/mock-len1", "artifactsExpected": expected });
        let (status, body) = penny.post_message(&conversation, message).await;
        assert_eq!(status, 202, "{body}");
        penny.all_events(&serde_json::from_value(body).unwrap()).await;
        let sent = penny.models.requests().last().unwrap().body["messages"][0].clone();
        let system = sent["content"].as_str().unwrap();
        assert_eq!(sent["role"], "system");
        assert_eq!(system.contains("The person expects"), prompt_text.is_some(), "{system}");
        assert!(prompt_text.is_none_or(|text| system.contains(text)), "{system}");
    }
}

#[tokio::test]
async fn a_provider_without_a_model_list_needs_a_model_name_and_is_not_replaced_by_the_demo() {
    let models = MockModelServer::start_with_list(MockModelList::not_found()).await;
    let penny = PennyProcess::start_with_models(models, &[]).await;
    let conversation = penny.create_conversation().await;
    let (status, fault) = penny.post_message(&conversation, json!({ "content": "Hello" })).await;
    assert_eq!((status, &fault["messageKey"]), (422, &json!("fault-model-unnamed")), "{fault}");
    assert!(fault["detail"].as_str().unwrap().contains("PENNY__MODELS__DEFAULT"), "{fault}");
    let (_, listed) = penny.call("GET", "/v1/models", None).await;
    assert!(listed.as_array().unwrap().iter().all(|model| model["isDefault"] == false), "{listed}");
    let turn = penny.start_turn(&conversation, "mock-len3", "Hello").await;
    assert_eq!(joined_text(&penny.all_events(&turn).await, 0), models::text(3));
    // The conversation now has a model.
    let (status, body) = penny.post_message(&conversation, json!({ "content": "Again" })).await;
    assert_eq!((status, &body["model"]), (202, &json!("openai/mock-len3")), "{body}");
}

#[tokio::test]
async fn a_provider_with_a_slow_model_list_is_still_the_default() {
    let models =
        MockModelServer::start_with_list(MockModelList::default().with_delay(Duration::from_millis(700)))
            .await;
    let penny = PennyProcess::start_with_models(models, &[]).await;
    let conversation = penny.create_conversation().await;
    let (status, body) = penny.post_message(&conversation, json!({ "content": "Hello" })).await;
    assert_eq!((status, &body["model"]), (202, &json!("openai/mock")), "{body}");
    let (_, listed) = penny.call("GET", "/v1/models", None).await;
    assert_eq!(
        (&listed[0]["id"], &listed[0]["isDefault"]),
        (&json!("openai/mock"), &json!(true)),
        "{listed}"
    );
}

#[tokio::test]
async fn a_message_with_the_same_client_key_starts_one_turn() {
    let penny = PennyProcess::start(&[]).await;
    let conversation = penny.create_conversation().await;
    let message = json!({ "content": "Tell me", "model": "openai/mock-len3", "clientKey": "k1" });
    let (_, first) = penny.post_message(&conversation, message.clone()).await;
    let (_, second) = penny.post_message(&conversation, message).await;
    assert_eq!(first["id"], second["id"]);
    assert_eq!(penny.messages(&conversation).await.path_length, 2);
}

#[tokio::test]
async fn of_two_concurrent_messages_one_gets_a_conflict() {
    let penny = PennyProcess::start(&[]).await;
    let conversation = penny.create_conversation().await;
    let message = |content: &str| json!({ "content": content, "model": "openai/mock-itl20-len50" });
    let (one, two) = tokio::join!(
        penny.post_message(&conversation, message("one")),
        penny.post_message(&conversation, message("two"))
    );
    let mut statuses = [one.0, two.0];
    statuses.sort_unstable();
    assert_eq!(statuses, [202, 409], "{one:?} {two:?}");
    let refused = if one.0 == 409 { &one.1 } else { &two.1 };
    assert_eq!(refused["code"], "conflict");
    assert_eq!(penny.messages(&conversation).await.path_length, 2);
}

#[tokio::test]
async fn editing_a_message_creates_a_sibling() {
    let penny = PennyProcess::start(&[]).await;
    let conversation = penny.create_conversation().await;
    let first = penny.start_turn(&conversation, "mock-len3", "first").await;
    penny.all_events(&first).await;
    let edit = json!({ "content": "edited", "model": "openai/mock-len3", "replaces": first.user_message_id });
    let (status, body) = penny.post_message(&conversation, edit).await;
    assert_eq!(status, 202, "{body}");
    let second: TurnView = serde_json::from_value(body).unwrap();
    penny.all_events(&second).await;
    let window = penny.messages(&conversation).await;
    assert_eq!(message_text(&window.items[0]), "edited");
    assert_eq!(window.items[0].sibling_ids, [first.user_message_id, second.user_message_id]);

    let patch = json!({ "leafId": first.user_message_id });
    penny.call("PATCH", &format!("/v1/conversations/{conversation}"), Some(patch)).await;
    let window = penny.messages(&conversation).await;
    assert_eq!((message_text(&window.items[0]).as_str(), window.items[1].id), ("first", first.message_id));
}

#[tokio::test]
async fn a_call_that_waits_for_approval_survives_a_restart() {
    let mut penny = PennyProcess::start(&[("PENNY__TOOLS__APPROVE", "load_dashboard")]).await;
    for (decision, expected) in [("approve", ToolCallStatus::Succeeded), ("deny", ToolCallStatus::Denied)] {
        let conversation = penny.create_conversation().await;
        let turn = penny
            .start_turn(&conversation, "mock-len5-tool-load_dashboard", r#"{"slug":"company-health"}"#)
            .await;
        let id = turn.id.to_string();
        let before = penny
            .read_events(&id, 0, |events| matches!(events.last().unwrap().body, TurnEventBody::Approval(_)))
            .await;
        let TurnEventBody::Approval(approval) = last_body(&before) else {
            panic!("no approval was requested: {before:?}")
        };
        super::penny_process::wait_until(Duration::from_secs(10), async || {
            penny.call("GET", &format!("/v1/turns/{id}"), None).await.1["status"] == "waiting"
        })
        .await;

        penny.kill();
        penny.serve().await;

        let (_, body) = penny.call("GET", &format!("/v1/turns/{id}"), None).await;
        assert_eq!(body["status"], "waiting", "a waiting turn is not interrupted");
        let decide = format!("/v1/tool-calls/{}/decision", approval.call_id);
        let (status, body) = penny.call("POST", &decide, Some(json!({ "decision": decision }))).await;
        assert!(status < 300, "{body}");
        let all = penny.all_events(&turn).await;
        assert!(matches!(last_body(&all), TurnEventBody::Finished(_)), "{all:?}");
        assert_eq!(joined_text(&all, 0), models::text(5));
        let call =
            penny.messages(&conversation).await.items[1].parts.iter().find_map(|part| match &part.body {
                PartBody::ToolCall(call) => Some(call.status),
                _ => None,
            });
        assert_eq!(call, Some(expected));
        let (status, _) = penny.call("POST", &decide, Some(json!({ "decision": decision }))).await;
        assert_eq!(status, 409, "a call is decided once");
    }
}

#[tokio::test]
async fn a_provider_failure_has_a_code_and_the_text_so_far_is_kept() {
    let penny = PennyProcess::start(&[]).await;
    for (model, code, min_words) in [
        ("mock-401", "provider_denied", 0),
        ("mock-429-retry7", "rate_limited", 0),
        ("mock-500", "unavailable", 0),
        ("mock-nonsense", "unavailable", 0),
        ("mock-halfevent-len5", "unavailable", 5),
        ("mock-diesafter20-len40", "unavailable", 1),
    ] {
        let conversation = penny.create_conversation().await;
        let turn = penny.start_turn(&conversation, model, "Tell me").await;
        let all = penny.all_events(&turn).await;
        let TurnEventBody::Failed(failed) = last_body(&all) else { panic!("{model}: {all:?}") };
        assert_eq!(failed.code, code, "{model}");
        assert_eq!(failed.retry_after, (model == "mock-429-retry7").then_some(7), "{model}");
        let kept = joined_text(&all, 0);
        assert!(kept.split_whitespace().count() >= min_words, "{model}: {kept:?}");
        assert_eq!(kept.len() as u64, failed.length);
        let window = penny.messages(&conversation).await;
        assert_eq!(message_text(&window.items[0]), "Tell me", "the user message is kept");
        assert_eq!(
            (message_text(&window.items[1]), window.items[1].turn_code.as_deref()),
            (kept, Some(code))
        );
    }
}

#[tokio::test]
async fn an_invalid_or_unknown_tool_call_is_reported_to_the_model_and_the_turn_continues() {
    let penny = PennyProcess::start(&[]).await;
    for model in ["mock-args{bad}-len5", "mock-unknowntool-len5"] {
        let conversation = penny.create_conversation().await;
        let turn = penny.start_turn(&conversation, model, "Tell me").await;
        let all = penny.all_events(&turn).await;
        assert!(matches!(last_body(&all), TurnEventBody::Finished(_)), "{model}: {all:?}");
        let failed = all.iter().any(
            |event| matches!(&event.body, TurnEventBody::ToolCall(call) if call.status == ToolCallStatus::Failed),
        );
        assert!(failed && joined_text(&all, 0) == models::text(5), "{model}: {all:?}");
    }
}
