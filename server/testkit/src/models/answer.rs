//! What a script says and calls.

use super::script::{Calls, Script};
use serde_json::{Map, Value, json};

/// Returns the text a model of so many tokens says: `token 1 token 2 ...`.
#[must_use]
pub fn text(tokens: usize) -> String {
    (1..=tokens).map(token).collect()
}

/// Returns the reasoning of so many tokens: `thought 1 thought 2 ...`.
#[must_use]
pub fn thoughts(tokens: usize) -> String {
    (1..=tokens).map(thought).collect()
}

pub(super) fn token(number: usize) -> String {
    format!("token {number} ")
}

fn thought(number: usize) -> String {
    format!("thought {number} ")
}

/// A call to make.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Call {
    pub(super) name: String,
    pub(super) arguments: Value,
}

/// One step of an answer.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Step {
    Thought(String),
    Token(String),
    Call(usize, Call),
}

/// What of a request a script needs to know.
#[derive(Debug, Clone, Default)]
pub(super) struct Asked {
    /// The offered tools: name and schema.
    pub(super) tools: Vec<(String, Value)>,
    /// The last user message.
    pub(super) question: String,
    /// Whether a tool has answered since.
    pub(super) has_results: bool,
    /// Calls made before in the conversation.
    pub(super) earlier_calls: usize,
    /// Words read.
    pub(super) words: usize,
    /// The most it may say, in tokens.
    pub(super) limit: Option<usize>,
}

impl Asked {
    /// Reads the parts both formats share; `parameters` lie in `tools[].function`.
    pub(super) fn read(body: &Value) -> Self {
        let list = |key: &str| body.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let role =
            |message: &Value| message.get("role").and_then(Value::as_str).unwrap_or_default().to_owned();
        let words = |message: &Value| content(message).split_whitespace().count();
        let messages = list("messages");
        let question = messages.iter().rposition(|message| role(message) == "user");
        let since = messages.get(question.map_or(0, |at| at + 1)..).unwrap_or_default();
        let tools = list("tools").iter().filter_map(|tool| {
            let function = tool.get("function")?;
            let schema = function.get("parameters").cloned().unwrap_or_default();
            Some((function.get("name")?.as_str()?.to_owned(), schema))
        });
        let calls = messages.iter().filter_map(|message| message.get("tool_calls")?.as_array().map(Vec::len));
        Self {
            tools: tools.collect(),
            question: question.and_then(|at| messages.get(at)).map(content).unwrap_or_default(),
            has_results: since.iter().any(|message| role(message) == "tool"),
            earlier_calls: calls.sum(),
            words: messages.iter().map(words).sum(),
            limit: None,
        }
    }
}

fn content(message: &Value) -> String {
    match message.get("content") {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(parts)) => parts.iter().filter_map(|part| part.get("text")?.as_str()).collect(),
        _ => String::new(),
    }
}

/// Returns the steps of the answer: calls while no tool has answered, words after.
pub(super) fn steps(script: &Script, asked: &Asked) -> Vec<Step> {
    let thoughts = (1..=script.reasoning).map(|number| Step::Thought(thought(number)));
    let calls = if asked.has_results { Vec::new() } else { calls(&script.calls, asked) };
    if calls.is_empty() {
        let len = asked.limit.map_or(script.len, |limit| limit.min(script.len));
        thoughts.chain((1..=len).map(|number| Step::Token(token(number)))).collect()
    } else {
        let calls = (asked.earlier_calls..).zip(calls).map(|(number, call)| Step::Call(number, call));
        thoughts.chain(calls).collect()
    }
}

fn calls(calls: &Calls, asked: &Asked) -> Vec<Call> {
    let named = |name: &str, arguments| vec![Call { name: name.to_owned(), arguments }];
    match calls {
        Calls::None => Vec::new(),
        Calls::Offered(count) => {
            let offered = asked.tools.iter().cycle().take(if asked.tools.is_empty() { 0 } else { *count });
            offered.map(|(name, schema)| Call { name: name.clone(), arguments: valid(schema) }).collect()
        }
        Calls::Named(name) => {
            let given = serde_json::from_str::<Value>(asked.question.trim()).ok().filter(Value::is_object);
            let schema = asked.tools.iter().find(|(offered, _)| offered == name).map(|(_, schema)| schema);
            named(name, given.unwrap_or_else(|| schema.map_or_else(|| json!({}), valid)))
        }
        Calls::BadArguments => match asked.tools.first() {
            Some((name, _)) => named(name, json!({ "bad": true })),
            None => Vec::new(),
        },
        Calls::Unknown => named("no_such_tool", json!({})),
    }
}

/// Makes the smallest value a schema takes, as far as tools' schemas go.
fn valid(schema: &Value) -> Value {
    let first = |key: &str| schema.get(key).and_then(|list| list.get(0)).cloned();
    if let Some(constant) = schema.get("const").cloned().or_else(|| first("enum")) {
        return constant;
    }
    if let Some(choice) = first("anyOf").or_else(|| first("oneOf")) {
        return valid(&choice);
    }
    let kind = schema.get("type").and_then(|kind| kind.as_str().or_else(|| kind.get(0)?.as_str()));
    match kind {
        Some("string") => json!("text"),
        Some("integer" | "number") => schema.get("minimum").cloned().unwrap_or_else(|| json!(1)),
        Some("boolean") => json!(true),
        Some("array") => json!([]),
        Some("null") => Value::Null,
        _ => {
            let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
            let properties = required.filter_map(Value::as_str).map(|name| {
                let property = schema.get("properties").and_then(|properties| properties.get(name));
                (name.to_owned(), property.map_or_else(|| json!("text"), valid))
            });
            Value::Object(properties.collect::<Map<_, _>>())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_follow_the_schema() {
        let schema = json!({
            "type": "object",
            "required": ["period", "count", "tags"],
            "properties": {
                "period": { "type": "string", "enum": ["MTD", "QTD"] },
                "count": { "type": "integer", "minimum": 3 },
                "tags": { "type": "array", "items": { "type": "string" } },
                "id": { "type": "string" },
            },
        });
        assert_eq!(valid(&schema), json!({ "period": "MTD", "count": 3, "tags": [] }));
    }

    #[test]
    fn a_named_tool_takes_the_question_for_arguments() {
        let asked = Asked { question: r#" {"slug":"x"} "#.into(), ..Asked::default() };
        let script = Script::parse("mock-tool-load_dashboard").unwrap();
        let call = Call { name: "load_dashboard".into(), arguments: json!({ "slug": "x" }) };
        assert_eq!(steps(&script, &asked), [Step::Call(0, call)]);
        let answered = Asked { has_results: true, ..asked };
        assert_eq!(steps(&script, &answered).len(), 20);
    }
}
