// Takes screenshots of the main pages in desktop and phone sizes, all themes and both languages.
import { fileURLToPath } from "node:url";
import type { Page } from "@playwright/test";
import { waitForHydration, Chat } from "./lib/chat.ts";
import { test } from "./lib/fixtures.ts";
import type { Locale } from "./lib/i18n.ts";

const FOLDER = fileURLToPath(new URL("../docs/screens/", import.meta.url));
const SIZES = { desktop: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };

/** A selection that covers each page, size, theme and language. */
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

/** Waits until the network is idle, fonts are loaded and animations have finished. */
async function waitUntilStable(page: Page): Promise<void> {
  await page.waitForLoadState("networkidle");
  await page.evaluate(() => document.fonts.ready);
  // Duration of chart animations.
  await page.waitForTimeout(1_200);
}

test("the main pages", async ({ api, browser, chat, page, penny }) => {
  await chat.submit(chat.t("ui-starter-health-prompt"));
  await chat.waitUntilIdle();
  // A second version of the message, for the comparison of versions.
  await chat.button("chat-edit", chat.userMessages.last()).click();
  await page.getByRole("textbox", { name: chat.t("chat-edit-label") }).fill(chat.t("ui-starter-units-prompt"));
  await page.keyboard.press("Enter");
  await chat.waitUntilIdle();
  const edited = new URL(page.url()).pathname;
  await page.goto(penny.url);
  await chat.submit(chat.t("ui-starter-health-prompt"));
  await chat.waitUntilIdle();
  const english = new URL(page.url()).pathname;
  await api.setPreferences("es", "light");
  await page.goto(penny.url);
  await waitForHydration(page);
  chat.locale = "es";
  await chat.submit(chat.t("ui-starter-health-prompt"));
  await chat.waitUntilIdle();
  const spanish = new URL(page.url()).pathname;
  const { artifacts } = await api.graphql<{ artifacts: { items: { id: string; type: string }[] } }>(
    "query Artifacts($filter: ArtifactFilter!) { artifacts(filter: $filter, limit: 20) { items { id type } } }",
    { filter: {} },
  );
  const chart = artifacts.items.find((artifact) => artifact.type === "chart")?.id;

  for (const [name, size, theme, locale] of SHOTS) {
    const shot = { page: name, size, theme, locale };
    await api.setPreferences(shot.locale, shot.theme);
    const path = {
      welcome: "/",
      chat: shot.locale === "es" ? spanish : english,
      dashboard: "/d/company-health",
      versions: edited,
      artifact: `/a/${chart}`,
      settings: "/settings",
      "sign-in": "/sign-in",
      palette: "/",
    }[shot.page]!;
    const scheme = shot.theme === "dark" ? "dark" : "light";
    if (shot.page === "sign-in") {
      const signedOut = await browser.newContext({ viewport: SIZES[shot.size], locale: shot.locale, colorScheme: scheme });
      const signInPage = await signedOut.newPage();
      await signInPage.goto(penny.url + path);
      await waitUntilStable(signInPage);
      await signInPage.screenshot({ path: `${FOLDER}${shot.page}-${shot.size}-${shot.theme}-${shot.locale}.png` });
      await signedOut.close();
      continue;
    }
    chat.locale = shot.locale;
    await page.setViewportSize(SIZES[shot.size]);
    await page.goto(penny.url + path);
    await waitForHydration(page);
    if (shot.page === "palette") await page.keyboard.press("Control+K");
    if (shot.page === "versions") {
      await chat.thread.evaluate((thread) => thread.scrollTo(0, -99_999));
      await chat.userMessages.last().hover();
      await chat.button("chat-branches", chat.userMessages.last()).press("Enter");
      await page.getByRole("menuitem", { name: chat.t("chat-compare") }).press("Enter");
      await page.locator(".version").last().waitFor();
    }
    // From the start of the conversation: tool call and chart.
    if (shot.page === "chat") await chat.thread.evaluate((thread) => thread.scrollTo(0, -99_999));
    await waitUntilStable(page);
    await page.screenshot({ path: `${FOLDER}${shot.page}-${shot.size}-${shot.theme}-${shot.locale}.png` });
  }
});
