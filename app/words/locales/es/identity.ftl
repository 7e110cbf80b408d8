# Inicio de sesión, cuentas y tokens.
identity-wrong-credentials = La dirección de correo o la contraseña no es correcta.
identity-passwords-off = Aquí no se puede iniciar sesión con contraseña.
identity-too-many-attempts = { $count ->
    [one] Demasiados intentos. Espera un segundo e inténtalo de nuevo.
   *[other] Demasiados intentos. Espera { $count } segundos e inténtalo de nuevo.
}
identity-link-unusable = Este enlace no funciona: ya se usó, ha caducado o nunca existió.
identity-token-unusable = El token no funciona: es incorrecto, ha caducado o fue revocado.
identity-address-taken = Ya hay una cuenta con tu dirección. Pide a un administrador que la vincule.
identity-cross-site = La petición venía de otro sitio y no se ha ejecutado.
identity-email = Esto no es una dirección de correo.
identity-email-taken = Ya hay una cuenta con esta dirección.
identity-password-short = Una contraseña tiene al menos 10 caracteres.
identity-password-long = Una contraseña tiene como máximo 1024 bytes.
identity-password-guessable = Esta contraseña es demasiado fácil de adivinar.
identity-time-zone = No se conoce esta zona horaria. Usa un nombre como Europe/Madrid.
identity-token-name = Un token tiene un nombre de 1 a 80 caracteres.
identity-token-scope = No existe ese ámbito.
identity-token-scope-wider = Un token no puede dar más que aquel con el que se crea.
identity-token-lifetime = Un token funciona al menos un minuto y como máximo diez años.
identity-token-too-many = Tienes demasiados tokens. Revoca uno primero.
# Empresas y su aspecto.
tenant-slug = Un nombre corto tiene de 1 a 40 letras minúsculas, cifras y guiones.
tenant-name = Un nombre tiene de 1 a 120 caracteres.
tenant-currency = Una moneda son tres letras mayúsculas, como EUR.
tenant-host = Esto no es un nombre de servidor.
tenant-slug-taken = Otra empresa ya tiene este nombre corto.
tenant-host-taken = Otra empresa ya tiene este nombre de servidor.
theme-name = Un nombre de producto tiene de 1 a 40 caracteres.
theme-color = Un color se escribe #rrggbb.
theme-font = Una lista de fuentes solo contiene nombres, comas y comillas.
theme-radius = El radio de las esquinas es como máximo de 24 píxeles.
theme-logo-kind = Un logotipo es un SVG o un PNG.
theme-logo-too-large = El logotipo es demasiado grande: como máximo 48 kB y 2048 píxeles.
theme-logo-not-allowed = Un logotipo solo puede contener formas; este contiene { $what }.
