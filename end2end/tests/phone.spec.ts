// Usability on a phone: size of controls, on-screen keyboard.
import { expect, test } from "../lib/fixtures.ts";

test("every control on a phone is at least 24 by 24 pixels", async ({ chat, page, penny }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await chat.submit(chat.t("ui-starter-health-prompt"));
  await chat.waitUntilIdle();
  const small: string[] = [];
  for (const path of [new URL(page.url()).pathname, "/", "/settings", "/d/company-health"]) {
    await chat.open(path, penny.url);
    await page.waitForLoadState("networkidle");
    small.push(
      ...(await page.evaluate((path) => {
        // WCAG 2.2, 2.5.8: links in sentences are exempt, and a label counts as part of its input.
        const controls = [...document.querySelectorAll<HTMLElement>("button, a[href], select, input, summary, [role=separator]")];
        return controls
          .map((element) => (element.matches("input") ? (element.closest("label") ?? element) : element))
          .filter((element) => element.checkVisibility({ visibilityProperty: true }) && !element.closest("p"))
          .map((element) => ({ element, box: element.getBoundingClientRect() }))
          .filter(({ box }) => box.width > 1 && box.right > 0 && (box.width < 24 || box.height < 24))
          .map(({ element, box }) => `${path}: ${element.outerHTML.slice(0, 80)} is ${box.width} by ${box.height}`);
      }, path)),
    );
  }
  expect(small).toEqual([]);
});

test("the composer stays visible above a phone's on-screen keyboard", async ({ chat, page, penny }) => {
  for (const path of ["/", "/c/"]) {
    if (path === "/c/") {
      await chat.submit(chat.t("ui-starter-health-prompt"));
      await chat.waitUntilIdle();
    }
    await page.setViewportSize({ width: 390, height: 400 });
    await chat.composer.focus();
    await expect(chat.composer).toBeInViewport({ ratio: 1 });
    await expect(chat.sendButton).toBeInViewport({ ratio: 1 });
    await page.setViewportSize({ width: 390, height: 844 });
  }
  await chat.open("/", penny.url);
  await expect(chat.composer).toBeInViewport({ ratio: 1 });
});
