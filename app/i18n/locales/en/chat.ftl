# The chat: greeting, messages, composer.
chat-new-title = New chat
chat-thread-label = Conversation
chat-loading = Loading the conversation
chat-greeting = What would you like to know, { $name }?
chat-greeting-nameless = What would you like to know?
chat-greeting-hint = Ask about your company, or start with one of these.
chat-starters-label = Suggestions

chat-composer-label = Message
chat-composer-placeholder = Ask anything
chat-composer-hint = Shift+Enter starts a new line
chat-send = Send
chat-stop = Stop
chat-stop-hint = Stop answering (Esc)
chat-attach = Attach text files
chat-attached = Attached files
chat-attaching = Attaching
chat-attach-remove = Remove “{ $name }”
chat-attach-not-text = Not a text file
chat-attach-too-large = Larger than 512 kB
chat-model = Model
chat-model-none = Pick a model
chat-model-demo = PENNY demo (not a language model)
chat-too-long = This message has { $size }; the limit is { $limit }. Shorten it or split it up.
chat-edit-label = Edit your message
chat-edit-save = Send again
chat-cancel = Cancel

chat-you = You
chat-assistant = Assistant
chat-system = System
chat-actions = Message actions
chat-copy = Copy
chat-copied = Copied
chat-copy-failed = The browser did not allow copying.
chat-edit = Edit
chat-regenerate = Try again
chat-branch-previous = Previous version
chat-branch-next = Next version
chat-branch-place = Version { $position } of { $total }
chat-branches = Branches
chat-branch-off = Branch into a new chat
chat-branched = Branched from another chat
chat-brought = Copied from another branch
chat-compare = Compare the versions
chat-compare-version = Version shown here
chat-compare-shown = Shown in the chat
chat-compare-show = Continue with this version
chat-compare-bring = Add it to the end of the chat
chat-compare-more = { $count ->
    [one] One more message
   *[other] { $count } more messages
}
chat-show-all = Show all
chat-show-less = Show less
chat-image = Image
chat-thinking = Thinking
chat-thoughts = Reasoning
chat-sources = Sources
chat-jump = Jump to latest
chat-older-loading = Loading older messages
chat-older-failed = Older messages could not be loaded.

chat-unsent = Not sent.
chat-unsent-edit = Back to the message box
chat-stopped = You stopped this answer.
chat-interrupted = The answer was interrupted. The part received so far is kept.
chat-continue = Continue
chat-retry = Try again
chat-retry-in = Try again in { $count ->
    [one] { $count } second
   *[other] { $count } seconds
}

chat-tool-arguments = Arguments
chat-tool-result = Result
chat-tool-plan = Planned changes
chat-tool-pending = Queued
chat-tool-running = Running
chat-tool-waiting = Needs your approval
chat-tool-succeeded = Done
chat-tool-failed = Failed
chat-tool-denied = Denied
chat-tool-in-doubt = Outcome unknown
chat-tool-broken-off = Interrupted
chat-tool-approve = Allow
chat-tool-deny = Do not allow
chat-tool-ask = The assistant wants to run { $name }.
chat-tool-irreversible = This cannot be undone.

chat-say-answering = The assistant is answering.
chat-say-done = The answer is complete.
chat-say-stopped = The answer was stopped.
chat-say-failed = The answer failed.
chat-say-waiting = The assistant needs your approval.
chat-gone = This conversation does not exist, or you cannot see it.
chat-start-new = Start a new chat
