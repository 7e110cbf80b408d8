# Lo que un documento GraphQL no puede hacer.
graphql-too-long = El documento tiene más de { $limit } bytes.
graphql-too-deep = El documento tiene más de { $limit } niveles de anidamiento.
graphql-too-many-fields = El documento suma más de { $limit } campos o definiciones, con los fragmentos desarrollados.
graphql-too-many-roots = El documento pide más de { $limit } cosas en su raíz.
graphql-too-complex = El documento pide demasiado de una vez. Pide menos campos o páginas más pequeñas.
graphql-not-listed = Esta sesión solo puede enviar los documentos de la propia página. Usa un token para consultar libremente.
graphql-too-many-operations = Esta conexión ya ejecuta { $limit } operaciones. Termina una primero.
