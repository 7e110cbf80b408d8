# Texts of the built-in demo model, which is not a language model.
demo-model-name = PENNY demo (not a language model)

demo-greeting =
    Hello! I am PENNY’s **built-in demo**, not a language model: I recognise a handful of requests and answer them with your own figures.

    Try “Show me company health now”, “How is Furniture doing this quarter?” or “Open the company health dashboard”.
demo-thanks = You are welcome. You can ask for another figure, period or business unit.
demo-abilities =
    I am the built-in demo, **not a language model**. I understand a few kinds of requests, in English and in Spanish:

    - **Company health:** “Show me company health now”, “Key figures this quarter”
    - **One part of it:** “How is Studio doing this year?”, “Key figures of project Aurora”
    - **Comparison:** “Compare the business units this month”
    - **Dashboards:** “Open the company health dashboard”
    - **Formatting:** “Show me a table”, “Show me what Markdown can do”, “Give me a tour”
    - **Setup:** “How do I connect a real model?”

    The figures come from tools and your data, never from me.
demo-connect =
    Any of these gives PENNY a real language model:

    1. **Ollama on this machine.** Start it before PENNY and it is found automatically, or set its address:
       ```
       PENNY__MODELS__OLLAMA__BASE_URL=http://127.0.0.1:11434
       ```
    2. **Any service with the OpenAI chat completions API**, in the cloud or your own:
       ```
       PENNY__MODELS__OPENAI_COMPATIBLE__BASE_URL=https://api.openai.com/v1
       PENNY__MODELS__OPENAI_COMPATIBLE__API_KEY=your-key
       ```
    3. Set the default model:
       ```
       PENNY__MODELS__DEFAULT=ollama/llama3.1
       ```

    Set them as environment variables or in the configuration file, and restart PENNY.
demo-unknown =
    I cannot answer that: I am the built-in demo, **not a language model**, and I only recognise a few requests.

    I can show **company health**, the figures of a business unit or a project for this month, quarter or year, and open dashboards. For everything else, connect a real model; ask me how.
demo-no-tool = This needs the tool `{ $tool }`, which is not available to you. An administrator can allow it.
demo-tool-failed =
    The tool `{ $tool }` failed:

    > { $reason }
demo-tool-failed-plain = The tool `{ $tool }` returned no usable result. Nothing was changed; you can try again.

demo-looking = I am looking up the figures.
demo-comparing = I am looking up the figures of each business unit.
demo-opening = I am opening the dashboard.
demo-dashboard-open = **{ $title }** is ready: open it with the button on its card. There you can change the period and the unit; Esc brings you back.
demo-dashboard-open-plain = The dashboard is ready: open it with the button on its card. Esc brings you back.
demo-dashboard-score =
    { $good_count ->
        [one] { $good_count } of { $known_count } key figures on it is
       *[other] { $good_count } of { $known_count } key figures on it are
    } on target.
demo-dashboard-table = The table “{ $title }” on it has each project, the late ones first.

demo-period-MTD = this month so far
demo-period-QTD = this quarter so far
demo-period-YTD = this year so far
demo-the-company = The company
demo-subject = { $unit }, { $period }
demo-headline = { $subject } ({ $days }): { $good_count ->
        [one] { $good_count } of { $known_count } key figures is
       *[other] { $good_count } of { $known_count } key figures are
    } on target.
demo-going-well = Going well
demo-close = Close to target
demo-off-target = Needs attention
demo-figure = **{ $name }:** { $value }
demo-figure-target = **{ $name }:** { $value } (target { $target })
demo-change = { $change } on the year before
demo-no-data = Without data: { $names }.
demo-no-metrics = There is no data for this selection.
demo-metrics-note = The chart above shows them all. I am the built-in demo: the texts are prepared, the figures come from your data.
demo-compare-headline = **Business units compared, { $period }** ({ $days }):
demo-compare-column = Key figure
demo-table-value = Value
demo-table-target = Target
demo-table-previous = Year before
demo-compare-best = On target most often: **{ $unit }**, with { $good_count } of { $known_count }.

demo-table =
    This is an example table. The figures in it are **made up**, to show the layout:

    | Quarter | Orders | Share |
    |:--------|-------:|------:|
    | First   |    120 |   20% |
    | Second  |    180 |   30% |
    | Third   |    150 |   25% |
    | Fourth  |    150 |   25% |

    For real ones, ask for company health.
demo-markdown =
    ## Headings and text

    Text can be **strong**, *emphasised*, ~~struck out~~ or `code`, and contain a [link](https://commonmark.org).

    1. Lists are numbered
    2. or not:
       - like this
       - and this

    > This is a quotation.

    ```python
    def margin(revenue: float, cost: float) -> float:
        return (revenue - cost) / revenue
    ```

    | A table | has columns |
    |---------|------------:|
    | and     |        rows |
demo-tour =
    ## A tour of PENNY

    I am the built-in demo, not a language model; this text is prepared. It is long so that you can try what happens while an answer is streamed.

    ### Ask

    You write a message, and the answer comes word by word. You can stop it at any moment; the part received so far is kept. You can edit your question and send it again: both versions are kept, and you switch between them below the message. You can generate an answer again and compare it with the first. Nothing in a conversation is ever overwritten.

    ### Answers are generated on the server

    Answers do not depend on your browser. Close this tab now and open it again in a minute, or open the same conversation on your phone: the answer has continued and is complete. Two windows with the same conversation show the same text at the same time. If the server stops in the middle of an answer, the part generated so far is kept and marked as interrupted, and you can continue it from exactly that position.

    ### Act

    The assistant calls tools under your rights, never beyond them. Each call shows on a card: what was called, with what, how long it took and what came back. A tool whose changes cannot be undone needs your approval first, and exactly what you approve is run. The conversation waits for your decision as long as necessary, even across restarts.

    ### See

    Results are artifacts: charts, tables, dashboards, documents. An artifact has its own address, its versions and its history: the conversation, the tool call and the data it was created from. You can pin it, enlarge it, export it, and open it again at any time. Ask me for company health to see one: a tool queries the company’s data with SQL, and a chart appears beside the text.

    ### Keyboard shortcuts

    Enter sends, and Shift with Enter breaks the line. Esc stops. Ctrl with K opens the palette, which searches conversations and actions. The up arrow edits your last message. Ctrl with the slash shows all shortcuts. A draft that you have not sent is kept for each conversation.

    ### Your company, and only yours

    Several companies can share one installation, each under its own name, colours and address. None can see that another exists: every row in the database belongs to one company, and the database itself hides it from all others.

    ### For programs

    This page uses the same public interface that any program can use: GraphQL, REST with server-sent events, and the command line. A program can follow an answer while it is generated, lose its connection, and resume from the last event it received, without lost or duplicate events.

    That was the tour. Ask “What can you do?” for the short version.
