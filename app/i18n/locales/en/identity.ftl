# Signing in, accounts and tokens.
identity-wrong-credentials = The e-mail address or the password is wrong.
identity-passwords-off = Signing in with a password is switched off here.
identity-too-many-attempts = { $count ->
    [one] Too many attempts. Wait one second and try again.
   *[other] Too many attempts. Wait { $count } seconds and try again.
}
identity-link-unusable = This link is not valid: it has been used, has expired, or does not exist.
identity-token-unusable = The token is not valid: it is wrong, has expired, or was revoked.
identity-address-taken = There is already an account with your address. Ask an administrator to link it.
identity-cross-site = The request came from another site and was rejected.
identity-email = This is not an e-mail address.
identity-email-taken = There is already an account with this address.
identity-password-short = A password has at least 10 characters.
identity-password-long = A password has at most 1024 bytes.
identity-password-guessable = This password is too easy to guess.
identity-time-zone = This time zone is not known. Use a name like Europe/Madrid.
identity-token-name = A token has a name of 1 to 80 characters.
identity-token-scope = There is no such scope.
identity-token-scope-wider = A token cannot have more permissions than the token it is created with.
identity-token-lifetime = A token is valid for at least one minute and at most ten years.
identity-token-too-many = You have too many tokens. Revoke one first.
