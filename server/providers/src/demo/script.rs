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
    artifacts::ArtifactKind,
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
    let step = Scene::of(request).step();
    let words = match request.messages.last() {
        Some(ModelMessage::Assistant { text: said, .. }) if request.continues => rest(&step.words, said),
        _ => step.words,
    };
    let first = request.messages.iter().map(calls_of).map(<[_]>::len).sum::<usize>();
    let calls = (first..).zip(step.calls);
    Script {
        words,
        calls: calls.map(|(number, (tool, arguments))| tool_request(number, tool, &arguments)).collect(),
    }
}

/// What to say, and what to call with which arguments.
#[derive(Default)]
struct Step {
    words: String,
    calls: Vec<(&'static str, Value)>,
}

impl Step {
    /// Does another thing too.
    fn and(mut self, other: Self) -> Self {
        if !self.words.is_empty() && !other.words.is_empty() {
            self.words = self.words.trim_end().to_owned() + "\n\n";
        }
        self.words.push_str(&other.words);
        self.calls.extend(other.calls);
        self
    }
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

    fn step(&self) -> Step {
        if !self.answers.is_empty() {
            return self.words(self.tell());
        }
        let intent = match intent::of(self.question) {
            Intent::Again(scope) => Intent::Figures(match self.asked_before() {
                Some(before) => before.changed_by(scope),
                None => scope,
            }),
            other => other,
        };
        let has_figures = self.expects(ArtifactKind::Chart)
            || (self.expects(ArtifactKind::Table) && intent != Intent::Table);
        match (has_figures, self.expects(ArtifactKind::Dashboard), intent) {
            (false, false, intent) if self.expects(ArtifactKind::Markdown) => self.prose(intent),
            (false, false, intent) => self.asked(intent),
            (has_figures, has_dashboard, intent) => {
                let (slug, scope) = intent.about();
                let figures = if has_figures { self.look_up(&scope) } else { Step::default() };
                let dashboard = if has_dashboard { self.open(&slug, &scope) } else { Step::default() };
                figures.and(dashboard)
            }
        }
    }

    fn expects(&self, kind: ArtifactKind) -> bool {
        self.request.artifacts_expected.contains(&kind)
    }

    /// Answers in words where a document is expected: figures are told, nothing is opened.
    fn prose(&self, intent: Intent) -> Step {
        match intent {
            Intent::Dashboard(_, scope) => self.look_up(&scope),
            Intent::Unknown => self.say(keys::DEMO_MARKDOWN),
            other => self.asked(other),
        }
    }

    fn asked(&self, intent: Intent) -> Step {
        match intent {
            Intent::Figures(scope) | Intent::Again(scope) => self.look_up(&scope),
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

    fn words(&self, words: String) -> Step {
        Step { words, calls: Vec::new() }
    }

    fn say(&self, key: &str) -> Step {
        self.words(text(self.locale, key, &[]))
    }

    fn look_up(&self, scope: &Scope) -> Step {
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

    fn open(&self, slug: &str, scope: &Scope) -> Step {
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
    fn call(&self, announcement: &str, tool: &'static str, each: Vec<Value>) -> Step {
        if !self.request.tools.iter().any(|offered| offered.name == tool) {
            return self.words(text(self.locale, keys::DEMO_NO_TOOL, &[("tool", tool)]));
        }
        let words = text(self.locale, announcement, &[]) + "\n\n";
        Step { words, calls: each.into_iter().map(|arguments| (tool, arguments)).collect() }
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
        let mut told: Vec<String> = match reports.as_slice() {
            [] => self.answers.iter().find(|answer| !answer.is_error).map(|answer| self.other(answer)),
            [report] => Some(self.figures(report)),
            several => report::compare(several, self.locale),
        }
        .into_iter()
        .collect();
        if !reports.is_empty() {
            told.extend(self.good(LOAD_DASHBOARD).map(|answer| self.other(answer)));
        }
        told.extend(excuses);
        told.join("\n\n")
    }

    /// Tells of one unit's figures, in a table too where one is expected.
    fn figures(&self, report: &Report) -> String {
        let told = report.tell(self.locale, &intent::topics(self.question));
        if !self.expects(ArtifactKind::Table) {
            return told;
        }
        format!("{told}\n\n{}", report.table(self.locale))
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
