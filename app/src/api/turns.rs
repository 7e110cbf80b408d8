//! Turns: asking, following, stopping, going on.

use super::{Api, documents};
use futures::Stream;
use penny_types::{
    ConversationId, Fault, MessageId, ToolCallId, TurnId,
    events::TurnEvent,
    turns::{Decision, NewMessage, TurnView},
};
use serde_json::json;

impl Api {
    /// Sends a message to be answered. The same `client_key` sent twice is answered once.
    ///
    /// # Errors
    /// `too_large`, `invalid`, `not_found`, or `conflict` when an answer is being written already.
    pub async fn send_message(&self, id: ConversationId, input: &NewMessage) -> Result<TurnView, Fault> {
        let variables = json!({ "conversationId": id, "input": input });
        self.ask(documents::SEND_MESSAGE, "sendMessage", variables).await
    }

    /// Asks for another answer beside the given one.
    ///
    /// # Errors
    /// `not_found`, or `conflict` when an answer is being written already.
    pub async fn regenerate(&self, message: MessageId, model: Option<&str>) -> Result<TurnView, Fault> {
        let variables = json!({ "messageId": message, "model": model });
        self.ask(documents::REGENERATE, "regenerate", variables).await
    }

    /// Goes on from a turn that was interrupted, stopped or failed.
    ///
    /// # Errors
    /// `conflict` when it is still running.
    pub async fn resume_turn(&self, turn: TurnId) -> Result<TurnView, Fault> {
        self.ask(documents::RESUME_TURN, "resumeTurn", json!({ "turnId": turn })).await
    }

    /// Stops a turn; what was said stays.
    ///
    /// # Errors
    /// `not_found` when there is none.
    pub async fn stop_turn(&self, turn: TurnId) -> Result<TurnView, Fault> {
        self.ask(documents::STOP_TURN, "stopTurn", json!({ "turnId": turn })).await
    }

    /// Approves or denies a tool call that waits.
    ///
    /// # Errors
    /// `conflict` when it was decided before.
    pub async fn decide_tool_call(&self, call: ToolCallId, decision: Decision) -> Result<TurnView, Fault> {
        let variables = json!({ "callId": call, "decision": decision });
        self.ask(documents::DECIDE_TOOL_CALL, "decideToolCall", variables).await
    }

    /// Follows a turn from the event after `after()`, which is asked again after each reconnection.
    /// The stream ends after the terminal event.
    pub fn turn_events<F: Fn() -> u64 + 'static>(
        &self,
        turn: TurnId,
        after: F,
    ) -> impl Stream<Item = Result<TurnEvent, Fault>> + Unpin + use<F> {
        Self::follow(
            documents::TURN_EVENTS,
            "turnEvents",
            move || json!({ "turnId": turn, "after": after() }),
        )
    }
}
