//! What stands below a message that did not come to its end.

use super::{
    acts::{Acts, use_acts},
    thread::Thread,
};
use crate::{
    features::chat::state::{RowKey, Status},
    state::{tr, use_locale},
    ui::{Button, Glyph, Icon, Look},
};
use gloo_timers::callback::Interval;
use leptos::prelude::*;
use penny_types::{Fault, FaultCode, Locale};
use penny_words::keys;

/// The longest wait that is counted down; beyond it one may simply try.
const LONGEST_COUNTDOWN_S: u64 = 600;

/// Says why a message is not complete, and offers the way on.
#[component]
pub fn Notice(thread: Thread, row: RowKey) -> impl IntoView {
    let status = Memo::new(move |_| thread.read(row, |message| message.status.clone()));
    let acts = use_acts(thread);
    move || match status.get()? {
        Status::Stopped => Some(ended(thread, acts, row, Glyph::CircleStop, keys::CHAT_STOPPED)),
        Status::Interrupted => Some(ended(thread, acts, row, Glyph::TriangleAlert, keys::CHAT_INTERRUPTED)),
        Status::Failed { code, retry_after } => Some(failed(thread, acts, row, &code, retry_after)),
        Status::Unsent(fault) => Some(unsent(thread, acts, row, fault)),
        _ => None,
    }
}

fn ended(thread: Thread, acts: Acts, row: RowKey, glyph: Glyph, key: &'static str) -> AnyView {
    view! {
        <div class="notice">
            <Icon glyph=glyph/>
            <p>{tr(key)}</p>
            {can_go_on(thread, row).then(|| view! {
                <Button look=Look::Plain is_disabled=thread.is_live on_press=move |_| acts.resume(row)>
                    {tr(keys::CHAT_CONTINUE)}
                </Button>
            })}
        </div>
    }
    .into_any()
}

/// Whether there is a turn to go on with: a copy has none.
fn can_go_on(thread: Thread, row: RowKey) -> bool {
    thread.peek(row, |message| message.turn_id.is_some()).unwrap_or_default()
}

fn failed(thread: Thread, acts: Acts, row: RowKey, code: &str, retry_after: Option<u64>) -> AnyView {
    let locale = use_locale();
    let code = code.parse::<FaultCode>().unwrap_or(FaultCode::Internal);
    // What cannot come right by itself is asked anew; what can goes on where it broke off.
    let has_text = thread.peek(row, |message| !message.blocks.is_empty()).unwrap_or_default();
    let has_text = has_text && can_go_on(thread, row);
    let again = move || if has_text { acts.resume(row) } else { acts.regenerate(row) };
    view! {
        <div class="notice notice-bad" role="alert">
            <Icon glyph=Glyph::TriangleAlert/>
            <p>{move || penny_words::fault(locale.get(), &Fault::new(code))}</p>
            <RetryButton wait_s=retry_after is_blocked=thread.is_live on_press=again/>
        </div>
    }
    .into_any()
}

fn unsent(thread: Thread, acts: Acts, row: RowKey, fault: Fault) -> AnyView {
    let locale = use_locale();
    let wait_s = fault.retry_after;
    let name = StoredValue::new(
        thread.peek(row, |message| message.client_key.clone()).flatten().unwrap_or_default(),
    );
    view! {
        <div class="notice notice-bad" role="alert">
            <Icon glyph=Glyph::TriangleAlert/>
            <p><strong>{tr(keys::CHAT_UNSENT)}</strong>" " {move || penny_words::fault(locale.get(), &fault)}</p>
            <span class="notice-actions">
                <Button look=Look::Quiet on_press=move |_| acts.take_back(&name.get_value())>
                    {tr(keys::CHAT_UNSENT_EDIT)}
                </Button>
                <RetryButton wait_s is_blocked=thread.is_live on_press=move || acts.retry(&name.get_value())/>
            </span>
        </div>
    }
    .into_any()
}

/// A button that counts down first when the other side asked for a pause.
#[component]
fn RetryButton(
    wait_s: Option<u64>,
    is_blocked: RwSignal<bool>,
    on_press: impl Fn() + Send + Sync + 'static,
) -> impl IntoView {
    let left_s = RwSignal::new(wait_s.unwrap_or_default().min(LONGEST_COUNTDOWN_S));
    Effect::new(move |_| {
        if left_s.get_untracked() == 0 {
            return;
        }
        let ticking = StoredValue::new_local(None);
        let tick = Interval::new(1_000, move || {
            let left = left_s.try_update(|left_s| {
                *left_s = left_s.saturating_sub(1);
                *left_s
            });
            if left.is_none_or(|left| left == 0) {
                ticking.try_update_value(Option::take);
            }
        });
        ticking.set_value(Some(tick));
        on_cleanup(move || {
            ticking.try_update_value(Option::take);
        });
    });
    let locale = use_locale();
    view! {
        <Button
            look=Look::Plain
            glyph=Glyph::RotateCcw
            is_disabled=Signal::derive(move || left_s.get() > 0 || is_blocked.get())
            on_press=move |_| on_press()
        >
            {move || label(locale.get(), left_s.get())}
        </Button>
    }
    .into_any()
}

fn label(locale: Locale, left_s: u64) -> String {
    match left_s {
        0 => penny_words::text(locale, keys::CHAT_RETRY, &[]),
        _ => penny_words::text(locale, keys::CHAT_RETRY_IN, &[("count", &left_s.to_string())]),
    }
}
