//! What is asked of the policies.

use penny_types::{PrincipalId, tools::Effect};

macro_rules! actions {
    ($($(#[$meta:meta])* $variant:ident = $name:literal, $scope:literal);+ $(;)?) => {
        /// Something one may be allowed to do.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Action { $($(#[$meta])* $variant),+ }

        impl Action {
            /// Every action.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Returns the name the policies and the audit trail use.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// Returns the scope a token needs for it.
            #[must_use]
            pub const fn scope(self) -> &'static str {
                match self { $(Self::$variant => $scope),+ }
            }
        }
    };
}

actions! {
    /// Begins a conversation.
    ConversationCreate = "conversation:create", "chat";
    /// Reads a conversation.
    ConversationView = "conversation:view", "chat";
    /// Renames, pins, deletes a conversation.
    ConversationEdit = "conversation:edit", "chat";
    /// Asks in a conversation, stops and decides its turns.
    ConversationAsk = "conversation:ask", "chat";
    /// Makes an artifact.
    ArtifactCreate = "artifact:create", "artifacts";
    /// Reads an artifact.
    ArtifactView = "artifact:view", "artifacts";
    /// Renames, pins, deletes an artifact.
    ArtifactEdit = "artifact:edit", "artifacts";
    /// Calls a tool.
    ToolUse = "tool:use", "tools";
    /// Opens a dashboard.
    DashboardView = "dashboard:view", "data";
    /// Changes a dashboard.
    DashboardEdit = "dashboard:edit", "admin";
    /// Asks a datasource.
    DatasourceQuery = "datasource:query", "data";
    /// Connects or changes a datasource.
    DatasourceEdit = "datasource:edit", "admin";
    /// Changes one's own name, language, theme.
    ProfileEdit = "profile:edit", "profile";
    /// Makes and revokes one's own tokens.
    TokenEdit = "token:edit", "profile";
    /// Changes the tenant's settings.
    TenantConfigure = "tenant:configure", "admin";
}

/// What an action is done to, with the facts the policies look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resource<'a> {
    /// The tenant of the request.
    Tenant,
    /// A conversation, by its owner.
    Conversation(PrincipalId),
    /// An artifact, by its owner.
    Artifact(PrincipalId),
    /// A tool.
    Tool {
        /// Its name.
        name: &'a str,
        /// What it does to the world.
        effect: Effect,
    },
    /// A dashboard, by its slug.
    Dashboard(&'a str),
    /// A datasource, by its slug.
    Datasource(&'a str),
    /// A principal's own profile and tokens.
    Principal(PrincipalId),
}
