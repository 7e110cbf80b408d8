// Skeletons and code loading, layout stability, first paint, failed hydration, scrolling and text direction.
import type { Locator, Page } from "@playwright/test";
import { waitForHydration, Chat } from "../lib/chat.ts";
import { holdRequests, CODE_CHUNKS } from "../lib/network.ts";
import { Penny } from "../lib/penny.ts";
import { expect, signIn, test } from "../lib/fixtures.ts";
import { FixedResponseServer } from "../lib/fixed-response-server.ts";

test.describe("a page whose code loads slowly", () => {
  test("shows its skeleton under its URL at once: a dashboard, and back", async ({ chat, page, penny }) => {
    const release = await holdRequests(page, CODE_CHUNKS);
    await chat.conversations.getByRole("link", { name: "Company Health" }).click();
    const skeleton = page.getByRole("main").getByRole("status").filter({ hasText: chat.t("ui-loading") }).first();
    await expect(skeleton).toBeVisible();
    await expect(page).toHaveURL(/\/d\/company-health/);
    expect((await skeleton.boundingBox())!.height, "it is visible").toBeGreaterThan(10);
    await page.keyboard.press("Escape");
    await expect(page).toHaveURL(`${penny.url}/`);
    await expect(chat.composer).toBeVisible();
    await chat.conversations.getByRole("link", { name: "Company Health" }).click();
    await expect(skeleton).toBeVisible();
    await release();
    await expect(page.getByRole("heading", { name: "Company Health", level: 1 })).toBeVisible();
    await expect(skeleton).toHaveCount(0);
  });

  test("shows its skeleton under its URL at once: the settings", async ({ chat, page }) => {
    const release = await holdRequests(page, CODE_CHUNKS);
    await chat.button("ui-account").click();
    await page.getByRole("menuitem", { name: chat.t("ui-settings") }).click();
    await expect(page).toHaveURL(/\/settings$/);
    await expect(page.getByRole("heading", { name: chat.t("ui-settings"), level: 1 })).toBeVisible();
    await expect(page.getByRole("main").getByRole("status").first()).toBeVisible();
    await expect(page.getByText(chat.t("ui-settings-theme"), { exact: true })).toHaveCount(0);
    await release();
    await expect(page.getByText(chat.t("ui-settings-theme"), { exact: true })).toBeVisible();
  });

  test("shows its skeleton under its URL at once: an artifact", async ({ chat, page }) => {
    await chat.submit(chat.t("ui-starter-health-prompt"));
    await chat.waitUntilIdle();
    await expect(chat.lastAssistantMessage.getByRole("img").first()).toBeVisible();
    const conversation = page.url();
    const release = await holdRequests(page, CODE_CHUNKS);
    await chat.button("artifact-expand", chat.lastAssistantMessage).click();
    await expect(page).toHaveURL(/\/a\/art_/);
    await expect(page.getByRole("main").getByRole("status").first()).toBeVisible();
    await expect(page.getByRole("heading", { level: 1 })).toHaveCount(0);
    await release();
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await expect(page.getByRole("main").getByRole("img").first(), "the chart in full-screen size").toBeVisible();
    await page.keyboard.press("Escape");
    await expect(page).toHaveURL(conversation);
    await expect(chat.lastAssistantMessage.getByRole("img").first()).toBeVisible();
  });

  test("shows its skeleton until the network is back", async ({ chat, page }) => {
    await page.route(CODE_CHUNKS, (route) => route.abort());
    await chat.conversations.getByRole("link", { name: "Company Health" }).click();
    await expect(page.getByRole("main").getByRole("status").first()).toBeVisible();
    await expect(page).toHaveURL(/\/d\/company-health/);
    await page.unroute(CODE_CHUNKS);
    await expect(page.getByRole("heading", { name: "Company Health", level: 1 })).toBeVisible();
  });

  test("is prefetched when a link to it is hovered or focused", async ({ chat, page, penny }) => {
    await page.waitForLoadState("networkidle");
    const link = chat.conversations.getByRole("link", { name: "Company Health" });
    for (const approach of [() => link.hover(), () => link.focus()]) {
      const [request] = await Promise.all([page.waitForRequest(CODE_CHUNKS), approach()]);
      await request.response();
      await expect(page).toHaveURL(`${penny.url}/`);
      await chat.open("/", penny.url);
    }
  });

  test("that the server no longer has does not reload the page on hover, only on click", async ({ chat, page, penny }) => {
    await page.route(CODE_CHUNKS, (route) => route.fulfill({ status: 404, body: "" }));
    await chat.composer.fill("Half a thought");
    const link = chat.conversations.getByRole("link", { name: "Company Health" });
    const [request] = await Promise.all([page.waitForRequest(CODE_CHUNKS), link.hover()]);
    await request.response();
    await expect(chat.composer).toHaveValue("Half a thought");
    await expect(page).toHaveURL(`${penny.url}/`);
    const reload = page.waitForEvent("load");
    await link.click();
    await reload;
    await page.unroute(CODE_CHUNKS);
    await expect(page.getByRole("heading", { name: "Company Health", level: 1 })).toBeVisible();
  });
});

interface Shift {
  value: number;
  elements: string[];
}

/** Starts recording layout shifts that no user input caused. */
async function watchShifts(page: Page): Promise<void> {
  const observe = (): void => {
    const shifts: Shift[] = [];
    Object.assign(window, { shifts });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & { value: number; hadRecentInput: boolean; sources: { node?: Node; previousRect: DOMRect; currentRect: DOMRect }[] })[]) {
        if (entry.hadRecentInput) continue;
        const elements = entry.sources.map(({ node, previousRect: from, currentRect: to }) => {
          const name = node instanceof Element ? `${node.tagName.toLowerCase()}.${node.className}` : String(node?.nodeName);
          return `${name} ${from.x},${from.y} ${from.width}x${from.height} -> ${to.x},${to.y} ${to.width}x${to.height}`;
        });
        shifts.push({ value: entry.value, elements });
      }
    }).observe({ type: "layout-shift", buffered: true });
  };
  await page.addInitScript(observe);
  await page.evaluate(observe);
}

/** Fails when the cumulative layout shift is 0.01 or more. */
async function expectNoShifts(page: Page, when: string): Promise<void> {
  const shifts = await page.evaluate(() => (window as unknown as { shifts: Shift[] }).shifts);
  const sum = shifts.reduce((sum, shift) => sum + shift.value, 0);
  expect(sum, `${when}: ${JSON.stringify(shifts, null, 1)}`).toBeLessThan(0.01);
}

test("the layout is stable while a response with a chart streams and when pages are opened", async ({ chat, page, penny }) => {
  await watchShifts(page);
  await chat.submit(chat.t("ui-starter-health-prompt"));
  // The chart loads after all the text below it.
  const release = await holdRequests(page, /\/pkg\/(split_|chunk_|echarts)/);
  await chat.waitUntilIdle();
  await release();
  await expect(chat.lastAssistantMessage.getByRole("img").first()).toBeVisible();
  await page.waitForLoadState("networkidle");
  await expectNoShifts(page, "while the response streamed");
  await page.reload();
  await waitForHydration(page);
  await expect(chat.lastAssistantMessage.getByRole("img").first()).toBeVisible();
  await page.waitForLoadState("networkidle");
  await expectNoShifts(page, "when the conversation was reloaded");
  await chat.open("/d/company-health", penny.url);
  await expect(page.getByRole("main").getByRole("img").first()).toBeVisible();
  await page.waitForLoadState("networkidle");
  await expectNoShifts(page, "when the dashboard was opened");
});

test("a streamed message shows its time when it is complete", async ({ chat, page }) => {
  await chat.submit(chat.t("ui-starter-health-prompt"));
  await chat.waitUntilIdle();
  const time = chat.lastAssistantMessage.locator("time.message-time");
  await expect(time).toBeVisible();
  const shownTime = await time.innerText();
  await expect(chat.userMessages.last().locator("time.message-time")).toHaveText(shownTime);
  await page.reload();
  await waitForHydration(page);
  await expect(chat.lastAssistantMessage.locator("time.message-time"), "the same after a reload").toHaveText(shownTime);
});

test.describe("a page whose code does not load", () => {
  for (const locale of ["en", "es"] as const) {
    test(`shows a notice after a delay, without JavaScript, in ${locale}`, async ({ api, chat, page, penny }) => {
      await api.setPreferences(locale, "light");
      chat.locale = locale;
      await watchShifts(page);
      await page.route(/\/pkg\/penny\.[^/]*\.js$/, (route) => route.abort());
      await page.goto(penny.url, { waitUntil: "commit" });
      await expect(chat.composer).toBeVisible();
      const notice = page.getByText(chat.t("ui-asleep"));
      const reloadLink = page.getByRole("link", { name: chat.t("ui-load-again") });
      await expect(notice).toBeHidden();
      await expect(reloadLink, "hidden from screen readers").toHaveCount(0);
      // The delay of fifteen seconds is checked without waiting for it.
      const delay = await page.evaluate(() => {
        const wake = document.getAnimations().find((animation) => (animation as CSSAnimation).animationName === "wake")!;
        const { delay } = wake.effect!.getComputedTiming();
        wake.finish();
        return delay;
      });
      expect(delay).toBe(15_000);
      await expect(notice).toBeVisible();
      await expectNoShifts(page, "when the notice appeared");
      await page.unroute(/\/pkg\/penny\.[^/]*\.js$/);
      await reloadLink.click();
      await waitForHydration(page);
      await expect(notice).toBeHidden();
    });
  }

  test("because JavaScript is disabled shows a notice at once", async ({ browser, chat, page, penny }) => {
    const context = await browser.newContext({ storageState: await page.context().storageState(), javaScriptEnabled: false });
    const unhydrated = await context.newPage();
    await unhydrated.goto(penny.url);
    // Playwright's text selectors ignore this element.
    const notice = unhydrated.locator("noscript > p");
    await expect(notice).toBeVisible();
    await expect(notice).toHaveText(chat.t("ui-needs-script"));
    await expect(unhydrated.getByText(chat.t("ui-asleep"))).toBeHidden();
    await context.close();
  });
});

/** Returns the RGBA values of a pixel of the page. */
async function pixel(page: Page, x: number, y: number): Promise<number[]> {
  const screenshot = `data:image/png;base64,${(await page.screenshot({ animations: "allow" })).toString("base64")}`;
  const reader = await page.context().newPage();
  const colour = await reader.evaluate(
    async ([screenshot, x, y]) => {
      const image = new Image();
      image.src = screenshot;
      await image.decode();
      const canvas = new OffscreenCanvas(image.width, image.height).getContext("2d")!;
      canvas.drawImage(image, 0, 0);
      return [...canvas.getImageData(x, y, 1, 1).data];
    },
    [screenshot, x, y] as const,
  );
  await reader.close();
  return colour;
}

test("the server-rendered page has the user's language and theme", async ({ api, chat, page, penny }) => {
  chat.locale = "es";
  const backgrounds: number[][] = [];
  for (const theme of ["dark", "light"] as const) {
    await api.setPreferences("es", theme);
    const release = await holdRequests(page, /\/pkg\/.*\.(js|wasm)$/);
    await page.goto(penny.url, { waitUntil: "commit" });
    await expect(chat.composer).toBeVisible();
    expect(await page.evaluate(() => "alive" in document.documentElement.dataset), "not hydrated yet").toBe(false);
    await expect(page.locator("html")).toHaveAttribute("lang", "es");
    const first = await pixel(page, 4, 4);
    backgrounds.push(first);
    await release();
    await waitForHydration(page);
    await expect(chat.composer).toBeVisible();
    expect(await pixel(page, 4, 4), "the same after hydration").toEqual(first);
  }
  const [dark, light] = backgrounds.map(([red = 0, green = 0, blue = 0]) => red + green + blue);
  expect(dark).toBeLessThan(200);
  expect(light).toBeGreaterThan(600);
});

test("the panel is resized by keyboard and pointer and keeps its width", async ({ chat, page }) => {
  const width = async (): Promise<number> => Math.round((await chat.artifacts.boundingBox())!.width);
  const separator = page.getByRole("separator", { name: chat.t("ui-resize-artifacts") });
  const first = await width();
  await separator.focus();
  await page.keyboard.press("ArrowLeft");
  await expect.poll(width).toBeGreaterThan(first);
  await expect(separator).toHaveAttribute("aria-valuenow", String(await width()));

  const keyboardWidth = await width();
  const box = (await separator.boundingBox())!;
  const [x, y] = [box.x + box.width / 2, box.y + 300];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x - 40, y, { steps: 4 });
  await page.mouse.up();
  await expect.poll(width).toBe(keyboardWidth + 40);
  await page.mouse.move(x - 200, y);
  expect(await width(), "the pointer was released").toBe(keyboardWidth + 40);

  await page.reload();
  await waitForHydration(page);
  expect(await width()).toBe(keyboardWidth + 40);
});

/** Returns the scroll distance from the end of a thread and its maximum, in pixels. */
const scrollState = (thread: Locator): Promise<{ fromEnd: number; max: number }> =>
  thread.evaluate((thread) => ({
    fromEnd: Math.round(Math.abs(thread.scrollTop)),
    max: thread.scrollHeight - thread.clientHeight,
  }));

test.describe("with a fixed response", () => {
  const withResponse = async (text: string, use: (chat: Chat, page: Page) => Promise<void>, browser: import("@playwright/test").Browser, pauseMs = 4): Promise<void> => {
    const modelServer = await FixedResponseServer.start(text, 24, pauseMs);
    const penny = await Penny.start(modelServer.settings);
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    try {
      await signIn(page, penny.url);
      await use(new Chat(page, "en"), page);
    } finally {
      await page.close();
      await penny.stop();
      modelServer.stop();
    }
  };

  test("the thread follows the end of a response, but not while the user has scrolled up", async ({ browser }) => {
    const text = Array.from({ length: 160 }, (_, at) => `Paragraph ${at} says what the one before it did not say.`).join("\n\n");
    await withResponse(text, async (chat, page) => {
      await watchShifts(page);
      await chat.submit("Tell me much");
      await expect.poll(async () => (await scrollState(chat.thread)).max, { timeout: 30_000 }).toBeGreaterThan(700);
      expect((await scrollState(chat.thread)).fromEnd, "it follows the end").toBe(0);

      await chat.thread.hover();
      await page.mouse.wheel(0, -400);
      await expect.poll(async () => (await scrollState(chat.thread)).fromEnd).toBeGreaterThan(300);
      await expect(chat.button("chat-jump")).toBeVisible();
      const line = chat.lastAssistantMessage.getByText(/^Paragraph 6 /);
      const before = { ...(await scrollState(chat.thread)), top: (await line.boundingBox())!.y };
      await expect.poll(async () => (await scrollState(chat.thread)).max).toBeGreaterThan(before.max + 500);
      expect(Math.abs((await line.boundingBox())!.y - before.top), "the line in view has not moved").toBeLessThan(3);

      await chat.button("chat-jump").click();
      await chat.waitUntilIdle();
      expect((await scrollState(chat.thread)).fromEnd).toBe(0);
      await expect(chat.lastAssistantMessage.getByText(/^Paragraph 159 /)).toBeInViewport();
      await expectNoShifts(page, "while the response streamed");
    }, browser, 30);
  });

  test("text in a right-to-left language is laid out from right to left", async ({ browser }) => {
    const response = "السماء زرقاء اليوم.\n\n- الأول\n- الثاني";
    await withResponse(response, async (chat, page) => {
      await chat.submit("كيف حال الطقس اليوم؟");
      await chat.waitUntilIdle();
      // The first letter of a line is to the right of its last one.
      const isRightToLeft = (element: Locator): Promise<boolean> =>
        element.evaluate((element) => {
          const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
          let node = walker.nextNode();
          while (node && !/\p{Script=Arabic}/u.test(node.textContent ?? "")) node = walker.nextNode();
          const text = node!.textContent!;
          const boxAt = (index: number): DOMRect => {
            const range = document.createRange();
            range.setStart(node!, index);
            range.setEnd(node!, index + 1);
            return range.getBoundingClientRect();
          };
          const box = node!.parentElement!.getBoundingClientRect();
          const first = boxAt(0);
          return first.left > boxAt(text.trimEnd().length - 1).left && Math.abs(box.right - first.right) < 40;
        });
      const title = page.getByRole("heading", { level: 1 });
      await expect(title).toContainText("الطقس");
      expect(await isRightToLeft(chat.userMessages.last().getByText("الطقس")), "the user message").toBe(true);
      for (const text of ["السماء", "الأول"]) {
        expect(await isRightToLeft(chat.lastAssistantMessage.getByText(text)), `the response, ${text}`).toBe(true);
      }
      for (const [location, element] of [["above the page", title], ["in the list", chat.conversation("الطقس")]] as const) {
        expect(await element.evaluate((element) => getComputedStyle(element.querySelector("[dir]") ?? element).direction), `the title ${location}`).toBe("rtl");
      }
    }, browser);
  });
});

test.describe("with a slow model", () => {
  test.use({ script: "mock-ttft50-itl40-len400" });

  test("two tabs show the same text, and Stop in one stops both", async ({ chat, page }) => {
    await chat.submit("Tell me something long");
    await chat.waitForText();
    const second = await page.context().newPage();
    await second.goto(page.url());
    await waitForHydration(second);
    const other = new Chat(second, "en");
    await other.waitForText();
    const textStart = (await chat.lastResponseText()).slice(0, 20);
    expect((await other.lastResponseText()).startsWith(textStart)).toBe(true);
    const length = (await other.lastResponseText()).length;
    await expect.poll(async () => (await other.lastResponseText()).length, { message: "it continues in the second tab" }).toBeGreaterThan(length);
    await expect(chat.stopButton).toBeVisible();
    await other.stopButton.click();
    for (const tab of [other, chat]) {
      await tab.waitUntilIdle();
      await expect(tab.lastAssistantMessage.getByText(tab.t("chat-stopped"))).toBeVisible();
    }
    await expect.poll(async () => (await chat.lastResponseText()) === (await other.lastResponseText()), { message: "the same text" }).toBe(true);
    await second.close();
  });
});

test.describe("with a fast model", () => {
  test.use({ script: "mock-len5" });

  test("the actions of a message are shown when they receive keyboard focus", async ({ chat, page }) => {
    for (const question of ["The first question", "The second question"]) {
      await chat.submit(question);
      await chat.waitUntilIdle();
    }
    await chat.composer.focus();
    const actions = chat.userMessages.first().getByRole("group", { name: chat.t("chat-actions") });
    await expect(actions).toHaveCSS("opacity", "0");
    const edit = chat.button("chat-edit", chat.userMessages.first());
    for (let count = 0; count < 40 && !(await edit.evaluate((edit) => edit === document.activeElement)); count++) {
      await page.keyboard.press("Shift+Tab");
    }
    await expect(edit).toBeFocused();
    await expect(actions).toHaveCSS("opacity", "1");
    await expect(chat.userMessages.nth(1).getByRole("group", { name: chat.t("chat-actions") })).toHaveCSS("opacity", "0");
  });
});
