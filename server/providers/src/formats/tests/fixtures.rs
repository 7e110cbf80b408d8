//! Handwritten streams, one for each vendor behaviour.

use super::StreamFormat;
use penny_ports::models::{FinishReason, ModelEvent, ToolRequest};
use penny_types::models::UsageView;

pub(super) struct StreamFixture {
    pub(super) name: &'static str,
    pub(super) format: StreamFormat,
    pub(super) body: &'static str,
    pub(super) events: fn() -> Vec<ModelEvent>,
    /// Part of the expected error message, if the stream fails.
    pub(super) error: Option<&'static str>,
}

fn text(text: &str) -> ModelEvent {
    ModelEvent::Text(text.to_owned())
}

fn reasoning(text: &str) -> ModelEvent {
    ModelEvent::Reasoning(text.to_owned())
}

fn call(id: &str, name: &str, arguments: &str) -> ModelEvent {
    ModelEvent::ToolCall(ToolRequest {
        id: id.to_owned(),
        name: name.to_owned(),
        arguments: arguments.to_owned(),
    })
}

fn usage(input: u64, output: u64, cached: u64, reasoning: u64) -> ModelEvent {
    ModelEvent::Usage(UsageView {
        input_tokens: input,
        output_tokens: output,
        cached_tokens: cached,
        reasoning_tokens: reasoning,
        cost_micros: 0,
    })
}

const STOP: ModelEvent = ModelEvent::Finished(FinishReason::Stop);
const CALLS: ModelEvent = ModelEvent::Finished(FinishReason::ToolCalls);

pub(super) const FIXTURES: &[StreamFixture] = &[
    StreamFixture {
        name: "chat: text, usage, end marker",
        format: StreamFormat::Chat,
        body: concat!(
            ": keep-alive\n\n",
            "data: {\"id\":\"1\",\"object\":\"chat.completion.chunk\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\",\"refusal\":null},\"finish_reason\":null}],\"usage\":null}\n\n",
            "data: {\"id\":\"1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"¡Año \"},\"finish_reason\":null}]}\n\n",
            "data: {\"id\":\"1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"nuevo 🎉\\n\"},\"finish_reason\":null}]}\n\n",
            "data: {\"id\":\"1\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n",
            "data: {\"id\":\"1\",\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":4,\"total_tokens\":13,\"prompt_tokens_details\":{\"cached_tokens\":8},\"completion_tokens_details\":{\"reasoning_tokens\":1}}}\n\n",
            "data: [DONE]\n\n",
        ),
        events: || vec![text("¡Año "), text("nuevo 🎉\n"), usage(9, 4, 8, 1), STOP],
        error: None,
    },
    StreamFixture {
        name: "chat: no end marker and no final blank line",
        format: StreamFormat::Chat,
        body: concat!(
            "data: {\"choices\":[{\"delta\":{\"content\":\"Hi\"}}]}\n\n",
            "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"length\"}],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1}}",
        ),
        events: || vec![text("Hi"), usage(1, 1, 0, 0), ModelEvent::Finished(FinishReason::Length)],
        error: None,
    },
    StreamFixture {
        name: "chat: end marker without finish reason",
        format: StreamFormat::Chat,
        body: "data: {\"choices\":[{\"delta\":{\"content\":\"Hi\"}}]}\n\ndata: [DONE]\n",
        events: || vec![text("Hi"), STOP],
        error: None,
    },
    StreamFixture {
        name: "chat: reasoning in both fields, then parallel calls in fragments",
        format: StreamFormat::Chat,
        body: concat!(
            "data: {\"choices\":[{\"delta\":{\"reasoning_content\":\"Two \",\"content\":null}}]}\n\n",
            "data: {\"choices\":[{\"delta\":{\"reasoning\":\"cities\"}}]}\n\n",
            "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"a\",\"type\":\"function\",\"function\":{\"name\":\"weather\",\"arguments\":\"\"}}]}}]}\n\n",
            "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"{\\\"city\\\":\"}}]}}]}\n\n",
            "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":1,\"id\":\"b\",\"type\":\"function\",\"function\":{\"name\":\"weather\",\"arguments\":\"{\"}}]}}]}\n\n",
            "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"\\\"Lima\\\"}\"}},{\"index\":1,\"function\":{\"arguments\":\"}\"}}]}}]}\n\n",
            "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"tool_calls\"}]}\n\n",
            "data: [DONE]\n\n",
        ),
        events: || {
            vec![
                reasoning("Two "),
                reasoning("cities"),
                call("a", "weather", "{\"city\":\"Lima\"}"),
                call("b", "weather", "{}"),
                CALLS,
            ]
        },
        error: None,
    },
    StreamFixture {
        name: "chat: complete calls without index, with an object as arguments and the wrong finish reason",
        format: StreamFormat::Chat,
        body: concat!(
            "data: {\"choices\":[{\"delta\":{\"content\":null,\"tool_calls\":[{\"id\":\"x\",\"function\":{\"name\":\"one\",\"arguments\":\"{\\\"a\\\": 1}\"}},{\"id\":\"y\",\"function\":{\"name\":\"two\",\"arguments\":{\"b\":2}}}]},\"finish_reason\":\"stop\"}]}\n\n",
            "data: [DONE]\n\n",
        ),
        events: || vec![call("x", "one", "{\"a\": 1}"), call("y", "two", "{\"b\":2}"), CALLS],
        error: None,
    },
    StreamFixture {
        name: "chat: thinking and text parts, reasoning tokens separate from completion tokens",
        format: StreamFormat::Chat,
        body: concat!(
            "data: {\"choices\":[{\"delta\":{\"content\":[{\"type\":\"thinking\",\"thinking\":[{\"type\":\"text\",\"text\":\"2+2\"}]}]}}]}\n\n",
            "data: {\"choices\":[{\"delta\":{\"content\":[{\"type\":\"text\",\"text\":\"4\"}]}}]}\n\n",
            "data: {\"choices\":[{\"delta\":{\"content\":\"\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":1,\"total_tokens\":16,\"completion_tokens_details\":{\"reasoning_tokens\":5}}}\n\n",
        ),
        events: || vec![reasoning("2+2"), text("4"), usage(10, 6, 0, 5), STOP],
        error: None,
    },
    StreamFixture {
        name: "chat: a second choice and unknown fields are ignored",
        format: StreamFormat::Chat,
        body: concat!(
            "event: message\nid: 4\ndata: {\"choices\":[{\"index\":1,\"delta\":{\"content\":\"no\"},\"finish_reason\":\"length\"},{\"index\":0,\"delta\":{\"content\":\"yes\",\"audio\":{\"x\":[1]}},\"logprobs\":null}],\"obfuscation\":\"zz\"}\n\n",
            "data: {\"choices\":[{\"index\":0,\"delta\":{\"refusal\":\" but\"},\"finish_reason\":\"content_filter\"}]}\n\n",
        ),
        events: || vec![text("yes"), text(" but"), ModelEvent::Finished(FinishReason::Filtered)],
        error: None,
    },
    StreamFixture {
        name: "chat: malformed usage",
        format: StreamFormat::Chat,
        body: "data: {\"choices\":[{\"delta\":{\"content\":\"Hi\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":\"nine\"}}\n\n",
        events: || vec![text("Hi"), STOP],
        error: None,
    },
    StreamFixture {
        name: "chat: error inside the stream",
        format: StreamFormat::Chat,
        body: concat!(
            "data: {\"choices\":[{\"delta\":{\"content\":\"Hi\"}}]}\n\n",
            "data: {\"error\":{\"message\":\"slow down\",\"type\":\"rate_limit_error\",\"code\":429}}\n\n",
            "data: [DONE]\n\n",
        ),
        events: || vec![text("Hi")],
        error: Some("limits the request rate"),
    },
    StreamFixture {
        name: "chat: incomplete event",
        format: StreamFormat::Chat,
        body: "data: {\"choices\":[{\"delta\":{\"content\":\"Hi\"}}]}\n\ndata: {\"choices\":[{\"delta\":{\"cont",
        events: || vec![text("Hi")],
        error: Some("is not a chunk"),
    },
    StreamFixture {
        name: "chat: the body ends too early",
        format: StreamFormat::Chat,
        body: "data: {\"choices\":[{\"delta\":{\"content\":\"Hi\"}}]}\n\n",
        events: || vec![text("Hi")],
        error: Some("ended before the response was complete"),
    },
    StreamFixture {
        name: "chat: not an event stream",
        format: StreamFormat::Chat,
        body: "<!doctype html><title>It works!</title>\n\n",
        events: Vec::new,
        error: Some("ended before the response was complete"),
    },
    StreamFixture {
        name: "ollama: text and token counts",
        format: StreamFormat::Ollama,
        body: concat!(
            "{\"model\":\"m\",\"created_at\":\"t\",\"message\":{\"role\":\"assistant\",\"content\":\"\",\"thinking\":\"Hm\"},\"done\":false}\n",
            "{\"model\":\"m\",\"message\":{\"role\":\"assistant\",\"content\":\"¡Hola\"},\"done\":false}\n",
            "{\"model\":\"m\",\"message\":{\"role\":\"assistant\",\"content\":\" 🎉!\"},\"done\":false}\n",
            "{\"model\":\"m\",\"message\":{\"role\":\"assistant\",\"content\":\"\"},\"done_reason\":\"stop\",\"done\":true,\"prompt_eval_count\":17,\"eval_count\":3}\n",
        ),
        events: || vec![reasoning("Hm"), text("¡Hola"), text(" 🎉!"), usage(17, 3, 0, 0), STOP],
        error: None,
    },
    StreamFixture {
        name: "ollama: tool calls",
        format: StreamFormat::Ollama,
        body: concat!(
            "{\"message\":{\"role\":\"assistant\",\"content\":\"\",\"tool_calls\":[{\"function\":{\"name\":\"one\",\"arguments\":{\"a\":1}}}]},\"done\":false}\n",
            "{\"message\":{\"role\":\"assistant\",\"content\":\"\",\"tool_calls\":[{\"id\":\"z\",\"function\":{\"name\":\"two\"}}]},\"done\":false}\n",
            "{\"message\":{\"content\":\"\"},\"done\":true,\"done_reason\":\"stop\",\"eval_count\":5}",
        ),
        events: || vec![call("call_0", "one", "{\"a\":1}"), call("z", "two", "{}"), usage(0, 5, 0, 0), CALLS],
        error: None,
    },
    StreamFixture {
        name: "ollama: maximum length reached",
        format: StreamFormat::Ollama,
        body: "{\"message\":{\"content\":\"Hi\"},\"done\":true,\"done_reason\":\"length\"}\n",
        events: || vec![text("Hi"), usage(0, 0, 0, 0), ModelEvent::Finished(FinishReason::Length)],
        error: None,
    },
    StreamFixture {
        name: "ollama: error inside the stream",
        format: StreamFormat::Ollama,
        body: "{\"message\":{\"content\":\"Hi\"},\"done\":false}\n{\"error\":\"an error was encountered while running the model\"}\n",
        events: || vec![text("Hi")],
        error: Some("an error was encountered"),
    },
    StreamFixture {
        name: "ollama: incomplete line",
        format: StreamFormat::Ollama,
        body: "{\"message\":{\"content\":\"Hi\"},\"done\":false}\n{\"message\":{\"cont",
        events: || vec![text("Hi")],
        error: Some("is not a chunk"),
    },
];
