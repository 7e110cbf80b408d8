//! The behaviour that a model's name specifies.

use std::time::Duration;

/// How a model behaves. After `mock-`, its name holds these options, in any order:
///
/// | option | meaning |
/// |---|---|
/// | `ttft200` | 200 ms to the first token |
/// | `itl20` | 20 ms between tokens |
/// | `len300` | 300 tokens of text (default 20) |
/// | `reasoning50` | 50 tokens of reasoning first |
/// | `tools2` | first calls two of the offered tools, with valid arguments |
/// | `tool-NAME` | first calls this tool, with the last user message as arguments if it is a JSON object; always the last option |
/// | `args{bad}` | first calls an offered tool with arguments that violate its schema |
/// | `unknowntool` | first calls a tool that was not offered |
/// | `401`, `500`, any status | responds with this status |
/// | `429-retry7` | responds with 429 and `Retry-After: 7` |
/// | `nonsense` | responds with 200 and an HTML page |
/// | `halfevent` | truncates the last event |
/// | `mute` | accepts the request and never responds |
/// | `silent` | responds with headers and then never sends a token |
/// | `silentafter20` | sends 20 tokens and then stalls |
/// | `diesafter20` | closes the connection after 20 tokens |
///
/// Delays are measured from the start of the response, not from token to token, so they do not add up on a
/// slow machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelScript {
    /// Time to the first token.
    pub ttft: Duration,
    /// Inter-token latency.
    pub itl: Duration,
    /// Number of text tokens.
    pub len: usize,
    /// Number of reasoning tokens, sent before the text.
    pub reasoning: usize,
    pub calls: ToolCallPlan,
    pub failure: Option<ScriptFailure>,
}

/// The tools a script calls before it sends text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ToolCallPlan {
    None,
    /// That many of the offered tools.
    Offered(usize),
    Named(String),
    /// An offered tool, with invalid arguments.
    BadArguments,
    /// A tool that was not offered.
    Unknown,
}

/// How a script fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScriptFailure {
    /// HTTP status and `Retry-After` in seconds.
    Status(u16, Option<u32>),
    /// Status 200 and an HTML page.
    HtmlPage,
    /// The last event is truncated.
    TruncatedEvent,
    /// The request is accepted and never answered.
    NoResponse,
    /// The response stalls after that many tokens.
    StallAfter(usize),
    /// The connection is closed after that many tokens.
    DisconnectAfter(usize),
}

impl ModelScript {
    /// Parses a model's name; `None` when it is not a valid script.
    #[must_use]
    pub fn parse(model: &str) -> Option<Self> {
        let mut script = Self {
            ttft: Duration::ZERO,
            itl: Duration::ZERO,
            len: 20,
            reasoning: 0,
            calls: ToolCallPlan::None,
            failure: None,
        };
        let mut rest = match model.strip_suffix(":latest").unwrap_or(model).strip_prefix("mock")? {
            "" => return Some(script),
            options => options.strip_prefix('-')?,
        };
        while !rest.is_empty() {
            // A tool's name may contain dashes, so this option is always the last.
            if let Some(name) = rest.strip_prefix("tool-") {
                script.calls = ToolCallPlan::Named(name.to_owned());
                break;
            }
            let (option, after) = rest.split_once('-').unwrap_or((rest, ""));
            script.apply(option)?;
            rest = after;
        }
        Some(script)
    }

    fn apply(&mut self, option: &str) -> Option<()> {
        let number = |prefix: &str| option.strip_prefix(prefix).and_then(|digits| digits.parse::<u32>().ok());
        let millis = |prefix: &str| number(prefix).map(|number| Duration::from_millis(number.into()));
        let count = |prefix: &str| number(prefix).and_then(|number| usize::try_from(number).ok());
        if let Some(ttft) = millis("ttft") {
            self.ttft = ttft;
        } else if let Some(itl) = millis("itl") {
            self.itl = itl;
        } else if let Some(len) = count("len") {
            self.len = len;
        } else if let Some(len) = count("reasoning") {
            self.reasoning = len;
        } else if let Some(calls) = count("tools") {
            self.calls = ToolCallPlan::Offered(calls);
        } else if let Some(tokens) = count("diesafter") {
            self.failure = Some(ScriptFailure::DisconnectAfter(tokens));
        } else if let Some(tokens) = count("silentafter") {
            self.failure = Some(ScriptFailure::StallAfter(tokens));
        } else if let Some(seconds) = number("retry") {
            let Some(ScriptFailure::Status(_, retry_after)) = &mut self.failure else { return None };
            *retry_after = Some(seconds);
        } else {
            return self.apply_flag(option);
        }
        Some(())
    }

    fn apply_flag(&mut self, flag: &str) -> Option<()> {
        match flag {
            "args{bad}" => self.calls = ToolCallPlan::BadArguments,
            "unknowntool" => self.calls = ToolCallPlan::Unknown,
            "nonsense" => self.failure = Some(ScriptFailure::HtmlPage),
            "halfevent" => self.failure = Some(ScriptFailure::TruncatedEvent),
            "mute" => self.failure = Some(ScriptFailure::NoResponse),
            "silent" => self.failure = Some(ScriptFailure::StallAfter(0)),
            status => {
                let status = status.parse().ok().filter(|status| (400..600).contains(status))?;
                self.failure = Some(ScriptFailure::Status(status, None));
            }
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_name_is_parsed_option_by_option() {
        let script = ModelScript::parse("mock-ttft200-itl20-len300-tools2").unwrap();
        assert_eq!((script.ttft, script.itl), (Duration::from_millis(200), Duration::from_millis(20)));
        assert_eq!((script.len, script.calls), (300, ToolCallPlan::Offered(2)));
        for (name, failure) in [
            ("mock-401", ScriptFailure::Status(401, None)),
            ("mock-429-retry7", ScriptFailure::Status(429, Some(7))),
            ("mock-500", ScriptFailure::Status(500, None)),
            ("mock-nonsense", ScriptFailure::HtmlPage),
            ("mock-len3-halfevent", ScriptFailure::TruncatedEvent),
            ("mock-mute", ScriptFailure::NoResponse),
            ("mock-silent", ScriptFailure::StallAfter(0)),
            ("mock-diesafter20:latest", ScriptFailure::DisconnectAfter(20)),
        ] {
            assert_eq!(ModelScript::parse(name).unwrap().failure, Some(failure), "{name}");
        }
        assert_eq!(ModelScript::parse("mock-reasoning50").unwrap().reasoning, 50);
        assert_eq!(ModelScript::parse("mock-args{bad}").unwrap().calls, ToolCallPlan::BadArguments);
        assert_eq!(
            ModelScript::parse("mock-len5-tool-load_dash-board").unwrap().calls,
            ToolCallPlan::Named("load_dash-board".into())
        );
        assert_eq!(ModelScript::parse("mock").unwrap().len, 20);
    }

    #[test]
    fn an_invalid_script_is_rejected() {
        for name in ["gpt-5", "mocking", "mock-lenx", "mock-200", "mock-retry7", "mock-len99999999999", ""] {
            assert_eq!(ModelScript::parse(name), None, "{name}");
        }
    }
}
