# Empresas y sus temas.
tenant-slug = Un nombre corto tiene de 1 a 40 letras minúsculas, cifras y guiones.
tenant-name = Un nombre tiene de 1 a 120 caracteres.
tenant-currency = Una moneda son tres letras mayúsculas, como EUR.
tenant-host = Esto no es un nombre de servidor.
tenant-slug-taken = Otra empresa ya tiene este nombre corto.
tenant-host-taken = Otra empresa ya tiene este nombre de servidor.
theme-name = Un nombre de producto tiene de 1 a 40 caracteres.
theme-color = Un color tiene la forma #rrggbb.
theme-font = Una lista de fuentes solo contiene nombres, comas y comillas.
theme-radius = El radio de las esquinas es como máximo de 24 píxeles.
theme-logo-kind = Un logotipo es un SVG o un PNG.
theme-logo-too-large = El logotipo es demasiado grande: como máximo 48 kB y 2048 píxeles.
theme-logo-not-allowed = Un logotipo solo puede contener formas; este contiene { $what }.
