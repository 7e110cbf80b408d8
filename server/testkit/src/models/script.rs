//! Behaviour in a model's name.

use std::time::Duration;

/// How a model behaves. The words of its name, after `mock-`, in any order:
///
/// | word | meaning |
/// |---|---|
/// | `ttft200` | 200 ms to the first token |
/// | `itl20` | 20 ms between tokens |
/// | `len300` | 300 tokens (20 unless told) |
/// | `reasoning50` | 50 tokens of reasoning before |
/// | `tools2` | first calls two of the tools it is offered, with valid arguments |
/// | `tool-NAME` | first calls this tool, with the last user message as arguments if that is JSON |
/// | `args{bad}` | first calls an offered tool with arguments that break its schema |
/// | `unknowntool` | first calls a tool that nobody offered |
/// | `401`, `500`, any status | answers with this status |
/// | `429-retry7` | asks to wait 7 seconds |
/// | `nonsense` | answers 200 and a web page |
/// | `halfevent` | ends the body inside an event after the last token |
/// | `mute` | takes the request and never answers, not even with a status |
/// | `silent` | says nothing, for ever |
/// | `silentafter20` | says 20 tokens and then nothing, for ever |
/// | `diesafter20` | cuts the connection after 20 tokens |
///
/// Times are measured from the request, not from token to token: a slow machine does not slow the
/// script down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// To the first token.
    pub ttft: Duration,
    /// Between tokens.
    pub itl: Duration,
    /// Tokens of the answer.
    pub len: usize,
    /// Tokens of reasoning before it.
    pub reasoning: usize,
    /// Calls before it.
    pub calls: Calls,
    /// What goes wrong.
    pub failure: Option<Failure>,
}

/// The tools a script calls first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Calls {
    /// None.
    None,
    /// As many of the offered ones.
    Offered(usize),
    /// One, by name.
    Named(String),
    /// An offered one, wrongly.
    BadArguments,
    /// One that nobody offered.
    Unknown,
}

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// An HTTP status, with the seconds of `Retry-After`.
    Status(u16, Option<u32>),
    /// A web page instead of an answer.
    Nonsense,
    /// Half an event at the end.
    HalfEvent,
    /// No answer at all.
    Mute,
    /// Nothing more after so many tokens.
    SilentAfter(usize),
    /// The connection is cut after so many tokens.
    DiesAfter(usize),
}

impl Script {
    /// Reads a model's name; `None` when it is no script, which a vendor answers with 404.
    #[must_use]
    pub fn parse(model: &str) -> Option<Self> {
        let mut script = Self {
            ttft: Duration::ZERO,
            itl: Duration::ZERO,
            len: 20,
            reasoning: 0,
            calls: Calls::None,
            failure: None,
        };
        let mut rest = match model.strip_suffix(":latest").unwrap_or(model).strip_prefix("mock")? {
            "" => return Some(script),
            words => words.strip_prefix('-')?,
        };
        while !rest.is_empty() {
            // A tool's name may hold dashes itself, so it is always the last word.
            if let Some(name) = rest.strip_prefix("tool-") {
                script.calls = Calls::Named(name.to_owned());
                break;
            }
            let (word, after) = rest.split_once('-').unwrap_or((rest, ""));
            script.take(word)?;
            rest = after;
        }
        Some(script)
    }

    fn take(&mut self, word: &str) -> Option<()> {
        let number = |prefix: &str| word.strip_prefix(prefix).and_then(|digits| digits.parse::<u32>().ok());
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
            self.calls = Calls::Offered(calls);
        } else if let Some(tokens) = count("diesafter") {
            self.failure = Some(Failure::DiesAfter(tokens));
        } else if let Some(tokens) = count("silentafter") {
            self.failure = Some(Failure::SilentAfter(tokens));
        } else if let Some(seconds) = number("retry") {
            let Some(Failure::Status(_, wait)) = &mut self.failure else { return None };
            *wait = Some(seconds);
        } else {
            return self.take_word(word);
        }
        Some(())
    }

    fn take_word(&mut self, word: &str) -> Option<()> {
        match word {
            "args{bad}" => self.calls = Calls::BadArguments,
            "unknowntool" => self.calls = Calls::Unknown,
            "nonsense" => self.failure = Some(Failure::Nonsense),
            "halfevent" => self.failure = Some(Failure::HalfEvent),
            "mute" => self.failure = Some(Failure::Mute),
            "silent" => self.failure = Some(Failure::SilentAfter(0)),
            status => {
                let status = status.parse().ok().filter(|status| (400..600).contains(status))?;
                self.failure = Some(Failure::Status(status, None));
            }
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_word_by_word() {
        let script = Script::parse("mock-ttft200-itl20-len300-tools2").unwrap();
        assert_eq!((script.ttft, script.itl), (Duration::from_millis(200), Duration::from_millis(20)));
        assert_eq!((script.len, script.calls), (300, Calls::Offered(2)));
        for (name, failure) in [
            ("mock-401", Failure::Status(401, None)),
            ("mock-429-retry7", Failure::Status(429, Some(7))),
            ("mock-500", Failure::Status(500, None)),
            ("mock-nonsense", Failure::Nonsense),
            ("mock-len3-halfevent", Failure::HalfEvent),
            ("mock-mute", Failure::Mute),
            ("mock-silent", Failure::SilentAfter(0)),
            ("mock-diesafter20:latest", Failure::DiesAfter(20)),
        ] {
            assert_eq!(Script::parse(name).unwrap().failure, Some(failure), "{name}");
        }
        assert_eq!(Script::parse("mock-reasoning50").unwrap().reasoning, 50);
        assert_eq!(Script::parse("mock-args{bad}").unwrap().calls, Calls::BadArguments);
        assert_eq!(
            Script::parse("mock-len5-tool-load_dash-board").unwrap().calls,
            Calls::Named("load_dash-board".into())
        );
        assert_eq!(Script::parse("mock").unwrap().len, 20);
    }

    #[test]
    fn what_is_no_script_is_refused() {
        for name in ["gpt-5", "mocking", "mock-lenx", "mock-200", "mock-retry7", "mock-len99999999999", ""] {
            assert_eq!(Script::parse(name), None, "{name}");
        }
    }
}
