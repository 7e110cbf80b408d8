// Measures download size and speed of the page in Chromium. Writes rows for the table in docs/PERFORMANCE.md.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Page } from "@playwright/test";
import { waitForHydration } from "./lib/chat.ts";
import { holdRequests, CODE_CHUNKS } from "./lib/network.ts";
import { expect, test } from "./lib/fixtures.ts";

const REPORT = process.env.PENNY_MEASURES ?? fileURLToPath(new URL("../target/benchmarks.json", import.meta.url));

const median = (numbers: number[]): number => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? NaN;

/** Returns the encoded bytes of scripts, WebAssembly and styles until the page is hydrated and the network is idle. */
async function measureDownload(fresh: Page, url: string): Promise<{ bytes: number; files: string[] }> {
  const session = await fresh.context().newCDPSession(fresh);
  await session.send("Network.enable");
  const urls = new Map<string, string>();
  let bytes = 0;
  const files: string[] = [];
  session.on("Network.responseReceived", ({ requestId, response }) => {
    if (/\.(js|wasm|css)(\?|$)/.test(response.url)) urls.set(requestId, response.url);
  });
  session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    const url = urls.get(requestId);
    if (!url) return;
    bytes += encodedDataLength;
    files.push(`${new URL(url).pathname} ${(encodedDataLength / 1000).toFixed(1)} kB`);
  });
  await fresh.goto(url);
  await waitForHydration(fresh);
  await fresh.waitForLoadState("networkidle");
  return { bytes, files };
}

/** Returns the milliseconds from the first byte until a typed character is shown and can be sent. */
async function measureInteractive(fresh: Page, url: string, label: string): Promise<number> {
  await fresh.goto(url, { waitUntil: "commit" });
  return fresh.evaluate(async (label) => {
    const delay = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));
    const textarea = (): HTMLTextAreaElement | null => document.querySelector(`textarea[aria-label="${label}"]`) ?? document.querySelector("textarea");
    while (!textarea() || !("alive" in document.documentElement.dataset)) await delay();
    const field = textarea()!;
    field.focus();
    document.execCommand("insertText", false, "x");
    const send = (): HTMLButtonElement | null => field.form?.querySelector("button[type=submit]") ?? null;
    for (let tries = 0; tries < 600; tries++) {
      if (field.value === "x" && send() && !send()!.disabled && send()!.ariaDisabled !== "true") break;
      await delay();
    }
    const [entry] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
    return performance.now() - entry!.responseStart;
  }, label);
}

/** Returns the milliseconds from a click on a link until the skeleton of its page is painted, before its code arrives. */
async function measureSkeleton(fresh: Page, url: string, path: string): Promise<number> {
  await fresh.goto(url);
  await waitForHydration(fresh);
  await fresh.waitForLoadState("networkidle");
  const release = await holdRequests(fresh, CODE_CHUNKS);
  const elapsedMs = await fresh.evaluate(async (path) => {
    const frame = (): Promise<void> => new Promise((resolve) => requestAnimationFrame(() => resolve()));
    const startedAt = performance.now();
    document.querySelector<HTMLElement>(`a[href="${path}"]`)!.click();
    while (location.pathname !== path || !document.querySelector("main [role=status]")?.checkVisibility()) await frame();
    // The frame with the skeleton has been painted when the next one starts.
    await frame();
    return performance.now() - startedAt;
  }, path);
  await release();
  return elapsedMs;
}

test("page load and navigation", async ({ api, browser, chat, page, penny }) => {
  await expect(chat.composer).toBeVisible();
  const storageState = await page.context().storageState();
  // A new browser context starts with an empty cache.
  const inNewContext = async <T>(use: (fresh: Page) => Promise<T>): Promise<T> => {
    const context = await browser.newContext({ storageState, viewport: page.viewportSize() });
    const result = await use(await context.newPage());
    await context.close();
    return result;
  };
  const { bytes, files } = await inNewContext((fresh) => measureDownload(fresh, penny.url));
  const interactiveTimes: number[] = [];
  for (let run = 0; run < 7; run++) {
    interactiveTimes.push(await inNewContext((fresh) => measureInteractive(fresh, penny.url, chat.t("chat-composer-label"))));
  }
  const skeletonTimes: number[] = [];
  for (let run = 0; run < 7; run++) {
    skeletonTimes.push(await inNewContext((fresh) => measureSkeleton(fresh, penny.url, "/d/company-health")));
  }
  const conversation = await api.createConversation();
  await (await api.submitAndStream(conversation, "Show me company health now")).text();
  const loaded = await inNewContext((fresh) => measureDownload(fresh, `${penny.url}/c/${conversation}`));
  const own = loaded.files.filter((file) => !/echarts|pkg\/chunk\./.test(file));
  const libraries = loaded.files.filter((file) => !own.includes(file));
  const kilobytes = (list: string[]): number => list.reduce((sum, file) => sum + Number(file.split(" ")[1]), 0);
  writeFileSync(
    REPORT,
    JSON.stringify([
      { what: "first load of the chat page, signed in, WASM + JS + CSS as encoded", unit: "kB", measured: bytes / 1000, goal: 700 },
      { what: "first load at a conversation with a chart, without ECharts", unit: "kB", measured: kilobytes(own) },
      { what: "from first byte to a typed character echoed and Send enabled", unit: "s", measured: median(interactiveTimes) / 1000, goal: 1.5 },
      { what: "from a click on a link to the skeleton of its page", unit: "s", measured: median(skeletonTimes) / 1000, goal: 0.1 },
    ]),
  );
  console.log([...files, "", ...own, "", ...libraries].join("\n"));
});

test("a long conversation has few DOM nodes", async ({ api, chat, page, penny }) => {
  const conversation = await api.createConversation();
  for (let count = 0; count < 150; count++) {
    const response = await api.submitAndStream(conversation, `Question ${count}`);
    await response.text();
  }
  await page.goto(`${penny.url}/c/${conversation}`);
  await waitForHydration(page);
  await expect(chat.lastAssistantMessage).toBeVisible();
  const nodes = await page.evaluate(() => document.querySelectorAll("*").length);
  expect(nodes).toBeLessThan(5_000);
});
