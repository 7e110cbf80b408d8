//! User actions in a thread and their requests to the server.

use super::thread::Thread;
use crate::{
    api::Api,
    features::chat::state::{MessageState, OutgoingMessage, RowKey},
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

/// The actions of the open thread. They are owned by the pane and not by a row, because an action may remove its
/// row.
#[derive(Clone, Copy)]
pub struct ThreadActions {
    thread: Thread,
    navigate: Callback<(ConversationId, HistoryMode)>,
    toasts: Toasts,
}

/// How to navigate to another conversation.
#[derive(Clone, Copy, PartialEq, Eq)]
enum HistoryMode {
    /// Replaces the current history entry.
    Replace,
    /// Adds a history entry.
    Push,
}

/// Provides the actions of a thread as context.
pub fn provide_thread_actions(thread: Thread) -> ThreadActions {
    let actions = ThreadActions::new(thread);
    provide_context(actions);
    actions
}

/// Returns the actions of the thread from the context.
#[must_use]
pub fn use_thread_actions(thread: Thread) -> ThreadActions {
    use_context::<ThreadActions>().unwrap_or_else(|| ThreadActions::new(thread))
}

impl ThreadActions {
    fn new(thread: Thread) -> Self {
        let navigate = use_navigate();
        let go = move |(id, mode): (ConversationId, HistoryMode)| {
            let replace = mode == HistoryMode::Replace;
            let options = NavigateOptions { scroll: false, replace, ..NavigateOptions::default() };
            navigate(&format!("/c/{id}"), options);
        };
        Self { thread, navigate: Callback::new(go), toasts: use_toasts() }
    }

    /// Sends a message; the first one creates the conversation. A message that replaces another one keeps its
    /// attachments.
    pub fn send(self, content: String, replaces: Option<MessageId>) {
        let attachments = match replaces {
            Some(replaced) => self.thread.attachments_of(replaced),
            None => Vec::new(),
        };
        self.send_with(content, replaces, attachments);
    }

    /// Sends a message with attachments.
    pub fn send_with(self, content: String, replaces: Option<MessageId>, attachments: Vec<FilePart>) {
        let outgoing = OutgoingMessage {
            client_key: new_client_key(),
            content,
            replaces,
            model: self.thread.model.get_untracked(),
            attachments,
        };
        self.thread.edited_row.set(None);
        self.thread.send(outgoing.clone());
        self.dispatch(outgoing);
    }

    /// Sends an unsent message again.
    pub fn retry(self, client_key: &str) {
        if let Some(outgoing) = self.thread.retry(client_key) {
            self.dispatch(outgoing);
        }
    }

    /// Moves an unsent message back into the composer.
    pub fn edit_unsent(self, client_key: &str) {
        if let Some(outgoing) = self.thread.withdraw(client_key) {
            self.thread.delete_pending_conversation();
            self.thread.restore_attachments(outgoing.attachments);
            self.thread.restored_text.set(Some(outgoing.content));
        }
    }

    fn dispatch(self, outgoing: OutgoingMessage) {
        let thread = self.thread;
        let api = thread.api();
        spawn_local(async move {
            let id = match self.ensure_conversation(&outgoing).await {
                Ok(id) => id,
                Err(fault) => return thread.reject(&outgoing.client_key, &fault),
            };
            match api.send_message(id, &outgoing.to_input()).await {
                Ok(turn) => {
                    let is_first = thread.adopt_conversation(id);
                    thread.accept(&outgoing.client_key, &turn);
                    if is_first {
                        let _ = self.navigate.try_run((id, HistoryMode::Replace));
                    }
                }
                Err(fault) => {
                    thread.reject(&outgoing.client_key, &fault);
                    // Without a response, the server may have accepted the message. Sending it again with the
                    // same key is safe; deleting the conversation is not.
                    if fault.code != FaultCode::Unavailable {
                        thread.delete_pending_conversation();
                    }
                }
            }
        });
    }

    /// Returns the conversation of the thread, or creates one for the first message.
    ///
    /// The thread adopts the new conversation only when the server has accepted the message, so that no empty
    /// conversation is left behind.
    async fn ensure_conversation(self, outgoing: &OutgoingMessage) -> Result<ConversationId, Fault> {
        let thread = self.thread;
        if let Some(id) =
            thread.conversation.try_get_untracked().flatten().or_else(|| thread.pending_conversation())
        {
            return Ok(id);
        }
        let input = NewConversation { title: None, model: outgoing.model.clone() };
        let created = thread.api().create_conversation(&input).await?;
        thread.set_pending_conversation(created.id);
        Ok(created.id)
    }

    /// Stops the live turn.
    pub fn stop(self) {
        let Some(turn) = self.thread.live_turn.get_untracked() else { return };
        let api = self.thread.api();
        spawn_local(async move {
            if let Err(fault) = api.stop_turn(turn).await {
                self.toasts.fault(&fault);
            }
        });
    }

    /// Generates another version of an assistant message.
    pub fn regenerate(self, key: RowKey) {
        let Some(message) = self.thread.peek(key, |message| message.id).flatten() else { return };
        let api = self.thread.api();
        let model = self.thread.model.get_untracked();
        spawn_local(async move {
            match api.regenerate(message, model.as_deref()).await {
                Ok(turn) => self.thread.add_regeneration(message, &turn),
                Err(fault) => self.toasts.fault(&fault),
            }
        });
    }

    /// Continues an unfinished assistant message.
    pub fn resume(self, key: RowKey) {
        let Some(turn) = self.thread.peek(key, |message| message.turn_id).flatten() else { return };
        let api = self.thread.api();
        spawn_local(async move {
            match api.resume_turn(turn).await {
                Ok(turn) => self.thread.continue_message(&turn),
                Err(fault) => self.toasts.fault(&fault),
            }
        });
    }

    /// Makes the branch that passes through `message` visible.
    pub fn switch_branch(self, message: MessageId) {
        self.update_branch(ConversationPatch { leaf_id: Some(message), ..ConversationPatch::default() });
    }

    /// Changes the visible branch. The API client is taken first: the thread may be disposed during the request.
    fn update_branch(self, patch: ConversationPatch) {
        let thread = self.thread;
        let (Some(id), Some(api)) = (thread.conversation.try_get_untracked().flatten(), thread.try_api())
        else {
            return;
        };
        spawn_local(async move {
            match api.update_conversation(id, &patch).await {
                Ok(_) => self.reload(&api, id).await,
                Err(fault) => self.toasts.fault(&fault),
            }
        });
    }

    /// Reloads the visible branch, unless another conversation was opened meanwhile.
    async fn reload(self, api: &Api, id: ConversationId) {
        match api.messages(id, &MessageWindowRequest::default()).await {
            Ok(window) if self.thread.conversation.try_get_untracked().flatten() == Some(id) => {
                self.thread.replace(&window);
            }
            Ok(_) => {}
            Err(fault) => self.toasts.fault(&fault),
        }
    }

    /// Forks the conversation at a message and navigates to the fork.
    pub fn fork(self, key: RowKey) {
        let thread = self.thread;
        let Some(id) = thread.conversation.get_untracked() else { return };
        let message_id = thread.peek(key, |message| message.id).flatten();
        let api = thread.api();
        spawn_local(async move {
            match api.fork_conversation(id, &NewFork { message_id, title: None }).await {
                Ok(copy) => drop(self.navigate.try_run((copy.id, HistoryMode::Push))),
                Err(fault) => self.toasts.fault(&fault),
            }
        });
    }

    /// Merges the branch of another version into the visible one. Can be undone until another message is sent.
    pub fn merge_branch(self, from: MessageId, toast: String) {
        let thread = self.thread;
        let Some(id) = thread.conversation.get_untracked() else { return };
        let into = thread.newest_message();
        let api = thread.api();
        spawn_local(async move {
            let merged = match api.merge_branches(id, BranchMerge { from, into }).await {
                Ok(merged) => merged.leaf_id,
                Err(fault) => return self.toasts.fault(&fault),
            };
            self.reload(&api, id).await;
            let before =
                ConversationPatch { leaf_id: into, ends_there: Some(true), ..ConversationPatch::default() };
            self.toasts.with_undo(toast, move || {
                if thread.newest_message() == merged && thread.is_live.try_get_untracked() == Some(false) {
                    self.update_branch(before.clone());
                }
            });
        });
    }

    /// Approves or denies a tool call that waits for approval.
    pub fn decide(self, call: ToolCallId, decision: Decision) {
        let api = self.thread.api();
        spawn_local(async move {
            match api.decide_tool_call(call, decision).await {
                Ok(_) => self.thread.follow_live_turns(),
                Err(fault) => {
                    self.toasts.fault(&fault);
                    self.thread.refresh();
                }
            }
        });
    }

    /// Loads the messages before the oldest one.
    ///
    /// # Errors
    /// The fault of the request.
    pub async fn load_older(self) -> Result<(), Fault> {
        let thread = self.thread;
        let (Some(id), Some(before)) =
            (thread.conversation.try_get_untracked().flatten(), thread.oldest_message())
        else {
            return Ok(());
        };
        let request = MessageWindowRequest { before: Some(before), ..MessageWindowRequest::default() };
        let window = thread.api().messages(id, &request).await?;
        thread.prepend(&window);
        Ok(())
    }

    /// Returns the text of a message.
    #[must_use]
    pub fn text(self, key: RowKey) -> String {
        self.thread.peek(key, MessageState::text).unwrap_or_default()
    }
}

/// Generates an idempotency key. It must be unique, not secret; `crypto.randomUUID` is not available over plain
/// HTTP.
fn new_client_key() -> String {
    let random = || js_sys::Math::random().to_bits();
    format!("{:012x}{:016x}{:016x}", js_sys::Date::now().to_bits() >> 16, random(), random())
}
