# Errores de los servicios de dominio.
fault-field = Este valor no es válido.
fault-title = Un título tiene de 1 a { $max } caracteres.
fault-cursor = Este cursor no es válido. Empieza desde el principio de la lista.
fault-content = { $kind ->
    [table] Esto no es el contenido de una tabla.
    [chart] Esto no es el contenido de un gráfico.
    [dashboard] Esto no es el contenido de un panel.
   *[other] El contenido debe ser un texto.
} { $fields }
fault-table-ragged = Esta fila tiene { $found } valores para { $columns } columnas.
fault-table-nested = Esta fila contiene una lista o un objeto; solo se admiten valores simples.
field-missing = Esto es obligatorio.
field-unknown = Este campo no existe.
field-twice = Esto aparece más de una vez.
field-kind = { $kind ->
    [string] Esto debe ser un texto.
    [number] Esto debe ser un número.
    [integer] Esto debe ser un número entero.
    [boolean] Esto debe ser true o false.
    [array] Esto debe ser una lista.
    [object] Esto debe ser un objeto.
    [null] Esto debe ser null.
   *[other] Esto es de otro tipo.
}
field-choice = Elige uno de estos: { $options }.
field-short = Esto debe tener al menos { $limit } caracteres.
field-long = Esto debe tener como máximo { $limit } caracteres.
field-few = Esto debe tener al menos { $limit } elementos.
field-many = Esto debe tener como máximo { $limit } elementos.
field-low = Esto debe ser al menos { $limit }.
field-high = Esto debe ser como máximo { $limit }.
field-above = Esto debe ser mayor que { $limit }.
field-below = Esto debe ser menor que { $limit }.
field-no-json = Esto no es JSON válido.
json-too-deep = El JSON tiene más de { $limit } niveles. Reduce el anidamiento.
json-too-many = El JSON contiene más de { $limit } valores. Divídelo.
fault-message-empty = El mensaje está vacío.
fault-message-too-large = El texto es demasiado largo: { $max } bytes como máximo.
fault-artifact-too-large = El contenido es demasiado grande: { $max } bytes como máximo.
fault-signature = Este enlace no es válido o ha caducado. Abre de nuevo el artefacto para obtener otro.
fault-turn-running = La respuesta anterior todavía se está generando. Espera a que termine o detenla.
fault-not-continuable = Esta respuesta no se puede continuar.
fault-branch-too-long = No se puede copiar una rama de más de { $max } mensajes.
fault-nothing-to-merge = No hay nada que fusionar: la otra rama ya lo contiene todo.
fault-not-waiting = Esta decisión ya no es necesaria.
fault-model-unnamed = No se ha elegido ningún modelo y el proveedor { $provider } no da una lista de los suyos. Elige uno con tu mensaje, o pide a un administrador que defina PENNY__MODELS__DEFAULT.
fault-no-model = No hay ningún modelo configurado. Pide a un administrador que conecte uno.
fault-tool-unknown = No hay ninguna herramienta llamada { $name } que puedas usar.
fault-tool-arguments = Los argumentos de la herramienta { $name } no son válidos. { $fields }
fault-tool-needs-approval = La herramienta { $name } necesita tu aprobación en cada llamada. Úsala en una conversación.
fault-tool-timeout = La herramienta { $name } tardó más de { $seconds } segundos y se detuvo.
fault-tool-result = El resultado de la herramienta { $name } es demasiado grande. Pide menos datos.
fault-tool-rows = La herramienta { $name } devolvió más de { $max } filas. Pide menos datos.
fault-tool-denied = La llamada no fue aprobada.
fault-tool-in-doubt = La herramienta { $name } se interrumpió mientras se ejecutaba. No se conoce el resultado: compruébalo antes de volver a llamarla.
fault-too-many-steps = La respuesta necesitó demasiados pasos y se detuvo.
fault-sender-inactive = Quien envió el mensaje ya no puede actuar aquí, así que el turno no puede continuar. Detenlo.
