// 7. What a careful person notices: nothing typed is lost, nothing empty is left behind, nothing is drawn
//    twice, nothing is too small to press, and no English is left in a Spanish page.
import type { Page } from "@playwright/test";
import { awake, Chat } from "../lib/chat.ts";
import { Penny } from "../lib/penny.ts";
import { expect, signIn, test } from "../lib/test.ts";
import { Writer } from "../lib/writer.ts";

/** How many questions a long conversation has. */
const TURNS = Number(process.env.PENNY_E2E_TURNS ?? 300);

/** Answers one GraphQL operation as `answer` says instead of the server. */
async function instead(page: Page, operation: string, answer: "abort" | object): Promise<() => Promise<void>> {
  const at = "**/graphql";
  await page.route(at, async (route) => {
    if (!(route.request().postData() ?? "").includes(operation)) return route.fallback();
    if (answer === "abort") return route.abort();
    return route.fulfill({ json: answer });
  });
  return () => page.unroute(at);
}

test.describe("a first message that is not taken", () => {
  test("by the server: no empty conversation is left behind, and the words go out again", async ({ api, chat, page }) => {
    const fault = { message: "no", extensions: { code: "forbidden", messageKey: "fault-forbidden" } };
    const back = await instead(page, "SendMessage", { errors: [fault] });
    await chat.composer.fill("Do not lose this");
    await chat.composer.press("Enter");
    await expect(page.getByText(chat.t("chat-unsent"))).toBeVisible();
    await expect(page).toHaveURL(/\/$/);
    const count = async (): Promise<number> => {
      const { items } = await api.json<{ items: unknown[] }>("GET", "/v1/conversations");
      return items.length;
    };
    await expect.poll(count, { message: "conversations left behind" }).toBe(0);
    await back();
    await chat.button("chat-retry").click();
    await chat.settled();
    await expect(page).toHaveURL(/\/c\/cnv_/);
    await expect(chat.questions.last()).toContainText("Do not lose this");
    expect(await count()).toBe(1);
  });

  test("because nothing answers: one conversation, however often it is tried, and the words stay", async ({ api, chat, page }) => {
    const back = await instead(page, "SendMessage", "abort");
    await chat.composer.fill("Do not lose this");
    await chat.composer.press("Enter");
    await expect(page.getByText(chat.t("chat-unsent"))).toBeVisible();
    await chat.button("chat-retry").click();
    await expect(page.getByText(chat.t("chat-unsent"))).toBeVisible();
    // She goes elsewhere and comes back: it is in the box.
    await chat.conversations.getByRole("link", { name: "Company Health" }).click();
    await expect(page.getByRole("heading", { name: "Company Health", level: 1 })).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(chat.composer).toHaveValue("Do not lose this");
    const { items } = await api.json<{ items: unknown[] }>("GET", "/v1/conversations");
    expect(items).toHaveLength(0);
    await back();
    await chat.composer.press("Enter");
    await chat.settled();
    await expect(page).toHaveURL(/\/c\/cnv_/);
  });
});

test("a long block of code is written without being drawn again", async ({ browser }) => {
  const lines = Array.from({ length: 400 }, (_, at) => `let line_${at} = ${at}; // <${at}>`);
  const writer = await Writer.start(`Here it is:\n\`\`\`rust\n${lines.join("\n")}\n\`\`\`\nThat was *it*.`, 40, 3);
  const penny = await Penny.start(writer.settings);
  const page = await browser.newPage();
  await signIn(page, penny.url);
  const chat = new Chat(page, "en");
  await chat.ask("Write some code");
  const first = chat.lastAnswer.locator("pre").first();
  await expect(first).toContainText("let line_10 ");
  // Whoever selects the first line keeps the selection: the text it stands in is not replaced.
  await first.evaluate((pre) => {
    const removed: string[] = [];
    Object.assign(window, { removed });
    new MutationObserver((changes) => {
      for (const change of changes) for (const node of change.removedNodes) removed.push((node.textContent ?? "").slice(0, 40));
    }).observe(pre, { childList: true, subtree: true });
  });
  await expect(first).toContainText("let line_200 ");
  expect(await page.evaluate(() => (window as unknown as { removed: string[] }).removed)).toEqual([]);
  await chat.settled();
  const code = await chat.lastAnswer.locator("pre code").innerText();
  expect(code.trim().split("\n")).toEqual(lines);
  await expect(chat.lastAnswer.locator("em")).toHaveText("it");
  await penny.stop();
  writer.stop();
});

test("a token is made, shown once, used and revoked", async ({ chat, page, penny }) => {
  await chat.open("/settings", penny.url);
  await chat.button("ui-token-new").click();
  const dialog = page.getByRole("dialog");
  await expect(chat.button("ui-token-create")).toBeDisabled();
  await dialog.getByLabel(chat.t("ui-token-name"), { exact: true }).fill("Nightly report");
  await dialog.getByText(chat.t("ui-token-scope-chat"), { exact: true }).click();
  await dialog.getByLabel(chat.t("ui-token-expiry")).selectOption({ label: "90 days" });
  await chat.button("ui-token-create").click();
  const secret = await page.getByLabel(chat.t("ui-token-secret-hint")).inputValue();
  expect(secret).toMatch(/^pny_/);
  await chat.button("ui-token-done").click();
  const asks = async (path: string): Promise<number> =>
    (await fetch(penny.url + path, { headers: { authorization: `Bearer ${secret}` } })).status;
  expect(await asks("/v1/conversations")).toBe(200);

  const main = page.getByRole("main");
  await expect(main.getByText("Nightly report", { exact: true })).toBeVisible();
  await expect(page.getByText(secret)).toHaveCount(0);
  await chat.button("ui-token-revoke-named", main).click();
  await dialog.getByRole("button", { name: chat.t("ui-token-revoke"), exact: true }).click();
  await expect(main.getByText("Nightly report", { exact: true })).toHaveCount(0);
  expect(await asks("/v1/conversations")).toBe(401);
});

test("everything one presses on a phone is at least 24 pixels in each direction", async ({ chat, page, penny }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await chat.ask(chat.t("ui-starter-health-prompt"));
  await chat.settled();
  const small: string[] = [];
  for (const path of [new URL(page.url()).pathname, "/", "/settings", "/d/company-health"]) {
    await chat.open(path, penny.url);
    await page.waitForLoadState("networkidle");
    small.push(
      ...(await page.evaluate((path) => {
        // WCAG 2.2, 2.5.8: links in sentences are excepted, and what a label makes larger counts with it.
        const pressable = [...document.querySelectorAll<HTMLElement>("button, a[href], select, input, summary, [role=separator]")];
        return pressable
          .map((element) => (element.matches("input") ? (element.closest("label") ?? element) : element))
          .filter((element) => element.checkVisibility({ visibilityProperty: true }) && !element.closest("p"))
          .map((element) => ({ element, box: element.getBoundingClientRect() }))
          .filter(({ box }) => box.width > 1 && box.right > 0 && (box.width < 24 || box.height < 24))
          .map(({ element, box }) => `${path}: ${element.outerHTML.slice(0, 80)} is ${box.width} by ${box.height}`);
      }, path)),
    );
  }
  expect(small).toEqual([]);
});

test("in Spanish the model is named in Spanish, and the keys as they are on a Spanish keyboard", async ({ api, chat, page, penny }) => {
  await api.prefer("es", "light");
  await chat.open("/", penny.url);
  chat.locale = "es";
  await expect(page.getByLabel(chat.t("chat-model")).locator("option")).toHaveText([chat.t("chat-model-demo")]);
  await page.keyboard.press("Control+/");
  const help = page.getByRole("dialog", { name: chat.t("ui-shortcuts") });
  await expect(help.getByText("Mayús").first()).toBeVisible();
  await expect(help.getByText("Shift")).toHaveCount(0);
});

test.describe("a long conversation", () => {
  test.use({ script: "mock-len5" });

  test("stays a small page, from its end to its beginning and back", async ({ api, chat, page, penny }) => {
    test.setTimeout(600_000);
    const conversation = await api.conversation();
    for (let count = 0; count < TURNS; count++) await (await api.chat(conversation, `Question ${count}`)).text();
    await chat.open(`/c/${conversation}`, penny.url);
    await expect(chat.lastAnswer).toBeVisible();
    const frames = (): Promise<void> =>
      page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve()))));
    const most: number[] = [];
    const first = chat.questions.getByText("Question 0", { exact: true });
    const last = chat.questions.getByText(`Question ${TURNS - 1}`, { exact: true });
    for (const [aim, step] of [
      [first, -2_000],
      [last, 4_000],
    ] as const) {
      for (let count = 0; count < 4 * TURNS && !(await aim.isVisible()); count++) {
        await chat.thread.evaluate((thread, step) => thread.scrollBy(0, step), step);
        await frames();
        most.push(await page.evaluate(() => document.querySelectorAll("*").length));
      }
      await expect(aim).toBeVisible();
    }
    // However long it is: a few screens of messages, and one box for each twenty that are far away.
    expect(Math.max(...most)).toBeLessThan(3_000);
  });
});

test.describe("with something attached", () => {
  test.use({ script: "mock-len5" });

  test("a text file goes along with the message, and what is no text is refused", async ({ api, chat, page }) => {
    const files = page.locator('input[type="file"]');
    const attached = page.getByRole("list", { name: chat.t("chat-attached") });
    await files.setInputFiles([
      { name: "plan.md", mimeType: "text/markdown", buffer: Buffer.from("# The plan\n\nThree towers.") },
      { name: "picture.txt", mimeType: "text/plain", buffer: Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0xff]) },
    ]);
    await expect(attached.getByText(chat.t("chat-attach-not-text"))).toBeVisible();
    await chat.composer.fill("What does it say?");
    await expect(chat.send, "while something cannot go along").toBeDisabled();
    await attached.getByRole("button", { name: chat.t("chat-attach-remove", { name: "picture.txt" }) }).click();
    await chat.composer.press("Enter");
    await expect(chat.questions.last()).toContainText("plan.md");
    await expect(attached).toHaveCount(0);
    await chat.settled();
    const id = new URL(page.url()).pathname.split("/").pop()!;
    const { messages } = await api.graphql<{ messages: { items: { parts: { body: { kind: string; name?: string } }[] }[] } }>(
      "query Said($id: ConversationId!) { messages(conversationId: $id, window: {}) { items { parts { body { kind: __typename ... on FilePart { name } } } } } }",
      { id },
    );
    expect(messages.items[0]!.parts.map((part) => part.body)).toContainEqual({ kind: "FilePart", name: "plan.md" });
    await page.reload();
    await awake(page);
    const question = chat.questions.last();
    await expect(question).toContainText("plan.md");
    await expect(question.getByText("What does it say?")).toHaveCount(1);
  });
});

test.describe("a tool that asks first", () => {
  test.use({ settings: { PENNY__TOOLS__APPROVE: "get_company_kpis" } });

  test("runs when it is allowed, and does not when it is not", async ({ chat, page, penny }) => {
    for (const [key, outcome] of [
      ["chat-tool-deny", "chat-tool-denied"],
      ["chat-tool-approve", "chat-tool-succeeded"],
    ] as const) {
      await chat.open("/", penny.url);
      await chat.ask(chat.t("ui-starter-health-prompt"));
      const question = chat.lastAnswer.getByRole("group", { name: chat.t("chat-tool-waiting") });
      await expect(question).toContainText("get_company_kpis");
      // It waits for her, also on a page that was opened anew.
      await expect(page).toHaveURL(/\/c\/cnv_/);
      await page.reload();
      await awake(page);
      await chat.button(key, question).click();
      await expect(chat.lastAnswer.getByText(chat.t(outcome)).first()).toBeVisible();
      await chat.settled();
      await expect(question).toHaveCount(0);
    }
    await expect(chat.lastAnswer.getByRole("img").first()).toBeVisible();
  });
});

test.describe("a model that wants a pause", () => {
  test.use({ script: "mock-429-retry4" });

  test("is asked again only after it, and the seconds are counted", async ({ chat }) => {
    await chat.ask("Hello");
    const retry = chat.button("chat-retry", chat.lastAnswer).or(chat.lastAnswer.getByRole("button", { name: /\d+ second/ }));
    await expect(retry.first()).toBeDisabled();
    const again = chat.lastAnswer.locator(".notice").getByRole("button", { name: chat.t("chat-retry"), exact: true });
    await expect(again).toBeEnabled();
  });
});

test("a diagram is drawn, in the chat's panel and full screen", async ({ api, chat, page, penny }) => {
  const diagram = { type: "mermaid", title: "How an order flows", content: "flowchart TD\n A[Order] --> B[Ship]" };
  const { id } = await api.json<{ id: string }>("POST", "/v1/artifacts", diagram);
  await chat.open("/", penny.url);
  await chat.artifacts.getByRole("button", { name: diagram.title }).click();
  const drawn = { name: diagram.title };
  await expect(chat.artifacts.getByRole("img", drawn)).toBeVisible();
  await chat.open(`/a/${id}`, penny.url);
  await expect(page.getByRole("main").getByRole("img", drawn)).toBeVisible();
  const box = await page.getByRole("main").getByRole("img", drawn).boundingBox();
  expect(Math.min(box!.width, box!.height)).toBeGreaterThan(60);
});

test("the composer stays in sight when the keyboard takes half of a phone", async ({ chat, page, penny }) => {
  for (const path of ["/", "/c/"]) {
    if (path === "/c/") {
      await chat.ask(chat.t("ui-starter-health-prompt"));
      await chat.settled();
    }
    await page.setViewportSize({ width: 390, height: 400 });
    await chat.composer.focus();
    await expect(chat.composer).toBeInViewport({ ratio: 1 });
    await expect(chat.send).toBeInViewport({ ratio: 1 });
    await page.setViewportSize({ width: 390, height: 844 });
  }
  await chat.open("/", penny.url);
  await expect(chat.composer).toBeInViewport({ ratio: 1 });
});
