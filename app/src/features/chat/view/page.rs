//! The page of a conversation: the only place of the chat that reads one.

use super::{
    acts::provide_acts,
    context::{OpenChat, provide_open_chat, use_open_chat},
    pane::ChatPane,
    thread::Thread,
};
use crate::{
    api::{Api, use_api},
    facts::answer_with_status,
    shell::PageHeader,
    state::{tr, use_ask, use_locale},
    ui::{EmptyState, FaultNotice, Glyph, PageTitle, Skeleton},
};
use leptos::prelude::*;
use leptos_router::{components::A, hooks::use_params_map};
use penny_types::{
    ConversationId, Fault, FaultCode,
    conversations::{ConversationView, MessageWindow, MessageWindowRequest},
};
use penny_words::keys;

/// A conversation, or the start of one: `/` and `/c/:conversation_id`.
#[component]
pub fn ChatPage() -> impl IntoView {
    if use_open_chat().is_none() {
        provide_open_chat();
    }
    let params = use_params_map();
    let address = Memo::new(move |_| params.with(|params| params.get("conversation_id")));
    let Some(open) = use_open_chat() else { return ().into_any() };
    let api = use_api();
    let page = move || match address.get() {
        None => view! { <NewChat thread=open.begin_new(api.clone())/> }.into_any(),
        Some(text) => match text.parse::<ConversationId>() {
            Ok(id) => conversation_page(open, api.clone(), id),
            Err(_) => view! { <Gone/> }.into_any(),
        },
    };
    view! { {page} }.into_any()
}

#[component]
fn NewChat(thread: Thread) -> impl IntoView {
    let title = tr(keys::CHAT_NEW_TITLE);
    let acts = provide_acts(thread);
    let ask = use_ask();
    Effect::new(move |_| {
        if let Some(question) = ask.get() {
            ask.set(None);
            if !thread.is_live.get_untracked() {
                acts.send(question, None);
            }
        }
    });
    view! {
        <PageTitle text=title/>
        <PageHeader><h1 class="page-title visually-hidden-title">{title}</h1></PageHeader>
        <ChatPane thread/>
    }
    .into_any()
}

type Opened = Result<(ConversationView, MessageWindow), Fault>;

fn conversation_page(open: OpenChat, api: Api, id: ConversationId) -> AnyView {
    if let Some(thread) = open.of(id) {
        // It was begun on this page a moment ago: nothing need be read.
        return view! {
            <Heading id title=None/>
            <ChatPane thread/>
        }
        .into_any();
    }
    let reader = api.clone();
    let opened = Resource::new(
        || (),
        move |()| {
            let api = reader.clone();
            async move { read(&api, id).await }
        },
    );
    let draw = move || {
        let api = api.clone();
        Suspend::new(async move {
            match opened.await {
                Ok((conversation, window)) => {
                    let thread = open.begin(api);
                    thread.open(&conversation, &window);
                    view! {
                        <Heading id title=conversation.title/>
                        <ChatPane thread/>
                    }
                    .into_any()
                }
                Err(fault) if fault.code == FaultCode::NotFound => view! { <Gone/> }.into_any(),
                Err(fault) => view! {
                    <PageHeader>""</PageHeader>
                    <div class="chat-trouble">
                        <FaultNotice fault on_retry=Callback::new(move |_| opened.refetch())/>
                    </div>
                }
                .into_any(),
            }
        })
    };
    view! { <Suspense fallback=Waiting>{draw}</Suspense> }.into_any()
}

async fn read(api: &Api, id: ConversationId) -> Opened {
    let request = MessageWindowRequest::default();
    let (conversation, window) = futures::join!(api.conversation(id), api.messages(id, &request));
    Ok((conversation?, window?))
}

/// The conversation's title, which the first answer gives and anyone may change.
#[component]
fn Heading(id: ConversationId, title: Option<String>) -> impl IntoView {
    let locale = use_locale();
    let title = RwSignal::new(title);
    super::titles::follow(id, title);
    let shown =
        move || title.get().unwrap_or_else(|| penny_words::text(locale.get(), keys::UI_UNTITLED, &[]));
    view! {
        <PageTitle text=shown/>
        <PageHeader><h1 class="page-title" dir="auto">{shown}</h1></PageHeader>
    }
    .into_any()
}

/// Grey lines in the shape of a conversation.
#[component]
fn Waiting() -> impl IntoView {
    view! {
        <PageHeader>""</PageHeader>
        <section class="chat" aria-label=tr(keys::CHAT_LOADING)>
            <div class="thread-frame"><div class="thread"><div class="thread-column">
                <Skeleton lines=2 class="chat-skeleton chat-skeleton-user"/>
                <Skeleton lines=5 class="chat-skeleton"/>
            </div></div></div>
            <div class="composer-dock"><div class="composer"><div class="composer-box composer-waiting"></div></div></div>
        </section>
    }
    .into_any()
}

#[component]
fn Gone() -> impl IntoView {
    answer_with_status(404);
    view! {
        <PageHeader>""</PageHeader>
        <EmptyState glyph=Glyph::MessageSquare title=tr(keys::UI_NOT_FOUND_TITLE) text=tr(keys::CHAT_GONE)>
            <A href="/" attr:class="button button-primary">{tr(keys::CHAT_START_NEW)}</A>
        </EmptyState>
    }
    .into_any()
}
