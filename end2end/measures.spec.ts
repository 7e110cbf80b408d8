// Weight and speed of the first page, as Chromium counts them. Writes rows for the bench's table.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Page } from "@playwright/test";
import { awake } from "./lib/chat.ts";
import { hold, PIECES } from "./lib/hold.ts";
import { expect, test } from "./lib/test.ts";

const REPORT = process.env.PENNY_MEASURES ?? fileURLToPath(new URL("../target/measures.json", import.meta.url));

const median = (numbers: number[]): number => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? NaN;

/** What Chromium receives in an empty profile until a page is alive and quiet: scripts, WebAssembly and styles, in bytes. */
async function weigh(fresh: Page, url: string): Promise<{ bytes: number; files: string[] }> {
  const session = await fresh.context().newCDPSession(fresh);
  await session.send("Network.enable");
  const kinds = new Map<string, string>();
  let bytes = 0;
  const files: string[] = [];
  session.on("Network.responseReceived", ({ requestId, response }) => {
    if (/\.(js|wasm|css)(\?|$)/.test(response.url)) kinds.set(requestId, response.url);
  });
  session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    const address = kinds.get(requestId);
    if (!address) return;
    bytes += encodedDataLength;
    files.push(`${new URL(address).pathname} ${(encodedDataLength / 1000).toFixed(1)} kB`);
  });
  await fresh.goto(url);
  await awake(fresh);
  await fresh.waitForLoadState("networkidle");
  return { bytes, files };
}

/** How long until a typed character is on the page and can be sent, from the first byte on, in milliseconds. */
async function type(fresh: Page, url: string, label: string): Promise<number> {
  await fresh.goto(url, { waitUntil: "commit" });
  return fresh.evaluate(async (label) => {
    const tick = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));
    const box = (): HTMLTextAreaElement | null => document.querySelector(`textarea[aria-label="${label}"]`) ?? document.querySelector("textarea");
    while (!box() || !("alive" in document.documentElement.dataset)) await tick();
    const field = box()!;
    field.focus();
    document.execCommand("insertText", false, "x");
    const send = (): HTMLButtonElement | null => field.form?.querySelector("button[type=submit]") ?? null;
    for (let tries = 0; tries < 600; tries++) {
      if (field.value === "x" && send() && !send()!.disabled && send()!.ariaDisabled !== "true") break;
      await tick();
    }
    const [entry] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
    return performance.now() - entry!.responseStart;
  }, label);
}

/** How long from a press on a link until the outline of its page is painted, while its code is still to come. */
async function outline(fresh: Page, url: string, path: string): Promise<number> {
  await fresh.goto(url);
  await awake(fresh);
  await fresh.waitForLoadState("networkidle");
  const arrive = await hold(fresh, PIECES);
  const waited = await fresh.evaluate(async (path) => {
    const frame = (): Promise<void> => new Promise((resolve) => requestAnimationFrame(() => resolve()));
    const begun = performance.now();
    document.querySelector<HTMLElement>(`a[href="${path}"]`)!.click();
    while (location.pathname !== path || !document.querySelector("main [role=status]")?.checkVisibility()) await frame();
    // The frame that holds it is painted before the next one begins.
    await frame();
    return performance.now() - begun;
  }, path);
  await arrive();
  return waited;
}

test("the first page", async ({ api, browser, chat, page, penny }) => {
  await expect(chat.composer).toBeVisible();
  const storageState = await page.context().storageState();
  // A context of its own: nothing is in the cache.
  const anew = async <T>(use: (fresh: Page) => Promise<T>): Promise<T> => {
    const context = await browser.newContext({ storageState, viewport: page.viewportSize() });
    const result = await use(await context.newPage());
    await context.close();
    return result;
  };
  const { bytes, files } = await anew((fresh) => weigh(fresh, penny.url));
  const waits: number[] = [];
  for (let run = 0; run < 7; run++) {
    waits.push(await anew((fresh) => type(fresh, penny.url, chat.t("chat-composer-label"))));
  }
  const outlines: number[] = [];
  for (let run = 0; run < 7; run++) {
    outlines.push(await anew((fresh) => outline(fresh, penny.url, "/d/company-health")));
  }
  const conversation = await api.conversation();
  await (await api.chat(conversation, "Show me company health now")).text();
  const opened = await anew((fresh) => weigh(fresh, `${penny.url}/c/${conversation}`));
  const own = opened.files.filter((file) => !/echarts|pkg\/chunk\./.test(file));
  const libraries = opened.files.filter((file) => !own.includes(file));
  const kilobytes = (list: string[]): number => list.reduce((sum, file) => sum + Number(file.split(" ")[1]), 0);
  writeFileSync(
    REPORT,
    JSON.stringify([
      { what: "first load of the chat page, signed in, WASM + JS + CSS as encoded", unit: "kB", measured: bytes / 1000, goal: 450 },
      { what: "first load at a conversation with a chart, without ECharts", unit: "kB", measured: kilobytes(own) },
      { what: "from first byte to a typed character echoed and Send enabled", unit: "s", measured: median(waits) / 1000, goal: 1.5 },
      { what: "from a press on a link to the outline of its page", unit: "s", measured: median(outlines) / 1000, goal: 0.1 },
    ]),
  );
  console.log([...files, "", ...own, "", ...libraries].join("\n"));
});

test("a long conversation stays light", async ({ api, chat, page, penny }) => {
  const conversation = await api.conversation();
  for (let count = 0; count < 150; count++) {
    const answer = await api.chat(conversation, `Question ${count}`);
    await answer.text();
  }
  await page.goto(`${penny.url}/c/${conversation}`);
  await awake(page);
  await expect(chat.lastAnswer).toBeVisible();
  const nodes = await page.evaluate(() => document.querySelectorAll("*").length);
  expect(nodes).toBeLessThan(5_000);
});
