# La página fuera de chats y artefactos: paneles, lista de conversaciones, paleta, ajustes, inicio de sesión, avisos.

# Etiquetas comunes
ui-cancel = Cancelar
ui-close = Cerrar
ui-delete = Eliminar
ui-rename = Cambiar nombre
ui-pin = Fijar
ui-unpin = Dejar de fijar
ui-undo = Deshacer
ui-retry = Reintentar
ui-loading = Cargando
ui-copy = Copiar
ui-load-more = Mostrar más
ui-results = { $count ->
    [one] { $count } resultado
   *[other] { $count } resultados
}
ui-skip-to-content = Ir al contenido

# Paneles
ui-pane-conversations = Conversaciones
ui-pane-artifacts = Panel de artefactos
ui-hide-conversations = Ocultar conversaciones
ui-show-conversations = Mostrar conversaciones
ui-hide-artifacts = Ocultar panel de artefactos
ui-show-artifacts = Mostrar panel de artefactos
ui-resize-conversations = Ancho de la lista de conversaciones
ui-resize-artifacts = Ancho del panel de artefactos
ui-main = Contenido principal

# Conversaciones
ui-new-chat = Nuevo chat
ui-search-conversations = Buscar conversaciones
ui-clear-search = Borrar la búsqueda
ui-no-conversations-title = Aún no hay conversaciones
ui-no-conversations-text = Tus conversaciones aparecen aquí.
ui-no-results-title = Sin resultados
ui-no-results-text = Ninguna conversación contiene «{ $query }».
ui-untitled = Conversación nueva
ui-conversation-title = Título de la conversación
ui-group-pinned = Fijadas
ui-group-today = Hoy
ui-group-yesterday = Ayer
ui-group-week = Últimos 7 días
ui-group-month = Últimos 30 días
ui-group-older = Anteriores
ui-answering = Respondiendo
ui-deleted = Conversación eliminada
ui-deleted-named = «{ $title }» eliminada
ui-starters = Empieza por
ui-dashboards = Paneles de control
ui-actions-for = Acciones para «{ $title }»

# Sugerencias
ui-starter-health-title = Salud de la empresa
ui-starter-health-prompt = Muéstrame la salud de la empresa ahora
ui-starter-revenue-title = Ingresos del trimestre
ui-starter-revenue-prompt = ¿Cómo van los ingresos de este trimestre frente al presupuesto?
ui-starter-units-title = Comparar unidades
ui-starter-units-prompt = Compara las unidades de negocio este año
ui-starter-projects-title = Proyectos en riesgo
ui-starter-projects-prompt = ¿Qué proyectos necesitan atención este mes?

# Paleta
ui-palette = Paleta de comandos
ui-palette-placeholder = Buscar conversaciones y comandos
ui-palette-commands = Comandos
ui-palette-conversations = Conversaciones
ui-palette-dashboards = Paneles de control
ui-palette-empty = Nada coincide con «{ $query }».
ui-palette-hint = Muévete con las flechas, elige con Intro, cierra con Escape
ui-command-settings = Abrir ajustes
ui-command-shortcuts = Atajos de teclado
ui-command-language = Idioma: { $name }
ui-command-theme = Tema: { $name }
ui-command-sign-out = Cerrar sesión

# Atajos
ui-shortcuts = Atajos de teclado
ui-shortcut-palette = Abrir la paleta de comandos
ui-shortcut-new-chat = Empezar un chat
ui-shortcut-help = Mostrar esta lista
ui-shortcut-left = Mostrar u ocultar las conversaciones
ui-shortcut-right = Mostrar u ocultar el panel de artefactos
ui-shortcut-send = Enviar el mensaje
ui-shortcut-break = Empezar otra línea
ui-shortcut-stop = Detener la respuesta o cerrar lo abierto
ui-shortcut-edit-last = Editar el último mensaje
ui-shortcuts-general = En cualquier sitio
ui-shortcuts-writing = Al escribir
ui-key-enter = Intro
ui-key-shift = Mayús
ui-key-escape = Esc

# Cuenta y ajustes
ui-account = Cuenta
ui-settings = Ajustes
ui-settings-intro = Apariencia, idioma y acceso. Los cambios se aplican al momento.
ui-settings-appearance = Apariencia
ui-settings-language = Idioma
ui-settings-language-hint = Idioma de la página, sus avisos y los textos incorporados del asistente.
ui-settings-theme = Tema
ui-settings-theme-hint = El alto contraste usa colores más fuertes y líneas más gruesas.
ui-settings-time-zone = Zona horaria
ui-settings-time-zone-hint = Se usa para fechas y horas.
ui-settings-time-zone-detect = Usar la de este dispositivo ({ $zone })
ui-settings-profile = Perfil
ui-settings-name = Nombre
ui-settings-email = Correo electrónico
ui-settings-roles = Roles
ui-settings-company = Empresa
ui-theme-system = Como el dispositivo
ui-theme-light = Claro
ui-theme-dark = Oscuro
ui-theme-contrast = Alto contraste
ui-language-en = English
ui-language-es = Español
ui-role-viewer = Lectura
ui-role-creator = Creación
ui-role-manager = Gestión
ui-role-admin = Administración
ui-sign-out = Cerrar sesión

# Tokens de acceso personales
ui-tokens = Tokens de acceso
ui-tokens-intro = Para programas que usan { $product } en tu nombre. Envía el token en la cabecera «Authorization: Bearer».
ui-tokens-none = No tienes ningún token.
ui-token-new = Nuevo token
ui-token-name = Nombre
ui-token-name-hint = El programa que usa el token.
ui-token-scopes = Permisos
ui-token-scopes-hint = Sin selección, el token tiene todos tus permisos.
ui-token-scope-chat = Conversaciones
ui-token-scope-artifacts = Artefactos
ui-token-scope-tools = Herramientas
ui-token-scope-data = Paneles y datos
ui-token-scope-profile = Perfil y tokens
ui-token-scope-admin = Administración
ui-token-scope-all = Todo
ui-token-expiry = Válido durante
ui-token-expiry-days = { $count } días
ui-token-expiry-year = Un año
ui-token-expiry-never = Hasta que se revoque
ui-token-create = Crear token
ui-token-secret = Tu nuevo token
ui-token-secret-hint = Cópialo ahora: no se puede volver a mostrar.
ui-token-done = Listo
ui-token-created = Creado el { $when }
ui-token-expires = Caduca el { $when }
ui-token-expired = Caducó el { $when }
ui-token-forever = No caduca
ui-token-used = Usado por última vez el { $when }
ui-token-unused = Sin usar
ui-token-revoke = Revocar
ui-token-revoke-named = Revocar «{ $name }»
ui-token-revoke-text = Los programas que usan «{ $name }» pierden el acceso al momento. No se puede deshacer.
ui-token-revoked = «{ $name }» se ha revocado

# Inicio de sesión
ui-sign-in = Entrar
ui-sign-in-title = Entra en { $product }
ui-sign-in-intro = Los datos y herramientas de tu empresa en una conversación.
ui-sign-in-email = Correo electrónico
ui-sign-in-password = Contraseña
ui-sign-in-with = Continuar con { $provider }
ui-sign-in-or = o
ui-sign-in-no-method = No hay configurada ninguna forma de entrar. Usa el enlace de un solo uso que se mostró al arrancar PENNY o pide ayuda a un administrador.
ui-sign-in-show-password = Mostrar contraseña
ui-sign-in-hide-password = Ocultar contraseña
ui-sign-in-error-credentials = El correo o la contraseña no son correctos.
ui-sign-in-error-rate = Demasiados intentos. Espera un minuto e inténtalo de nuevo.
ui-sign-in-error-link = Este enlace ha caducado o ya se ha usado. Pide otro.
ui-sign-in-error-provider = El proveedor de identidad ha rechazado el inicio de sesión. Inténtalo de nuevo o usa otro método.
ui-sign-in-error-unknown-user = Todavía no tienes una cuenta aquí. Pide acceso a un administrador.
ui-sign-in-error-expired = Tu sesión ha terminado. Entra de nuevo.
ui-sign-in-error-disabled = Aquí no se puede entrar con contraseña.
ui-sign-in-error-other = No se ha podido iniciar sesión. Inténtalo de nuevo.
ui-sign-in-signed-out = Has cerrado la sesión.
ui-link-title = Entra con tu enlace de un solo uso
ui-link-text = Este enlace funciona una vez. Continúa para entrar en este dispositivo.
ui-link-continue = Continuar

# Avisos: página no encontrada, conexión y carga
ui-not-found-title = Esta página no existe
ui-not-found-text = Puede que la dirección esté mal escrita o que la página se haya eliminado.
ui-go-home = Ir a la página de inicio
ui-trace = Referencia: { $trace }
ui-connection-lost = Conexión perdida. Reconectando…
ui-unreachable = No se puede contactar con el servidor. Comprueba tu conexión e inténtalo de nuevo.
ui-asleep = Esta página todavía se está cargando. Puedes leerla, pero sus controles aún no funcionan.
ui-load-again = Recargar
ui-needs-script = Esta página necesita JavaScript. Sin él puedes leerla, pero sus controles no funcionan.
ui-dismiss = Descartar
ui-notifications = Notificaciones
