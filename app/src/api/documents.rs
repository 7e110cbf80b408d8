//! The GraphQL documents of the page. They are the allow-list for requests with a session cookie.

/// A GraphQL document with one operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GraphqlDocument {
    /// Name of the operation.
    pub operation: &'static str,
    pub text: &'static str,
}

macro_rules! documents {
    ($($name:ident = $operation:literal in $file:literal;)+) => {
        $(pub(super) const $name: GraphqlDocument = GraphqlDocument {
            operation: $operation,
            text: include_str!(concat!("ops/", $file, ".graphql")),
        };)+

        /// All documents of the page.
        pub const DOCUMENTS: &[GraphqlDocument] = &[$($name),+];
    };
}

documents! {
    VIEWER = "Viewer" in "viewer";
    UPDATE_PREFERENCES = "UpdatePreferences" in "update_preferences";
    CONVERSATIONS = "Conversations" in "conversations";
    CONVERSATION = "Conversation" in "conversation";
    MESSAGES = "Messages" in "messages";
    CREATE_CONVERSATION = "CreateConversation" in "create_conversation";
    UPDATE_CONVERSATION = "UpdateConversation" in "update_conversation";
    DELETE_CONVERSATION = "DeleteConversation" in "delete_conversation";
    RESTORE_CONVERSATION = "RestoreConversation" in "restore_conversation";
    FORK_CONVERSATION = "ForkConversation" in "fork_conversation";
    COMPARE_BRANCHES = "CompareBranches" in "compare_branches";
    MERGE_BRANCHES = "MergeBranches" in "merge_branches";
    CONVERSATION_UPDATES = "ConversationUpdates" in "conversation_updates";
    SEND_MESSAGE = "SendMessage" in "send_message";
    REGENERATE = "Regenerate" in "regenerate";
    RESUME_TURN = "ResumeTurn" in "resume_turn";
    STOP_TURN = "StopTurn" in "stop_turn";
    DECIDE_TOOL_CALL = "DecideToolCall" in "decide_tool_call";
    TURN_EVENTS = "TurnEvents" in "turn_events";
    MODELS = "Models" in "models";
    TOOLS = "Tools" in "tools";
    ARTIFACT = "Artifact" in "artifact";
    ARTIFACTS = "Artifacts" in "artifacts";
    ARTIFACT_CONTENT = "ArtifactContent" in "artifact_content";
    CREATE_ARTIFACT = "CreateArtifact" in "create_artifact";
    SET_ARTIFACT_PINNED = "SetArtifactPinned" in "set_artifact_pinned";
    RENAME_ARTIFACT = "RenameArtifact" in "rename_artifact";
    DELETE_ARTIFACT = "DeleteArtifact" in "delete_artifact";
    ARTIFACT_UPDATES = "ArtifactUpdates" in "artifact_updates";
    TOKENS = "Tokens" in "tokens";
    CREATE_TOKEN = "CreateToken" in "create_token";
    REVOKE_TOKEN = "RevokeToken" in "revoke_token";
    DASHBOARDS = "Dashboards" in "dashboards";
    DASHBOARD = "Dashboard" in "dashboard";
}
