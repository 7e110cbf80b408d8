// The main pages as people see them: wide and narrow, in each theme, in both languages.
import { fileURLToPath } from "node:url";
import type { Page } from "@playwright/test";
import { awake, Chat } from "./lib/chat.ts";
import { test } from "./lib/test.ts";
import type { Locale } from "./lib/words.ts";

const FOLDER = fileURLToPath(new URL("../docs/screens/", import.meta.url));
const SIZES = { desktop: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };

/** Every picture of the full set would be too many; these show each page, size, theme and language. */
const SHOTS: [page: string, size: keyof typeof SIZES, theme: string, locale: Locale][] = [
  ["welcome", "desktop", "light", "en"],
  ["welcome", "phone", "light", "es"],
  ["chat", "desktop", "light", "en"],
  ["chat", "desktop", "dark", "es"],
  ["chat", "desktop", "contrast", "en"],
  ["chat", "phone", "light", "es"],
  ["chat", "phone", "dark", "en"],
  ["versions", "desktop", "light", "en"],
  ["versions", "phone", "dark", "es"],
  ["dashboard", "desktop", "light", "en"],
  ["dashboard", "desktop", "dark", "es"],
  ["dashboard", "phone", "contrast", "es"],
  ["artifact", "desktop", "dark", "es"],
  ["settings", "desktop", "light", "en"],
  ["settings", "phone", "dark", "es"],
  ["sign-in", "desktop", "light", "en"],
  ["sign-in", "phone", "dark", "es"],
  ["palette", "desktop", "light", "en"],
];

/** Waits until nothing moves: fonts are there, charts are drawn, the network is quiet. */
async function still(page: Page): Promise<void> {
  await page.waitForLoadState("networkidle");
  await page.evaluate(() => document.fonts.ready);
  // Charts grow for a moment.
  await page.waitForTimeout(1_200);
}

test("the main pages", async ({ api, browser, chat, page, penny }) => {
  await chat.ask(chat.t("ui-starter-health-prompt"));
  await chat.settled();
  // A second way of asking, for the versions side by side.
  await chat.button("chat-edit", chat.questions.last()).click();
  await page.getByRole("textbox", { name: chat.t("chat-edit-label") }).fill(chat.t("ui-starter-units-prompt"));
  await page.keyboard.press("Enter");
  await chat.settled();
  const twoWays = new URL(page.url()).pathname;
  await page.goto(penny.url);
  await chat.ask(chat.t("ui-starter-health-prompt"));
  await chat.settled();
  const english = new URL(page.url()).pathname;
  await api.prefer("es", "light");
  await page.goto(penny.url);
  await awake(page);
  chat.locale = "es";
  await chat.ask(chat.t("ui-starter-health-prompt"));
  await chat.settled();
  const spanish = new URL(page.url()).pathname;
  const { artifacts } = await api.graphql<{ artifacts: { items: { id: string; type: string }[] } }>(
    "query Shelf($filter: ArtifactFilter!) { artifacts(filter: $filter, limit: 20) { items { id type } } }",
    { filter: {} },
  );
  const chart = artifacts.items.find((artifact) => artifact.type === "chart")?.id;

  for (const [name, size, theme, locale] of SHOTS) {
    const shot = { page: name, size, theme, locale };
    await api.prefer(shot.locale, shot.theme);
    const path = {
      welcome: "/",
      chat: shot.locale === "es" ? spanish : english,
      dashboard: "/d/company-health",
      versions: twoWays,
      artifact: `/a/${chart}`,
      settings: "/settings",
      "sign-in": "/sign-in",
      palette: "/",
    }[shot.page]!;
    const scheme = shot.theme === "dark" ? "dark" : "light";
    if (shot.page === "sign-in") {
      const stranger = await browser.newContext({ viewport: SIZES[shot.size], locale: shot.locale, colorScheme: scheme });
      const door = await stranger.newPage();
      await door.goto(penny.url + path);
      await still(door);
      await door.screenshot({ path: `${FOLDER}${shot.page}-${shot.size}-${shot.theme}-${shot.locale}.png` });
      await stranger.close();
      continue;
    }
    chat.locale = shot.locale;
    await page.setViewportSize(SIZES[shot.size]);
    await page.goto(penny.url + path);
    await awake(page);
    if (shot.page === "palette") await page.keyboard.press("Control+K");
    if (shot.page === "versions") {
      await chat.thread.evaluate((thread) => thread.scrollTo(0, -99_999));
      await chat.questions.last().hover();
      await chat.button("chat-branches", chat.questions.last()).press("Enter");
      await page.getByRole("menuitem", { name: chat.t("chat-compare") }).press("Enter");
      await page.locator(".version").last().waitFor();
    }
    // From the question on: the tool that was called, and the chart it made.
    if (shot.page === "chat") await chat.thread.evaluate((thread) => thread.scrollTo(0, -99_999));
    await still(page);
    await page.screenshot({ path: `${FOLDER}${shot.page}-${shot.size}-${shot.theme}-${shot.locale}.png` });
  }
});
