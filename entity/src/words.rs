//! Words that stand in the database and on no wire.

use sea_orm::entity::prelude::*;

macro_rules! stored_words {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
        #[sea_orm(rs_type = "String", db_type = "Text")]
        pub enum $name { $($(#[$vmeta])* #[sea_orm(string_value = $word)] $variant),+ }
    };
}

stored_words!(/// What a step of a turn does.
StepKind {
    /// Asks a model.
    ModelCall = "model_call",
    /// Calls a tool.
    ToolCall = "tool_call",
    /// Waits for an approval, a person or a timer.
    Wait = "wait",
});

stored_words!(/// How a step of a turn stands.
StepStatus {
    /// It is being done.
    Running = "running",
    /// It waits; no task is held.
    Waiting = "waiting",
    /// It is done.
    Finished = "finished",
    /// It could not be done.
    Failed = "failed",
    /// A person stopped it.
    Stopped = "stopped",
    /// The server went away in the middle.
    Interrupted = "interrupted",
});

stored_words!(/// How a call of a model stands.
CallStatus {
    /// It is being answered.
    Running = "running",
    /// It was answered.
    Succeeded = "succeeded",
    /// It could not be answered.
    Failed = "failed",
    /// It was given up half-way.
    Cancelled = "cancelled",
});

stored_words!(/// How an audited act ended.
Outcome {
    /// It was done.
    Succeeded = "succeeded",
    /// A policy refused it.
    Denied = "denied",
    /// It was allowed and failed.
    Failed = "failed",
});
