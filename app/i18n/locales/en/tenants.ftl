# Companies and their themes.
tenant-slug = A short name has 1 to 40 lower-case letters, digits and hyphens.
tenant-name = A name has 1 to 120 characters.
tenant-currency = A currency is three capital letters, as EUR.
tenant-host = This is not a host name.
tenant-slug-taken = Another company already has this short name.
tenant-host-taken = Another company already has this host name.
theme-name = A product name has 1 to 40 characters.
theme-color = A colour has the form #rrggbb.
theme-font = A font family list contains only names, commas and quotes.
theme-radius = The corner radius is at most 24 pixels.
theme-logo-kind = A logo is an SVG or a PNG.
theme-logo-too-large = The logo is too large: at most 48 kB and 2048 pixels.
theme-logo-not-allowed = A logo may contain shapes only; this one contains { $what }.
