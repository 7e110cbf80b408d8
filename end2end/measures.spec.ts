// Weight and speed of the first page, as Chromium counts them. Writes rows for the bench's table.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { awake } from "./lib/chat.ts";
import { expect, test } from "./lib/test.ts";

const REPORT = process.env.PENNY_MEASURES ?? fileURLToPath(new URL("../target/measures.json", import.meta.url));

const median = (numbers: number[]): number => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? NaN;

test("the first page", async ({ browser, chat, page, penny }) => {
  await expect(chat.composer).toBeVisible();
  const cookies = await page.context().storageState();
  const weights: number[] = [];
  const waits: number[] = [];
  let said: string[] = [];
  for (let run = 0; run < 7; run++) {
    // A context of its own: nothing is in the cache.
    const context = await browser.newContext({ storageState: cookies });
    const fresh = await context.newPage();
    const session = await context.newCDPSession(fresh);
    await session.send("Network.enable");
    const kinds = new Map<string, string>();
    let bytes = 0;
    said = [];
    session.on("Network.responseReceived", ({ requestId, response }) => {
      if (/\.(js|wasm|css)(\?|$)/.test(response.url)) kinds.set(requestId, response.url);
    });
    session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
      const url = kinds.get(requestId);
      if (!url) return;
      bytes += encodedDataLength;
      said.push(`${new URL(url).pathname} ${(encodedDataLength / 1024).toFixed(1)} kB`);
    });
    await fresh.goto(penny.url, { waitUntil: "commit" });
    const wait = await fresh.evaluate(async (label) => {
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
    }, chat.t("chat-composer-label"));
    await fresh.waitForLoadState("networkidle");
    waits.push(wait);
    weights.push(bytes);
    await context.close();
  }
  writeFileSync(
    REPORT,
    JSON.stringify([
      { what: "first load of the chat page, signed in, WASM + JS + CSS as encoded", unit: "kB", measured: median(weights) / 1024, goal: 450 },
      { what: "from first byte to a typed character echoed and Send enabled", unit: "s", measured: median(waits) / 1000, goal: 1.5 },
    ]),
  );
  console.log(said.join("\n"));
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
