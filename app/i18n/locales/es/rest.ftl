# Errores de las peticiones REST.
rest-json-broken = El cuerpo no es JSON válido: mira la línea { $line }, columna { $column }.
rest-body-too-large = El cuerpo ocupa más de { $limit } bytes. Acórtalo o divídelo.
rest-body-cut = El cuerpo está incompleto.
rest-method = Esta dirección no admite este método. La cabecera Allow indica los métodos admitidos.
rest-no-such-address = Esta dirección no existe.
rest-no-object = Envía un objeto JSON.
