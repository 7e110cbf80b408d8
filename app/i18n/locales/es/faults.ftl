# Mensajes de los códigos de error.
fault-unauthenticated = No has iniciado sesión. Entra e inténtalo de nuevo.
fault-forbidden = No tienes permiso para hacer esto.
fault-not-found = No existe o no tienes acceso.
fault-invalid = Algún dato no es válido.
fault-malformed = No se ha podido entender la petición.
fault-unsupported-media-type = Envía el cuerpo como JSON, con Content-Type: application/json.
fault-too-large = Es demasiado grande. Acórtalo o divídelo.
fault-conflict = Alguien lo ha cambiado entretanto. Recarga e inténtalo de nuevo.
fault-rate-limited = Demasiadas peticiones. Espera un momento e inténtalo de nuevo.
fault-context-too-long = La conversación es demasiado larga para el modelo. Empieza otra o elige un modelo con más capacidad.
fault-provider-denied = El proveedor del modelo ha rechazado la petición. Un administrador debe revisar la clave y el saldo.
fault-model-refused = El modelo ha preferido no responder a esto.
fault-unavailable = No está disponible en este momento. Inténtalo de nuevo enseguida.
fault-timeout = Ha tardado demasiado y se ha cancelado. Inténtalo de nuevo.
fault-tool-failed = Una herramienta ha fallado.
fault-storage-full = No queda espacio de almacenamiento. Avisa a un administrador.
fault-internal = Algo ha fallado por nuestra parte. Ha quedado registrado.
