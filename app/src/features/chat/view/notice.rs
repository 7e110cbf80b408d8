//! Notices below messages that are incomplete.

use super::{
    actions::{ThreadActions, use_thread_actions},
    thread::Thread,
};
use crate::{
    features::chat::state::{MessageStatus, RowKey},
    state::{tr, use_locale},
    ui::{Button, ButtonVariant, Glyph, Icon},
};
use gloo_timers::callback::Interval;
use leptos::prelude::*;
use penny_i18n::keys;
use penny_types::{Fault, FaultCode, Locale};

/// Upper bound of the countdown before a retry.
const COUNTDOWN_MAX_S: u64 = 600;

/// Explains why a message is incomplete and offers to continue or retry.
#[component]
pub fn MessageNotice(thread: Thread, row: RowKey) -> impl IntoView {
    let status = Memo::new(move |_| thread.read(row, |message| message.status.clone()));
    let actions = use_thread_actions(thread);
    move || match status.get()? {
        MessageStatus::Stopped => {
            Some(unfinished_notice(thread, actions, row, Glyph::CircleStop, keys::CHAT_STOPPED))
        }
        MessageStatus::Interrupted => {
            Some(unfinished_notice(thread, actions, row, Glyph::TriangleAlert, keys::CHAT_INTERRUPTED))
        }
        MessageStatus::Failed { code, retry_after } => {
            Some(failed_notice(thread, actions, row, &code, retry_after))
        }
        MessageStatus::Unsent(fault) => Some(unsent_notice(thread, actions, row, fault)),
        _ => None,
    }
}

fn unfinished_notice(
    thread: Thread,
    actions: ThreadActions,
    row: RowKey,
    glyph: Glyph,
    key: &'static str,
) -> AnyView {
    view! {
        <div class="notice">
            <Icon glyph=glyph/>
            <p>{tr(key)}</p>
            {can_continue(thread, row).then(|| view! {
                <Button variant=ButtonVariant::Plain is_disabled=thread.is_live on_press=move |_| actions.resume(row)>
                    {tr(keys::CHAT_CONTINUE)}
                </Button>
            })}
        </div>
    }
    .into_any()
}

/// Returns whether there is a turn to continue; a copied message has none.
fn can_continue(thread: Thread, row: RowKey) -> bool {
    thread.peek(row, |message| message.turn_id.is_some()).unwrap_or_default()
}

fn failed_notice(
    thread: Thread,
    actions: ThreadActions,
    row: RowKey,
    code: &str,
    retry_after: Option<u64>,
) -> AnyView {
    let locale = use_locale();
    let code = code.parse::<FaultCode>().unwrap_or(FaultCode::Internal);
    // A message with content is continued; an empty one is generated again.
    let has_content = thread.peek(row, |message| !message.blocks.is_empty()).unwrap_or_default();
    let is_continuable = has_content && can_continue(thread, row);
    let retry = move || if is_continuable { actions.resume(row) } else { actions.regenerate(row) };
    view! {
        <div class="notice notice-bad" role="alert">
            <Icon glyph=Glyph::TriangleAlert/>
            <p>{move || penny_i18n::fault(locale.get(), &Fault::new(code))}</p>
            <RetryButton wait_s=retry_after is_blocked=thread.is_live on_press=retry/>
        </div>
    }
    .into_any()
}

fn unsent_notice(thread: Thread, actions: ThreadActions, row: RowKey, fault: Fault) -> AnyView {
    let locale = use_locale();
    let wait_s = fault.retry_after;
    let client_key = StoredValue::new(
        thread.peek(row, |message| message.client_key.clone()).flatten().unwrap_or_default(),
    );
    view! {
        <div class="notice notice-bad" role="alert">
            <Icon glyph=Glyph::TriangleAlert/>
            <p><strong>{tr(keys::CHAT_UNSENT)}</strong>" " {move || penny_i18n::fault(locale.get(), &fault)}</p>
            <span class="notice-actions">
                <Button variant=ButtonVariant::Quiet on_press=move |_| actions.edit_unsent(&client_key.get_value())>
                    {tr(keys::CHAT_UNSENT_EDIT)}
                </Button>
                <RetryButton wait_s is_blocked=thread.is_live on_press=move || actions.retry(&client_key.get_value())/>
            </span>
        </div>
    }
    .into_any()
}

/// A retry button that is disabled during a countdown if the server sent a retry delay.
#[component]
fn RetryButton(
    wait_s: Option<u64>,
    is_blocked: RwSignal<bool>,
    on_press: impl Fn() + Send + Sync + 'static,
) -> impl IntoView {
    let remaining_s = RwSignal::new(wait_s.unwrap_or_default().min(COUNTDOWN_MAX_S));
    Effect::new(move |_| {
        if remaining_s.get_untracked() == 0 {
            return;
        }
        let interval = StoredValue::new_local(None);
        let countdown = Interval::new(1_000, move || {
            let remaining = remaining_s.try_update(|remaining_s| {
                *remaining_s = remaining_s.saturating_sub(1);
                *remaining_s
            });
            if remaining.is_none_or(|remaining| remaining == 0) {
                interval.try_update_value(Option::take);
            }
        });
        interval.set_value(Some(countdown));
        on_cleanup(move || {
            interval.try_update_value(Option::take);
        });
    });
    let locale = use_locale();
    view! {
        <Button
            variant=ButtonVariant::Plain
            glyph=Glyph::RotateCcw
            is_disabled=Signal::derive(move || remaining_s.get() > 0 || is_blocked.get())
            on_press=move |_| on_press()
        >
            {move || retry_label(locale.get(), remaining_s.get())}
        </Button>
    }
    .into_any()
}

fn retry_label(locale: Locale, remaining_s: u64) -> String {
    match remaining_s {
        0 => penny_i18n::text(locale, keys::CHAT_RETRY, &[]),
        _ => penny_i18n::text(locale, keys::CHAT_RETRY_IN, &[("count", &remaining_s.to_string())]),
    }
}
