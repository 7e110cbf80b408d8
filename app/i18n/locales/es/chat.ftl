# El chat: saludo, mensajes, cuadro de texto.
chat-new-title = Chat nuevo
chat-thread-label = Conversación
chat-loading = Cargando la conversación
chat-greeting = ¿Qué te gustaría saber, { $name }?
chat-greeting-nameless = ¿Qué te gustaría saber?
chat-greeting-hint = Pregunta por tu empresa o empieza con una de estas ideas.
chat-starters-label = Sugerencias

chat-composer-label = Mensaje
chat-composer-placeholder = Pregunta lo que quieras
chat-composer-hint = Mayús+Intro empieza otra línea
chat-send = Enviar
chat-stop = Detener
chat-stop-hint = Detener la respuesta (Esc)
chat-attach = Adjuntar archivos de texto
chat-attached = Archivos adjuntos
chat-attaching = Adjuntando
chat-attach-remove = Quitar «{ $name }»
chat-attach-not-text = No es un archivo de texto
chat-attach-too-large = Mayor que 512 kB
chat-model = Modelo
chat-model-none = Elige un modelo
chat-model-demo = Demo de PENNY (no es un modelo de lenguaje)
chat-too-long = Este mensaje ocupa { $size }; el límite es { $limit }. Acórtalo o divídelo.
chat-edit-label = Edita tu mensaje
chat-edit-save = Enviar de nuevo
chat-cancel = Cancelar

chat-you = Tú
chat-assistant = Asistente
chat-system = Sistema
chat-actions = Acciones del mensaje
chat-copy = Copiar
chat-copied = Copiado
chat-copy-failed = El navegador no ha permitido copiar.
chat-edit = Editar
chat-regenerate = Otra respuesta
chat-branch-previous = Versión anterior
chat-branch-next = Versión siguiente
chat-branch-place = Versión { $position } de { $total }
chat-branches = Ramas
chat-branch-off = Crear una rama en un chat nuevo
chat-branched = Viene de otro chat
chat-brought = Copiado de otra rama
chat-compare = Comparar las versiones
chat-compare-version = Versión que se muestra aquí
chat-compare-shown = Se muestra en el chat
chat-compare-show = Continuar con esta versión
chat-compare-bring = Añadirla al final del chat
chat-compare-more = { $count ->
    [one] Un mensaje más
   *[other] { $count } mensajes más
}
chat-show-all = Mostrar todo
chat-show-less = Mostrar menos
chat-image = Imagen
chat-thinking = Pensando
chat-thoughts = Razonamiento
chat-sources = Fuentes
chat-jump = Ir a lo último
chat-older-loading = Cargando mensajes anteriores
chat-older-failed = No se han podido cargar los mensajes anteriores.

chat-unsent = No enviado.
chat-unsent-edit = Volver al cuadro de texto
chat-stopped = Has detenido esta respuesta.
chat-interrupted = La respuesta se interrumpió. Se conserva lo recibido hasta entonces.
chat-continue = Continuar
chat-retry = Reintentar
chat-retry-in = Reintentar en { $count ->
    [one] { $count } segundo
   *[other] { $count } segundos
}

chat-tool-arguments = Argumentos
chat-tool-result = Resultado
chat-tool-plan = Cambios previstos
chat-tool-pending = En cola
chat-tool-running = En curso
chat-tool-waiting = Necesita tu aprobación
chat-tool-succeeded = Hecho
chat-tool-failed = Ha fallado
chat-tool-denied = Denegado
chat-tool-in-doubt = Resultado desconocido
chat-tool-broken-off = Interrumpido
chat-tool-approve = Permitir
chat-tool-deny = No permitir
chat-tool-ask = El asistente quiere ejecutar { $name }.
chat-tool-irreversible = No se puede deshacer.

chat-say-answering = El asistente está respondiendo.
chat-say-done = La respuesta está completa.
chat-say-stopped = La respuesta se ha detenido.
chat-say-failed = La respuesta ha fallado.
chat-say-waiting = El asistente necesita tu aprobación.
chat-gone = Esta conversación no existe o no tienes acceso.
chat-start-new = Empezar un chat nuevo
