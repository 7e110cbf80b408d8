# Inicio de sesión, cuentas y tokens.
identity-wrong-credentials = La dirección de correo o la contraseña no es correcta.
identity-passwords-off = Aquí no se puede iniciar sesión con contraseña.
identity-too-many-attempts = { $count ->
    [one] Demasiados intentos. Espera un segundo e inténtalo de nuevo.
   *[other] Demasiados intentos. Espera { $count } segundos e inténtalo de nuevo.
}
identity-link-unusable = Este enlace no es válido: ya se usó, ha caducado o no existe.
identity-token-unusable = El token no es válido: es incorrecto, ha caducado o fue revocado.
identity-address-taken = Ya hay una cuenta con tu dirección. Pide a un administrador que la vincule.
identity-cross-site = La petición venía de otro sitio y se ha rechazado.
identity-email = Esto no es una dirección de correo.
identity-email-taken = Ya hay una cuenta con esta dirección.
identity-password-short = Una contraseña tiene al menos 10 caracteres.
identity-password-long = Una contraseña tiene como máximo 1024 bytes.
identity-password-guessable = Esta contraseña es demasiado fácil de adivinar.
identity-time-zone = No se conoce esta zona horaria. Usa un nombre como Europe/Madrid.
identity-token-name = Un token tiene un nombre de 1 a 80 caracteres.
identity-token-scope = No existe ese ámbito.
identity-token-scope-wider = Un token no puede tener más permisos que el token con el que se crea.
identity-token-lifetime = Un token es válido al menos un minuto y como máximo diez años.
identity-token-too-many = Tienes demasiados tokens. Revoca uno primero.
