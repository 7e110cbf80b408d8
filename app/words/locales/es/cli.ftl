# Lo que dice la línea de órdenes.
cli-administrator = Administración
cli-serve-ready = PENNY está lista en { $url }
cli-serve-link = Entra como { $whom } con este enlace. Sirve una vez, durante 24 horas:
cli-no-account = No hay ninguna cuenta con la dirección { $email }.
cli-no-tenant = No hay ninguna empresa con el nombre corto { $slug }.
cli-seed-done = La empresa de demostración está instalada.
cli-seed-there = La empresa de demostración ya estaba instalada.
# Lo que encuentra el diagnóstico y cómo arreglarlo.
doctor-config = Configuración
doctor-config-fine = se puede leer
doctor-config-wrong = { $problem }
doctor-config-wrong-mend = Corrígela; `penny schema config` muestra cada clave y para qué sirve.
doctor-address = Dirección
doctor-address-fine = { $url }
doctor-address-running = ya responde una PENNY en { $address }
doctor-address-running-mend = No hay que hacer nada. Una segunda necesita http.addr y data.dir propios.
doctor-address-taken = otro programa escucha en { $address }
doctor-address-taken-mend = Detenlo o pon otro puerto en http.addr.
doctor-address-closed = no se puede escuchar en { $address }: { $problem }
doctor-address-closed-mend = Pon en http.addr una dirección de esta máquina y un puerto que su usuario pueda abrir.
doctor-address-open = { $url } es accesible desde otras máquinas sin cifrado
doctor-address-open-mend = Pon delante un proxy con https y escribe en http.public_url la dirección que usa la gente.
doctor-folder = Carpeta de datos
doctor-folder-fine = se puede escribir en { $dir }
doctor-folder-new = { $dir } todavía no existe
doctor-folder-new-mend = No hay que hacer nada: la crea `penny serve`.
doctor-folder-open = cualquier usuario de esta máquina puede entrar en { $dir }
doctor-folder-open-mend = Ejecuta: chmod 700 { $dir }
doctor-folder-closed = no se puede escribir en { $dir }: { $problem }
doctor-folder-closed-mend = Dásela al usuario que ejecuta PENNY o pon otra carpeta en data.dir.
doctor-space = Espacio en disco
doctor-space-fine = { $free } MiB libres
doctor-space-little = solo { $free } MiB libres
doctor-space-little-mend = Libera espacio o lleva la carpeta de datos a un disco mayor.
doctor-database = Base de datos
doctor-database-fine = { $kind } responde y está al día
doctor-database-new = { $kind }; todavía no hay ninguna
doctor-database-new-mend = No hay que hacer nada: la crea `penny serve`.
doctor-database-outdated = { $kind } responde, pero { $count ->
    [one] falta una migración
   *[other] faltan { $count } migraciones
}
doctor-database-outdated-mend = Ejecuta `penny migrate` o arranca `penny serve`, que lo hace.
doctor-database-silent = { $kind } no responde
doctor-database-silent-mend = Comprueba que está en marcha y que database.url nombra el servidor y el puerto correctos.
doctor-database-failing = { $kind }: { $problem }
doctor-database-failing-mend = Revisa database.url, los permisos de su usuario y el registro de la base de datos.
doctor-audit = Registro de auditoría
doctor-audit-fine = está íntegro ({ $count ->
    [one] un registro
   *[other] { $count } registros
})
doctor-audit-broken = se alteró en el registro { $record } de la empresa { $tenant }
doctor-audit-broken-mend = Alguien escribió en la base de datos sin pasar por PENNY. Déjala como está y compárala con una copia de seguridad.
doctor-audit-keyless = no se puede comprobar: falta el archivo de clave { $path }
doctor-audit-keyless-mend = Recupéralo de una copia de seguridad. Al arrancar se crea otro, y entonces no se da por bueno lo firmado antes.
doctor-audit-long = tarda más de { $seconds } segundos en comprobarse
doctor-audit-long-mend = No hay que hacer nada: lo comprobado hasta entonces está íntegro.
doctor-audit-failing = no se puede leer: { $problem }
doctor-audit-failing-mend = Revisa los permisos del usuario de la base de datos y el registro de esta.
doctor-clock = Reloj
doctor-clock-fine = { $now }
doctor-clock-wrong = dice { $now }, y no puede ser
doctor-clock-wrong-mend = Pon en hora la máquina; los inicios de sesión y los enlaces dependen de ello.
doctor-models = Modelos
doctor-models-fine = { $url } responde
doctor-models-ollama = responde un Ollama local: { $model }
doctor-models-unlisted = { $url } no da una lista de modelos; se le pasa cualquier nombre
doctor-models-unlisted-mend = Comprueba que models.openai_compatible.base_url llega hasta /v1 inclusive. Si es así, define models.default o nombra un modelo con cada mensaje.
doctor-models-silent = no responde ningún Ollama en { $url }
doctor-models-silent-mend = Arráncalo o corrige models.ollama.base_url.
doctor-models-failing = { $url } no responde: { $problem }
doctor-models-failing-mend = Revisa models.openai_compatible.base_url (hasta /v1 inclusive) y su api_key.
doctor-models-demo = ninguno salvo la demostración incluida, que no es un modelo de lenguaje
doctor-models-demo-mend = Arranca Ollama o define models.openai_compatible.base_url.
doctor-openid = Proveedor de identidad
doctor-openid-fine = { $name } responde
doctor-openid-failing = { $name } no responde: { $problem }
doctor-openid-failing-mend = Revisa auth.oidc.{ $name }.issuer: su /.well-known/openid-configuration tiene que ser accesible desde aquí.
doctor-docker = Entorno aislado
doctor-docker-fine = responde un motor de Docker
doctor-docker-none = no hay motor de Docker; no se pueden ejecutar programas
doctor-docker-none-mend = No hay que hacer nada salvo que quieras ejecutar programas: instala Docker y da acceso a su socket al usuario de PENNY.
doctor-site = Página
doctor-site-fine = está construida
doctor-site-missing = no se ha construido
doctor-site-missing-mend = Ejecuta `make build` o pon en http.site_dir una carpeta que la tenga.
