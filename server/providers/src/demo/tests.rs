use super::*;
use futures::TryStreamExt;
use penny_ports::models::ToolSpec;
use penny_types::artifacts::ArtifactKind;
use serde_json::{Value, json};

fn ask(messages: Vec<ModelMessage>) -> ModelRequest {
    let tool =
        |name: &str| ToolSpec { name: name.into(), description: String::new(), input_schema: json!({}) };
    ModelRequest {
        model: MODEL.into(),
        system: String::new(),
        messages,
        tools: vec![tool("get_company_kpis"), tool("load_dashboard")],
        artifacts_expected: Vec::new(),
        max_output_tokens: None,
        locale: Locale::En,
        continues: false,
    }
}

fn user(text: &str) -> ModelMessage {
    ModelMessage::User { text: text.into() }
}

fn tool(name: &str, content: &Value, is_error: bool) -> ModelMessage {
    ModelMessage::Tool { call_id: "demo_0".into(), name: name.into(), content: content.to_string(), is_error }
}

fn asked(calls: &[ToolRequest]) -> ModelMessage {
    ModelMessage::Assistant { text: String::new(), tool_calls: calls.to_vec() }
}

async fn events(request: ModelRequest) -> Vec<ModelEvent> {
    let model = DemoModel::with_pace(Duration::ZERO);
    model.stream(request).await.unwrap().try_collect().await.unwrap()
}

async fn answer(request: ModelRequest) -> (String, Vec<(String, Value)>) {
    let (mut words, mut calls) = (String::new(), Vec::new());
    for event in events(request).await {
        match event {
            ModelEvent::Text(text) => words.push_str(&text),
            ModelEvent::ToolCall(call) => {
                calls.push((call.name, serde_json::from_str(&call.arguments).unwrap()))
            }
            _ => {}
        }
    }
    (words, calls)
}

fn kpi(name: &str, format: &str, direction: &str, figures: (f64, f64, f64), health: &str) -> Value {
    let (value, previous, target) = figures;
    json!({ "id": "kpi_00000000000000000000000001", "slug": name.to_lowercase().replace(' ', "-"), "name": name, "format": format, "direction": direction,
        "value": value, "previous": previous, "target": target, "health": health, "trend": [] })
}

fn report(unit: &str, revenue: f64) -> Value {
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
async fn company_health_is_looked_up_by_a_tool() {
    for (question, expected) in [
        ("Show me company health now", json!({ "period": "MTD", "unit": "company" })),
        ("¿Cómo va Furniture este trimestre?", json!({ "period": "QTD", "unit": "bu", "id": "furniture" })),
        (
            "Key figures of project Aurora this year",
            json!({ "period": "YTD", "unit": "project", "id": "aurora" }),
        ),
    ] {
        let (words, calls) = answer(ask(vec![user(question)])).await;
        assert_eq!(calls, [("get_company_kpis".to_owned(), expected)], "{question}");
        assert!(!words.is_empty());
    }
}

#[tokio::test]
async fn a_dashboard_is_opened_with_its_filters() {
    let (_, calls) = answer(ask(vec![user("Open the company health dashboard for Studio this year")])).await;
    let expected =
        json!({ "slug": "company-health", "filters": { "period": "YTD", "unit": "bu", "id": "studio" } });
    assert_eq!(calls, [("load_dashboard".to_owned(), expected)]);
    let (_, calls) = answer(ask(vec![user("abre el panel")])).await;
    assert_eq!(calls, [("load_dashboard".to_owned(), json!({ "slug": "company-health" }))]);
}

#[tokio::test]
async fn the_answer_quotes_the_figures_and_says_what_is_good_and_what_is_not() {
    let messages = vec![
        user("How is Studio doing this quarter?"),
        tool("get_company_kpis", &report("Studio", 1_320_000.0), false),
    ];
    let (words, calls) = answer(ask(messages)).await;
    assert!(calls.is_empty());
    let expected = "**Studio, this quarter so far** (1\u{a0}Oct – 20\u{a0}Nov 2026): 1 of 3 key figures is on target.\n\n\
        ### Going well\n\n- **Revenue:** €1.32M (target €1.2M), +32.0% on the year before\n\n\
        ### Close to target\n\n- **Gross margin:** 43.1% (target 44%), +1.1\u{a0}pp on the year before\n\n\
        ### Needs attention\n\n- **Time to hire:** 52\u{a0}days (target 35\u{a0}days), +30.0% on the year before\n\n\
        Without data: Pipeline.\n\n\
        The chart above shows them all. I am the built-in demo: the sentences are prepared, the figures are your data’s.";
    assert_eq!(words, expected);
}

#[tokio::test]
async fn a_question_in_spanish_is_answered_in_spanish_whatever_the_page_speaks() {
    let messages =
        vec![user("¿Cómo va Studio?"), tool("get_company_kpis", &report("Studio", 1_320_000.0), false)];
    let (words, _) = answer(ask(messages)).await;
    assert!(words.starts_with("**Studio, lo que va de trimestre** (1\u{a0}oct – 20\u{a0}nov 2026): 1 de 3 indicadores cumple el objetivo."), "{words}");
    assert!(words.contains("1,32\u{a0}M\u{a0}€") && words.contains("43,1\u{a0}%"), "{words}");
}

#[tokio::test]
async fn the_figures_asked_for_come_first() {
    let messages =
        vec![user("How is hiring this quarter?"), tool("get_company_kpis", &report("Studio", 1.0), false)];
    let (words, _) = answer(ask(messages)).await;
    let (hiring, well) = (words.find("**Time to hire:**").unwrap(), words.find("### Going well").unwrap());
    assert!(hiring < well && words.matches("Time to hire").count() == 1, "{words}");
}

#[tokio::test]
async fn an_open_dashboard_is_told_with_what_needs_attention() {
    let widgets = json!([
        { "kind": "kpi", "title": "Revenue", "format": "currency", "value": 5e6, "previous": 4e6, "target": 4.5e6, "health": "good" },
        { "kind": "kpi", "title": "Projects on time", "format": "percent", "value": 0.5, "previous": null, "target": 0.8, "health": "bad" },
        { "kind": "chart", "title": "Cash", "summary": "Cash is flat.", "error": null },
        { "kind": "table", "title": "Projects", "summary": null, "error": null },
    ]);
    let result =
        json!({ "slug": "company-health", "title": "Company health", "currency": "EUR", "widgets": widgets });
    let question = user("Which projects need attention this month?");
    let (words, _) = answer(ask(vec![question, tool("load_dashboard", &result, false)])).await;
    let expected = "**Company health** is ready: open it with the button on its card. There you can change the period and the unit; Esc brings you back.\n\n\
        1 of 2 key figures on it is on target. The table “Projects” on it has each project, the late ones first.\n\n\
        ### Needs attention\n\n- **Projects on time:** 50% (target 80%)";
    assert_eq!(words, expected);
}

#[tokio::test]
async fn units_are_compared_by_parallel_calls_and_a_table() {
    let question = user("Compare the business units this quarter");
    let (_, calls) = answer(ask(vec![question.clone()])).await;
    let ids: Vec<_> = calls.iter().map(|(_, arguments)| arguments["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["lighting", "furniture", "studio"]);
    let reports = [("Lighting", 900_000.0), ("Furniture", 1_500_000.0)];
    let answers = reports.map(|(unit, revenue)| tool("get_company_kpis", &report(unit, revenue), false));
    let failed = tool("get_company_kpis", &json!("There is no business unit “studio”."), true);
    let (words, _) = answer(ask([vec![question], answers.to_vec(), vec![failed]].concat())).await;
    assert!(words.contains("| Key figure | Lighting | Furniture |\n|:--|--:|--:|"), "{words}");
    assert!(words.contains("| Revenue | €900K | **€1.5M** |"), "{words}");
    assert!(words.contains("> There is no business unit “studio”."), "{words}");
}

#[tokio::test]
async fn a_follow_up_changes_what_it_names_and_keeps_the_rest() {
    let call = tool_request(0, "get_company_kpis", &json!({ "period": "MTD", "unit": "bu", "id": "studio" }));
    let before = vec![
        user("How is Studio doing?"),
        asked(&[call]),
        tool("get_company_kpis", &report("Studio", 1.0), false),
        ModelMessage::Assistant { text: "Well.".into(), tool_calls: Vec::new() },
    ];
    for (follow_up, expected) in [
        ("and this year?", json!({ "period": "YTD", "unit": "bu", "id": "studio" })),
        ("and Furniture?", json!({ "period": "MTD", "unit": "bu", "id": "furniture" })),
        ("the company?", json!({ "period": "MTD", "unit": "company" })),
    ] {
        let (_, calls) = answer(ask([before.clone(), vec![user(follow_up)]].concat())).await;
        assert_eq!(calls, [("get_company_kpis".to_owned(), expected)], "{follow_up}");
    }
}

#[tokio::test]
async fn what_the_message_expects_decides_what_is_made() {
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
        let request = ModelRequest { artifacts_expected: expected.to_vec(), ..ask(vec![user(question)]) };
        let (words, calls) = answer(request).await;
        let called: Vec<&str> = calls.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(called, tools, "{question} {expected:?}");
        assert_eq!(words.contains("```python"), expected == [Markdown] && tools.is_empty(), "{words}");
    }
}

#[tokio::test]
async fn figures_are_told_in_a_table_too_where_one_is_expected() {
    let report = tool("get_company_kpis", &report("Studio", 1_320_000.0), false);
    let told = ask(vec![user("How is Studio doing?"), report]);
    let plain = answer(told.clone()).await.0;
    let request = ModelRequest { artifacts_expected: vec![ArtifactKind::Table], ..told };
    let table = "| Key figure | Value | Target | Year before |\n|:--|--:|--:|--:|\n\
        | Revenue | €1.32M | €1.2M | €1M |\n| Gross margin | 43.1% | 44% | 42% |\n\
        | Time to hire | 52\u{a0}days | 35\u{a0}days | 40\u{a0}days |\n| Pipeline | – | – | – |";
    assert_eq!(answer(request).await.0, format!("{plain}\n\n{table}"));
}

#[tokio::test]
async fn call_ids_never_repeat_in_a_conversation() {
    let call = tool_request(0, "get_company_kpis", &json!({}));
    let messages = vec![user("kpis"), asked(std::slice::from_ref(&call)), user("kpis")];
    let second = events(ask(messages)).await.into_iter().find_map(|event| match event {
        ModelEvent::ToolCall(call) => Some(call.id),
        _ => None,
    });
    assert_eq!((call.id.as_str(), second.as_deref()), ("demo_0", Some("demo_1")));
}

#[tokio::test]
async fn a_missing_tool_is_named_and_not_called() {
    let mut request = ask(vec![user("Show me company health now")]);
    request.tools.clear();
    let (words, calls) = answer(request).await;
    assert!(
        calls.is_empty() && words.contains("`get_company_kpis`") && words.contains("not available"),
        "{words}"
    );
}

#[tokio::test]
async fn a_tool_that_failed_or_was_denied_is_told_plainly_and_not_called_again() {
    for (content, expected) in [
        (json!("A person said no."), "> A person said no."),
        (json!({ "code": "invalid", "message": "Say which\nbusiness unit." }), "> Say which business unit."),
        (json!({ "error": { "code": "forbidden", "message": "You declined." } }), "> You declined."),
        (json!({ "code": "timeout" }), "gave no answer I can use"),
        (json!(null), "gave no answer I can use"),
    ] {
        let (words, calls) = answer(ask(vec![user("kpis"), tool("get_company_kpis", &content, true)])).await;
        assert!(calls.is_empty() && words.contains(expected), "{content}: {words}");
    }
    let strange = vec![user("kpis"), tool("get_company_kpis", &json!({ "rows": [1] }), false)];
    assert!(answer(ask(strange)).await.0.contains("gave no answer I can use"));
}

#[tokio::test]
async fn it_never_pretends_to_be_a_language_model() {
    for question in ["hello", "Who are you?", "Write me a poem about the sea and everything in it", "tour"] {
        let (words, _) = answer(ask(vec![user(question)])).await;
        assert!(words.contains("not a language model"), "{question}: {words}");
    }
    for question in
        ["hola", "¿Quién eres?", "Escríbeme un poema sobre el mar y todo lo que hay en él", "un recorrido"]
    {
        let (words, _) = answer(ask(vec![user(question)])).await;
        assert!(words.contains("no un modelo de lenguaje"), "{question}: {words}");
    }
}

#[tokio::test]
async fn prepared_texts_keep_their_markdown() {
    let (words, _) = answer(ask(vec![user("Show me a table")])).await;
    assert!(
        words.contains(
            "\n| Quarter | Orders | Share |\n|:--------|-------:|------:|\n| First   |    120 |   20% |\n"
        ),
        "{words}"
    );
    let (words, _) = answer(ask(vec![user("How do I connect a real model?")])).await;
    assert!(
        words.contains("\n   ```\n   PENNY__MODELS__OLLAMA__BASE_URL=http://127.0.0.1:11434\n   ```\n2. "),
        "{words}"
    );
    let (words, _) = answer(ask(vec![user("what can markdown do")])).await;
    assert!(
        words.contains("\n```python\ndef margin(revenue: float, cost: float) -> float:\n    return "),
        "{words}"
    );
    let (words, _) = answer(ask(vec![user("give me a tour")])).await;
    assert!(words.split_whitespace().count() > 400 && words.contains("\n\n### Ask\n\n"), "{words}");
}

#[tokio::test]
async fn an_answer_that_broke_off_goes_on_where_it_stopped() {
    let whole = answer(ask(vec![user("tour")])).await.0;
    let cut = whole.char_indices().nth(500).unwrap().0;
    let said = ModelMessage::Assistant { text: whole[..cut].to_owned(), tool_calls: Vec::new() };
    let request = ModelRequest { continues: true, ..ask(vec![user("tour"), said]) };
    assert_eq!(answer(request).await.0, whole[cut..]);
}

#[tokio::test]
async fn it_counts_words_and_stops_at_the_limit() {
    let found = events(ModelRequest { max_output_tokens: Some(3), ..ask(vec![user("tour please")]) }).await;
    let usage = UsageView { input_tokens: 2, output_tokens: 3, ..UsageView::default() };
    assert_eq!(found[3..], [ModelEvent::Usage(usage), ModelEvent::Finished(FinishReason::Length)]);
}

#[tokio::test(start_paused = true)]
async fn it_speaks_about_sixty_words_a_second() {
    let begun = tokio::time::Instant::now();
    let model = DemoModel::new();
    let said: Vec<_> = model.stream(ask(vec![user("tour")])).await.unwrap().try_collect().await.unwrap();
    let pace = said.len() as f64 / begun.elapsed().as_secs_f64();
    assert!((50.0..70.0).contains(&pace), "{pace} words a second");
}

#[tokio::test]
async fn it_is_one_model_and_knows_no_other() {
    let model = DemoModel::new();
    let listed = model.list().await.unwrap();
    assert_eq!((model.name(), listed[0].id.as_str(), model.is_demo()), ("demo", "penny-demo", true));
    let other = ModelRequest { model: "gpt-5".into(), ..ask(Vec::new()) };
    assert!(matches!(model.stream(other).await, Err(ModelError::UnknownModel)));
    assert!(!answer(ask(Vec::new())).await.0.is_empty(), "an empty conversation is answered too");
}
