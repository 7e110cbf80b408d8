//! The chat page: loads a conversation and shows its thread.

use super::{
    actions::provide_thread_actions,
    open_chat::{OpenChat, provide_open_chat, use_open_chat},
    pane::ChatPane,
    thread::Thread,
};
use crate::{
    api::{Api, use_api},
    page_context::set_response_status,
    routes::table::NEW_CHAT,
    shell::PageHeader,
    state::{tr, use_locale, use_pending_prompt},
    ui::{EmptyState, FaultNotice, Glyph, PageTitle, Skeleton},
};
use leptos::prelude::*;
use leptos_router::{components::A, hooks::use_params_map};
use penny_i18n::keys;
use penny_types::{
    ConversationId, Fault, FaultCode,
    conversations::{ConversationView, MessageWindow, MessageWindowRequest},
};

/// The page of a conversation or of a new chat: `/` and `/c/:conversation_id`.
#[component]
pub fn ChatPage() -> impl IntoView {
    if use_open_chat().is_none() {
        provide_open_chat();
    }
    let params = use_params_map();
    let id_param = Memo::new(move |_| params.with(|params| params.get("conversation_id")));
    let Some(open_chat) = use_open_chat() else { return ().into_any() };
    let api = use_api();
    let page = move || match id_param.get() {
        None => view! { <NewChat thread=open_chat.open_new(api.clone())/> }.into_any(),
        Some(text) => match text.parse::<ConversationId>() {
            Ok(id) => conversation_page(open_chat, api.clone(), id),
            Err(_) => view! { <ConversationNotFound/> }.into_any(),
        },
    };
    view! { {page} }.into_any()
}

#[component]
fn NewChat(thread: Thread) -> impl IntoView {
    let title = tr(NEW_CHAT.title_key());
    let actions = provide_thread_actions(thread);
    let pending_prompt = use_pending_prompt();
    Effect::new(move |_| {
        if let Some(prompt) = pending_prompt.get() {
            pending_prompt.set(None);
            if !thread.is_live.get_untracked() {
                actions.send(prompt, None);
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

type LoadedConversation = Result<(ConversationView, MessageWindow), Fault>;

fn conversation_page(open_chat: OpenChat, api: Api, id: ConversationId) -> AnyView {
    if let Some(thread) = open_chat.find(id) {
        // The new chat on this page has become this conversation: it is already loaded.
        return view! {
            <Heading id title=None/>
            <ChatPane thread/>
        }
        .into_any();
    }
    let loader_api = api.clone();
    let loaded = Resource::new(
        || (),
        move |()| {
            let api = loader_api.clone();
            async move { load(&api, id).await }
        },
    );
    let render = move || {
        let api = api.clone();
        Suspend::new(async move {
            match loaded.await {
                Ok((conversation, window)) => {
                    let thread = open_chat.open(api);
                    thread.open(&conversation, &window);
                    view! {
                        <Heading id title=conversation.title/>
                        <ChatPane thread/>
                    }
                    .into_any()
                }
                Err(fault) if fault.code == FaultCode::NotFound => {
                    view! { <ConversationNotFound/> }.into_any()
                }
                Err(fault) => view! {
                    <PageHeader>""</PageHeader>
                    <div class="chat-trouble">
                        <FaultNotice fault on_retry=Callback::new(move |_| loaded.refetch())/>
                    </div>
                }
                .into_any(),
            }
        })
    };
    view! { <Suspense fallback=ConversationSkeleton>{render}</Suspense> }.into_any()
}

async fn load(api: &Api, id: ConversationId) -> LoadedConversation {
    let request = MessageWindowRequest::default();
    let (conversation, window) = futures::join!(api.conversation(id), api.messages(id, &request));
    Ok((conversation?, window?))
}

/// The conversation title, which is set by the first turn and may be renamed at any time.
#[component]
fn Heading(id: ConversationId, title: Option<String>) -> impl IntoView {
    let locale = use_locale();
    let title = RwSignal::new(title);
    super::title::follow_title(id, title);
    let shown = move || title.get().unwrap_or_else(|| penny_i18n::text(locale.get(), keys::UI_UNTITLED, &[]));
    view! {
        <PageTitle text=shown/>
        <PageHeader><h1 class="page-title" dir="auto">{shown}</h1></PageHeader>
    }
    .into_any()
}

/// Loading state of a conversation.
#[component]
fn ConversationSkeleton() -> impl IntoView {
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
fn ConversationNotFound() -> impl IntoView {
    set_response_status(404);
    view! {
        <PageHeader>""</PageHeader>
        <EmptyState glyph=Glyph::MessageSquare title=tr(keys::UI_NOT_FOUND_TITLE) text=tr(keys::CHAT_GONE)>
            <A href="/" attr:class="button button-primary">{tr(keys::CHAT_START_NEW)}</A>
        </EmptyState>
    }
    .into_any()
}
