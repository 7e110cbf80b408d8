# What the built-in demo model says. It is no language model and says so.
demo-model-name = PENNY demo (not a language model)

demo-greeting =
    Hello! I am PENNY’s **built-in demo**, not a language model: I recognise a handful of requests and answer them with your own figures.

    Try “Show me company health now”, “How is Furniture doing this quarter?” or “Open the company health dashboard”.
demo-thanks = You are welcome. Ask for another figure, period or business unit whenever you like.
demo-abilities =
    I am the built-in demo, **not a language model**. I understand a few kinds of requests, in English and in Spanish:

    - **Company health:** “Show me company health now”, “Key figures this quarter”
    - **One part of it:** “How is Studio doing this year?”, “Key figures of project Aurora”
    - **Comparison:** “Compare the business units this month”
    - **Dashboards:** “Open the company health dashboard”
    - **How things look:** “Show me a table”, “Show me what Markdown can do”, “Give me a tour”
    - **Going further:** “How do I connect a real model?”

    The figures come from tools and your data, never from me.
demo-connect =
    Any of these gives PENNY a real language model:

    1. **Ollama on this machine.** Start it before PENNY and it is found by itself, or give its address:
       ```
       PENNY__MODELS__OLLAMA__BASE_URL=http://127.0.0.1:11434
       ```
    2. **Any service that speaks OpenAI’s chat completions**, in the cloud or your own:
       ```
       PENNY__MODELS__OPENAI_COMPATIBLE__BASE_URL=https://api.openai.com/v1
       PENNY__MODELS__OPENAI_COMPATIBLE__API_KEY=your-key
       ```
    3. Choose which one answers when nobody picks one:
       ```
       PENNY__MODELS__DEFAULT=ollama/llama3.1
       ```

    Set them as environment variables or in the configuration file, and start PENNY again. Until then, I am here.
demo-unknown =
    I cannot answer that: I am the built-in demo, **not a language model**, and I only recognise a few requests.

    I can show **company health**, the figures of a business unit or a project for this month, quarter or year, and open dashboards. For everything else, connect a real model; ask me how.
demo-no-tool = For that I would call the tool `{ $tool }`, but it is not available to you here. An administrator can allow it.
demo-tool-failed =
    I asked the tool `{ $tool }`, but it could not answer:

    > { $reason }
demo-tool-failed-plain = I asked the tool `{ $tool }`, but it gave no answer I can use. Nothing was changed; you can try again.

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
demo-no-figures = There are no figures for this choice.
demo-figures-note = The chart above shows them all. I am the built-in demo: the sentences are prepared, the figures are your data’s.
demo-compare-headline = **Business units compared, { $period }** ({ $days }):
demo-compare-column = Key figure
demo-table-value = Value
demo-table-target = Target
demo-table-previous = Year before
demo-compare-best = On target most often: **{ $unit }**, with { $good_count } of { $known_count }.

demo-table =
    A table, as I would write one. The figures in it are **made up**, to show the layout:

    | Quarter | Orders | Share |
    |:--------|-------:|------:|
    | First   |    120 |   20% |
    | Second  |    180 |   30% |
    | Third   |    150 |   25% |
    | Fourth  |    150 |   25% |

    For real ones, ask for company health.
demo-markdown =
    ## Headings, and everything below them

    Words can be **strong**, *emphasised*, ~~struck out~~ or `code`, and [link](https://commonmark.org) elsewhere.

    1. Lists count
    2. or do not:
       - like this
       - and this

    > What somebody said is quoted.

    ```python
    def margin(revenue: float, cost: float) -> float:
        return (revenue - cost) / revenue
    ```

    | A table | has columns |
    |---------|------------:|
    | and     |        rows |
demo-tour =
    ## A tour of PENNY

    I am the built-in demo, not a language model; this text is prepared, and it is long on purpose, so that you can try what happens while an answer is being written.

    ### Ask

    You write a message, and the answer comes word by word. You can stop it at any moment, and what was said is kept. You can edit your question and ask again: both versions stay, and you step between them under the message. You can have an answer written anew, and compare it with the first. Nothing in a conversation is ever overwritten.

    ### The answer is not in your browser

    It is written on the server. Close this tab now and open it again in a minute, or open the same conversation on your phone: the answer has gone on without you, and it is there, word for word. Two windows that look at the same conversation see the same words at the same time. If the server itself should stop in the middle, what it had said is there when it comes back, marked as interrupted, and you can have it continued from exactly that place.

    ### Act

    The assistant calls tools under your rights, never beyond them. Each call shows on a card: what was called, with what, how long it took and what came back. A tool that changes something that cannot be taken back asks you first, and what you approve is exactly what runs. The conversation waits for your answer for as long as it takes, across restarts.

    ### See

    Results are artifacts: charts, tables, dashboards, documents. An artifact has its own address, its versions and its history: from which conversation it came, from which call, from which data. You can pin it, enlarge it, export it, and open it long after the conversation is forgotten. Ask me for company health to see one: a tool reads the figures by SQL from the company’s data, and a chart appears beside the words.

    ### Your hands know the way

    Enter sends, and Shift with Enter breaks the line. Esc stops. Ctrl with K opens the palette, where every conversation and every action is a few letters away. The up arrow edits your last message. Ctrl with the slash shows all shortcuts. What you have typed and not sent is kept for each conversation.

    ### Your company, and only yours

    Several companies can share one installation, each under its own name, colours and address. None can see that another exists: every row in the database belongs to one of them, and the database itself refuses to show it to anyone else.

    ### For machines, too

    All you see here goes through the same public interface that any program can use: GraphQL, REST with server-sent events, and the command line. A program can follow an answer as it is written, lose its connection, and take it up again from the last event it saw, with nothing lost and nothing doubled.

    That was the tour. Ask “What can you do?” for the short version.
