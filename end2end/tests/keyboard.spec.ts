// Stopping, editing, regenerating, conversation management, drafts, language and theme, and keyboard operation.
import { waitForHydration } from "../lib/chat.ts";
import { expect, test } from "../lib/fixtures.ts";

test.describe("with a slow model", () => {
  test.use({ script: "mock-ttft50-itl40-len400" });

  test("Esc stops a response and keeps its text", async ({ chat, page }) => {
    await chat.submit("Tell me something long");
    await chat.waitForText();
    await page.keyboard.press("Escape");
    await chat.waitUntilIdle();
    await expect(chat.lastAssistantMessage.getByText(chat.t("chat-stopped"))).toBeVisible();
    const text = await chat.lastResponseText();
    expect(text.length).toBeGreaterThan(20);
    await page.reload();
    await waitForHydration(page);
    await expect(chat.lastAssistantMessage.getByText(chat.t("chat-stopped"))).toBeVisible();
    const kept = text.replaceAll(/\s+/g, " ").slice(0, 20);
    expect((await chat.lastResponseText()).replaceAll(/\s+/g, " ")).toContain(kept);
  });
});

test.describe("with a fast model", () => {
  test.use({ script: "mock-ttft20-itl2-len40" });

  test("an edited message becomes a sibling, and both versions can be shown", async ({ chat, page }) => {
    await chat.submit("The first question");
    await chat.waitUntilIdle();
    await chat.composer.focus();
    await page.keyboard.press("ArrowUp");
    const edit = page.getByRole("textbox", { name: chat.t("chat-edit-label") });
    await expect(edit).toBeFocused();
    await edit.fill("The second question");
    await page.keyboard.press("Enter");
    await expect(chat.userMessages.last()).toContainText("The second question");
    await chat.waitUntilIdle();
    const question = chat.userMessages.last();
    await question.hover();
    await expect(question.getByText("2/2")).toBeVisible();

    await chat.button("chat-branch-previous", question).click();
    await expect(chat.userMessages.last()).toContainText("The first question");
    await expect(chat.userMessages.last().getByText("1/2")).toBeVisible();
    await page.reload();
    await waitForHydration(page);
    await expect(chat.userMessages.last()).toContainText("The first question");
  });

  test("regenerating creates a second version of the response", async ({ chat }) => {
    await chat.submit("Say it twice");
    await chat.waitUntilIdle();
    await chat.lastAssistantMessage.hover();
    await chat.button("chat-regenerate", chat.lastAssistantMessage).click();
    await expect(chat.lastAssistantMessage.getByText("2/2")).toBeVisible();
    await chat.waitUntilIdle();
  });

  test("a conversation is renamed, found, deleted and restored", async ({ chat, page }) => {
    await chat.submit("About lighthouses");
    await chat.waitUntilIdle();
    await chat.composer.press("Control+Shift+O");
    await expect(page).toHaveURL(/\/$/);
    await chat.submit("About submarines");
    await chat.waitUntilIdle();

    const row = chat.conversation("About lighthouses");
    await expect(row).toBeVisible();
    await row.hover();
    await chat.conversations.getByRole("button", { name: chat.t("ui-actions-for", { title: "About lighthouses" }) }).click();
    await page.getByRole("menuitem", { name: chat.t("ui-rename") }).press("Enter");
    await page.getByRole("textbox", { name: chat.t("ui-conversation-title") }).fill("Towers of light");
    await page.keyboard.press("Enter");
    await expect(chat.conversation("Towers of light")).toBeVisible();

    const search = chat.conversations.getByRole("searchbox");
    await search.fill("lighthouses");
    await expect(chat.conversation("Towers of light"), "found by the text of a message").toBeVisible();
    await expect(chat.conversation("About submarines")).toBeHidden();
    await search.fill("");
    await expect(chat.conversation("About submarines")).toBeVisible();

    await chat.conversations.getByRole("button", { name: chat.t("ui-actions-for", { title: "Towers of light" }) }).click();
    await page.getByRole("menuitem", { name: chat.t("ui-delete") }).press("Enter");
    await expect(chat.conversation("Towers of light")).toBeHidden();
    await page.getByRole("button", { name: chat.t("ui-undo") }).click();
    await expect(chat.conversation("Towers of light")).toBeVisible();
  });

  test("a draft is restored in its conversation", async ({ chat, page, penny }) => {
    await chat.submit("Remember this place");
    await chat.waitUntilIdle();
    const address = page.url();
    const saved = page.waitForResponse(
      (response) => response.url().endsWith("/graphql") && (response.request().postData() ?? "").includes("half a thought"),
    );
    await chat.composer.fill("half a thought");
    await saved;
    await chat.open("/", penny.url);
    await page.goto(address);
    await waitForHydration(page);
    await expect(chat.composer).toHaveValue("half a thought");
  });
});

test("language and theme change at once and are server-rendered afterwards", async ({ chat, page, penny }) => {
  await chat.open("/settings", penny.url);
  for (const [key, theme] of [
    ["ui-theme-dark", "dark"],
    ["ui-theme-contrast", "contrast"],
    ["ui-theme-light", "light"],
  ] as const) {
    await page.getByRole("main").getByText(chat.t(key), { exact: true }).click();
    await expect(page.locator("html")).toHaveAttribute("data-theme", theme);
    // The server-rendered HTML has the theme.
    await expect
      .poll(async () => (await page.request.get(`${penny.url}/`)).text().then((html) => html.includes(`data-theme="${theme}"`)))
      .toBe(true);
  }
  await page.getByText("Español", { exact: true }).click();
  await expect(page.locator("html")).toHaveAttribute("lang", "es");
  chat.locale = "es";
  await expect(page.getByRole("heading", { name: chat.t("ui-settings") })).toBeVisible();
  await expect
    .poll(async () => (await page.request.get(`${penny.url}/`)).text().then((html) => html.includes('lang="es"')))
    .toBe(true);
  await chat.open("/", penny.url);
  await expect(chat.composer).toBeVisible();
});

test("everything can be reached by keyboard", async ({ chat, page }) => {
  await page.keyboard.press("Control+/");
  await expect(page.getByRole("dialog", { name: chat.t("ui-shortcuts") })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toBeHidden();

  await page.keyboard.press("Control+K");
  const palette = page.getByRole("dialog", { name: chat.t("ui-palette") });
  await expect(palette).toBeVisible();
  await page.keyboard.type(chat.t("ui-command-settings"));
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/settings$/);

  await page.keyboard.press("Control+Shift+O");
  await expect(chat.composer).toBeFocused();
  await page.keyboard.type("One line");
  await page.keyboard.press("Shift+Enter");
  await page.keyboard.type("and another");
  await expect(chat.composer).toHaveValue("One line\nand another");
  await page.keyboard.press("Enter");
  await chat.waitUntilIdle();
  await expect(chat.userMessages.last()).toContainText("and another");

  // Tab reaches every control of the page.
  const visited = new Set<string>();
  for (let step = 0; step < 60; step++) {
    await page.keyboard.press("Tab");
    visited.add(
      await page.evaluate(() => {
        const focused = document.activeElement;
        return focused instanceof HTMLElement ? (focused.getAttribute("aria-label") ?? focused.innerText.trim()) : "";
      }),
    );
  }
  expect([...visited].join("\n")).toContain(chat.t("ui-new-chat"));
});
