//! A turn survives everything: the tab, the process, a slow person, a broken provider.

use super::turns_app::{Installation, said, words};
use penny_testkit::models::{self, Listing, MockModels};
use penny_types::{
    conversations::PartBody,
    events::{TurnEvent, TurnEventBody},
    tools::ToolCallStatus,
    turns::{TurnStatus, TurnView},
};
use serde_json::json;
use std::time::Duration;

fn seqs(events: &[TurnEvent]) -> Vec<u64> {
    events.iter().map(|event| event.seq).collect()
}

fn last(events: &[TurnEvent]) -> &TurnEventBody {
    &events.last().unwrap().body
}

fn deltas(events: &[TurnEvent]) -> usize {
    events.iter().filter(|event| matches!(event.body, TurnEventBody::Delta(_))).count()
}

#[tokio::test]
async fn an_answer_killed_in_the_middle_is_there_after_the_restart_and_goes_on() {
    let mut penny = Installation::start(&[]).await;
    let conversation = penny.conversation().await;
    let turn = penny.ask(&conversation, "mock-itl5-len400", "Tell me").await;
    let id = turn.id.to_string();
    let seen = penny.follow(&id, 0, |events| deltas(events) > 60).await;
    assert_eq!(seqs(&seen), (1..=seen.len() as u64).collect::<Vec<_>>(), "live, numbers have no gaps");

    penny.kill();
    penny.serve().await;

    let rest = penny.follow(&id, seen.last().unwrap().seq, |_| false).await;
    let TurnEventBody::Interrupted(interrupted) = last(&rest) else { panic!("not interrupted: {rest:?}") };
    assert!(rest.last().unwrap().seq > seen.last().unwrap().seq, "a number nobody can have seen");
    let whole = penny.follow(&id, 0, |_| false).await;
    let kept = words(&whole, 0);
    assert_eq!(kept.len() as u64, interrupted.length);
    assert!(models::text(400).starts_with(&kept));
    let lost = words(&seen, 0).len().saturating_sub(kept.len());
    // Half a second at 200 tokens a second of about ten bytes.
    assert!(lost < 1_100, "{lost} bytes of what was seen are gone");
    let window = penny.window(&conversation).await;
    assert_eq!(said(&window.items[1]), kept);
    assert_eq!(window.items[1].turn_status, Some(TurnStatus::Interrupted));

    let (status, body) = penny.call("POST", &format!("/v1/turns/{id}/resume"), None).await;
    assert_eq!(status, 202, "{body}");
    let next: TurnView = serde_json::from_value(body).unwrap();
    assert_eq!((next.continues, next.message_id), (Some(turn.id), turn.message_id));
    let more = penny.to_end(&next).await;
    assert!(matches!(last(&more), TurnEventBody::Finished(_)));
    let window = penny.window(&conversation).await;
    assert_eq!(said(&window.items[1]), format!("{kept}{}", words(&more, kept.len())));
}

#[tokio::test]
async fn a_reader_resumes_after_any_event_and_nothing_is_lost_or_doubled() {
    let penny = Installation::start(&[]).await;
    let conversation = penny.conversation().await;
    let turn = penny.ask(&conversation, "mock-itl25-len40-reasoning5", "Tell me").await;
    let all = penny.to_end(&turn).await;
    assert_eq!(seqs(&all), (1..=all.len() as u64).collect::<Vec<_>>());
    assert_eq!(words(&all, 0), models::text(40));
    for after in 0..all.len() as u64 {
        let rest = penny.follow(&turn.id.to_string(), after, |_| false).await;
        let have = words(&all[..after as usize], 0);
        assert_eq!(words(&rest, have.len()), models::text(40)[have.len()..], "after {after}");
        assert!(seqs(&rest).windows(2).all(|pair| pair[0] < pair[1]) && seqs(&rest)[0] > after);
        assert_eq!(last(&rest), last(&all));
    }
    assert_eq!(penny.follow(&turn.id.to_string(), all.len() as u64, |_| false).await, []);
}

#[tokio::test]
async fn stop_keeps_what_was_said_and_stopping_twice_changes_nothing() {
    let penny = Installation::start(&[]).await;
    let conversation = penny.conversation().await;
    let turn = penny.ask(&conversation, "mock-itl10-len1000", "Tell me").await;
    let id = turn.id.to_string();
    let seen = penny.follow(&id, 0, |events| deltas(events) > 10).await;
    for _ in 0..2 {
        let (status, _) = penny.call("POST", &format!("/v1/turns/{id}/stop"), None).await;
        assert_eq!(status, 200);
    }
    let all = penny.to_end(&turn).await;
    let TurnEventBody::Stopped(stopped) = last(&all) else { panic!("not stopped: {:?}", last(&all)) };
    let kept = words(&all, 0);
    assert!(kept.starts_with(&words(&seen, 0)) && kept.len() as u64 == stopped.length);
    assert_eq!(said(&penny.window(&conversation).await.items[1]), kept);
}

#[tokio::test]
async fn a_provider_is_told_what_the_message_expects() {
    let penny = Installation::start(&[]).await;
    let conversation = penny.conversation().await;
    for (expected, sentence) in
        [(json!(["chart", "dashboard"]), Some("to bring: a chart; a dashboard.")), (json!([]), None)]
    {
        let message = json!({ "content": "x", "model": "openai/mock-len1", "artifactsExpected": expected });
        let (status, body) = penny.send(&conversation, message).await;
        assert_eq!(status, 202, "{body}");
        penny.to_end(&serde_json::from_value(body).unwrap()).await;
        let sent = penny.models.requests().last().unwrap().body["messages"][0].clone();
        let system = sent["content"].as_str().unwrap();
        assert_eq!(sent["role"], "system");
        assert_eq!(system.contains("The person expects"), sentence.is_some(), "{system}");
        assert!(sentence.is_none_or(|sentence| system.contains(sentence)), "{system}");
    }
}

#[tokio::test]
async fn a_provider_without_a_list_answers_by_name_and_the_demo_never_in_its_place() {
    let models = MockModels::start_listing(Listing::none()).await;
    let penny = Installation::start_beside(models, &[]).await;
    let conversation = penny.conversation().await;
    let (status, fault) = penny.send(&conversation, json!({ "content": "Hello" })).await;
    assert_eq!((status, &fault["messageKey"]), (422, &json!("fault-model-unnamed")), "{fault}");
    assert!(fault["detail"].as_str().unwrap().contains("PENNY__MODELS__DEFAULT"), "{fault}");
    let (_, listed) = penny.call("GET", "/v1/models", None).await;
    assert!(listed.as_array().unwrap().iter().all(|model| model["isDefault"] == false), "{listed}");
    let turn = penny.ask(&conversation, "mock-len3", "Hello").await;
    assert_eq!(words(&penny.to_end(&turn).await, 0), models::text(3));
    // The conversation has a model now.
    let (status, body) = penny.send(&conversation, json!({ "content": "Again" })).await;
    assert_eq!((status, &body["model"]), (202, &json!("openai/mock-len3")), "{body}");
}

#[tokio::test]
async fn a_provider_that_lists_its_models_late_is_the_default_all_the_same() {
    let models = MockModels::start_listing(Listing::default().after(Duration::from_millis(700))).await;
    let penny = Installation::start_beside(models, &[]).await;
    let conversation = penny.conversation().await;
    let (status, body) = penny.send(&conversation, json!({ "content": "Hello" })).await;
    assert_eq!((status, &body["model"]), (202, &json!("openai/mock")), "{body}");
    let (_, listed) = penny.call("GET", "/v1/models", None).await;
    assert_eq!(
        (&listed[0]["id"], &listed[0]["isDefault"]),
        (&json!("openai/mock"), &json!(true)),
        "{listed}"
    );
}

#[tokio::test]
async fn a_message_sent_twice_is_answered_once() {
    let penny = Installation::start(&[]).await;
    let conversation = penny.conversation().await;
    let message = json!({ "content": "Tell me", "model": "openai/mock-len3", "clientKey": "k1" });
    let (_, first) = penny.send(&conversation, message.clone()).await;
    let (_, second) = penny.send(&conversation, message).await;
    assert_eq!(first["id"], second["id"]);
    assert_eq!(penny.window(&conversation).await.path_length, 2);
}

#[tokio::test]
async fn of_two_tabs_that_send_at_once_one_is_told_to_wait_and_nothing_is_mixed_up() {
    let penny = Installation::start(&[]).await;
    let conversation = penny.conversation().await;
    let message = |words: &str| json!({ "content": words, "model": "openai/mock-itl20-len50" });
    let (one, two) =
        tokio::join!(penny.send(&conversation, message("one")), penny.send(&conversation, message("two")));
    let mut statuses = [one.0, two.0];
    statuses.sort_unstable();
    assert_eq!(statuses, [202, 409], "{one:?} {two:?}");
    let refused = if one.0 == 409 { &one.1 } else { &two.1 };
    assert_eq!(refused["code"], "conflict");
    assert_eq!(penny.window(&conversation).await.path_length, 2);
}

#[tokio::test]
async fn editing_and_regenerating_make_siblings_and_nothing_is_rewritten() {
    let penny = Installation::start(&[]).await;
    let conversation = penny.conversation().await;
    let first = penny.ask(&conversation, "mock-len3", "first").await;
    penny.to_end(&first).await;
    let edit = json!({ "content": "edited", "model": "openai/mock-len3", "replaces": first.user_message_id });
    let (status, body) = penny.send(&conversation, edit).await;
    assert_eq!(status, 202, "{body}");
    let second: TurnView = serde_json::from_value(body).unwrap();
    penny.to_end(&second).await;
    let window = penny.window(&conversation).await;
    assert_eq!(said(&window.items[0]), "edited");
    assert_eq!(window.items[0].sibling_ids, [first.user_message_id, second.user_message_id]);

    let patch = json!({ "leafId": first.user_message_id });
    penny.call("PATCH", &format!("/v1/conversations/{conversation}"), Some(patch)).await;
    let window = penny.window(&conversation).await;
    assert_eq!((said(&window.items[0]).as_str(), window.items[1].id), ("first", first.message_id));
}

#[tokio::test]
async fn a_call_that_waits_for_a_person_holds_no_task_survives_a_restart_and_runs_as_it_was_shown() {
    let mut penny = Installation::start(&[("PENNY__TOOLS__APPROVE", "load_dashboard")]).await;
    for (decision, expected) in [("approve", ToolCallStatus::Succeeded), ("deny", ToolCallStatus::Denied)] {
        let conversation = penny.conversation().await;
        let turn =
            penny.ask(&conversation, "mock-len5-tool-load_dashboard", r#"{"slug":"company-health"}"#).await;
        let id = turn.id.to_string();
        let asked = penny
            .follow(&id, 0, |events| matches!(events.last().unwrap().body, TurnEventBody::Approval(_)))
            .await;
        let TurnEventBody::Approval(approval) = last(&asked) else { panic!("nobody was asked: {asked:?}") };
        super::turns_app::wait(std::time::Duration::from_secs(10), async || {
            penny.call("GET", &format!("/v1/turns/{id}"), None).await.1["status"] == "waiting"
        })
        .await;

        penny.kill();
        penny.serve().await;

        let (_, body) = penny.call("GET", &format!("/v1/turns/{id}"), None).await;
        assert_eq!(body["status"], "waiting", "waiting is never interrupted");
        let decide = format!("/v1/tool-calls/{}/decision", approval.call_id);
        let (status, body) = penny.call("POST", &decide, Some(json!({ "decision": decision }))).await;
        assert!(status < 300, "{body}");
        let all = penny.to_end(&turn).await;
        assert!(matches!(last(&all), TurnEventBody::Finished(_)), "{all:?}");
        assert_eq!(words(&all, 0), models::text(5));
        let call =
            penny.window(&conversation).await.items[1].parts.iter().find_map(|part| match &part.body {
                PartBody::ToolCall(call) => Some(call.status),
                _ => None,
            });
        assert_eq!(call, Some(expected));
        let (status, _) = penny.call("POST", &decide, Some(json!({ "decision": decision }))).await;
        assert_eq!(status, 409, "a decision is taken once");
    }
}

#[tokio::test]
async fn a_provider_that_fails_is_named_by_a_code_and_what_was_said_stays() {
    let penny = Installation::start(&[]).await;
    for (model, code, least) in [
        ("mock-401", "provider_denied", 0),
        ("mock-429-retry7", "rate_limited", 0),
        ("mock-500", "unavailable", 0),
        ("mock-nonsense", "unavailable", 0),
        ("mock-halfevent-len5", "unavailable", 5),
        ("mock-diesafter20-len40", "unavailable", 1),
    ] {
        let conversation = penny.conversation().await;
        let turn = penny.ask(&conversation, model, "Tell me").await;
        let all = penny.to_end(&turn).await;
        let TurnEventBody::Failed(failed) = last(&all) else { panic!("{model}: {all:?}") };
        assert_eq!(failed.code, code, "{model}");
        assert_eq!(failed.retry_after, (model == "mock-429-retry7").then_some(7), "{model}");
        let kept = words(&all, 0);
        assert!(kept.split_whitespace().count() >= least, "{model}: {kept:?}");
        assert_eq!(kept.len() as u64, failed.length);
        let window = penny.window(&conversation).await;
        assert_eq!(said(&window.items[0]), "Tell me", "the question is never lost");
        assert_eq!((said(&window.items[1]), window.items[1].turn_code.as_deref()), (kept, Some(code)));
    }
}

#[tokio::test]
async fn a_call_that_breaks_its_schema_or_names_no_tool_is_told_to_the_model_and_the_answer_goes_on() {
    let penny = Installation::start(&[]).await;
    for model in ["mock-args{bad}-len5", "mock-unknowntool-len5"] {
        let conversation = penny.conversation().await;
        let turn = penny.ask(&conversation, model, "Tell me").await;
        let all = penny.to_end(&turn).await;
        assert!(matches!(last(&all), TurnEventBody::Finished(_)), "{model}: {all:?}");
        let failed = all.iter().any(
            |event| matches!(&event.body, TurnEventBody::ToolCall(call) if call.status == ToolCallStatus::Failed),
        );
        assert!(failed && words(&all, 0) == models::text(5), "{model}: {all:?}");
    }
}
