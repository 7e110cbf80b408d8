// The main pages as people see them: wide and narrow, in each theme, in both languages.
import { fileURLToPath } from "node:url";
import type { Page } from "@playwright/test";
import { awake, Chat } from "./lib/chat.ts";
import { test } from "./lib/test.ts";
import type { Locale } from "./lib/words.ts";

const FOLDER = fileURLToPath(new URL("../docs/screens/", import.meta.url));
const SIZES = { desktop: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };

/** Every picture of the full set would be too many; these show each page, size, theme and language at least once. */
const SHOTS: { page: string; size: keyof typeof SIZES; theme: string; locale: Locale }[] = [
  ...["welcome", "chat", "dashboard", "artifact", "settings", "sign-in"].flatMap((page) => [
    { page, size: "desktop" as const, theme: "light", locale: "en" as const },
    { page, size: "desktop" as const, theme: "dark", locale: "es" as const },
    { page, size: "phone" as const, theme: "light", locale: "es" as const },
  ]),
  ...["chat", "dashboard"].flatMap((page) => [
    { page, size: "desktop" as const, theme: "contrast", locale: "en" as const },
    { page, size: "phone" as const, theme: "dark", locale: "en" as const },
    { page, size: "phone" as const, theme: "contrast", locale: "es" as const },
  ]),
  { page: "palette", size: "desktop", theme: "light", locale: "en" },
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

  for (const shot of SHOTS) {
    await api.prefer(shot.locale, shot.theme);
    const path = {
      welcome: "/",
      chat: shot.locale === "es" ? spanish : english,
      dashboard: "/d/company-health",
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
    await page.setViewportSize(SIZES[shot.size]);
    await page.goto(penny.url + path);
    await awake(page);
    if (shot.page === "palette") await page.keyboard.press("Control+K");
    await still(page);
    await page.screenshot({ path: `${FOLDER}${shot.page}-${shot.size}-${shot.theme}-${shot.locale}.png` });
  }
});
