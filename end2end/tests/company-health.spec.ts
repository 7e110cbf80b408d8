// From the starter to the KPI chart and the Company Health dashboard, and the panes of the page.
import { readFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import { waitForHydration } from "../lib/chat.ts";
import { expect, test } from "../lib/fixtures.ts";

/** Selects a period on a dashboard. */
async function selectPeriod(page: Page, name: string): Promise<void> {
  await page.getByRole("radiogroup").getByText(name, { exact: true }).click();
}

test("a starter leads to a chart, its dashboard and back to the chat", async ({ chat, page }) => {
  await expect(chat.conversations).toBeVisible();
  await expect(chat.composer).toBeVisible();
  await expect(chat.artifacts).toBeVisible();
  const starters = page.getByLabel(chat.t("chat-starters-label")).getByRole("button");
  await expect(starters).toHaveCount(4);

  await starters.filter({ hasText: chat.t("ui-starter-health-prompt") }).click();
  await expect(chat.userMessages.last()).toContainText(chat.t("ui-starter-health-prompt"));
  await expect(page).toHaveURL(/\/c\/cnv_/);

  const tool = chat.lastAssistantMessage.getByText("get_company_kpis").first();
  await expect(tool).toBeVisible();
  await chat.waitUntilIdle();
  await expect(chat.lastAssistantMessage.getByText(chat.t("chat-tool-succeeded")).first()).toBeVisible();
  await expect(chat.lastAssistantMessage.getByRole("img").first(), "the chart is drawn").toBeVisible();
  expect((await chat.lastResponseText()).length).toBeGreaterThan(40);

  const conversation = page.url();
  // The link is on the chart's card in the message and on the same card in the panel.
  const open = chat.lastAssistantMessage.getByRole("link", { name: chat.t("dashboard-open") });
  await expect(open).toHaveAttribute("href", "/d/company-health?period=MTD");
  const panelLink = chat.artifacts.getByRole("link", { name: chat.t("dashboard-open") });
  await chat.artifacts.getByRole("button", { name: await chat.firstArtifactName() }).click();
  await expect(panelLink).toBeVisible();
  await chat.button("artifact-all", chat.artifacts).click();
  await expect(panelLink, "the panel shows the list again").toHaveCount(0);
  await chat.button("artifact-open", chat.lastAssistantMessage).click();
  await expect(panelLink).toBeVisible();
  await open.click();
  await expect(page).toHaveURL(/\/d\/company-health\?period=MTD/);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  const name = await page.getByRole("heading", { level: 1 }).innerText();
  const announcement = page.locator("[aria-live=polite]").filter({ hasText: name });
  await expect(announcement, "the new page is announced to screen readers").toBeAttached();
  const kpis = async (): Promise<string> => (await page.getByRole("main").getByRole("article").allInnerTexts()).join("\n");
  await expect(page.getByRole("main").getByRole("article").first()).toBeVisible();

  const before = await kpis();
  await selectPeriod(page, chat.t("dashboard-period-ytd"));
  await expect.poll(kpis, { message: "another period changes the values" }).not.toBe(before);
  const ytd = await kpis();
  await page.getByLabel(chat.t("dashboard-unit"), { exact: true }).selectOption({ label: chat.t("dashboard-unit-bu") });
  await expect.poll(kpis, { message: "another unit changes the values" }).not.toBe(ytd);
  await expect(page.getByLabel(chat.t("dashboard-which-bu"), { exact: true })).toBeVisible();

  await page.keyboard.press("Escape");
  await expect(page).toHaveURL(conversation);
  await expect(chat.lastAssistantMessage).toBeVisible();
});

test("a chart links to its dashboard with the period and unit of the tool call", async ({ chat, page }) => {
  await chat.submit("How is Studio doing this year?");
  await chat.waitUntilIdle();
  const open = chat.lastAssistantMessage.getByRole("link", { name: chat.t("dashboard-open") }).first();
  const address = await open.getAttribute("href");
  expect(address).toMatch(/^\/d\/company-health\?period=YTD&unit=bu&id=\w+/);
  const unit = new URL(address!, page.url()).searchParams.get("id")!;
  await open.click();
  await expect(page.getByLabel(chat.t("dashboard-unit"), { exact: true })).toHaveValue("bu");
  await expect(page.getByLabel(chat.t("dashboard-which-bu"), { exact: true })).toHaveValue(unit);
  await expect(page.getByRole("radio", { name: chat.t("dashboard-period-ytd") })).toBeChecked();
});

test("changing the conversation resets the artifact panel to its list", async ({ chat, page, penny }) => {
  await chat.submit(chat.t("ui-starter-health-prompt"));
  await chat.waitUntilIdle();
  const artifact = await chat.firstArtifactName();
  const [first, here] = [page.url(), chat.artifacts.getByRole("heading", { name: chat.t("artifact-here") })];
  await chat.button("artifact-open", chat.lastAssistantMessage).click();
  await expect(chat.artifacts.getByRole("article", { name: artifact })).toBeVisible();

  await chat.conversations.getByRole("link", { name: chat.t("ui-new-chat") }).click();
  await expect(page).toHaveURL(`${penny.url}/`);
  await expect(chat.artifacts.getByRole("article", { name: artifact })).toHaveCount(0);
  await expect(chat.artifacts.getByRole("heading", { name: chat.t("artifact-latest") })).toBeVisible();
  await expect(here, "a new chat has no artifacts").toHaveCount(0);

  await page.goBack();
  await expect(page).toHaveURL(first);
  await expect(here).toBeVisible();
  await expect(chat.artifacts.getByRole("button", { name: artifact })).toBeVisible();
});

test("a chart can be exported and pinned", async ({ chat, page }) => {
  await chat.submit(chat.t("ui-starter-health-prompt"));
  await chat.waitUntilIdle();
  await expect(chat.lastAssistantMessage.getByRole("img").first()).toBeVisible();
  for (const [key, extension, content] of [
    ["artifact-export-csv", ".csv", /^[^\n]*,/],
    ["artifact-export-json", ".json", /^\s*[{[]/],
    ["artifact-export-svg", ".svg", /^\s*<svg|^<\?xml/],
    ["artifact-export-png", ".png", /^\uFFFDPNG/],
  ] as const) {
    await chat.button("artifact-more", chat.lastAssistantMessage).first().click();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("menuitem", { name: chat.t(key) }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(new RegExp(`\\${extension}$`));
    expect(readFileSync(await download.path(), "utf8")).toMatch(content);
  }
  await chat.button("artifact-pin", chat.lastAssistantMessage).first().click();
  await expect(chat.button("artifact-unpin", chat.lastAssistantMessage).first()).toBeVisible();
});

test("the Spanish prompt produces the chart", async ({ chat, page, penny }) => {
  await chat.open("/settings", penny.url);
  await page.getByText("Español", { exact: true }).click();
  chat.locale = "es";
  await expect
    .poll(async () => (await page.request.get(`${penny.url}/`)).text().then((html) => html.includes('lang="es"')))
    .toBe(true);
  await chat.open("/", penny.url);
  await chat.submit("Muéstrame la salud de la empresa ahora");
  await expect(chat.lastAssistantMessage.getByText("get_company_kpis").first()).toBeVisible();
  await chat.waitUntilIdle();
  await expect(chat.lastAssistantMessage.getByRole("img").first()).toBeVisible();
});

test("the dashboard shows the KPIs that the tool returns", async ({ api, chat, page, penny }) => {
  const { result } = await api.json<{ result: unknown }>("POST", "/v1/tools/get_company_kpis/invoke", {
    period: "YTD",
    unit: "company",
  });
  const names = JSON.stringify(result).match(/"name":\s*"([^"]+)"/g) ?? [];
  expect(names.length, "KPIs").toBeGreaterThan(3);
  await chat.open("/d/company-health", penny.url);
  await selectPeriod(page, chat.t("dashboard-period-ytd"));
  const tiles = page.getByRole("main").getByRole("article");
  for (const name of names) {
    await expect(tiles.getByText(JSON.parse(`{${name}}`).name).first()).toBeVisible();
  }
});

test("the panes can be collapsed and resized", async ({ chat, page }) => {
  await page.keyboard.press("Control+Shift+S");
  await expect(chat.conversations).toBeHidden();
  await page.keyboard.press("Control+Shift+S");
  await expect(chat.conversations).toBeVisible();
  await expect(chat.artifacts).toBeVisible();
  await page.keyboard.press("Control+]");
  await expect(chat.artifacts).toBeHidden();
  await page.reload();
  await waitForHydration(page);
  await expect(chat.artifacts, "the collapsed state is restored").toBeHidden();
  await page.keyboard.press("Control+]");
  await expect(chat.artifacts).toBeVisible();

  const separator = page.getByRole("separator", { name: chat.t("ui-resize-conversations") });
  const width = (await chat.conversations.boundingBox())!.width;
  await separator.focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await expect.poll(async () => (await chat.conversations.boundingBox())!.width).toBeGreaterThan(width);
});

test("the panes are server-rendered and do not move during hydration", async ({ browser, chat, page, penny }) => {
  await expect(chat.artifacts).toBeVisible();
  for (const [width, isBeside] of [[1440, true], [1100, false], [390, false]] as const) {
    await page.setViewportSize({ width, height: 800 });
    // Without JavaScript the page shows the server-rendered HTML.
    const storageState = await page.context().storageState();
    const context = await browser.newContext({ storageState, viewport: { width, height: 800 }, javaScriptEnabled: false });
    const unhydrated = await context.newPage();
    await unhydrated.goto(penny.url);
    await expect(unhydrated.getByRole("complementary", { name: chat.t("ui-pane-artifacts") })).toBeVisible({ visible: isBeside });
    const before = await unhydrated.getByRole("main").boundingBox();
    await context.close();
    await page.goto(penny.url);
    await waitForHydration(page);
    await expect(chat.artifacts).toBeVisible({ visible: isBeside });
    expect(await page.getByRole("main").boundingBox(), `at ${width} pixels`).toEqual(before);
  }
});

test("on a phone the side panes are drawers that trap and restore the focus", async ({ chat, page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  for (const [key, pane] of [
    ["ui-show-conversations", chat.conversations],
    ["ui-show-artifacts", chat.artifacts],
  ] as const) {
    await expect(pane).toBeHidden();
    const opener = chat.button(key);
    await opener.click();
    await expect(pane).toBeVisible();
    for (let count = 0; count < 40; count++) {
      await page.keyboard.press("Tab");
      const isInside = await page.evaluate(
        (drawer) => document.activeElement === document.body || drawer!.contains(document.activeElement),
        await pane.elementHandle(),
      );
      expect(isInside, "the focus stays in the drawer").toBe(true);
    }
    await page.keyboard.press("Escape");
    await expect(pane).toBeHidden();
    await expect(opener).toBeFocused();
  }
});
