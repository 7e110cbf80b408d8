// 3. She stops, edits, regenerates, renames, deletes, searches, changes language and theme, all by keyboard.
import { awake } from "../lib/chat.ts";
import { expect, test } from "../lib/test.ts";

test.describe("with a model that takes its time", () => {
  test.use({ script: "mock-ttft50-itl40-len400" });

  test("Esc stops an answer and keeps what was said", async ({ chat, page }) => {
    await chat.ask("Tell me something long");
    await chat.begun();
    await page.keyboard.press("Escape");
    await chat.settled();
    await expect(chat.lastAnswer.getByText(chat.t("chat-stopped"))).toBeVisible();
    const said = await chat.said();
    expect(said.length).toBeGreaterThan(20);
    await page.reload();
    await awake(page);
    await expect(chat.lastAnswer.getByText(chat.t("chat-stopped"))).toBeVisible();
    const kept = said.replaceAll(/\s+/g, " ").slice(0, 20);
    expect((await chat.said()).replaceAll(/\s+/g, " ")).toContain(kept);
  });
});

test.describe("with a quick model", () => {
  test.use({ script: "mock-ttft20-itl2-len40" });

  test("an edited question becomes a sibling, and both can be read", async ({ chat, page }) => {
    await chat.ask("The first question");
    await chat.settled();
    await chat.composer.focus();
    await page.keyboard.press("ArrowUp");
    const edit = page.getByRole("textbox", { name: chat.t("chat-edit-label") });
    await expect(edit).toBeFocused();
    await edit.fill("The second question");
    await page.keyboard.press("Enter");
    await expect(chat.questions.last()).toContainText("The second question");
    await chat.settled();
    const question = chat.questions.last();
    await question.hover();
    await expect(question.getByText("2/2")).toBeVisible();

    await chat.button("chat-branch-previous", question).click();
    await expect(chat.questions.last()).toContainText("The first question");
    await expect(chat.questions.last().getByText("1/2")).toBeVisible();
    await page.reload();
    await awake(page);
    await expect(chat.questions.last()).toContainText("The first question");
  });

  test("asking again makes another answer beside the first", async ({ chat }) => {
    await chat.ask("Say it twice");
    await chat.settled();
    await chat.lastAnswer.hover();
    await chat.button("chat-regenerate", chat.lastAnswer).click();
    await expect(chat.lastAnswer.getByText("2/2")).toBeVisible();
    await chat.settled();
  });

  test("a conversation is renamed, found, deleted and brought back", async ({ chat, page }) => {
    await chat.ask("About lighthouses");
    await chat.settled();
    await chat.composer.press("Control+Shift+O");
    await expect(page).toHaveURL(/\/$/);
    await chat.ask("About submarines");
    await chat.settled();

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
    await expect(chat.conversation("Towers of light"), "found by what was said in it").toBeVisible();
    await expect(chat.conversation("About submarines")).toBeHidden();
    await search.fill("");
    await expect(chat.conversation("About submarines")).toBeVisible();

    await chat.conversations.getByRole("button", { name: chat.t("ui-actions-for", { title: "Towers of light" }) }).click();
    await page.getByRole("menuitem", { name: chat.t("ui-delete") }).press("Enter");
    await expect(chat.conversation("Towers of light")).toBeHidden();
    await page.getByRole("button", { name: chat.t("ui-undo") }).click();
    await expect(chat.conversation("Towers of light")).toBeVisible();
  });

  test("a draft waits where it was begun", async ({ chat, page, penny }) => {
    await chat.ask("Remember this place");
    await chat.settled();
    const address = page.url();
    const saved = page.waitForResponse(
      (answer) => answer.url().endsWith("/graphql") && (answer.request().postData() ?? "").includes("half a thought"),
    );
    await chat.composer.fill("half a thought");
    await saved;
    await chat.open("/", penny.url);
    await page.goto(address);
    await awake(page);
    await expect(chat.composer).toHaveValue("half a thought");
  });
});

test("language and theme change at once, stay, and nothing flashes", async ({ chat, page, penny }) => {
  await chat.open("/settings", penny.url);
  for (const [key, theme] of [
    ["ui-theme-dark", "dark"],
    ["ui-theme-contrast", "contrast"],
    ["ui-theme-light", "light"],
  ] as const) {
    await page.getByRole("main").getByText(chat.t(key), { exact: true }).click();
    await expect(page.locator("html")).toHaveAttribute("data-theme", theme);
    // The server knows it: the very first bytes bear the theme.
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

test("everything can be reached without a mouse", async ({ chat, page }) => {
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
  await chat.settled();
  await expect(chat.questions.last()).toContainText("and another");

  // Tab alone walks the whole page, and what has the focus can be seen.
  const visited = new Set<string>();
  for (let step = 0; step < 60; step++) {
    await page.keyboard.press("Tab");
    visited.add(
      await page.evaluate(() => {
        const at = document.activeElement;
        return at instanceof HTMLElement ? (at.getAttribute("aria-label") ?? at.innerText.trim()) : "";
      }),
    );
  }
  expect([...visited].join("\n")).toContain(chat.t("ui-new-chat"));
});
