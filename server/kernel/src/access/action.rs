//! The actions that policies decide about.

macro_rules! actions {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $scope:literal;)+) => {
        /// An action, as policies name it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Action { $($(#[$doc])* $variant),+ }

        impl Action {
            /// All actions, in order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Returns the name in policies and in the audit trail.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// Returns the token scope that covers the action.
            #[must_use]
            pub const fn scope(self) -> &'static str {
                match self { $(Self::$variant => $scope),+ }
            }

            /// Finds an action by its name.
            #[must_use]
            pub fn find(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|action| action.as_str() == name)
            }
        }
    };
}

actions! {
    ConversationCreate = "conversation:create", "chat";
    ConversationView = "conversation:view", "chat";
    /// Renames or pins a conversation.
    ConversationEdit = "conversation:edit", "chat";
    /// Sends messages, stops turns and decides their tool calls.
    ConversationAsk = "conversation:ask", "chat";
    ConversationDelete = "conversation:delete", "chat";
    ConversationShare = "conversation:share", "chat";
    ArtifactCreate = "artifact:create", "artifacts";
    ArtifactView = "artifact:view", "artifacts";
    /// Renames or pins an artifact.
    ArtifactEdit = "artifact:edit", "artifacts";
    ArtifactDelete = "artifact:delete", "artifacts";
    ArtifactShare = "artifact:share", "artifacts";
    ToolUse = "tool:use", "tools";
    DashboardView = "dashboard:view", "data";
    DashboardEdit = "dashboard:edit", "admin";
    DatasourceQuery = "datasource:query", "data";
    DatasourceEdit = "datasource:edit", "admin";
    /// Changes the caller's own name, language and theme.
    ProfileEdit = "profile:edit", "profile";
    /// Creates and revokes the caller's own tokens.
    TokenEdit = "token:edit", "profile";
    /// Acts on behalf of another principal.
    PrincipalActFor = "principal:act-for", "chat";
    TenantConfigure = "tenant:configure", "admin";
    /// Manages groups, roles, grants and policies.
    AccessManage = "access:manage", "admin";
}
