// Runs axe on every page of the table of pages, in both languages and all themes for pages of signed-in users.
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { waitForHydration, Chat } from "../lib/chat.ts";
import { expect, signIn, test } from "../lib/fixtures.ts";
import type { Locale } from "../lib/i18n.ts";

const THEMES = ["light", "dark", "contrast"] as const;

/** Returns a description of each axe violation on the page. */
async function violations(page: Page, context: string): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page })
    // The separator belongs to both panes, so it is in neither landmark.
    .exclude(".splitter")
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
    .analyze();
  return violations.flatMap((violation) =>
    violation.nodes.map((node) => `${context}: ${violation.id}: ${violation.help}: ${node.target.join(" ")}`),
  );
}

test("axe finds no violations on any page, in any language and theme", async ({ api, chat, page, penny }) => {
  test.setTimeout(600_000);
  await chat.submit(chat.t("ui-starter-health-prompt"));
  await chat.waitUntilIdle();
  const conversation = new URL(page.url()).pathname;
  const artifact = (
    await api.json<{ id: string }>("POST", "/v1/artifacts", {
      type: "table",
      title: "Three towers",
      content: { columns: [{ name: "Tower", format: "text" }, { name: "Height", format: "number" }], rows: [["Pharos", 103]] },
    })
  ).id;
  // Pages with data that this test creates; other pages are visited at the example of the table.
  const created: Record<string, string> = { conversation, artifact: `/a/${artifact}` };
  const entries = (await penny.pages()).filter((entry) => entry.needsSignIn);
  expect(entries.map((entry) => entry.name)).toEqual(expect.arrayContaining(Object.keys(created)));
  const pages: [string, string][] = [
    ...entries.map((entry): [string, string] => [entry.name, created[entry.name] ?? entry.example]),
    ["not found", "/there/is/nothing"],
  ];
  const all: string[] = [];
  for (const locale of ["en", "es"] satisfies Locale[]) {
    for (const theme of THEMES) {
      await api.setPreferences(locale, theme);
      for (const [name, path] of pages) {
        await page.goto(penny.url + path);
        await waitForHydration(page);
        await expect(page.locator("html")).toHaveAttribute("lang", locale);
        await expect(page.locator("html")).toHaveAttribute("data-theme", theme);
        await page.waitForLoadState("networkidle");
        all.push(...(await violations(page, `${name}, ${locale}, ${theme}`)));
      }
    }
  }
  expect(all).toEqual([]);
});

test("axe finds no violations on sign-in pages, dialogs and menus", async ({ page, penny }) => {
  const all: string[] = [];
  for (const entry of await penny.pages()) {
    if (entry.needsSignIn) continue;
    await page.goto(penny.url + entry.example);
    await waitForHydration(page);
    all.push(...(await violations(page, entry.name)));
  }
  await signIn(page, penny.url);
  const chat = new Chat(page, "en");
  for (const [name, keys] of [
    ["palette", "Control+K"],
    ["shortcuts", "Control+/"],
  ] as const) {
    await page.keyboard.press(keys);
    await expect(page.getByRole("dialog")).toBeVisible();
    all.push(...(await violations(page, name)));
    await page.keyboard.press("Escape");
    await expect(page.getByRole("dialog")).toBeHidden();
  }
  await chat.button("ui-account").click();
  await expect(page.getByRole("menu")).toBeVisible();
  all.push(...(await violations(page, "account menu")));
  expect(all).toEqual([]);
});
