# The page outside of chats and artifacts: panes, conversation list, palette, settings, sign-in, notices.

# Common labels
ui-cancel = Cancel
ui-close = Close
ui-delete = Delete
ui-rename = Rename
ui-pin = Pin
ui-unpin = Unpin
ui-undo = Undo
ui-retry = Try again
ui-loading = Loading
ui-copy = Copy
ui-load-more = Show more
ui-results = { $count ->
    [one] { $count } result
   *[other] { $count } results
}
ui-skip-to-content = Skip to content

# Panes
ui-pane-conversations = Conversations
ui-pane-artifacts = Artifact panel
ui-hide-conversations = Hide conversations
ui-show-conversations = Show conversations
ui-hide-artifacts = Hide artifact panel
ui-show-artifacts = Show artifact panel
ui-resize-conversations = Width of the conversation list
ui-resize-artifacts = Width of the artifact panel
ui-main = Main content

# Conversations
ui-new-chat = New chat
ui-search-conversations = Search conversations
ui-clear-search = Clear search
ui-no-conversations-title = No conversations yet
ui-no-conversations-text = Your conversations appear here.
ui-no-results-title = Nothing found
ui-no-results-text = No conversation contains “{ $query }”.
ui-untitled = New conversation
ui-conversation-title = Title of the conversation
ui-group-pinned = Pinned
ui-group-today = Today
ui-group-yesterday = Yesterday
ui-group-week = Last 7 days
ui-group-month = Last 30 days
ui-group-older = Older
ui-answering = Answering
ui-deleted = Conversation deleted
ui-deleted-named = “{ $title }” deleted
ui-starters = Start with
ui-dashboards = Dashboards
ui-actions-for = Actions for “{ $title }”

# Starters
ui-starter-health-title = Company health
ui-starter-health-prompt = Show me company health now
ui-starter-revenue-title = Revenue this quarter
ui-starter-revenue-prompt = How is revenue doing this quarter against budget?
ui-starter-units-title = Compare business units
ui-starter-units-prompt = Compare the business units this year
ui-starter-projects-title = Projects at risk
ui-starter-projects-prompt = Which projects need attention this month?

# Palette
ui-palette = Command palette
ui-palette-placeholder = Search conversations and commands
ui-palette-commands = Commands
ui-palette-conversations = Conversations
ui-palette-dashboards = Dashboards
ui-palette-empty = Nothing matches “{ $query }”.
ui-palette-hint = Move with the arrow keys, choose with Enter, close with Escape
ui-command-settings = Open settings
ui-command-shortcuts = Keyboard shortcuts
ui-command-language = Language: { $name }
ui-command-theme = Theme: { $name }
ui-command-sign-out = Sign out

# Shortcuts
ui-shortcuts = Keyboard shortcuts
ui-shortcut-palette = Open the command palette
ui-shortcut-new-chat = Start a new chat
ui-shortcut-help = Show this list
ui-shortcut-left = Show or hide conversations
ui-shortcut-right = Show or hide the artifact panel
ui-shortcut-send = Send the message
ui-shortcut-break = Start a new line
ui-shortcut-stop = Stop the answer, or close what is open
ui-shortcut-edit-last = Edit the last message
ui-shortcuts-general = Anywhere
ui-shortcuts-writing = While writing
ui-key-enter = Enter
ui-key-shift = Shift
ui-key-escape = Esc

# Account and settings
ui-account = Account
ui-settings = Settings
ui-settings-intro = Appearance, language and access. Changes apply at once.
ui-settings-appearance = Appearance
ui-settings-language = Language
ui-settings-language-hint = Language of the page, its messages and the built-in assistant texts.
ui-settings-theme = Theme
ui-settings-theme-hint = High contrast uses stronger colours and heavier lines.
ui-settings-time-zone = Time zone
ui-settings-time-zone-hint = Used for dates and times.
ui-settings-time-zone-detect = Use this device’s ({ $zone })
ui-settings-profile = Profile
ui-settings-name = Name
ui-settings-email = E-mail
ui-settings-roles = Roles
ui-settings-company = Company
ui-theme-system = As the device
ui-theme-light = Light
ui-theme-dark = Dark
ui-theme-contrast = High contrast
ui-language-en = English
ui-language-es = Español
ui-role-viewer = Viewer
ui-role-creator = Creator
ui-role-manager = Manager
ui-role-admin = Administrator
ui-sign-out = Sign out

# Personal access tokens
ui-tokens = Access tokens
ui-tokens-intro = For programs that use { $product } on your behalf. Send a token in the header “Authorization: Bearer”.
ui-tokens-none = You have no tokens.
ui-token-new = New token
ui-token-name = Name
ui-token-name-hint = The program that uses the token.
ui-token-scopes = Permissions
ui-token-scopes-hint = Without a selection, the token has all your permissions.
ui-token-scope-chat = Conversations
ui-token-scope-artifacts = Artifacts
ui-token-scope-tools = Tools
ui-token-scope-data = Dashboards and data
ui-token-scope-profile = Profile and tokens
ui-token-scope-admin = Administration
ui-token-scope-all = Everything
ui-token-expiry = Valid for
ui-token-expiry-days = { $count } days
ui-token-expiry-year = One year
ui-token-expiry-never = Until it is revoked
ui-token-create = Create token
ui-token-secret = Your new token
ui-token-secret-hint = Copy it now: it cannot be shown again.
ui-token-done = Done
ui-token-created = Created { $when }
ui-token-expires = Expires { $when }
ui-token-expired = Expired { $when }
ui-token-forever = Does not expire
ui-token-used = Last used { $when }
ui-token-unused = Never used
ui-token-revoke = Revoke
ui-token-revoke-named = Revoke “{ $name }”
ui-token-revoke-text = Programs that use “{ $name }” lose access at once. This cannot be undone.
ui-token-revoked = “{ $name }” was revoked

# Sign-in
ui-sign-in = Sign in
ui-sign-in-title = Sign in to { $product }
ui-sign-in-intro = Your company’s data and tools in one conversation.
ui-sign-in-email = E-mail
ui-sign-in-password = Password
ui-sign-in-with = Continue with { $provider }
ui-sign-in-or = or
ui-sign-in-no-method = No sign-in method is configured. Use the one-time link printed when PENNY started, or ask an administrator.
ui-sign-in-show-password = Show password
ui-sign-in-hide-password = Hide password
ui-sign-in-error-credentials = E-mail or password is wrong.
ui-sign-in-error-rate = Too many attempts. Wait a minute and try again.
ui-sign-in-error-link = This link has expired or has already been used. Ask for a new one.
ui-sign-in-error-provider = The identity provider refused the sign-in. Try again or use another method.
ui-sign-in-error-unknown-user = You do not have an account here yet. Ask an administrator for access.
ui-sign-in-error-expired = Your session has ended. Sign in again.
ui-sign-in-error-disabled = Signing in with a password is turned off here.
ui-sign-in-error-other = Sign-in failed. Try again.
ui-sign-in-signed-out = You are signed out.
ui-link-title = Sign in with your one-time link
ui-link-text = This link works once. Continue to sign in on this device.
ui-link-continue = Continue

# Not found, connection and loading notices
ui-not-found-title = This page does not exist
ui-not-found-text = The address may be mistyped, or the page may have been removed.
ui-go-home = Go to the start page
ui-trace = Reference: { $trace }
ui-connection-lost = Connection lost. Reconnecting…
ui-unreachable = The server cannot be reached. Check your connection and try again.
ui-asleep = This page is still loading. You can read it, but its controls do not work yet.
ui-load-again = Reload
ui-needs-script = This page needs JavaScript. Without it you can read the page, but its controls do not work.
ui-dismiss = Dismiss
ui-notifications = Notifications
