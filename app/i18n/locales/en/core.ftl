# Errors of the domain services.
fault-field = This value is not valid.
fault-title = A title has 1 to { $max } characters.
fault-cursor = This cursor is not valid. Start from the beginning of the list.
fault-content = { $kind ->
    [table] This is not the content of a table.
    [chart] This is not the content of a chart.
    [dashboard] This is not the content of a dashboard.
   *[other] The content should be a text.
} { $fields }
fault-table-ragged = This row has { $found } values for { $columns } columns.
fault-table-nested = This row contains a list or an object; only single values are allowed.
field-missing = This is required.
field-unknown = This field does not exist.
field-twice = This is given more than once.
field-kind = { $kind ->
    [string] This should be a text.
    [number] This should be a number.
    [integer] This should be a whole number.
    [boolean] This should be true or false.
    [array] This should be a list.
    [object] This should be an object.
    [null] This should be null.
   *[other] This is of the wrong kind.
}
field-choice = Choose one of these: { $options }.
field-short = This should have at least { $limit } characters.
field-long = This should have at most { $limit } characters.
field-few = This should have at least { $limit } entries.
field-many = This should have at most { $limit } entries.
field-low = This should be at least { $limit }.
field-high = This should be at most { $limit }.
field-above = This should be more than { $limit }.
field-below = This should be less than { $limit }.
field-no-json = This is not valid JSON.
json-too-deep = The JSON has more than { $limit } levels. Reduce the nesting.
json-too-many = The JSON contains more than { $limit } values. Split it up.
fault-message-empty = The message is empty.
fault-message-too-large = The text is too long: { $max } bytes at most.
fault-artifact-too-large = The content is too large: { $max } bytes at most.
fault-signature = This link is not valid or has expired. Open the artifact again to get a new one.
fault-turn-running = The previous answer is still being generated. Wait for it or stop it first.
fault-not-continuable = This answer cannot be continued.
fault-branch-too-long = A branch of more than { $max } messages cannot be copied.
fault-nothing-to-merge = There is nothing to merge: the other branch already contains everything.
fault-not-waiting = This decision is no longer needed.
fault-model-unnamed = No model is selected, and the provider { $provider } does not list its models. Select one with your message, or ask an administrator to set PENNY__MODELS__DEFAULT.
fault-no-model = No model is set up. Ask an administrator to connect one.
fault-tool-unknown = There is no tool called { $name } that you may use.
fault-tool-arguments = The arguments of the tool { $name } are not valid. { $fields }
fault-tool-needs-approval = The tool { $name } needs your approval for every call. Use it in a conversation.
fault-tool-timeout = The tool { $name } took longer than { $seconds } seconds and was stopped.
fault-tool-result = The result of the tool { $name } is too large. Request less data.
fault-tool-rows = The tool { $name } returned more than { $max } rows. Request less data.
fault-tool-denied = The call was not approved.
fault-tool-in-doubt = The tool { $name } was interrupted while it ran. Its outcome is unknown: check before calling it again.
fault-too-many-steps = The answer needed too many steps and was stopped.
fault-sender-inactive = Who sent the message may no longer act here, so the turn cannot go on. Stop it instead.
