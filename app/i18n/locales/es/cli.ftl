# Salida de la línea de órdenes.
cli-administrator = Administración
cli-serve-ready = PENNY está lista en { $url }
cli-serve-link = Entra como { $whom } con este enlace. Sirve una vez, durante 24 horas:
cli-no-account = No hay ninguna cuenta con la dirección { $email }.
cli-no-tenant = No hay ninguna empresa con el nombre corto { $slug }.
cli-seed-done = La empresa de demostración está instalada.
cli-seed-there = La empresa de demostración ya está instalada.
# Resultados de `penny doctor` y cómo corregirlos.
doctor-config = Configuración
doctor-config-fine = válida
doctor-config-wrong = { $problem }
doctor-config-wrong-mend = Corrígela; `penny schema config` muestra cada clave y para qué sirve.
doctor-address = Dirección
doctor-address-fine = { $url }
doctor-address-running = PENNY ya está en marcha en { $address }
doctor-address-running-mend = No hay que hacer nada. Una segunda instancia necesita http.addr y data.dir propios.
doctor-address-taken = otro programa escucha en { $address }
doctor-address-taken-mend = Detenlo o pon otro puerto en http.addr.
doctor-address-closed = no se puede escuchar en { $address }: { $problem }
doctor-address-closed-mend = Pon en http.addr una dirección de esta máquina y un puerto que el usuario pueda abrir.
doctor-address-open = { $url } es accesible desde otras máquinas sin cifrado
doctor-address-open-mend = Pon delante un proxy inverso con HTTPS y escribe su URL en http.public_url.
doctor-folder = Carpeta de datos
doctor-folder-fine = se puede escribir en { $dir }
doctor-folder-new = { $dir } todavía no existe
doctor-folder-new-mend = No hay que hacer nada: la crea `penny serve`.
doctor-folder-open = cualquier usuario de esta máquina tiene acceso a { $dir }
doctor-folder-open-mend = Ejecuta: chmod 700 { $dir }
doctor-folder-closed = no se puede escribir en { $dir }: { $problem }
doctor-folder-closed-mend = Cambia su propietario al usuario que ejecuta PENNY o pon otra carpeta en data.dir.
doctor-space = Espacio en disco
doctor-space-fine = { $free } MiB libres
doctor-space-little = solo { $free } MiB libres
doctor-space-little-mend = Libera espacio o lleva la carpeta de datos a un disco mayor.
doctor-database = Base de datos
doctor-database-fine = { $kind } está accesible y al día
doctor-database-new = { $kind }: todavía no hay base de datos
doctor-database-new-mend = No hay que hacer nada: la crea `penny serve`.
doctor-database-outdated = { $kind } está accesible, pero { $count ->
    [one] falta una migración
   *[other] faltan { $count } migraciones
}
doctor-database-outdated-mend = Ejecuta `penny migrate` o arranca `penny serve`, que lo hace.
doctor-database-silent = no se puede acceder a { $kind }
doctor-database-silent-mend = Comprueba que está en marcha y que database.url tiene el servidor y el puerto correctos.
doctor-database-failing = { $kind }: { $problem }
doctor-database-failing-mend = Revisa database.url, los permisos de su usuario y el registro de la base de datos.
doctor-audit = Registro de auditoría
doctor-audit-fine = está íntegro ({ $count ->
    [one] un registro
   *[other] { $count } registros
})
doctor-audit-broken = alterado en el registro { $record } de la empresa { $tenant }
doctor-audit-broken-mend = La base de datos se modificó fuera de PENNY. No la cambies y compárala con una copia de seguridad.
doctor-audit-keyless = no se puede comprobar: falta el archivo de clave { $path }
doctor-audit-keyless-mend = Recupéralo de una copia de seguridad. Si no, el próximo arranque crea otra clave y los registros anteriores ya no se pueden verificar.
doctor-audit-long = tarda más de { $seconds } segundos en comprobarse
doctor-audit-long-mend = No hay que hacer nada: los registros comprobados hasta entonces están íntegros.
doctor-audit-failing = no se puede leer: { $problem }
doctor-audit-failing-mend = Revisa los permisos del usuario de la base de datos y el registro de esta.
doctor-clock = Reloj
doctor-clock-fine = { $now }
doctor-clock-wrong = marca { $now }, una hora imposible
doctor-clock-wrong-mend = Pon en hora la máquina; los inicios de sesión y los enlaces dependen de ello.
doctor-models = Modelos
doctor-models-fine = { $url } está accesible
doctor-models-ollama = Ollama local encontrado: { $model }
doctor-models-unlisted = { $url } no da una lista de modelos; se le pasa cualquier nombre
doctor-models-unlisted-mend = Comprueba que models.openai_compatible.base_url termina en /v1. Si es así, define models.default o elige un modelo para cada mensaje.
doctor-models-silent = no se puede acceder a Ollama en { $url }
doctor-models-silent-mend = Arráncalo o corrige models.ollama.base_url.
doctor-models-failing = no se puede acceder a { $url }: { $problem }
doctor-models-failing-mend = Revisa models.openai_compatible.base_url (debe terminar en /v1) y su api_key.
doctor-models-demo = solo la demostración incluida, que no es un modelo de lenguaje
doctor-models-demo-mend = Arranca Ollama o define models.openai_compatible.base_url.
doctor-openid = Proveedor de identidad
doctor-openid-fine = { $name } está accesible
doctor-openid-failing = no se puede acceder a { $name }: { $problem }
doctor-openid-failing-mend = Revisa auth.oidc.{ $name }.issuer: su /.well-known/openid-configuration tiene que ser accesible desde esta máquina.
doctor-docker = Entorno aislado
doctor-docker-fine = Docker está disponible
doctor-docker-none = Docker no está disponible; no se pueden ejecutar programas
doctor-docker-none-mend = Solo hace falta para ejecutar programas: instala Docker y da acceso a su socket al usuario que ejecuta PENNY.
doctor-site = Interfaz web
doctor-site-fine = compilada
doctor-site-missing = no compilada
doctor-site-missing-mend = Ejecuta `make build` o pon en http.site_dir la carpeta de una interfaz compilada.
