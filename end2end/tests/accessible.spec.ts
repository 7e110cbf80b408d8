// No violation that axe can see: every page, both languages, three themes.
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { awake, Chat } from "../lib/chat.ts";
import { expect, signIn, test } from "../lib/test.ts";
import type { Locale } from "../lib/words.ts";

const THEMES = ["light", "dark", "contrast"] as const;

/** Counts what is wrong, with enough said to mend it. */
async function violations(page: Page, where: string): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page })
    // The line between two panes belongs to both, so it stands in neither landmark.
    .exclude(".splitter")
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
    .analyze();
  return violations.flatMap((violation) =>
    violation.nodes.map((node) => `${where}: ${violation.id}: ${violation.help}: ${node.target.join(" ")}`),
  );
}

test("axe finds nothing on any page, in any language, in any theme", async ({ api, chat, page, penny }) => {
  test.setTimeout(600_000);
  await chat.ask(chat.t("ui-starter-health-prompt"));
  await chat.settled();
  const conversation = new URL(page.url()).pathname;
  const artifact = (
    await api.json<{ id: string }>("POST", "/v1/artifacts", {
      type: "table",
      title: "Three towers",
      content: { columns: [{ name: "Tower", format: "text" }, { name: "Height", format: "number" }], rows: [["Pharos", 103]] },
    })
  ).id;
  const pages: [string, string][] = [
    ["a new chat", "/"],
    ["a conversation", conversation],
    ["an artifact", `/a/${artifact}`],
    ["the dashboard", "/d/company-health"],
    ["settings", "/settings"],
    ["nowhere", "/there/is/nothing"],
  ];
  const found: string[] = [];
  for (const locale of ["en", "es"] satisfies Locale[]) {
    for (const theme of THEMES) {
      await api.prefer(locale, theme);
      for (const [name, path] of pages) {
        await page.goto(penny.url + path);
        await awake(page);
        await expect(page.locator("html")).toHaveAttribute("lang", locale);
        await expect(page.locator("html")).toHaveAttribute("data-theme", theme);
        await page.waitForLoadState("networkidle");
        found.push(...(await violations(page, `${name}, ${locale}, ${theme}`)));
      }
    }
  }
  expect(found).toEqual([]);
});

test("axe finds nothing on the pages before signing in, and in what opens over a page", async ({ page, penny }) => {
  const found: string[] = [];
  await page.goto(`${penny.url}/sign-in`);
  await awake(page);
  found.push(...(await violations(page, "sign-in")));
  await page.goto(`${penny.url}/auth/link/not-a-real-one`);
  found.push(...(await violations(page, "one-time link")));
  await signIn(page, penny.url);
  const chat = new Chat(page, "en");
  for (const [name, keys] of [
    ["palette", "Control+K"],
    ["shortcuts", "Control+/"],
  ] as const) {
    await page.keyboard.press(keys);
    await expect(page.getByRole("dialog")).toBeVisible();
    found.push(...(await violations(page, name)));
    await page.keyboard.press("Escape");
    await expect(page.getByRole("dialog")).toBeHidden();
  }
  await chat.button("ui-account").click();
  await expect(page.getByRole("menu")).toBeVisible();
  found.push(...(await violations(page, "account menu")));
  expect(found).toEqual([]);
});
