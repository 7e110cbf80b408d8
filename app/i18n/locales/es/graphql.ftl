# Límites de los documentos GraphQL.
graphql-too-long = El documento tiene más de { $limit } bytes.
graphql-too-deep = El documento tiene más de { $limit } niveles.
graphql-too-many-fields = El documento suma más de { $limit } campos o definiciones, con los fragmentos desarrollados.
graphql-too-many-roots = El documento selecciona más de { $limit } campos raíz.
graphql-too-complex = El documento es demasiado complejo. Pide menos campos o páginas más pequeñas.
graphql-not-listed = Esta sesión solo puede enviar los documentos de la página. Usa un token de acceso para otros documentos.
graphql-too-many-operations = Esta conexión ya ejecuta { $limit } operaciones. Termina una primero.
