# Signing in, accounts and tokens.
identity-wrong-credentials = The e-mail address or the password is wrong.
identity-passwords-off = Signing in with a password is switched off here.
identity-too-many-attempts = { $count ->
    [one] Too many attempts. Wait one second and try again.
   *[other] Too many attempts. Wait { $count } seconds and try again.
}
identity-link-unusable = This link does not work: it has been used, has expired, or never was one.
identity-token-unusable = The token does not work: it is wrong, has expired, or was revoked.
identity-address-taken = There is already an account with your address. Ask an administrator to link it.
identity-cross-site = The request came from another site and was not carried out.
identity-email = This is not an e-mail address.
identity-email-taken = There is already an account with this address.
identity-password-short = A password has at least 10 characters.
identity-password-long = A password has at most 1024 bytes.
identity-password-guessable = This password is too easy to guess.
identity-time-zone = This time zone is not known. Use a name like Europe/Madrid.
identity-token-name = A token has a name of 1 to 80 characters.
identity-token-scope = There is no such scope.
identity-token-scope-wider = A token cannot give more than the one it is made with.
identity-token-lifetime = A token works for at least a minute and at most ten years.
identity-token-too-many = You have too many tokens. Revoke one first.
