# Compartir, grupos, roles, concesiones y políticas.
permissions-name = Un nombre tiene de 1 a 80 caracteres.
permissions-name-taken = Este nombre ya está en uso.
permissions-description = Una descripción tiene como máximo 500 caracteres.
permissions-action = Elige al menos una acción, y solo acciones que existan.
permissions-subject = Aquí no existe esa persona, grupo o rol.
permissions-resource = Aquí no existe ese recurso.
permissions-grant-level = Este tipo de recurso no tiene ese nivel.
permissions-policy-invalid = La política no es válida: { $detail }
permissions-policies-max = Ya hay 200 políticas. Elimina una primero.
permissions-locks-out = Con este cambio ya no podrías gestionar el acceso. No se ha cambiado nada.
sharing-subject-count = Indica exactamente uno: una persona por id o correo electrónico, un grupo o todos.
sharing-subject-unknown = Aquí no existe esa persona o grupo.
sharing-owner = Esta persona ya es la propietaria.
sharing-expired = La fecha de fin ya ha pasado.
sharing-too-many = Ya se comparte con 200 personas y grupos. Usa un grupo.
sharing-tool-results = { $count ->
    [one] Un resultado de herramienta guardado será visible para todas las personas con quienes se comparta, sean cuales sean sus propios permisos sobre los datos.
   *[other] { $count } resultados de herramientas guardados serán visibles para todas las personas con quienes se comparta, sean cuales sean sus propios permisos sobre los datos.
}
