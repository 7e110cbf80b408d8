use super::*;
use futures::TryStreamExt;
use penny_ports::models::ToolSpec;
use penny_types::artifacts::ArtifactKind;
use serde_json::{Value, json};

pub(super) fn request(messages: Vec<ModelMessage>) -> ModelRequest {
    let tool =
        |name: &str| ToolSpec { name: name.into(), description: String::new(), input_schema: json!({}) };
    ModelRequest {
        model: MODEL.into(),
        system: String::new(),
        messages,
        tools: vec![tool("get_company_kpis"), tool("load_dashboard")],
        expected_artifacts: Vec::new(),
        max_output_tokens: None,
        locale: Locale::En,
        is_continuation: false,
    }
}

pub(super) fn user(text: &str) -> ModelMessage {
    ModelMessage::User { text: text.into() }
}

fn tool_result(name: &str, content: &Value, is_error: bool) -> ModelMessage {
    ModelMessage::Tool { call_id: "demo_0".into(), name: name.into(), content: content.to_string(), is_error }
}

fn assistant_calls(calls: &[ToolRequest]) -> ModelMessage {
    ModelMessage::Assistant { text: String::new(), tool_calls: calls.to_vec() }
}

async fn events(request: ModelRequest) -> Vec<ModelEvent> {
    let model = DemoModel::with_word_interval(Duration::ZERO);
    model.stream(request).await.unwrap().try_collect().await.unwrap()
}

async fn respond(request: ModelRequest) -> (String, Vec<(String, Value)>) {
    let (mut text, mut calls) = (String::new(), Vec::new());
    for event in events(request).await {
        match event {
            ModelEvent::Text(word) => text.push_str(&word),
            ModelEvent::ToolCall(call) => {
                calls.push((call.name, serde_json::from_str(&call.arguments).unwrap()))
            }
            _ => {}
        }
    }
    (text, calls)
}

fn kpi(name: &str, format: &str, direction: &str, values: (f64, f64, f64), health: &str) -> Value {
    let (value, previous, target) = values;
    json!({ "id": "kpi_00000000000000000000000001", "slug": name.to_lowercase().replace(' ', "-"), "name": name, "format": format, "direction": direction,
        "value": value, "previous": previous, "target": target, "health": health, "trend": [] })
}

fn kpi_result(unit: &str, revenue: f64) -> Value {
    json!({
        "period": "QTD", "from": "2026-10-01", "to": "2026-11-20", "unit": "bu", "unitName": unit, "currency": "EUR",
        "kpis": [
            kpi("Revenue", "currency", "up", (revenue, 1_000_000.0, 1_200_000.0), "good"),
            kpi("Gross margin", "percent", "up", (0.431, 0.42, 0.44), "watch"),
            kpi("Time to hire", "days", "down", (52.0, 40.0, 35.0), "bad"),
            { "id": "kpi_00000000000000000000000002", "slug": "y", "name": "Pipeline", "format": "currency",
              "direction": "up", "value": null, "previous": null, "target": null, "health": "unknown", "trend": [] },
        ],
    })
}

#[tokio::test]
async fn kpis_are_looked_up_with_a_tool() {
    for (question, expected) in [
        ("Show me company health now", json!({ "period": "MTD", "unit": "company" })),
        ("¿Cómo va Furniture este trimestre?", json!({ "period": "QTD", "unit": "bu", "id": "furniture" })),
        (
            "Key figures of project Aurora this year",
            json!({ "period": "YTD", "unit": "project", "id": "aurora" }),
        ),
    ] {
        let (text, calls) = respond(request(vec![user(question)])).await;
        assert_eq!(calls, [("get_company_kpis".to_owned(), expected)], "{question}");
        assert!(!text.is_empty());
    }
}

#[tokio::test]
async fn a_dashboard_is_opened_with_its_filters() {
    let (_, calls) =
        respond(request(vec![user("Open the company health dashboard for Studio this year")])).await;
    let expected =
        json!({ "slug": "company-health", "filters": { "period": "YTD", "unit": "bu", "id": "studio" } });
    assert_eq!(calls, [("load_dashboard".to_owned(), expected)]);
    let (_, calls) = respond(request(vec![user("abre el panel")])).await;
    assert_eq!(calls, [("load_dashboard".to_owned(), json!({ "slug": "company-health" }))]);
}

#[tokio::test]
async fn the_response_quotes_the_kpis_by_health() {
    let messages = vec![
        user("How is Studio doing this quarter?"),
        tool_result("get_company_kpis", &kpi_result("Studio", 1_320_000.0), false),
    ];
    let (text, calls) = respond(request(messages)).await;
    assert!(calls.is_empty());
    let expected = "**Studio, this quarter so far** (1\u{a0}Oct – 20\u{a0}Nov 2026): 1 of 3 key figures is on target.\n\n\
        ### Going well\n\n- **Revenue:** €1.32M (target €1.2M), +32.0% on the year before\n\n\
        ### Close to target\n\n- **Gross margin:** 43.1% (target 44%), +1.1\u{a0}pp on the year before\n\n\
        ### Needs attention\n\n- **Time to hire:** 52\u{a0}days (target 35\u{a0}days), +30.0% on the year before\n\n\
        Without data: Pipeline.\n\n\
        The chart above shows them all. I am the built-in demo: the texts are prepared, the figures come from your data.";
    assert_eq!(text, expected);
}

#[tokio::test]
async fn a_question_in_spanish_gets_a_spanish_response_in_any_locale() {
    let messages = vec![
        user("¿Cómo va Studio?"),
        tool_result("get_company_kpis", &kpi_result("Studio", 1_320_000.0), false),
    ];
    let (text, _) = respond(request(messages)).await;
    assert!(text.starts_with("**Studio, lo que va de trimestre** (1\u{a0}oct – 20\u{a0}nov 2026): 1 de 3 indicadores cumple el objetivo."), "{text}");
    assert!(text.contains("1,32\u{a0}M\u{a0}€") && text.contains("43,1\u{a0}%"), "{text}");
}

#[tokio::test]
async fn the_requested_kpis_are_listed_first() {
    let messages = vec![
        user("How is hiring this quarter?"),
        tool_result("get_company_kpis", &kpi_result("Studio", 1.0), false),
    ];
    let (text, _) = respond(request(messages)).await;
    let (hiring, going_well) =
        (text.find("**Time to hire:**").unwrap(), text.find("### Going well").unwrap());
    assert!(hiring < going_well && text.matches("Time to hire").count() == 1, "{text}");
}

#[tokio::test]
async fn an_open_dashboard_is_described_with_the_kpis_off_target() {
    let widgets = json!([
        { "kind": "kpi", "title": "Revenue", "format": "currency", "value": 5e6, "previous": 4e6, "target": 4.5e6, "health": "good" },
        { "kind": "kpi", "title": "Projects on time", "format": "percent", "value": 0.5, "previous": null, "target": 0.8, "health": "bad" },
        { "kind": "chart", "title": "Cash", "summary": "Cash is flat.", "error": null },
        { "kind": "table", "title": "Projects", "summary": null, "error": null },
    ]);
    let result =
        json!({ "slug": "company-health", "title": "Company health", "currency": "EUR", "widgets": widgets });
    let question = user("Which projects need attention this month?");
    let (text, _) = respond(request(vec![question, tool_result("load_dashboard", &result, false)])).await;
    let expected = "**Company health** is ready: open it with the button on its card. There you can change the period and the unit; Esc brings you back.\n\n\
        1 of 2 key figures on it is on target. The table “Projects” on it has each project, the late ones first.\n\n\
        ### Needs attention\n\n- **Projects on time:** 50% (target 80%)";
    assert_eq!(text, expected);
}

#[tokio::test]
async fn units_are_compared_by_parallel_calls_and_a_table() {
    let question = user("Compare the business units this quarter");
    let (_, calls) = respond(request(vec![question.clone()])).await;
    let ids: Vec<_> = calls.iter().map(|(_, arguments)| arguments["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["lighting", "furniture", "studio"]);
    let units = [("Lighting", 900_000.0), ("Furniture", 1_500_000.0)];
    let results =
        units.map(|(unit, revenue)| tool_result("get_company_kpis", &kpi_result(unit, revenue), false));
    let failed = tool_result("get_company_kpis", &json!("There is no business unit “studio”."), true);
    let (text, _) = respond(request([vec![question], results.to_vec(), vec![failed]].concat())).await;
    assert!(text.contains("| Key figure | Lighting | Furniture |\n|:--|--:|--:|"), "{text}");
    assert!(text.contains("| Revenue | €900K | **€1.5M** |"), "{text}");
    assert!(text.contains("> There is no business unit “studio”."), "{text}");
}

#[tokio::test]
async fn a_follow_up_changes_only_the_values_it_names() {
    let call = tool_request(0, "get_company_kpis", &json!({ "period": "MTD", "unit": "bu", "id": "studio" }));
    let messages = vec![
        user("How is Studio doing?"),
        assistant_calls(&[call]),
        tool_result("get_company_kpis", &kpi_result("Studio", 1.0), false),
        ModelMessage::Assistant { text: "Well.".into(), tool_calls: Vec::new() },
    ];
    for (follow_up, expected) in [
        ("and this year?", json!({ "period": "YTD", "unit": "bu", "id": "studio" })),
        ("and Furniture?", json!({ "period": "MTD", "unit": "bu", "id": "furniture" })),
        ("the company?", json!({ "period": "MTD", "unit": "company" })),
    ] {
        let (_, calls) = respond(request([messages.clone(), vec![user(follow_up)]].concat())).await;
        assert_eq!(calls, [("get_company_kpis".to_owned(), expected)], "{follow_up}");
    }
}

#[tokio::test]
async fn expected_artifacts_select_the_ability() {
    use ArtifactKind::{Chart, Dashboard, Markdown, Table};
    let (kpis, load) = ("get_company_kpis", "load_dashboard");
    for (question, expected, tools) in [
        ("Good morning", &[][..], &[][..]),
        ("Good morning", &[Chart], &[kpis]),
        ("Good morning", &[Dashboard], &[load]),
        ("Show me company health now", &[Dashboard], &[load]),
        ("Show me company health now", &[Chart, Dashboard], &[kpis, load]),
        ("Open the company health dashboard", &[Chart], &[kpis]),
        ("Open the company health dashboard", &[Markdown], &[kpis]),
        ("Write about the sea and the wind", &[Markdown], &[]),
        ("Show me a table", &[Table], &[]),
    ] {
        let request = ModelRequest { expected_artifacts: expected.to_vec(), ..request(vec![user(question)]) };
        let (text, calls) = respond(request).await;
        let called: Vec<&str> = calls.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(called, tools, "{question} {expected:?}");
        assert_eq!(text.contains("```python"), expected == [Markdown] && tools.is_empty(), "{text}");
    }
}

#[tokio::test]
async fn an_expected_table_is_appended_to_the_kpis() {
    let result = tool_result("get_company_kpis", &kpi_result("Studio", 1_320_000.0), false);
    let without_table = request(vec![user("How is Studio doing?"), result]);
    let description = respond(without_table.clone()).await.0;
    let request = ModelRequest { expected_artifacts: vec![ArtifactKind::Table], ..without_table };
    let table = "| Key figure | Value | Target | Year before |\n|:--|--:|--:|--:|\n\
        | Revenue | €1.32M | €1.2M | €1M |\n| Gross margin | 43.1% | 44% | 42% |\n\
        | Time to hire | 52\u{a0}days | 35\u{a0}days | 40\u{a0}days |\n| Pipeline | – | – | – |";
    assert_eq!(respond(request).await.0, format!("{description}\n\n{table}"));
}

#[tokio::test]
async fn call_ids_are_unique_in_a_conversation() {
    let call = tool_request(0, "get_company_kpis", &json!({}));
    let messages = vec![user("kpis"), assistant_calls(std::slice::from_ref(&call)), user("kpis")];
    let second = events(request(messages)).await.into_iter().find_map(|event| match event {
        ModelEvent::ToolCall(call) => Some(call.id),
        _ => None,
    });
    assert_eq!((call.id.as_str(), second.as_deref()), ("demo_0", Some("demo_1")));
}

#[tokio::test]
async fn a_missing_tool_is_named_and_not_called() {
    let mut request = request(vec![user("Show me company health now")]);
    request.tools.clear();
    let (text, calls) = respond(request).await;
    assert!(
        calls.is_empty() && text.contains("`get_company_kpis`") && text.contains("not available"),
        "{text}"
    );
}

#[tokio::test]
async fn a_failed_or_denied_tool_call_is_reported_and_not_repeated() {
    for (content, expected) in [
        (json!("A person said no."), "> A person said no."),
        (json!({ "code": "invalid", "message": "Say which\nbusiness unit." }), "> Say which business unit."),
        (json!({ "error": { "code": "forbidden", "message": "You declined." } }), "> You declined."),
        (json!({ "code": "timeout" }), "returned no usable result"),
        (json!(null), "returned no usable result"),
    ] {
        let (text, calls) =
            respond(request(vec![user("kpis"), tool_result("get_company_kpis", &content, true)])).await;
        assert!(calls.is_empty() && text.contains(expected), "{content}: {text}");
    }
    let malformed = vec![user("kpis"), tool_result("get_company_kpis", &json!({ "rows": [1] }), false)];
    assert!(respond(request(malformed)).await.0.contains("returned no usable result"));
}

#[tokio::test]
async fn responses_say_that_it_is_not_a_language_model() {
    for question in ["hello", "Who are you?", "Write me a poem about the sea and everything in it", "tour"] {
        let (text, _) = respond(request(vec![user(question)])).await;
        assert!(text.contains("not a language model"), "{question}: {text}");
    }
    for question in
        ["hola", "¿Quién eres?", "Escríbeme un poema sobre el mar y todo lo que hay en él", "un recorrido"]
    {
        let (text, _) = respond(request(vec![user(question)])).await;
        assert!(text.contains("no un modelo de lenguaje"), "{question}: {text}");
    }
}

#[tokio::test]
async fn prepared_texts_keep_their_markdown() {
    let (text, _) = respond(request(vec![user("Show me a table")])).await;
    assert!(
        text.contains(
            "\n| Quarter | Orders | Share |\n|:--------|-------:|------:|\n| First   |    120 |   20% |\n"
        ),
        "{text}"
    );
    let (text, _) = respond(request(vec![user("How do I connect a real model?")])).await;
    assert!(
        text.contains("\n   ```\n   PENNY__MODELS__OLLAMA__BASE_URL=http://127.0.0.1:11434\n   ```\n2. "),
        "{text}"
    );
    let (text, _) = respond(request(vec![user("what can markdown do")])).await;
    assert!(
        text.contains("\n```python\ndef margin(revenue: float, cost: float) -> float:\n    return "),
        "{text}"
    );
    let (text, _) = respond(request(vec![user("give me a tour")])).await;
    assert!(text.split_whitespace().count() > 400 && text.contains("\n\n### Ask\n\n"), "{text}");
}

#[tokio::test]
async fn an_interrupted_response_is_continued() {
    let complete = respond(request(vec![user("tour")])).await.0;
    let cut = complete.char_indices().nth(500).unwrap().0;
    let partial = ModelMessage::Assistant { text: complete[..cut].to_owned(), tool_calls: Vec::new() };
    let request = ModelRequest { is_continuation: true, ..request(vec![user("tour"), partial]) };
    assert_eq!(respond(request).await.0, complete[cut..]);
}

#[tokio::test]
async fn words_count_as_tokens_up_to_the_limit() {
    let received =
        events(ModelRequest { max_output_tokens: Some(3), ..request(vec![user("tour please")]) }).await;
    let usage = UsageView { input_tokens: 2, output_tokens: 3, ..UsageView::default() };
    assert_eq!(received[3..], [ModelEvent::Usage(usage), ModelEvent::Finished(FinishReason::Length)]);
}

#[tokio::test(start_paused = true)]
async fn about_sixty_words_are_streamed_per_second() {
    let start = tokio::time::Instant::now();
    let model = DemoModel::new();
    let received: Vec<_> =
        model.stream(request(vec![user("tour")])).await.unwrap().try_collect().await.unwrap();
    let words_per_second = received.len() as f64 / start.elapsed().as_secs_f64();
    assert!((50.0..70.0).contains(&words_per_second), "{words_per_second} words per second");
}

#[tokio::test]
async fn the_provider_has_one_model_and_rejects_others() {
    let model = DemoModel::new();
    let listed = model.list().await.unwrap();
    assert_eq!((model.name(), listed[0].id.as_str(), model.is_demo()), ("demo", "penny-demo", true));
    let other = ModelRequest { model: "gpt-5".into(), ..request(Vec::new()) };
    assert!(matches!(model.stream(other).await, Err(ModelError::UnknownModel)));
    assert!(!respond(request(Vec::new())).await.0.is_empty(), "an empty conversation gets a response");
}
