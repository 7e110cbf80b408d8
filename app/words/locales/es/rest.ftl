# Qué tenía mal una petición REST.
rest-json-broken = El cuerpo no es JSON válido: mira la línea { $line }, columna { $column }.
rest-body-too-large = El cuerpo ocupa más de { $limit } bytes. Acórtalo o divídelo.
rest-body-cut = El cuerpo terminó antes de estar completo.
rest-method = Esta dirección no admite ese método. La cabecera Allow dice cuáles admite.
rest-no-such-address = No hay nada en esta dirección.
rest-no-object = Envía un objeto JSON.
