# Limits of GraphQL documents.
graphql-too-long = The document is longer than { $limit } bytes.
graphql-too-deep = The document has more than { $limit } levels.
graphql-too-many-fields = The document has more than { $limit } fields or definitions, with fragments expanded.
graphql-too-many-roots = The document selects more than { $limit } root fields.
graphql-too-complex = The document is too complex. Request fewer fields or smaller pages.
graphql-not-listed = This session may only send the documents of the page. Use an access token for other documents.
graphql-too-many-operations = This connection already runs { $limit } operations. Complete one first.
