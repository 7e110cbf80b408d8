# Textos del modelo de demostración incorporado, que no es un modelo de lenguaje.
demo-model-name = Demo de PENNY (no es un modelo de lenguaje)

demo-greeting =
    ¡Hola! Soy la **demo incorporada** de PENNY, no un modelo de lenguaje: reconozco unas cuantas peticiones y las respondo con tus propias cifras.

    Prueba «Muéstrame la salud de la empresa», «¿Cómo va Furniture este trimestre?» o «Abre el panel de salud de la empresa».
demo-thanks = De nada. Puedes pedir otra cifra, otro periodo u otra unidad de negocio.
demo-abilities =
    Soy la demo incorporada, **no un modelo de lenguaje**. Entiendo unas pocas clases de peticiones, en español y en inglés:

    - **Salud de la empresa:** «Muéstrame la salud de la empresa», «Indicadores de este trimestre»
    - **Una parte:** «¿Cómo va Studio este año?», «Indicadores del proyecto Aurora»
    - **Comparación:** «Compara las unidades de negocio este mes»
    - **Paneles:** «Abre el panel de salud de la empresa»
    - **Formato:** «Muéstrame una tabla», «Muéstrame qué puede hacer Markdown», «Hazme un recorrido»
    - **Configuración:** «¿Cómo conecto un modelo real?»

    Las cifras vienen de las herramientas y de tus datos, nunca de mí.
demo-connect =
    Cualquiera de estas opciones da a PENNY un modelo de lenguaje de verdad:

    1. **Ollama en esta máquina.** Arráncalo antes que PENNY y se detecta automáticamente, o indica su dirección:
       ```
       PENNY__MODELS__OLLAMA__BASE_URL=http://127.0.0.1:11434
       ```
    2. **Cualquier servicio con la API de chat completions de OpenAI**, en la nube o propio:
       ```
       PENNY__MODELS__OPENAI_COMPATIBLE__BASE_URL=https://api.openai.com/v1
       PENNY__MODELS__OPENAI_COMPATIBLE__API_KEY=tu-clave
       ```
    3. Define el modelo predeterminado:
       ```
       PENNY__MODELS__DEFAULT=ollama/llama3.1
       ```

    Ponlas como variables de entorno o en el archivo de configuración y reinicia PENNY.
demo-unknown =
    A eso no puedo responder: soy la demo incorporada, **no un modelo de lenguaje**, y solo reconozco unas pocas peticiones.

    Puedo mostrar la **salud de la empresa**, las cifras de una unidad de negocio o de un proyecto de este mes, trimestre o año, y abrir paneles. Para todo lo demás, conecta un modelo real; pregúntame cómo.
demo-no-tool = Esto necesita la herramienta `{ $tool }`, que no tienes disponible. Un administrador puede permitirla.
demo-tool-failed =
    La herramienta `{ $tool }` ha fallado:

    > { $reason }
demo-tool-failed-plain = La herramienta `{ $tool }` no ha devuelto ningún resultado utilizable. Nada ha cambiado; puedes intentarlo de nuevo.

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
demo-no-metrics = No hay datos de esta selección.
demo-metrics-note = El gráfico de arriba los muestra todos. Soy la demo incorporada: los textos están preparados, las cifras salen de tus datos.
demo-compare-headline = **Unidades de negocio comparadas, { $period }** ({ $days }):
demo-compare-column = Indicador
demo-table-value = Valor
demo-table-target = Objetivo
demo-table-previous = Año anterior
demo-compare-best = La que más objetivos cumple: **{ $unit }**, con { $good_count } de { $known_count }.

demo-table =
    Esta es una tabla de ejemplo. Sus cifras son **inventadas**, para mostrar el aspecto:

    | Trimestre | Pedidos | Parte |
    |:----------|--------:|------:|
    | Primero   |     120 |  20 % |
    | Segundo   |     180 |  30 % |
    | Tercero   |     150 |  25 % |
    | Cuarto    |     150 |  25 % |

    Para ver cifras reales, pide la salud de la empresa.
demo-markdown =
    ## Títulos y texto

    El texto puede ir en **negrita**, *cursiva*, ~~tachado~~ o como `código`, y contener un [enlace](https://commonmark.org).

    1. Las listas van numeradas
    2. o no:
       - como esta
       - y esta

    > Esto es una cita.

    ```python
    def margen(ingresos: float, coste: float) -> float:
        return (ingresos - coste) / ingresos
    ```

    | Una tabla | tiene columnas |
    |-----------|---------------:|
    | y         |          filas |
demo-tour =
    ## Un recorrido por PENNY

    Soy la demo incorporada, no un modelo de lenguaje; este texto está preparado. Es largo para que puedas probar qué ocurre mientras llega una respuesta.

    ### Pregunta

    Escribes un mensaje y la respuesta llega palabra por palabra. Puedes detenerla en cualquier momento; se conserva lo recibido hasta entonces. Puedes editar tu pregunta y enviarla de nuevo: se conservan ambas versiones, y cambias de una a otra debajo del mensaje. Puedes generar una respuesta de nuevo y compararla con la primera. En una conversación nunca se sobrescribe nada.

    ### Las respuestas se generan en el servidor

    Las respuestas no dependen de tu navegador. Cierra ahora esta pestaña y vuelve a abrirla dentro de un minuto, o abre la misma conversación en el teléfono: la respuesta ha continuado y está completa. Dos ventanas con la misma conversación muestran el mismo texto al mismo tiempo. Si el servidor se detiene a mitad de una respuesta, la parte generada se conserva y queda marcada como interrumpida, y puedes continuarla exactamente desde ese punto.

    ### Actúa

    El asistente llama a herramientas con tus permisos, nunca con más. Cada llamada se ve en una tarjeta: qué se llamó, con qué, cuánto tardó y qué devolvió. Una herramienta cuyos cambios no se pueden deshacer necesita antes tu aprobación, y se ejecuta exactamente lo que apruebas. La conversación espera tu decisión el tiempo que haga falta, aunque haya reinicios.

    ### Mira

    Los resultados son artefactos: gráficos, tablas, paneles, documentos. Un artefacto tiene su propia dirección, sus versiones y su historia: la conversación, la llamada y los datos con los que se creó. Puedes fijarlo, ampliarlo, exportarlo y volver a abrirlo en cualquier momento. Pídeme la salud de la empresa para ver uno: una herramienta consulta con SQL los datos de la empresa, y un gráfico aparece junto al texto.

    ### Atajos de teclado

    Intro envía, y Mayúsculas con Intro salta de línea. Esc detiene. Ctrl con K abre la paleta, que busca conversaciones y acciones. La flecha hacia arriba edita tu último mensaje. Ctrl con la barra muestra todos los atajos. Un borrador sin enviar se guarda en cada conversación.

    ### Tu empresa, y solo la tuya

    Varias empresas pueden compartir una instalación, cada una con su nombre, sus colores y su dirección. Ninguna puede ver que existe otra: cada fila de la base de datos pertenece a una empresa, y la propia base de datos la oculta a las demás.

    ### Para programas

    Esta página usa la misma interfaz pública que puede usar cualquier programa: GraphQL, REST con eventos enviados por el servidor y la línea de órdenes. Un programa puede seguir una respuesta mientras se genera, perder la conexión y retomarla desde el último evento recibido, sin eventos perdidos ni duplicados.

    Ese era el recorrido. Pregunta «¿Qué puedes hacer?» para ver la versión corta.
