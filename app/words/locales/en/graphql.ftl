# What a GraphQL document may not do.
graphql-too-long = The document is longer than { $limit } bytes.
graphql-too-deep = The document nests deeper than { $limit } levels.
graphql-too-many-fields = The document comes to more than { $limit } fields or definitions, fragments written out.
graphql-too-many-roots = The document asks for more than { $limit } things at its root.
graphql-too-complex = The document asks for too much at once. Ask for fewer fields or smaller pages.
graphql-not-listed = This session may only send the page's own documents. Use a token to ask freely.
graphql-too-many-operations = This connection already runs { $limit } operations. Complete one first.
