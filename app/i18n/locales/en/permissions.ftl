# Sharing, groups, roles, grants and policies.
permissions-name = A name has 1 to 80 characters.
permissions-name-taken = This name is already taken.
permissions-description = A description has at most 500 characters.
permissions-action = Choose at least one action, and only actions that exist.
permissions-subject = There is no such person, group or role here.
permissions-resource = There is no such resource here.
permissions-grant-level = This kind of resource has no such level.
permissions-policy-invalid = The policy is not valid: { $detail }
permissions-policies-max = There are 200 policies already. Delete one first.
permissions-locks-out = After this change you could no longer manage access. Nothing was changed.
sharing-subject-count = Name exactly one: a person by id or e-mail address, a group, or everyone.
sharing-subject-unknown = There is no such person or group here.
sharing-owner = This person owns it already.
sharing-expired = The end lies in the past.
sharing-too-many = It is shared with 200 people and groups already. Use a group.
sharing-tool-results = { $count ->
    [one] One stored tool result becomes visible to everyone this is shared with, whatever data they may read themselves.
   *[other] { $count } stored tool results become visible to everyone this is shared with, whatever data they may read themselves.
}
