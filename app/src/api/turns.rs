//! Turns: sending a message, following, stopping and resuming a turn.

use super::{Api, documents};
use futures::Stream;
use penny_types::{
    ConversationId, Fault, MessageId, ToolCallId, TurnId,
    events::TurnEvent,
    turns::{Decision, NewMessage, TurnView},
};
use serde_json::json;

impl Api {
    /// Sends a message and starts a turn. Idempotent by `client_key`.
    ///
    /// # Errors
    /// `too_large`, `invalid`, `not_found`, or `conflict` when a turn is running already.
    pub async fn send_message(&self, id: ConversationId, input: &NewMessage) -> Result<TurnView, Fault> {
        let variables = json!({ "conversationId": id, "input": input });
        self.request(documents::SEND_MESSAGE, "sendMessage", variables).await
    }

    /// Starts a turn for another version of an assistant message.
    ///
    /// # Errors
    /// `not_found`, or `conflict` when a turn is running already.
    pub async fn regenerate(&self, message: MessageId, model: Option<&str>) -> Result<TurnView, Fault> {
        let variables = json!({ "messageId": message, "model": model });
        self.request(documents::REGENERATE, "regenerate", variables).await
    }

    /// Resumes a turn that was interrupted, stopped or failed.
    ///
    /// # Errors
    /// `conflict` when it is still running.
    pub async fn resume_turn(&self, turn: TurnId) -> Result<TurnView, Fault> {
        self.request(documents::RESUME_TURN, "resumeTurn", json!({ "turnId": turn })).await
    }

    /// Stops a turn; the partial answer is kept.
    ///
    /// # Errors
    /// `not_found` when there is no such turn.
    pub async fn stop_turn(&self, turn: TurnId) -> Result<TurnView, Fault> {
        self.request(documents::STOP_TURN, "stopTurn", json!({ "turnId": turn })).await
    }

    /// Approves or denies a tool call that waits for approval.
    ///
    /// # Errors
    /// `conflict` when it was decided already.
    pub async fn decide_tool_call(&self, call: ToolCallId, decision: Decision) -> Result<TurnView, Fault> {
        let variables = json!({ "callId": call, "decision": decision });
        self.request(documents::DECIDE_TOOL_CALL, "decideToolCall", variables).await
    }

    /// Subscribes to the events of a turn after the sequence number `after()`, which is evaluated again
    /// after each reconnect. The stream ends after the terminal event.
    pub fn turn_events<F: Fn() -> u64 + 'static>(
        &self,
        turn: TurnId,
        after: F,
    ) -> impl Stream<Item = Result<TurnEvent, Fault>> + Unpin + use<F> {
        Self::subscribe(
            documents::TURN_EVENTS,
            "turnEvents",
            move || json!({ "turnId": turn, "after": after() }),
        )
    }
}
