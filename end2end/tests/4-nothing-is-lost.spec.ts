// 4. The answer goes on when the tab is closed, and is there on another device, word for word. A killed
//    server keeps what had been said, marks it interrupted, and continues it.
import { all, joined, serverSent } from "../lib/api.ts";
import { awake, Chat } from "../lib/chat.ts";
import { expect, signIn, test } from "../lib/test.ts";

/** The words alone: what the page adds around them and how it breaks lines is not the answer. */
const words = (text: string): string => text.replaceAll(/[^\p{L}\p{N}]+/gu, " ").trim();

test.describe("the tab is closed in the middle of an answer", () => {
  test.use({ script: "mock-ttft50-itl20-len200" });

  test("another device shows the same answer, word for word", async ({ api, browser, chat, page, penny }) => {
    await chat.ask("Tell me something long");
    await chat.begun();
    const address = page.url();
    const begunWith = words(await chat.said()).slice(0, 20);
    await page.close();

    const elsewhere = await browser.newContext({ viewport: { width: 390, height: 844 } });
    const phone = await elsewhere.newPage();
    await signIn(phone, penny.url);
    await phone.goto(address);
    await awake(phone);
    const other = new Chat(phone, "en");
    await other.begun();
    expect(words(await other.said())).toContain(begunWith);
    await other.settled();

    const id = address.split("/").at(-1)!;
    const turn = await newestTurn(api, id);
    const told = words(joined(await all(serverSent(await api.events(turn)))));
    expect(words(await other.said())).toContain(told);
    await elsewhere.close();
  });
});

test.describe("the server dies in the middle of an answer", () => {
  test.use({ script: "mock-ttft50-itl20-len400" });

  test("what was said is kept, marked interrupted, and goes on", async ({ api, chat, page, penny }) => {
    await chat.ask("Tell me something very long");
    const turn = await newestTurn(api, page.url().split("/").at(-1)!);
    const heard = await (async () => {
      const events = [];
      const from = Date.now();
      try {
        for await (const event of serverSent(await api.events(turn))) {
          events.push({ ...event, at: Date.now() });
          if (Date.now() - from > 3000) break;
        }
      } catch {
        // The connection breaks with the server.
      }
      return events;
    })();
    const killed = Date.now();
    await penny.kill();
    await penny.begin();

    const kept = await all(serverSent(await api.events(turn)));
    const end = kept.at(-1)!;
    expect(end.kind).toBe("interrupted");
    expect(end.seq, "a number nobody has seen").toBeGreaterThan(heard.at(-1)!.seq);
    const old = joined(heard.filter((event) => killed - event.at > 600));
    expect(joined(kept).startsWith(old), "what was said half a second before the end is there").toBe(true);
    expect(end.length).toBe(Buffer.byteLength(joined(kept)));

    await page.reload();
    await awake(page);
    await expect(chat.lastAnswer.getByText(chat.t("chat-interrupted"))).toBeVisible();
    expect(words(await chat.said())).toContain(words(old).slice(0, 60));
    await chat.button("chat-continue", chat.lastAnswer).click();
    await expect(chat.stop).toBeVisible();
    await chat.settled();
    await expect(chat.lastAnswer.getByText(chat.t("chat-interrupted"))).toBeHidden();
    expect(words(await chat.said()).length).toBeGreaterThan(words(joined(kept)).length);
  });
});

/** The turn that is running, or ran last, in a conversation. */
async function newestTurn(api: import("../lib/api.ts").Api, conversation: string): Promise<string> {
  const answer = await api.graphql<{ messages: { items: { turn?: { id: string } | null; turnId?: string | null }[] } }>(
    `query Newest($id: ConversationId!) {
      messages(conversationId: $id, window: { limit: 1 }) { items { turnId } }
    }`,
    { id: conversation },
  );
  const id = answer.messages.items.at(-1)?.turnId;
  if (!id) throw new Error(`no turn in ${JSON.stringify(answer)}`);
  return id;
}
