// Sending, streaming, attachments, approvals and long conversations.
import type { Page } from "@playwright/test";
import { Chat, waitForHydration } from "../lib/chat.ts";
import { FixedResponseServer } from "../lib/fixed-response-server.ts";
import { expect, signIn, test } from "../lib/fixtures.ts";
import { Penny } from "../lib/penny.ts";

/** Number of turns in the long conversation. */
const TURNS = Number(process.env.PENNY_E2E_TURNS ?? 300);

/** Replaces the server's response to a GraphQL operation. Returns a function that ends the replacement. */
async function mockOperation(page: Page, operation: string, response: "abort" | object): Promise<() => Promise<void>> {
  const url = "**/graphql";
  await page.route(url, async (route) => {
    if (!(route.request().postData() ?? "").includes(operation)) return route.fallback();
    if (response === "abort") return route.abort();
    return route.fulfill({ json: response });
  });
  return () => page.unroute(url);
}

test.describe("a first message that cannot be sent", () => {
  test("because the server refuses it: no empty conversation remains, and the message can be sent again", async ({ api, chat, page }) => {
    const fault = { message: "no", extensions: { code: "forbidden", messageKey: "fault-forbidden" } };
    const restore = await mockOperation(page, "SendMessage", { errors: [fault] });
    await chat.composer.fill("Do not lose this");
    await chat.composer.press("Enter");
    await expect(page.getByText(chat.t("chat-unsent"))).toBeVisible();
    await expect(page).toHaveURL(/\/$/);
    const count = async (): Promise<number> => {
      const { items } = await api.json<{ items: unknown[] }>("GET", "/v1/conversations");
      return items.length;
    };
    await expect.poll(count, { message: "remaining conversations" }).toBe(0);
    await restore();
    await chat.button("chat-retry").click();
    await chat.waitUntilIdle();
    await expect(page).toHaveURL(/\/c\/cnv_/);
    await expect(chat.userMessages.last()).toContainText("Do not lose this");
    expect(await count()).toBe(1);
  });

  test("because the server cannot be reached: the text is kept and no conversation is created", async ({ api, chat, page }) => {
    const restore = await mockOperation(page, "SendMessage", "abort");
    await chat.composer.fill("Do not lose this");
    await chat.composer.press("Enter");
    await expect(page.getByText(chat.t("chat-unsent"))).toBeVisible();
    await chat.button("chat-retry").click();
    await expect(page.getByText(chat.t("chat-unsent"))).toBeVisible();
    // After navigating away and back the text is in the composer.
    await chat.conversations.getByRole("link", { name: "Company Health" }).click();
    await expect(page.getByRole("heading", { name: "Company Health", level: 1 })).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(chat.composer).toHaveValue("Do not lose this");
    const { items } = await api.json<{ items: unknown[] }>("GET", "/v1/conversations");
    expect(items).toHaveLength(0);
    await restore();
    await chat.composer.press("Enter");
    await chat.waitUntilIdle();
    await expect(page).toHaveURL(/\/c\/cnv_/);
  });
});

test("a long code block is streamed without rendering it again", async ({ browser }) => {
  const lines = Array.from({ length: 400 }, (_, at) => `let line_${at} = ${at}; // <${at}>`);
  const modelServer = await FixedResponseServer.start(`Here it is:\n\`\`\`rust\n${lines.join("\n")}\n\`\`\`\nThat was *it*.`, 40, 3);
  const penny = await Penny.start(modelServer.settings);
  const page = await browser.newPage();
  await signIn(page, penny.url);
  const chat = new Chat(page, "en");
  await chat.submit("Write some code");
  const first = chat.lastAssistantMessage.locator("pre").first();
  await expect(first).toContainText("let line_10 ");
  // A selection in the first line is kept, because its text nodes are not replaced.
  await first.evaluate((pre) => {
    const removed: string[] = [];
    Object.assign(window, { removed });
    new MutationObserver((changes) => {
      for (const change of changes) for (const node of change.removedNodes) removed.push((node.textContent ?? "").slice(0, 40));
    }).observe(pre, { childList: true, subtree: true });
  });
  await expect(first).toContainText("let line_200 ");
  expect(await page.evaluate(() => (window as unknown as { removed: string[] }).removed)).toEqual([]);
  await chat.waitUntilIdle();
  const code = await chat.lastAssistantMessage.locator("pre code").innerText();
  expect(code.trim().split("\n")).toEqual(lines);
  await expect(chat.lastAssistantMessage.locator("em")).toHaveText("it");
  await penny.stop();
  modelServer.stop();
});

test.describe("a long conversation", () => {
  test.use({ script: "mock-len5" });

  test("keeps the number of DOM nodes low while scrolling from end to start and back", async ({ api, chat, page, penny }) => {
    test.setTimeout(600_000);
    const conversation = await api.createConversation();
    for (let count = 0; count < TURNS; count++) await (await api.submitAndStream(conversation, `Question ${count}`)).text();
    await chat.open(`/c/${conversation}`, penny.url);
    await expect(chat.lastAssistantMessage).toBeVisible();
    const frames = (): Promise<void> =>
      page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve()))));
    const nodeCounts: number[] = [];
    const first = chat.userMessages.getByText("Question 0", { exact: true });
    const last = chat.userMessages.getByText(`Question ${TURNS - 1}`, { exact: true });
    for (const [target, step] of [
      [first, -2_000],
      [last, 4_000],
    ] as const) {
      for (let count = 0; count < 4 * TURNS && !(await target.isVisible()); count++) {
        await chat.thread.evaluate((thread, step) => thread.scrollBy(0, step), step);
        await frames();
        nodeCounts.push(await page.evaluate(() => document.querySelectorAll("*").length));
      }
      await expect(target).toBeVisible();
    }
    // A few screens of messages, and one placeholder for every twenty messages that are far away.
    expect(Math.max(...nodeCounts)).toBeLessThan(3_000);
  });
});

test.describe("with attachments", () => {
  test.use({ script: "mock-len5" });

  test("a text file is sent with the message, and a binary file is refused", async ({ api, chat, page }) => {
    const files = page.locator('input[type="file"]');
    const attached = page.getByRole("list", { name: chat.t("chat-attached") });
    await files.setInputFiles([
      { name: "plan.md", mimeType: "text/markdown", buffer: Buffer.from("# The plan\n\nThree towers.") },
      { name: "picture.txt", mimeType: "text/plain", buffer: Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0xff]) },
    ]);
    await expect(attached.getByText(chat.t("chat-attach-not-text"))).toBeVisible();
    await chat.composer.fill("What does it say?");
    await expect(chat.sendButton, "while an attachment is invalid").toBeDisabled();
    await attached.getByRole("button", { name: chat.t("chat-attach-remove", { name: "picture.txt" }) }).click();
    await chat.composer.press("Enter");
    await expect(chat.userMessages.last()).toContainText("plan.md");
    await expect(attached).toHaveCount(0);
    await chat.waitUntilIdle();
    const id = new URL(page.url()).pathname.split("/").pop()!;
    const { messages } = await api.graphql<{ messages: { items: { parts: { body: { kind: string; name?: string } }[] }[] } }>(
      "query FirstMessage($id: ConversationId!) { messages(conversationId: $id, window: {}) { items { parts { body { kind: __typename ... on FilePart { name } } } } } }",
      { id },
    );
    expect(messages.items[0]!.parts.map((part) => part.body)).toContainEqual({ kind: "FilePart", name: "plan.md" });
    await page.reload();
    await waitForHydration(page);
    const question = chat.userMessages.last();
    await expect(question).toContainText("plan.md");
    await expect(question.getByText("What does it say?")).toHaveCount(1);
  });
});

test.describe("a tool that requires approval", () => {
  test.use({ settings: { PENNY__TOOLS__APPROVE: "get_company_kpis" } });

  test("runs when approved and does not when denied", async ({ chat, page, penny }) => {
    for (const [key, outcome] of [
      ["chat-tool-deny", "chat-tool-denied"],
      ["chat-tool-approve", "chat-tool-succeeded"],
    ] as const) {
      await chat.open("/", penny.url);
      await chat.submit(chat.t("ui-starter-health-prompt"));
      const approval = chat.lastAssistantMessage.getByRole("group", { name: chat.t("chat-tool-waiting") });
      await expect(approval).toContainText("get_company_kpis");
      // It still waits after a reload.
      await expect(page).toHaveURL(/\/c\/cnv_/);
      await page.reload();
      await waitForHydration(page);
      await chat.button(key, approval).click();
      await expect(chat.lastAssistantMessage.getByText(chat.t(outcome)).first()).toBeVisible();
      await chat.waitUntilIdle();
      await expect(approval).toHaveCount(0);
    }
    await expect(chat.lastAssistantMessage.getByRole("img").first()).toBeVisible();
  });
});

test.describe("a rate-limited model", () => {
  test.use({ script: "mock-429-retry4" });

  test("can be retried after the announced delay, which is counted down", async ({ chat }) => {
    await chat.submit("Hello");
    const retry = chat.button("chat-retry", chat.lastAssistantMessage).or(chat.lastAssistantMessage.getByRole("button", { name: /\d+ second/ }));
    await expect(retry.first()).toBeDisabled();
    const again = chat.lastAssistantMessage.locator(".notice").getByRole("button", { name: chat.t("chat-retry"), exact: true });
    await expect(again).toBeEnabled();
  });
});
