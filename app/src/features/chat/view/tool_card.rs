//! The card of a tool call: arguments, status, result and approval.

use super::{actions::use_thread_actions, thread::Thread};
use crate::{
    features::chat::state::{Block, RowKey, ToolCard},
    state::{tr, tr_with, use_locale},
    ui::{Button, ButtonVariant, Glyph, Icon},
};
use leptos::prelude::*;
use penny_i18n::{formats, keys};
use penny_types::{
    ToolCallId,
    tools::{Effect, ToolCallStatus},
    turns::Decision,
};

/// The status a card displays. An open call of a terminal turn is displayed as interrupted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ToolCardStatus {
    Call(ToolCallStatus),
    Interrupted,
}

impl ToolCardStatus {
    const fn key(self) -> &'static str {
        match self {
            Self::Interrupted => keys::CHAT_TOOL_BROKEN_OFF,
            Self::Call(status) => match status {
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
            Self::Interrupted => Glyph::CircleStop,
            Self::Call(status) => match status {
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
            Self::Interrupted => "tool tool-ended",
            Self::Call(status) => match status {
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

/// The card of a tool call.
#[component]
pub fn ToolCardView(thread: Thread, row: RowKey, call: ToolCallId) -> impl IntoView {
    let card = Memo::new(move |_| thread.read(row, |message| find_card(&message.blocks, call)).flatten());
    let status = Memo::new(move |_| {
        let is_terminal = thread.read(row, |message| !message.status.is_live()).unwrap_or(true);
        let call_status = card.with(|card| card.as_ref().map_or(ToolCallStatus::Pending, |card| card.status));
        if is_terminal && call_status.is_open() {
            ToolCardStatus::Interrupted
        } else {
            ToolCardStatus::Call(call_status)
        }
    });
    let locale = use_locale();
    let name = move || card.with(|card| card.as_ref().map(|card| card.name.clone()).unwrap_or_default());
    let duration = move || {
        let duration_ms = card.with(|card| card.as_ref().and_then(|card| card.duration_ms));
        duration_ms.map(|duration_ms| formats::duration(locale.get(), duration_ms))
    };
    let progress = move || card.with(|card| card.as_ref().and_then(|card| card.progress.clone()));
    let is_waiting = Memo::new(move |_| status.get() == ToolCardStatus::Call(ToolCallStatus::Waiting));
    view! {
        <div class=move || status.get().class()>
            <details class="tool-fold">
                <summary>
                    <Icon glyph=Signal::derive(move || status.get().glyph()) class="tool-icon"/>
                    <code class="tool-name">{name}</code>
                    <span class="tool-status">{move || penny_i18n::text(locale.get(), status.get().key(), &[])}</span>
                    <span class="tool-took">{duration}</span>
                    <Icon glyph=Glyph::ChevronRight class="fold-mark"/>
                </summary>
                <div class="tool-body">
                    <ToolCallDetails card/>
                </div>
            </details>
            {move || progress().map(|message| view! { <p class="tool-progress">{message}</p> })}
            <ToolProgressBar card/>
            {move || is_waiting.get().then(|| view! { <ApprovalPrompt thread card call/> })}
        </div>
    }
    .into_any()
}

fn find_card(blocks: &[Block], call: ToolCallId) -> Option<ToolCard> {
    blocks.iter().find_map(|block| match block {
        Block::Tool(card) if card.call_id == call => Some(card.clone()),
        _ => None,
    })
}

/// Arguments and result of a call.
#[component]
fn ToolCallDetails(card: Memo<Option<ToolCard>>) -> impl IntoView {
    let arguments = move || {
        card.with(|card| {
            let arguments = &card.as_ref()?.arguments;
            (!arguments.is_null()).then(|| serde_json::to_string_pretty(arguments).unwrap_or_default())
        })
    };
    let result =
        move || card.with(|card| card.as_ref().and_then(|card| card.result.as_deref().map(indent_json)));
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

/// Progress bar of a running tool that reports progress.
#[component]
fn ToolProgressBar(card: Memo<Option<ToolCard>>) -> impl IntoView {
    let permille = Memo::new(move |_| card.with(|card| card.as_ref().and_then(|card| card.permille)));
    move || {
        permille.get().map(|permille| {
            view! { <progress class="tool-bar" max="1000" value=permille.to_string()></progress> }
        })
    }
}

/// Asks the user to approve or deny the call.
#[component]
fn ApprovalPrompt(thread: Thread, card: Memo<Option<ToolCard>>, call: ToolCallId) -> impl IntoView {
    let actions = use_thread_actions(thread);
    let is_decided = RwSignal::new(false);
    let name = move || card.with(|card| card.as_ref().map(|card| card.name.clone()).unwrap_or_default());
    let plan = move || card.with(|card| card.as_ref().and_then(|card| card.plan.clone()));
    let is_irreversible =
        move || card.with(|card| card.as_ref().is_some_and(|card| card.effect == Some(Effect::Irreversible)));
    let decide = move |decision| {
        is_decided.set(true);
        actions.decide(call, decision);
    };
    view! {
        <div class="tool-question" role="group" aria-label=tr(keys::CHAT_TOOL_WAITING)>
            <p>{tr_with(keys::CHAT_TOOL_ASK, move || [("name", name())])}</p>
            {move || plan().map(|plan| view! {
                <p class="tool-label">{tr(keys::CHAT_TOOL_PLAN)}</p>
                <pre tabindex="0">{plan}</pre>
            })}
            {move || is_irreversible().then(|| view! {
                <p class="tool-final"><Icon glyph=Glyph::TriangleAlert/>{tr(keys::CHAT_TOOL_IRREVERSIBLE)}</p>
            })}
            <div class="tool-answers">
                <Button variant=ButtonVariant::Primary is_disabled=is_decided on_press=move |_| decide(Decision::Approve)>
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

/// Indents JSON objects and arrays; returns other text unchanged.
fn indent_json(text: &str) -> String {
    serde_json::from_str::<serde_json::Value>(text)
        .ok()
        .filter(|value| value.is_object() || value.is_array())
        .and_then(|value| serde_json::to_string_pretty(&value).ok())
        .unwrap_or_else(|| text.to_owned())
}
