//! A call of a tool: what was asked, how it stands, what came back, and a person's word where one is needed.

use super::{acts::use_acts, thread::Thread};
use crate::{
    features::chat::state::{Block, RowKey, ToolCard},
    state::{tr, tr_with, use_locale},
    ui::{Button, Glyph, Icon, Look},
};
use leptos::prelude::*;
use penny_types::{
    ToolCallId,
    tools::{Effect, ToolCallStatus},
    turns::Decision,
};
use penny_words::{figures, keys};

/// How a card looks; a call whose turn is over and that never ended was broken off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Status(ToolCallStatus),
    BrokenOff,
}

impl Standing {
    const fn key(self) -> &'static str {
        match self {
            Self::BrokenOff => keys::CHAT_TOOL_BROKEN_OFF,
            Self::Status(status) => match status {
                ToolCallStatus::Pending => keys::CHAT_TOOL_PENDING,
                ToolCallStatus::Waiting => keys::CHAT_TOOL_WAITING,
                ToolCallStatus::Running => keys::CHAT_TOOL_RUNNING,
                ToolCallStatus::Succeeded => keys::CHAT_TOOL_SUCCEEDED,
                ToolCallStatus::Failed => keys::CHAT_TOOL_FAILED,
                ToolCallStatus::Denied => keys::CHAT_TOOL_DENIED,
                ToolCallStatus::InDoubt => keys::CHAT_TOOL_IN_DOUBT,
            },
        }
    }

    const fn glyph(self) -> Glyph {
        match self {
            Self::BrokenOff => Glyph::CircleStop,
            Self::Status(status) => match status {
                ToolCallStatus::Pending => Glyph::Clock,
                ToolCallStatus::Running => Glyph::LoaderCircle,
                ToolCallStatus::Waiting => Glyph::ShieldCheck,
                ToolCallStatus::Succeeded => Glyph::CircleCheck,
                ToolCallStatus::Failed => Glyph::CircleX,
                ToolCallStatus::Denied => Glyph::CircleStop,
                ToolCallStatus::InDoubt => Glyph::CircleHelp,
            },
        }
    }

    const fn class(self) -> &'static str {
        match self {
            Self::BrokenOff => "tool tool-ended",
            Self::Status(status) => match status {
                ToolCallStatus::Pending => "tool",
                ToolCallStatus::Running => "tool tool-running",
                ToolCallStatus::Waiting => "tool tool-waiting",
                ToolCallStatus::Succeeded => "tool tool-good",
                ToolCallStatus::Failed | ToolCallStatus::InDoubt => "tool tool-bad",
                ToolCallStatus::Denied => "tool tool-ended",
            },
        }
    }
}

/// A call of a tool.
#[component]
pub fn ToolCardView(thread: Thread, row: RowKey, call: ToolCallId) -> impl IntoView {
    let card = Memo::new(move |_| thread.read(row, |message| find(&message.blocks, call)).flatten());
    let standing = Memo::new(move |_| {
        let is_over = thread.read(row, |message| !message.status.is_live()).unwrap_or(true);
        let status = card.with(|card| card.as_ref().map_or(ToolCallStatus::Pending, |card| card.status));
        let is_open =
            matches!(status, ToolCallStatus::Pending | ToolCallStatus::Running | ToolCallStatus::Waiting);
        if is_over && is_open { Standing::BrokenOff } else { Standing::Status(status) }
    });
    let locale = use_locale();
    let name = move || card.with(|card| card.as_ref().map(|card| card.name.clone()).unwrap_or_default());
    let took = move || {
        let took = card.with(|card| card.as_ref().and_then(|card| card.duration_ms));
        took.map(|took| figures::duration(locale.get(), took))
    };
    let progress = move || card.with(|card| card.as_ref().and_then(|card| card.progress.clone()));
    let is_waiting = Memo::new(move |_| standing.get() == Standing::Status(ToolCallStatus::Waiting));
    view! {
        <div class=move || standing.get().class()>
            <details class="tool-fold">
                <summary>
                    <Icon glyph=Signal::derive(move || standing.get().glyph()) class="tool-icon"/>
                    <code class="tool-name">{name}</code>
                    <span class="tool-status">{move || penny_words::text(locale.get(), standing.get().key(), &[])}</span>
                    <span class="tool-took">{took}</span>
                    <Icon glyph=Glyph::ChevronRight class="fold-mark"/>
                </summary>
                <div class="tool-body">
                    <Details card/>
                </div>
            </details>
            {move || progress().map(|words| view! { <p class="tool-progress">{words}</p> })}
            <Progress card/>
            {move || is_waiting.get().then(|| view! { <Question thread card call/> })}
        </div>
    }
    .into_any()
}

fn find(blocks: &[Block], call: ToolCallId) -> Option<ToolCard> {
    blocks.iter().find_map(|block| match block {
        Block::Tool(card) if card.call_id == call => Some(card.clone()),
        _ => None,
    })
}

/// What was asked and what came back.
#[component]
fn Details(card: Memo<Option<ToolCard>>) -> impl IntoView {
    let arguments = move || {
        card.with(|card| {
            let arguments = &card.as_ref()?.arguments;
            (!arguments.is_null()).then(|| serde_json::to_string_pretty(arguments).unwrap_or_default())
        })
    };
    let result =
        move || card.with(|card| card.as_ref().and_then(|card| card.result.as_deref().map(readable)));
    view! {
        {move || arguments().map(|text| view! {
            <p class="tool-label">{tr(keys::CHAT_TOOL_ARGUMENTS)}</p>
            <pre tabindex="0">{text}</pre>
        })}
        {move || result().map(|text| view! {
            <p class="tool-label">{tr(keys::CHAT_TOOL_RESULT)}</p>
            <pre tabindex="0">{text}</pre>
        })}
    }
    .into_any()
}

/// How far a running tool is, when it says so.
#[component]
fn Progress(card: Memo<Option<ToolCard>>) -> impl IntoView {
    let permille = Memo::new(move |_| card.with(|card| card.as_ref().and_then(|card| card.permille)));
    move || {
        permille.get().map(|permille| {
            view! { <progress class="tool-bar" max="1000" value=permille.to_string()></progress> }
        })
    }
}

/// Asks a person whether the call may run.
#[component]
fn Question(thread: Thread, card: Memo<Option<ToolCard>>, call: ToolCallId) -> impl IntoView {
    let acts = use_acts(thread);
    let is_decided = RwSignal::new(false);
    let name = move || card.with(|card| card.as_ref().map(|card| card.name.clone()).unwrap_or_default());
    let plan = move || card.with(|card| card.as_ref().and_then(|card| card.plan.clone()));
    let is_final =
        move || card.with(|card| card.as_ref().is_some_and(|card| card.effect == Some(Effect::Irreversible)));
    let decide = move |decision| {
        is_decided.set(true);
        acts.decide(call, decision);
    };
    view! {
        <div class="tool-question" role="group" aria-label=tr(keys::CHAT_TOOL_WAITING)>
            <p>{tr_with(keys::CHAT_TOOL_ASK, move || [("name", name())])}</p>
            {move || plan().map(|plan| view! {
                <p class="tool-label">{tr(keys::CHAT_TOOL_PLAN)}</p>
                <pre tabindex="0">{plan}</pre>
            })}
            {move || is_final().then(|| view! {
                <p class="tool-final"><Icon glyph=Glyph::TriangleAlert/>{tr(keys::CHAT_TOOL_IRREVERSIBLE)}</p>
            })}
            <div class="tool-answers">
                <Button look=Look::Primary is_disabled=is_decided on_press=move |_| decide(Decision::Approve)>
                    {tr(keys::CHAT_TOOL_APPROVE)}
                </Button>
                <Button is_disabled=is_decided on_press=move |_| decide(Decision::Deny)>
                    {tr(keys::CHAT_TOOL_DENY)}
                </Button>
            </div>
        </div>
    }
    .into_any()
}

/// Sets JSON out in lines; leaves everything else as it is.
fn readable(text: &str) -> String {
    serde_json::from_str::<serde_json::Value>(text)
        .ok()
        .filter(|value| value.is_object() || value.is_array())
        .and_then(|value| serde_json::to_string_pretty(&value).ok())
        .unwrap_or_else(|| text.to_owned())
}
