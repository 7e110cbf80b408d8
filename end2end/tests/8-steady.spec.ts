// 8. Nothing jumps, flashes or waits in silence: pages show their outline at once, words stay where one reads
//    them, and a page that does not come alive says so.
import type { Locator, Page } from "@playwright/test";
import { awake, Chat } from "../lib/chat.ts";
import { hold, PIECES } from "../lib/hold.ts";
import { Penny } from "../lib/penny.ts";
import { expect, signIn, test } from "../lib/test.ts";
import { Writer } from "../lib/writer.ts";

test.describe("a page whose code takes its time", () => {
  test("is an outline at its own address at once: a dashboard, and the way back", async ({ chat, page, penny }) => {
    const arrive = await hold(page, PIECES);
    await chat.conversations.getByRole("link", { name: "Company Health" }).click();
    const outline = page.getByRole("main").getByRole("status").filter({ hasText: chat.t("ui-loading") }).first();
    await expect(outline).toBeVisible();
    await expect(page).toHaveURL(/\/d\/company-health/);
    expect((await outline.boundingBox())!.height, "it can be seen").toBeGreaterThan(10);
    await page.keyboard.press("Escape");
    await expect(page).toHaveURL(`${penny.url}/`);
    await expect(chat.composer).toBeVisible();
    await chat.conversations.getByRole("link", { name: "Company Health" }).click();
    await expect(outline).toBeVisible();
    await arrive();
    await expect(page.getByRole("heading", { name: "Company Health", level: 1 })).toBeVisible();
    await expect(outline).toHaveCount(0);
  });

  test("is an outline at its own address at once: the settings", async ({ chat, page }) => {
    const arrive = await hold(page, PIECES);
    await chat.button("ui-account").click();
    await page.getByRole("menuitem", { name: chat.t("ui-settings") }).click();
    await expect(page).toHaveURL(/\/settings$/);
    await expect(page.getByRole("heading", { name: chat.t("ui-settings"), level: 1 })).toBeVisible();
    await expect(page.getByRole("main").getByRole("status").first()).toBeVisible();
    await expect(page.getByText(chat.t("ui-settings-theme"), { exact: true })).toHaveCount(0);
    await arrive();
    await expect(page.getByText(chat.t("ui-settings-theme"), { exact: true })).toBeVisible();
  });

  test("is an outline at its own address at once: an artifact", async ({ chat, page }) => {
    await chat.ask(chat.t("ui-starter-health-prompt"));
    await chat.settled();
    await expect(chat.lastAnswer.getByRole("img").first()).toBeVisible();
    const conversation = page.url();
    const arrive = await hold(page, PIECES);
    await chat.button("artifact-expand", chat.lastAnswer).click();
    await expect(page).toHaveURL(/\/a\/art_/);
    await expect(page.getByRole("main").getByRole("status").first()).toBeVisible();
    await expect(page.getByRole("heading", { level: 1 })).toHaveCount(0);
    await arrive();
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await expect(page.getByRole("main").getByRole("img").first(), "the chart, as large as the window").toBeVisible();
    await page.keyboard.press("Escape");
    await expect(page).toHaveURL(conversation);
    await expect(chat.lastAnswer.getByRole("img").first()).toBeVisible();
  });

  test("comes when the network is back, and its outline stands until then", async ({ chat, page }) => {
    await page.route(PIECES, (route) => route.abort());
    await chat.conversations.getByRole("link", { name: "Company Health" }).click();
    await expect(page.getByRole("main").getByRole("status").first()).toBeVisible();
    await expect(page).toHaveURL(/\/d\/company-health/);
    await page.unroute(PIECES);
    await expect(page.getByRole("heading", { name: "Company Health", level: 1 })).toBeVisible();
  });

  test("is fetched as soon as somebody points at a link to it, or comes to it by keyboard", async ({ chat, page, penny }) => {
    await page.waitForLoadState("networkidle");
    const link = chat.conversations.getByRole("link", { name: "Company Health" });
    for (const come of [() => link.hover(), () => link.focus()]) {
      const [request] = await Promise.all([page.waitForRequest(PIECES), come()]);
      await request.response();
      await expect(page).toHaveURL(`${penny.url}/`);
      await chat.open("/", penny.url);
    }
  });

  test("and which the server has no more does not take the page away from whoever only points at a link", async ({ chat, page, penny }) => {
    await page.route(PIECES, (route) => route.fulfill({ status: 404, body: "" }));
    await chat.composer.fill("Half a thought");
    const link = chat.conversations.getByRole("link", { name: "Company Health" });
    const [request] = await Promise.all([page.waitForRequest(PIECES), link.hover()]);
    await request.response();
    await expect(chat.composer).toHaveValue("Half a thought");
    await expect(page).toHaveURL(`${penny.url}/`);
    const anew = page.waitForEvent("load");
    await link.click();
    await anew;
    await page.unroute(PIECES);
    await expect(page.getByRole("heading", { name: "Company Health", level: 1 })).toBeVisible();
  });
});

interface Shift {
  value: number;
  what: string[];
}

/** Begins to count what moves without anybody's doing. */
async function watchShifts(page: Page): Promise<void> {
  const watch = (): void => {
    const shifts: Shift[] = [];
    Object.assign(window, { shifts });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & { value: number; hadRecentInput: boolean; sources: { node?: Node; previousRect: DOMRect; currentRect: DOMRect }[] })[]) {
        if (entry.hadRecentInput) continue;
        const what = entry.sources.map(({ node, previousRect: from, currentRect: to }) => {
          const name = node instanceof Element ? `${node.tagName.toLowerCase()}.${node.className}` : String(node?.nodeName);
          return `${name} ${from.x},${from.y} ${from.width}x${from.height} -> ${to.x},${to.y} ${to.width}x${to.height}`;
        });
        shifts.push({ value: entry.value, what });
      }
    }).observe({ type: "layout-shift", buffered: true });
  };
  await page.addInitScript(watch);
  await page.evaluate(watch);
}

/** Fails when more than a hundredth of the window has moved. */
async function expectStill(page: Page, when: string): Promise<void> {
  const shifts = await page.evaluate(() => (window as unknown as { shifts: Shift[] }).shifts);
  const sum = shifts.reduce((sum, shift) => sum + shift.value, 0);
  expect(sum, `${when}: ${JSON.stringify(shifts, null, 1)}`).toBeLessThan(0.01);
}

test("nothing moves by itself while an answer with a chart comes, nor when it is opened anew", async ({ chat, page, penny }) => {
  await watchShifts(page);
  await chat.ask(chat.t("ui-starter-health-prompt"));
  // The chart is late: all the words stand below it by then.
  const arrive = await hold(page, /\/pkg\/(split_|chunk_|echarts)/);
  await chat.settled();
  await arrive();
  await expect(chat.lastAnswer.getByRole("img").first()).toBeVisible();
  await page.waitForLoadState("networkidle");
  await expectStill(page, "while the answer came");
  await page.reload();
  await awake(page);
  await expect(chat.lastAnswer.getByRole("img").first()).toBeVisible();
  await page.waitForLoadState("networkidle");
  await expectStill(page, "when the conversation was opened anew");
  await chat.open("/d/company-health", penny.url);
  await expect(page.getByRole("main").getByRole("img").first()).toBeVisible();
  await page.waitForLoadState("networkidle");
  await expectStill(page, "when the dashboard was opened");
});

test("a live answer says when it was given as soon as it is complete", async ({ chat, page }) => {
  await chat.ask(chat.t("ui-starter-health-prompt"));
  await chat.settled();
  const time = chat.lastAnswer.locator("time.message-time");
  await expect(time).toBeVisible();
  const said = await time.innerText();
  await expect(chat.questions.last().locator("time.message-time")).toHaveText(said);
  await page.reload();
  await awake(page);
  await expect(chat.lastAnswer.locator("time.message-time"), "the same after opening it anew").toHaveText(said);
});

test.describe("a page whose code does not come", () => {
  for (const locale of ["en", "es"] as const) {
    test(`says so after a while, without a script, in ${locale}`, async ({ api, chat, page, penny }) => {
      await api.prefer(locale, "light");
      chat.locale = locale;
      await watchShifts(page);
      await page.route(/\/pkg\/penny\.[^/]*\.js$/, (route) => route.abort());
      await page.goto(penny.url, { waitUntil: "commit" });
      await expect(chat.composer).toBeVisible();
      const notice = page.getByText(chat.t("ui-asleep"));
      const again = page.getByRole("link", { name: chat.t("ui-load-again") });
      await expect(notice).toBeHidden();
      await expect(again, "nor is it read aloud").toHaveCount(0);
      // Fifteen seconds, without waiting for them.
      const delay = await page.evaluate(() => {
        const wake = document.getAnimations().find((animation) => (animation as CSSAnimation).animationName === "wake")!;
        const { delay } = wake.effect!.getComputedTiming();
        wake.finish();
        return delay;
      });
      expect(delay).toBe(15_000);
      await expect(notice).toBeVisible();
      await expectStill(page, "when the notice came");
      await page.unroute(/\/pkg\/penny\.[^/]*\.js$/);
      await again.click();
      await awake(page);
      await expect(notice).toBeHidden();
    });
  }

  test("because scripts are off says so at once", async ({ browser, chat, page, penny }) => {
    const context = await browser.newContext({ storageState: await page.context().storageState(), javaScriptEnabled: false });
    const asleep = await context.newPage();
    await asleep.goto(penny.url);
    // What stands in this element is no text to Playwright's own search.
    const notice = asleep.locator("noscript > p");
    await expect(notice).toBeVisible();
    await expect(notice).toHaveText(chat.t("ui-needs-script"));
    await expect(asleep.getByText(chat.t("ui-asleep"))).toBeHidden();
    await context.close();
  });
});

/** The colour of a pixel of what is on the screen. */
async function pixel(page: Page, x: number, y: number): Promise<number[]> {
  const picture = `data:image/png;base64,${(await page.screenshot({ animations: "allow" })).toString("base64")}`;
  const reader = await page.context().newPage();
  const colour = await reader.evaluate(
    async ([picture, x, y]) => {
      const image = new Image();
      image.src = picture;
      await image.decode();
      const canvas = new OffscreenCanvas(image.width, image.height).getContext("2d")!;
      canvas.drawImage(image, 0, 0);
      return [...canvas.getImageData(x, y, 1, 1).data];
    },
    [picture, x, y] as const,
  );
  await reader.close();
  return colour;
}

test("the first thing one sees is in one's own language and colours", async ({ api, chat, page, penny }) => {
  chat.locale = "es";
  const grounds: number[][] = [];
  for (const theme of ["dark", "light"] as const) {
    await api.prefer("es", theme);
    const arrive = await hold(page, /\/pkg\/.*\.(js|wasm)$/);
    await page.goto(penny.url, { waitUntil: "commit" });
    await expect(chat.composer).toBeVisible();
    expect(await page.evaluate(() => "alive" in document.documentElement.dataset), "only what the server drew").toBe(false);
    await expect(page.locator("html")).toHaveAttribute("lang", "es");
    const first = await pixel(page, 4, 4);
    grounds.push(first);
    await arrive();
    await awake(page);
    await expect(chat.composer).toBeVisible();
    expect(await pixel(page, 4, 4), "the same once it is awake").toEqual(first);
  }
  const [dark, light] = grounds.map(([red = 0, green = 0, blue = 0]) => red + green + blue);
  expect(dark).toBeLessThan(200);
  expect(light).toBeGreaterThan(600);
});

test("the panel is made wider by keyboard and by pointer, and stays so", async ({ chat, page }) => {
  const width = async (): Promise<number> => Math.round((await chat.artifacts.boundingBox())!.width);
  const edge = page.getByRole("separator", { name: chat.t("ui-resize-artifacts") });
  const first = await width();
  await edge.focus();
  await page.keyboard.press("ArrowLeft");
  await expect.poll(width).toBeGreaterThan(first);
  await expect(edge).toHaveAttribute("aria-valuenow", String(await width()));

  const byKey = await width();
  const box = (await edge.boundingBox())!;
  const [x, y] = [box.x + box.width / 2, box.y + 300];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x - 40, y, { steps: 4 });
  await page.mouse.up();
  await expect.poll(width).toBe(byKey + 40);
  await page.mouse.move(x - 200, y);
  expect(await width(), "the pointer was let go").toBe(byKey + 40);

  await page.reload();
  await awake(page);
  expect(await width()).toBe(byKey + 40);
});

/** Where an element that scrolls from its end stands: how far up, and how tall it is. */
const place = (thread: Locator): Promise<{ up: number; tall: number }> =>
  thread.evaluate((thread) => ({ up: Math.round(Math.abs(thread.scrollTop)), tall: thread.scrollHeight - thread.clientHeight }));

test.describe("with words of one's own", () => {
  const wrote = async (text: string, use: (chat: Chat, page: Page) => Promise<void>, browser: import("@playwright/test").Browser, pauseMs = 4): Promise<void> => {
    const writer = await Writer.start(text, 24, pauseMs);
    const penny = await Penny.start(writer.settings);
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    try {
      await signIn(page, penny.url);
      await use(new Chat(page, "en"), page);
    } finally {
      await page.close();
      await penny.stop();
      writer.stop();
    }
  };

  test("the view follows an answer at its end and stays where somebody reads further up", async ({ browser }) => {
    const text = Array.from({ length: 160 }, (_, at) => `Paragraph ${at} says what the one before it did not say.`).join("\n\n");
    await wrote(text, async (chat, page) => {
      await watchShifts(page);
      await chat.ask("Tell me much");
      await expect.poll(async () => (await place(chat.thread)).tall, { timeout: 30_000 }).toBeGreaterThan(700);
      expect((await place(chat.thread)).up, "it follows").toBe(0);

      await chat.thread.hover();
      await page.mouse.wheel(0, -400);
      await expect.poll(async () => (await place(chat.thread)).up).toBeGreaterThan(300);
      await expect(chat.button("chat-jump")).toBeVisible();
      const line = chat.lastAnswer.getByText(/^Paragraph 6 /);
      const before = { ...(await place(chat.thread)), top: (await line.boundingBox())!.y };
      await expect.poll(async () => (await place(chat.thread)).tall).toBeGreaterThan(before.tall + 500);
      expect(Math.abs((await line.boundingBox())!.y - before.top), "the line one reads has not moved").toBeLessThan(3);

      await chat.button("chat-jump").click();
      await chat.settled();
      expect((await place(chat.thread)).up).toBe(0);
      await expect(chat.lastAnswer.getByText(/^Paragraph 159 /)).toBeInViewport();
      await expectStill(page, "while it was written");
    }, browser, 12);
  });

  test("a language written from right to left stands from right to left", async ({ browser }) => {
    const answer = "السماء زرقاء اليوم.\n\n- الأول\n- الثاني";
    await wrote(answer, async (chat, page) => {
      await chat.ask("كيف حال الطقس اليوم؟");
      await chat.settled();
      // The first letter of each line stands to the right of its last.
      const fromRight = (element: Locator): Promise<boolean> =>
        element.evaluate((element) => {
          const words = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
          let node = words.nextNode();
          while (node && !/\p{Script=Arabic}/u.test(node.textContent ?? "")) node = words.nextNode();
          const text = node!.textContent!;
          const at = (index: number): DOMRect => {
            const range = document.createRange();
            range.setStart(node!, index);
            range.setEnd(node!, index + 1);
            return range.getBoundingClientRect();
          };
          const box = node!.parentElement!.getBoundingClientRect();
          const first = at(0);
          return first.left > at(text.trimEnd().length - 1).left && Math.abs(box.right - first.right) < 40;
        });
      const title = page.getByRole("heading", { level: 1 });
      await expect(title).toContainText("الطقس");
      expect(await fromRight(chat.questions.last().getByText("الطقس")), "the question").toBe(true);
      for (const words of ["السماء", "الأول"]) {
        expect(await fromRight(chat.lastAnswer.getByText(words)), `the answer, ${words}`).toBe(true);
      }
      for (const [place, within] of [["above the page", title], ["in the list", chat.conversation("الطقس")]] as const) {
        expect(await within.evaluate((element) => getComputedStyle(element.querySelector("[dir]") ?? element).direction), `the title ${place}`).toBe("rtl");
      }
    }, browser);
  });
});

test.describe("with a model that takes its time", () => {
  test.use({ script: "mock-ttft50-itl40-len400" });

  test("two tabs see the same words, and Stop in one stops both", async ({ chat, page }) => {
    await chat.ask("Tell me something long");
    await chat.begun();
    const second = await page.context().newPage();
    await second.goto(page.url());
    await awake(second);
    const other = new Chat(second, "en");
    await other.begun();
    const begun = (await chat.said()).slice(0, 20);
    expect((await other.said()).startsWith(begun)).toBe(true);
    const here = (await other.said()).length;
    await expect.poll(async () => (await other.said()).length, { message: "it goes on there" }).toBeGreaterThan(here);
    await expect(chat.stop).toBeVisible();
    await other.stop.click();
    for (const tab of [other, chat]) {
      await tab.settled();
      await expect(tab.lastAnswer.getByText(tab.t("chat-stopped"))).toBeVisible();
    }
    await expect.poll(async () => (await chat.said()) === (await other.said()), { message: "the same words" }).toBe(true);
    await second.close();
  });
});

test.describe("with a quick model", () => {
  test.use({ script: "mock-len5" });

  test("what one can do with a message is shown when the keyboard comes to it", async ({ chat, page }) => {
    for (const question of ["The first question", "The second question"]) {
      await chat.ask(question);
      await chat.settled();
    }
    await chat.composer.focus();
    const actions = chat.questions.first().getByRole("group", { name: chat.t("chat-actions") });
    await expect(actions).toHaveCSS("opacity", "0");
    const edit = chat.button("chat-edit", chat.questions.first());
    for (let count = 0; count < 40 && !(await edit.evaluate((edit) => edit === document.activeElement)); count++) {
      await page.keyboard.press("Shift+Tab");
    }
    await expect(edit).toBeFocused();
    await expect(actions).toHaveCSS("opacity", "1");
    await expect(chat.questions.nth(1).getByRole("group", { name: chat.t("chat-actions") })).toHaveCSS("opacity", "0");
  });
});
