//! What a person does in a thread, and what follows from it on the server.

use super::thread::Thread;
use crate::{
    api::Api,
    features::chat::state::{MessageState, Outgoing, RowKey},
    state::{Toasts, use_toasts},
};
use leptos::{prelude::*, task::spawn_local};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use penny_types::{
    ConversationId, Fault, FaultCode, MessageId, ToolCallId,
    branches::{BranchMerge, NewFork},
    conversations::{ConversationPatch, FilePart, MessageWindowRequest, NewConversation},
    turns::Decision,
};

/// What one can do in the open thread. It belongs to the pane, not to a message: what it does may
/// take the message away that asked for it.
#[derive(Clone, Copy)]
pub struct Acts {
    thread: Thread,
    go: Callback<(ConversationId, Going)>,
    toasts: Toasts,
}

/// How another conversation is gone to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Going {
    /// It is what this page has become.
    InPlace,
    /// It is another page; the way back leads here.
    Onwards,
}

/// Provides the acts of a thread to the pane's parts.
pub fn provide_acts(thread: Thread) -> Acts {
    let acts = Acts::new(thread);
    provide_context(acts);
    acts
}

/// Returns the acts of the pane's thread.
#[must_use]
pub fn use_acts(thread: Thread) -> Acts {
    use_context::<Acts>().unwrap_or_else(|| Acts::new(thread))
}

impl Acts {
    fn new(thread: Thread) -> Self {
        let navigate = use_navigate();
        let go = move |(id, going): (ConversationId, Going)| {
            let replace = going == Going::InPlace;
            let options = NavigateOptions { scroll: false, replace, ..NavigateOptions::default() };
            navigate(&format!("/c/{id}"), options);
        };
        Self { thread, go: Callback::new(go), toasts: use_toasts() }
    }

    /// Sends a message; the first one makes the conversation. One that replaces another takes over what
    /// was attached to that.
    pub fn send(self, content: String, replaces: Option<MessageId>) {
        let attachments = match replaces {
            Some(replaced) => self.thread.files_of(replaced),
            None => Vec::new(),
        };
        self.send_with(content, replaces, attachments);
    }

    /// Sends a message with files.
    pub fn send_with(self, content: String, replaces: Option<MessageId>, attachments: Vec<FilePart>) {
        let outgoing = Outgoing {
            client_key: client_key(),
            content,
            replaces,
            model: self.thread.model.get_untracked(),
            attachments,
        };
        self.thread.editing.set(None);
        self.thread.begin_send(outgoing.clone());
        self.dispatch(outgoing);
    }

    /// Sends an unsent message again.
    pub fn retry(self, client_key: &str) {
        if let Some(outgoing) = self.thread.retry(client_key) {
            self.dispatch(outgoing);
        }
    }

    /// Puts an unsent message back into the composer.
    pub fn take_back(self, client_key: &str) {
        if let Some(outgoing) = self.thread.take_back(client_key) {
            self.thread.abandon();
            self.thread.attach_again(outgoing.attachments);
            self.thread.returned.set(Some(outgoing.content));
        }
    }

    fn dispatch(self, outgoing: Outgoing) {
        let thread = self.thread;
        let api = thread.api();
        spawn_local(async move {
            let id = match self.conversation(&outgoing).await {
                Ok(id) => id,
                Err(fault) => return thread.reject(&outgoing.client_key, &fault),
            };
            match api.send_message(id, &outgoing.to_input()).await {
                Ok(turn) => {
                    let is_first = thread.take_up(id);
                    thread.accept(&outgoing.client_key, &turn);
                    if is_first {
                        let _ = self.go.try_run((id, Going::InPlace));
                    }
                }
                Err(fault) => {
                    thread.reject(&outgoing.client_key, &fault);
                    // Where no answer came, the message may have arrived: sending it again under the
                    // same name in the same place is safe, taking the place away is not.
                    if fault.code != FaultCode::Unavailable {
                        thread.abandon();
                    }
                }
            }
        });
    }

    /// Returns the conversation, which the first message makes. It is the thread's only once the server
    /// has that message: one that stays empty must not be left behind.
    async fn conversation(self, outgoing: &Outgoing) -> Result<ConversationId, Fault> {
        let thread = self.thread;
        if let Some(id) = thread.conversation.try_get_untracked().flatten().or_else(|| thread.begun()) {
            return Ok(id);
        }
        let input = NewConversation { title: None, model: outgoing.model.clone() };
        let made = thread.api().create_conversation(&input).await?;
        thread.set_begun(made.id);
        Ok(made.id)
    }

    /// Stops the answer that is coming.
    pub fn stop(self) {
        let Some(turn) = self.thread.live.get_untracked() else { return };
        let api = self.thread.api();
        spawn_local(async move {
            if let Err(fault) = api.stop_turn(turn).await {
                self.toasts.fault(&fault);
            }
        });
    }

    /// Asks for another answer beside this one.
    pub fn regenerate(self, key: RowKey) {
        let Some(message) = self.thread.peek(key, |message| message.id).flatten() else { return };
        let api = self.thread.api();
        let model = self.thread.model.get_untracked();
        spawn_local(async move {
            match api.regenerate(message, model.as_deref()).await {
                Ok(turn) => self.thread.regenerated(message, &turn),
                Err(fault) => self.toasts.fault(&fault),
            }
        });
    }

    /// Goes on with an answer that broke off.
    pub fn resume(self, key: RowKey) {
        let Some(turn) = self.thread.peek(key, |message| message.turn_id).flatten() else { return };
        let api = self.thread.api();
        spawn_local(async move {
            match api.resume_turn(turn).await {
                Ok(turn) => self.thread.resumed(&turn),
                Err(fault) => self.toasts.fault(&fault),
            }
        });
    }

    /// Shows another branch: the one that passes through `message`.
    pub fn switch(self, message: MessageId) {
        self.show(ConversationPatch { leaf_id: Some(message), ..ConversationPatch::default() });
    }

    /// Changes which branch is visible. What it needs is asked for first: the thread may go in between.
    fn show(self, patch: ConversationPatch) {
        let thread = self.thread;
        let (Some(id), Some(api)) = (thread.conversation.try_get_untracked().flatten(), thread.try_api())
        else {
            return;
        };
        spawn_local(async move {
            match api.update_conversation(id, &patch).await {
                Ok(_) => self.draw(&api, id).await,
                Err(fault) => self.toasts.fault(&fault),
            }
        });
    }

    /// Draws the visible branch anew, unless another conversation is open by now.
    async fn draw(self, api: &Api, id: ConversationId) {
        match api.messages(id, &MessageWindowRequest::default()).await {
            Ok(window) if self.thread.conversation.try_get_untracked().flatten() == Some(id) => {
                self.thread.replace(&window);
            }
            Ok(_) => {}
            Err(fault) => self.toasts.fault(&fault),
        }
    }

    /// Copies the conversation up to a message into a new one, and goes there.
    pub fn fork(self, key: RowKey) {
        let thread = self.thread;
        let Some(id) = thread.conversation.get_untracked() else { return };
        let message_id = thread.peek(key, |message| message.id).flatten();
        let api = thread.api();
        spawn_local(async move {
            match api.fork_conversation(id, &NewFork { message_id, title: None }).await {
                Ok(copy) => drop(self.go.try_run((copy.id, Going::Onwards))),
                Err(fault) => self.toasts.fault(&fault),
            }
        });
    }

    /// Adds what another version's branch says behind the visible one. It can be undone until something else is said.
    pub fn bring(self, from: MessageId, told: String) {
        let thread = self.thread;
        let Some(id) = thread.conversation.get_untracked() else { return };
        let into = thread.newest();
        let api = thread.api();
        spawn_local(async move {
            let merged = match api.merge_branches(id, BranchMerge { from, into }).await {
                Ok(merged) => merged.leaf_id,
                Err(fault) => return self.toasts.fault(&fault),
            };
            self.draw(&api, id).await;
            let before =
                ConversationPatch { leaf_id: into, ends_there: Some(true), ..ConversationPatch::default() };
            self.toasts.with_undo(told, move || {
                if thread.newest() == merged && thread.is_live.try_get_untracked() == Some(false) {
                    self.show(before.clone());
                }
            });
        });
    }

    /// Lets a waiting tool call run, or not.
    pub fn decide(self, call: ToolCallId, decision: Decision) {
        let api = self.thread.api();
        spawn_local(async move {
            match api.decide_tool_call(call, decision).await {
                Ok(_) => self.thread.follow_all(),
                Err(fault) => {
                    self.toasts.fault(&fault);
                    self.thread.refresh();
                }
            }
        });
    }

    /// Reads the messages before the oldest one here.
    ///
    /// # Errors
    /// Whatever the server says.
    pub async fn read_older(self) -> Result<(), Fault> {
        let thread = self.thread;
        let (Some(id), Some(before)) = (thread.conversation.try_get_untracked().flatten(), thread.oldest())
        else {
            return Ok(());
        };
        let request = MessageWindowRequest { before: Some(before), ..MessageWindowRequest::default() };
        let window = thread.api().messages(id, &request).await?;
        thread.prepend(&window);
        Ok(())
    }

    /// Returns the words of a message.
    #[must_use]
    pub fn words(self, key: RowKey) -> String {
        self.thread.peek(key, MessageState::words).unwrap_or_default()
    }
}

/// Makes a message's own name, so that sending it twice asks once. It need be unlike others, not secret;
/// the browser's better randomness is not there on plain HTTP.
fn client_key() -> String {
    let random = || js_sys::Math::random().to_bits();
    format!("{:012x}{:016x}{:016x}", js_sys::Date::now().to_bits() >> 16, random(), random())
}
