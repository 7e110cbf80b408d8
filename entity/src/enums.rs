//! Enumerations that are stored in the database but not used by the API.

use sea_orm::entity::prelude::*;

macro_rules! stored_enum {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $value:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
        #[sea_orm(rs_type = "String", db_type = "Text")]
        pub enum $name { $($(#[$vmeta])* #[sea_orm(string_value = $value)] $variant),+ }
    };
}

stored_enum!(/// The type of a turn step.
StepKind {
    ModelCall = "model_call",
    ToolCall = "tool_call",
    /// Waits for an approval, user input or a timer.
    Wait = "wait",
});

stored_enum!(/// The status of a turn step.
StepStatus {
    Running = "running",
    /// Waits without holding a task.
    Waiting = "waiting",
    Finished = "finished",
    Failed = "failed",
    /// Stopped by a user.
    Stopped = "stopped",
    /// The process that ran it ended.
    Interrupted = "interrupted",
});

stored_enum!(/// The status of a model call.
CallStatus {
    Running = "running",
    Succeeded = "succeeded",
    Failed = "failed",
    /// Cancelled before the response was complete.
    Cancelled = "cancelled",
});

stored_enum!(/// The outcome of an audited action.
Outcome {
    Succeeded = "succeeded",
    /// Rejected by a policy.
    Denied = "denied",
    /// Allowed, but failed.
    Failed = "failed",
});
