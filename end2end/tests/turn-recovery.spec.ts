// A turn continues when the tab is closed. After a crash its text is kept, marked interrupted, and can be continued.
import { collect, joinText, readServerSentEvents } from "../lib/api.ts";
import { waitForHydration, Chat } from "../lib/chat.ts";
import { expect, signIn, test } from "../lib/fixtures.ts";

/** Reduces text to words and spaces, to compare it independently of markup and line breaks. */
const normalise = (text: string): string => text.replaceAll(/[^\p{L}\p{N}]+/gu, " ").trim();

test.describe("the tab is closed during a response", () => {
  test.use({ script: "mock-ttft50-itl20-len200" });

  test("another device shows the same response", async ({ api, browser, chat, page, penny }) => {
    await chat.submit("Tell me something long");
    await chat.waitForText();
    const address = page.url();
    const textStart = normalise(await chat.lastResponseText()).slice(0, 20);
    await page.close();

    const otherContext = await browser.newContext({ viewport: { width: 390, height: 844 } });
    const phone = await otherContext.newPage();
    await signIn(phone, penny.url);
    await phone.goto(address);
    await waitForHydration(phone);
    const other = new Chat(phone, "en");
    await other.waitForText();
    expect(normalise(await other.lastResponseText())).toContain(textStart);
    await other.waitUntilIdle();

    const id = address.split("/").at(-1)!;
    const turn = await newestTurn(api, id);
    const streamed = normalise(joinText(await collect(readServerSentEvents(await api.streamEvents(turn)))));
    expect(normalise(await other.lastResponseText())).toContain(streamed);
    await otherContext.close();
  });
});

test.describe("the server crashes during a response", () => {
  test.use({ script: "mock-ttft50-itl20-len400" });

  test("its text is kept, marked interrupted and continued", async ({ api, chat, page, penny }) => {
    await chat.submit("Tell me something very long");
    const turn = await newestTurn(api, page.url().split("/").at(-1)!);
    const received = await (async () => {
      const events = [];
      const startedAt = Date.now();
      try {
        for await (const event of readServerSentEvents(await api.streamEvents(turn))) {
          events.push({ ...event, at: Date.now() });
          if (Date.now() - startedAt > 3000) break;
        }
      } catch {
        // The server's crash breaks the connection.
      }
      return events;
    })();
    const killedAt = Date.now();
    await penny.kill();
    await penny.launch();

    const saved = await collect(readServerSentEvents(await api.streamEvents(turn)));
    const end = saved.at(-1)!;
    expect(end.kind).toBe("interrupted");
    expect(end.seq, "a sequence number above all received ones").toBeGreaterThan(received.at(-1)!.seq);
    const oldText = joinText(received.filter((event) => killedAt - event.at > 600));
    expect(joinText(saved).startsWith(oldText), "text from before the last half second is saved").toBe(true);
    expect(end.length).toBe(Buffer.byteLength(joinText(saved)));

    await page.reload();
    await waitForHydration(page);
    await expect(chat.lastAssistantMessage.getByText(chat.t("chat-interrupted"))).toBeVisible();
    expect(normalise(await chat.lastResponseText())).toContain(normalise(oldText).slice(0, 60));
    await chat.button("chat-continue", chat.lastAssistantMessage).click();
    await expect(chat.stopButton).toBeVisible();
    await chat.waitUntilIdle();
    await expect(chat.lastAssistantMessage.getByText(chat.t("chat-interrupted"))).toBeHidden();
    expect(normalise(await chat.lastResponseText()).length).toBeGreaterThan(normalise(joinText(saved)).length);
  });
});

/** Returns the id of the turn of a conversation's last message. */
async function newestTurn(api: import("../lib/api.ts").Api, conversation: string): Promise<string> {
  const data = await api.graphql<{ messages: { items: { turn?: { id: string } | null; turnId?: string | null }[] } }>(
    `query NewestTurn($id: ConversationId!) {
      messages(conversationId: $id, window: { limit: 1 }) { items { turnId } }
    }`,
    { id: conversation },
  );
  const id = data.messages.items.at(-1)?.turnId;
  if (!id) throw new Error(`the last message has no turn: ${JSON.stringify(data)}`);
  return id;
}
