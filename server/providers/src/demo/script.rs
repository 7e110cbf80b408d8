//! What to say and call, given what was said and called.

use super::{
    intent::{self, Intent, Scope, Subject},
    language, report,
    report::{Dashboard, Report},
    tool_request,
};
use penny_ports::models::{ModelMessage, ModelRequest, ToolRequest};
use penny_types::{
    Locale,
    dashboards::{Period, Unit},
};
use penny_words::{keys, text};
use serde::Deserialize;
use serde_json::{Map, Value, json};

const KPIS: &str = "get_company_kpis";
const LOAD_DASHBOARD: &str = "load_dashboard";
/// Characters of a tool's excuse that are quoted.
const MAX_REASON: usize = 400;

/// What the model does in one step: words first, then calls.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Script {
    pub(super) words: String,
    pub(super) calls: Vec<ToolRequest>,
}

/// Writes the next step. The same request always gives the same.
pub(super) fn write(request: &ModelRequest) -> Script {
    let mut script = Scene::of(request).script();
    if request.continues
        && let Some(ModelMessage::Assistant { text: said, .. }) = request.messages.last()
    {
        script.words = rest(&script.words, said);
    }
    script
}

/// Returns what is left to say after what was said. A text that differs, as after a change of the
/// data in between, is said anew below it.
fn rest(words: &str, said: &str) -> String {
    words.strip_prefix(said).map_or_else(|| format!("\n\n{words}"), str::to_owned)
}

/// The last question and what happened since.
struct Scene<'a> {
    request: &'a ModelRequest,
    locale: Locale,
    question: &'a str,
    /// What the tools answered since the question.
    answers: Vec<Answer<'a>>,
}

struct Answer<'a> {
    tool: &'a str,
    content: &'a str,
    is_error: bool,
}

impl<'a> Scene<'a> {
    fn of(request: &'a ModelRequest) -> Self {
        let is_question = |message: &ModelMessage| matches!(message, ModelMessage::User { .. });
        let at = request.messages.iter().rposition(is_question).unwrap_or(0);
        let since = request.messages.get(at..).unwrap_or_default();
        let question = match since.first() {
            Some(ModelMessage::User { text }) => text.as_str(),
            _ => "",
        };
        let answers = since.iter().filter_map(|message| match message {
            ModelMessage::Tool { name, content, is_error, .. } => {
                Some(Answer { tool: name, content, is_error: *is_error })
            }
            _ => None,
        });
        Self { request, locale: language::of(question, request.locale), question, answers: answers.collect() }
    }

    fn script(&self) -> Script {
        if !self.answers.is_empty() {
            return self.words(self.tell());
        }
        match intent::of(self.question) {
            Intent::Figures(scope) => self.look_up(&scope),
            Intent::Again(scope) => match self.asked_before() {
                Some(before) => self.look_up(&before.changed_by(scope)),
                None => self.look_up(&scope),
            },
            Intent::Dashboard(slug, scope) => self.open(&slug, &scope),
            Intent::Connect => self.say(keys::DEMO_CONNECT),
            Intent::Abilities => self.say(keys::DEMO_ABILITIES),
            Intent::Table => self.say(keys::DEMO_TABLE),
            Intent::Markdown => self.say(keys::DEMO_MARKDOWN),
            Intent::Tour => self.say(keys::DEMO_TOUR),
            Intent::Thanks => self.say(keys::DEMO_THANKS),
            Intent::Greeting => self.say(keys::DEMO_GREETING),
            Intent::Unknown => self.say(keys::DEMO_UNKNOWN),
        }
    }

    fn words(&self, words: String) -> Script {
        Script { words, calls: Vec::new() }
    }

    fn say(&self, key: &str) -> Script {
        self.words(text(self.locale, key, &[]))
    }

    fn look_up(&self, scope: &Scope) -> Script {
        let period = scope.period.unwrap_or(Period::Mtd);
        let arguments = |unit: Unit, id: Option<&str>| {
            let mut arguments = Map::new();
            arguments.insert("period".into(), period.as_str().into());
            arguments.insert("unit".into(), unit.as_str().into());
            if let Some(id) = id {
                arguments.insert("id".into(), id.into());
            }
            Value::from(arguments)
        };
        match &scope.subject {
            Subject::EachUnit => {
                let each = intent::unit_ids().map(|id| arguments(Unit::Bu, Some(id))).collect();
                self.call(keys::DEMO_COMPARING, KPIS, each)
            }
            Subject::One(unit, id) => {
                self.call(keys::DEMO_LOOKING, KPIS, vec![arguments(*unit, id.as_deref())])
            }
            Subject::Unsaid | Subject::Company => {
                self.call(keys::DEMO_LOOKING, KPIS, vec![arguments(Unit::Company, None)])
            }
        }
    }

    fn open(&self, slug: &str, scope: &Scope) -> Script {
        let mut filters = Map::new();
        if let Some(period) = scope.period {
            filters.insert("period".into(), period.as_str().into());
        }
        if let Subject::One(unit, Some(id)) = &scope.subject {
            filters.insert("unit".into(), unit.as_str().into());
            filters.insert("id".into(), id.as_str().into());
        }
        let arguments = if filters.is_empty() {
            json!({ "slug": slug })
        } else {
            json!({ "slug": slug, "filters": filters })
        };
        self.call(keys::DEMO_OPENING, LOAD_DASHBOARD, vec![arguments])
    }

    /// Calls a tool, if it is offered.
    fn call(&self, announcement: &str, tool: &str, each: Vec<Value>) -> Script {
        if !self.request.tools.iter().any(|offered| offered.name == tool) {
            return self.words(text(self.locale, keys::DEMO_NO_TOOL, &[("tool", tool)]));
        }
        let first = self.request.messages.iter().map(calls_of).map(<[_]>::len).sum::<usize>();
        let calls = (first..).zip(each).map(|(number, arguments)| tool_request(number, tool, &arguments));
        Script { words: text(self.locale, announcement, &[]) + "\n\n", calls: calls.collect() }
    }

    /// Finds what figures were asked for last, so that a follow-up needs to name only what differs.
    fn asked_before(&self) -> Option<Scope> {
        let mut calls = self.request.messages.iter().rev().flat_map(|message| calls_of(message).iter().rev());
        let call = calls.find(|call| call.name == KPIS)?;
        let asked: Asked = serde_json::from_str(&call.arguments).ok()?;
        let subject = match asked.unit {
            Unit::Company => Subject::Company,
            part => Subject::One(part, asked.id),
        };
        Some(Scope { period: Some(asked.period), subject })
    }

    /// Puts what the tools answered into words.
    fn tell(&self) -> String {
        let failed = self.answers.iter().filter(|answer| answer.is_error);
        let excuses: Vec<String> = failed.map(|answer| self.excuse(answer)).collect();
        let reports: Vec<Report> =
            self.good(KPIS).filter_map(|answer| Report::read(answer.content)).collect();
        let told = match reports.as_slice() {
            [] => self.answers.iter().find(|answer| !answer.is_error).map(|answer| self.other(answer)),
            [report] => Some(report.tell(self.locale, &intent::topics(self.question))),
            several => report::compare(several, self.locale),
        };
        let paragraphs: Vec<String> = told.into_iter().chain(excuses).collect();
        paragraphs.join("\n\n")
    }

    fn good(&self, tool: &'static str) -> impl Iterator<Item = &Answer<'a>> {
        self.answers.iter().filter(move |answer| answer.tool == tool && !answer.is_error)
    }

    /// Tells of an answer that holds no figures.
    fn other(&self, answer: &Answer<'_>) -> String {
        if answer.tool != LOAD_DASHBOARD {
            return text(self.locale, keys::DEMO_TOOL_FAILED_PLAIN, &[("tool", answer.tool)]);
        }
        match Dashboard::read(answer.content) {
            Some(dashboard) => dashboard.tell(self.locale, &intent::topics(self.question)),
            None => text(self.locale, keys::DEMO_DASHBOARD_OPEN_PLAIN, &[]),
        }
    }

    fn excuse(&self, answer: &Answer<'_>) -> String {
        match reason(answer.content) {
            Some(reason) => {
                text(self.locale, keys::DEMO_TOOL_FAILED, &[("tool", answer.tool), ("reason", &reason)])
            }
            None => text(self.locale, keys::DEMO_TOOL_FAILED_PLAIN, &[("tool", answer.tool)]),
        }
    }
}

#[derive(Debug, Deserialize)]
struct Asked {
    period: Period,
    unit: Unit,
    #[serde(default)]
    id: Option<String>,
}

impl Scope {
    /// Takes over what the follow-up says and keeps the rest.
    fn changed_by(self, follow_up: Self) -> Self {
        let subject = match follow_up.subject {
            Subject::Unsaid => self.subject,
            said => said,
        };
        Self { period: follow_up.period.or(self.period), subject }
    }
}

fn calls_of(message: &ModelMessage) -> &[ToolRequest] {
    match message {
        ModelMessage::Assistant { tool_calls, .. } => tool_calls,
        _ => &[],
    }
}

/// Reads why a tool failed, in one line: its words, or the message of its JSON.
fn reason(content: &str) -> Option<String> {
    let words = match serde_json::from_str::<Value>(content) {
        Ok(Value::String(words)) => words,
        Ok(value @ Value::Object(_)) => {
            let places = ["/error/message", "/message", "/error", "/detail"];
            places.iter().find_map(|place| Some(value.pointer(place)?.as_str()?.to_owned()))?
        }
        Ok(_) => return None,
        Err(_) => content.to_owned(),
    };
    let line = words.split_whitespace().collect::<Vec<_>>().join(" ");
    (!line.is_empty()).then(|| line.chars().take(MAX_REASON).collect())
}
