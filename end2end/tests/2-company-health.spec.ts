// 2. She sees three panes and four starters, asks for company health, watches the words and the tool, gets
//    the chart, opens the dashboard, changes its filters, and Esc brings her back.
import { readFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import { awake } from "../lib/chat.ts";
import { expect, test } from "../lib/test.ts";

/** Picks a stretch of time on a dashboard. */
async function period(page: Page, name: string): Promise<void> {
  await page.getByRole("radiogroup").getByText(name, { exact: true }).click();
}

test("from a starter to the chart, to the dashboard and back", async ({ chat, page }) => {
  await expect(chat.conversations).toBeVisible();
  await expect(chat.composer).toBeVisible();
  await expect(chat.artifacts).toBeVisible();
  const starters = page.getByLabel(chat.t("chat-starters-label")).getByRole("button");
  await expect(starters).toHaveCount(4);

  await starters.filter({ hasText: chat.t("ui-starter-health-prompt") }).click();
  await expect(chat.questions.last()).toContainText(chat.t("ui-starter-health-prompt"));
  await expect(page).toHaveURL(/\/c\/cnv_/);

  const tool = chat.lastAnswer.getByText("get_company_kpis").first();
  await expect(tool).toBeVisible();
  await chat.settled();
  await expect(chat.lastAnswer.getByText(chat.t("chat-tool-succeeded")).first()).toBeVisible();
  await expect(chat.lastAnswer.getByRole("img").first(), "the chart is drawn").toBeVisible();
  expect((await chat.said()).length).toBeGreaterThan(40);

  const conversation = page.url();
  // In the answer, on the chart's own card; it stands on the same card in the panel too.
  const open = chat.lastAnswer.getByRole("link", { name: chat.t("dashboard-open") });
  await expect(open).toHaveAttribute("href", "/d/company-health?period=MTD");
  const beside = chat.artifacts.getByRole("link", { name: chat.t("dashboard-open") });
  await chat.artifacts.getByRole("button", { name: await chat.madeHere() }).click();
  await expect(beside).toBeVisible();
  await chat.button("artifact-all", chat.artifacts).click();
  await expect(beside, "the list is back").toHaveCount(0);
  await chat.button("artifact-open", chat.lastAnswer).click();
  await expect(beside).toBeVisible();
  await open.click();
  await expect(page).toHaveURL(/\/d\/company-health\?period=MTD/);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  const name = await page.getByRole("heading", { level: 1 }).innerText();
  const said = page.locator("[aria-live=polite]").filter({ hasText: name });
  await expect(said, "who does not see the page change hears where they are").toBeAttached();
  const figures = async (): Promise<string> => (await page.getByRole("main").getByRole("article").allInnerTexts()).join("\n");
  await expect(page.getByRole("main").getByRole("article").first()).toBeVisible();

  const before = await figures();
  await period(page, chat.t("dashboard-period-ytd"));
  await expect.poll(figures, { message: "another period, other figures" }).not.toBe(before);
  const year = await figures();
  await page.getByLabel(chat.t("dashboard-unit"), { exact: true }).selectOption({ label: chat.t("dashboard-unit-bu") });
  await expect.poll(figures, { message: "another unit, other figures" }).not.toBe(year);
  await expect(page.getByLabel(chat.t("dashboard-which-bu"), { exact: true })).toBeVisible();

  await page.keyboard.press("Escape");
  await expect(page).toHaveURL(conversation);
  await expect(chat.lastAnswer).toBeVisible();
});

test("a chart leads to its dashboard with the period and the unit it was asked with", async ({ chat, page }) => {
  await chat.ask("How is Studio doing this year?");
  await chat.settled();
  const open = chat.lastAnswer.getByRole("link", { name: chat.t("dashboard-open") }).first();
  const address = await open.getAttribute("href");
  expect(address).toMatch(/^\/d\/company-health\?period=YTD&unit=bu&id=\w+/);
  const unit = new URL(address!, page.url()).searchParams.get("id")!;
  await open.click();
  await expect(page.getByLabel(chat.t("dashboard-unit"), { exact: true })).toHaveValue("bu");
  await expect(page.getByLabel(chat.t("dashboard-which-bu"), { exact: true })).toHaveValue(unit);
  await expect(page.getByRole("radio", { name: chat.t("dashboard-period-ytd") })).toBeChecked();
});

test("another conversation brings the panel back to its list", async ({ chat, page, penny }) => {
  await chat.ask(chat.t("ui-starter-health-prompt"));
  await chat.settled();
  const made = await chat.madeHere();
  const [first, here] = [page.url(), chat.artifacts.getByRole("heading", { name: chat.t("artifact-here") })];
  await chat.button("artifact-open", chat.lastAnswer).click();
  await expect(chat.artifacts.getByRole("article", { name: made })).toBeVisible();

  await chat.conversations.getByRole("link", { name: chat.t("ui-new-chat") }).click();
  await expect(page).toHaveURL(`${penny.url}/`);
  await expect(chat.artifacts.getByRole("article", { name: made })).toHaveCount(0);
  await expect(chat.artifacts.getByRole("heading", { name: chat.t("artifact-latest") })).toBeVisible();
  await expect(here, "nothing was made in a new chat").toHaveCount(0);

  await page.goBack();
  await expect(page).toHaveURL(first);
  await expect(here).toBeVisible();
  await expect(chat.artifacts.getByRole("button", { name: made })).toBeVisible();
});

test("a chart can be kept and taken along", async ({ chat, page }) => {
  await chat.ask(chat.t("ui-starter-health-prompt"));
  await chat.settled();
  await expect(chat.lastAnswer.getByRole("img").first()).toBeVisible();
  for (const [key, ending, begins] of [
    ["artifact-export-csv", ".csv", /^[^\n]*,/],
    ["artifact-export-json", ".json", /^\s*[{[]/],
    ["artifact-export-svg", ".svg", /^\s*<svg|^<\?xml/],
    ["artifact-export-png", ".png", /^\uFFFDPNG/],
  ] as const) {
    await chat.button("artifact-more", chat.lastAnswer).first().click();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("menuitem", { name: chat.t(key) }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(new RegExp(`\\${ending}$`));
    expect(readFileSync(await download.path(), "utf8")).toMatch(begins);
  }
  await chat.button("artifact-pin", chat.lastAnswer).first().click();
  await expect(chat.button("artifact-unpin", chat.lastAnswer).first()).toBeVisible();
});

test("the same in Spanish", async ({ chat, page, penny }) => {
  await chat.open("/settings", penny.url);
  await page.getByText("Español", { exact: true }).click();
  chat.locale = "es";
  await expect
    .poll(async () => (await page.request.get(`${penny.url}/`)).text().then((html) => html.includes('lang="es"')))
    .toBe(true);
  await chat.open("/", penny.url);
  await chat.ask("Muéstrame la salud de la empresa ahora");
  await expect(chat.lastAnswer.getByText("get_company_kpis").first()).toBeVisible();
  await chat.settled();
  await expect(chat.lastAnswer.getByRole("img").first()).toBeVisible();
});

test("what the page shows is what the data says", async ({ api, chat, page, penny }) => {
  const { result } = await api.json<{ result: unknown }>("POST", "/v1/tools/get_company_kpis/invoke", {
    period: "YTD",
    unit: "company",
  });
  const numbers = JSON.stringify(result).match(/"name":\s*"([^"]+)"/g) ?? [];
  expect(numbers.length, "key figures").toBeGreaterThan(3);
  await chat.open("/d/company-health", penny.url);
  await period(page, chat.t("dashboard-period-ytd"));
  const figures = page.getByRole("main").getByRole("article");
  for (const name of numbers) {
    await expect(figures.getByText(JSON.parse(`{${name}}`).name).first()).toBeVisible();
  }
});

test("the panes fold away and can be made wider", async ({ chat, page }) => {
  await page.keyboard.press("Control+Shift+S");
  await expect(chat.conversations).toBeHidden();
  await page.keyboard.press("Control+Shift+S");
  await expect(chat.conversations).toBeVisible();
  await expect(chat.artifacts).toBeVisible();
  await page.keyboard.press("Control+]");
  await expect(chat.artifacts).toBeHidden();
  await page.reload();
  await awake(page);
  await expect(chat.artifacts, "how the panes stand is remembered").toBeHidden();
  await page.keyboard.press("Control+]");
  await expect(chat.artifacts).toBeVisible();

  const edge = page.getByRole("separator", { name: chat.t("ui-resize-conversations") });
  const width = (await chat.conversations.boundingBox())!.width;
  await edge.focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await expect.poll(async () => (await chat.conversations.boundingBox())!.width).toBeGreaterThan(width);
});

test("the panes are there with the first paint and nothing moves when the page comes to life", async ({ browser, chat, page, penny }) => {
  await expect(chat.artifacts).toBeVisible();
  for (const [width, isBeside] of [[1440, true], [1100, false], [390, false]] as const) {
    await page.setViewportSize({ width, height: 800 });
    // Without its code, the page is what the server drew.
    const storageState = await page.context().storageState();
    const context = await browser.newContext({ storageState, viewport: { width, height: 800 }, javaScriptEnabled: false });
    const asleep = await context.newPage();
    await asleep.goto(penny.url);
    await expect(asleep.getByRole("complementary", { name: chat.t("ui-pane-artifacts") })).toBeVisible({ visible: isBeside });
    const before = await asleep.getByRole("main").boundingBox();
    await context.close();
    await page.goto(penny.url);
    await awake(page);
    await expect(chat.artifacts).toBeVisible({ visible: isBeside });
    expect(await page.getByRole("main").boundingBox(), `at ${width} pixels`).toEqual(before);
  }
});

test("on a phone the outer panes are drawers that hold the focus and give it back", async ({ chat, page }) => {
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
