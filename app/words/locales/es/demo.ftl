# Lo que dice el modelo de demostración incorporado. No es un modelo de lenguaje, y lo dice.
demo-model-name = Demo de PENNY (no es un modelo de lenguaje)

demo-greeting =
    ¡Hola! Soy la **demo incorporada** de PENNY, no un modelo de lenguaje: reconozco unas cuantas peticiones y las respondo con tus propias cifras.

    Prueba «Muéstrame la salud de la empresa», «¿Cómo va Furniture este trimestre?» o «Abre el panel de salud de la empresa».
demo-thanks = De nada. Pide otra cifra, otro periodo u otra unidad de negocio cuando quieras.
demo-abilities =
    Soy la demo incorporada, **no un modelo de lenguaje**. Entiendo unas pocas clases de peticiones, en español y en inglés:

    - **Salud de la empresa:** «Muéstrame la salud de la empresa», «Indicadores de este trimestre»
    - **Una parte:** «¿Cómo va Studio este año?», «Indicadores del proyecto Aurora»
    - **Comparación:** «Compara las unidades de negocio este mes»
    - **Paneles:** «Abre el panel de salud de la empresa»
    - **Aspecto:** «Muéstrame una tabla», «Muéstrame qué puede hacer Markdown», «Hazme un recorrido»
    - **Ir más allá:** «¿Cómo conecto un modelo real?»

    Las cifras vienen de las herramientas y de tus datos, nunca de mí.
demo-connect =
    Cualquiera de estas opciones da a PENNY un modelo de lenguaje de verdad:

    1. **Ollama en esta máquina.** Arráncalo antes que PENNY y se encuentra solo, o indica su dirección:
       ```
       PENNY__MODELS__OLLAMA__BASE_URL=http://127.0.0.1:11434
       ```
    2. **Cualquier servicio que hable el formato de chat de OpenAI**, en la nube o propio:
       ```
       PENNY__MODELS__OPENAI_COMPATIBLE__BASE_URL=https://api.openai.com/v1
       PENNY__MODELS__OPENAI_COMPATIBLE__API_KEY=tu-clave
       ```
    3. Elige cuál responde cuando nadie escoge:
       ```
       PENNY__MODELS__DEFAULT=ollama/llama3.1
       ```

    Ponlas como variables de entorno o en el archivo de configuración y vuelve a arrancar PENNY. Hasta entonces, aquí estoy.
demo-unknown =
    A eso no puedo responder: soy la demo incorporada, **no un modelo de lenguaje**, y solo reconozco unas pocas peticiones.

    Puedo mostrar la **salud de la empresa**, las cifras de una unidad de negocio o de un proyecto de este mes, trimestre o año, y abrir paneles. Para todo lo demás, conecta un modelo real; pregúntame cómo.
demo-no-tool = Para eso llamaría a la herramienta `{ $tool }`, pero aquí no la tienes disponible. Un administrador puede permitirla.
demo-tool-failed =
    He llamado a la herramienta `{ $tool }`, pero no ha podido responder:

    > { $reason }
demo-tool-failed-plain = He llamado a la herramienta `{ $tool }`, pero no ha dado una respuesta que me sirva. Nada ha cambiado; puedes intentarlo de nuevo.

demo-looking = Estoy consultando las cifras.
demo-comparing = Estoy consultando las cifras de cada unidad de negocio.
demo-opening = Estoy abriendo el panel.
demo-dashboard-open = **{ $title }** está listo: ábrelo con el botón de su tarjeta. Allí puedes cambiar el periodo y la unidad; Esc te trae de vuelta.
demo-dashboard-open-plain = El panel está listo: ábrelo con el botón de su tarjeta. Esc te trae de vuelta.
demo-dashboard-score =
    { $good_count ->
        [one] { $good_count } de sus { $known_count } indicadores cumple
       *[other] { $good_count } de sus { $known_count } indicadores cumplen
    } el objetivo.
demo-dashboard-table = Su tabla «{ $title }» tiene cada proyecto, primero los retrasados.

demo-period-MTD = lo que va de mes
demo-period-QTD = lo que va de trimestre
demo-period-YTD = lo que va de año
demo-the-company = La empresa
demo-subject = { $unit }, { $period }
demo-headline = { $subject } ({ $days }): { $good_count ->
        [one] { $good_count } de { $known_count } indicadores cumple
       *[other] { $good_count } de { $known_count } indicadores cumplen
    } el objetivo.
demo-going-well = Va bien
demo-close = Cerca del objetivo
demo-off-target = Necesita atención
demo-figure = **{ $name }:** { $value }
demo-figure-target = **{ $name }:** { $value } (objetivo: { $target })
demo-change = { $change } frente al año anterior
demo-no-data = Sin datos: { $names }.
demo-no-figures = No hay cifras para esta selección.
demo-figures-note = El gráfico de arriba los muestra todos. Soy la demo incorporada: las frases están preparadas, las cifras son de tus datos.
demo-compare-headline = **Unidades de negocio comparadas, { $period }** ({ $days }):
demo-compare-column = Indicador
demo-table-value = Valor
demo-table-target = Objetivo
demo-table-previous = Año anterior
demo-compare-best = La que más objetivos cumple: **{ $unit }**, con { $good_count } de { $known_count }.

demo-table =
    Una tabla, tal como la escribiría. Sus cifras son **inventadas**, para mostrar el aspecto:

    | Trimestre | Pedidos | Parte |
    |:----------|--------:|------:|
    | Primero   |     120 |  20 % |
    | Segundo   |     180 |  30 % |
    | Tercero   |     150 |  25 % |
    | Cuarto    |     150 |  25 % |

    Para ver cifras reales, pide la salud de la empresa.
demo-markdown =
    ## Títulos, y todo lo que cabe debajo

    Las palabras pueden ir en **negrita**, *cursiva*, ~~tachadas~~ o como `código`, y [enlazar](https://commonmark.org) a otra parte.

    1. Las listas cuentan
    2. o no:
       - como esta
       - y esta

    > Lo que alguien dijo va citado.

    ```python
    def margen(ingresos: float, coste: float) -> float:
        return (ingresos - coste) / ingresos
    ```

    | Una tabla | tiene columnas |
    |-----------|---------------:|
    | y         |          filas |
demo-tour =
    ## Un recorrido por PENNY

    Soy la demo incorporada, no un modelo de lenguaje; este texto está preparado, y es largo a propósito, para que puedas probar qué ocurre mientras se escribe una respuesta.

    ### Pregunta

    Escribes un mensaje y la respuesta llega palabra por palabra. Puedes detenerla en cualquier momento, y lo dicho se conserva. Puedes editar tu pregunta y volver a preguntar: ambas versiones quedan, y pasas de una a otra debajo del mensaje. Puedes pedir que una respuesta se escriba de nuevo y compararla con la primera. En una conversación nunca se sobrescribe nada.

    ### La respuesta no está en tu navegador

    Se escribe en el servidor. Cierra ahora esta pestaña y vuelve a abrirla dentro de un minuto, o abre la misma conversación en el teléfono: la respuesta ha seguido sin ti, y ahí está, palabra por palabra. Dos ventanas que miran la misma conversación ven las mismas palabras al mismo tiempo. Si el propio servidor se detuviera a mitad, lo que había dicho sigue ahí cuando vuelve, marcado como interrumpido, y puedes hacer que continúe exactamente desde ese punto.

    ### Actúa

    El asistente llama a herramientas con tus permisos, nunca con más. Cada llamada se ve en una tarjeta: qué se llamó, con qué, cuánto tardó y qué devolvió. Una herramienta que cambia algo sin vuelta atrás te pregunta antes, y lo que apruebas es exactamente lo que se ejecuta. La conversación espera tu respuesta el tiempo que haga falta, aunque haya reinicios.

    ### Mira

    Los resultados son artefactos: gráficos, tablas, paneles, documentos. Un artefacto tiene su propia dirección, sus versiones y su historia: de qué conversación salió, de qué llamada, de qué datos. Puedes fijarlo, ampliarlo, exportarlo y abrirlo mucho después de que la conversación se haya olvidado. Pídeme la salud de la empresa para ver uno: una herramienta lee las cifras por SQL de los datos de la empresa, y un gráfico aparece junto a las palabras.

    ### Tus manos conocen el camino

    Intro envía, y Mayúsculas con Intro salta de línea. Esc detiene. Ctrl con K abre la paleta, donde cada conversación y cada acción están a unas pocas letras. La flecha hacia arriba edita tu último mensaje. Ctrl con la barra muestra todos los atajos. Lo que has escrito y no has enviado se guarda en cada conversación.

    ### Tu empresa, y solo la tuya

    Varias empresas pueden compartir una instalación, cada una con su nombre, sus colores y su dirección. Ninguna puede ver que existe otra: cada fila de la base de datos pertenece a una de ellas, y la propia base de datos se niega a mostrarla a las demás.

    ### También para máquinas

    Todo lo que ves aquí pasa por la misma interfaz pública que puede usar cualquier programa: GraphQL, REST con eventos enviados por el servidor y la línea de órdenes. Un programa puede seguir una respuesta mientras se escribe, perder la conexión y retomarla desde el último evento que vio, sin perder ni duplicar nada.

    Ese era el recorrido. Pregunta «¿Qué puedes hacer?» para ver la versión corta.
