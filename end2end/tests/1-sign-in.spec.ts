// 1. PENNY starts over an empty folder, seeds a demo company and prints a one-time sign-in link; with an
//    administrator in the settings it makes that one instead. It can be started again at any time.
import { awake, Chat } from "../lib/chat.ts";
import { ADMIN } from "../lib/penny.ts";
import { expect, signIn, test } from "../lib/test.ts";
import { text } from "../lib/words.ts";

test.describe("without an administrator in the settings", () => {
  test.use({ settings: { PENNY__BOOTSTRAP__EMAIL: "", PENNY__BOOTSTRAP__PASSWORD: "" } });

  test("the printed link signs in, once", async ({ penny, page, browser }) => {
    const link = /https?:\/\/\S+\/auth\/link\/[\w-]+/.exec(penny.output)?.[0];
    expect(link, `a link in:\n${penny.output}`).toBeTruthy();
    await page.goto(link!);
    await awake(page);
    await page.getByRole("button", { name: text("en", "ui-link-continue"), exact: true }).click();
    await expect(new Chat(page, "en").composer).toBeVisible();

    const other = await browser.newPage();
    await other.goto(link!);
    const button = other.getByRole("button", { name: text("en", "ui-link-continue"), exact: true });
    if (await button.isVisible()) await button.click();
    await expect(other.getByText(text("en", "ui-sign-in-error-link"))).toBeVisible();
    await other.close();
  });
});

test("the administrator of the settings signs in by password, and out again", async ({ penny, page }) => {
  await signIn(page, penny.url);
  const chat = new Chat(page, "en");
  await expect(chat.composer).toBeVisible();
  expect(penny.output).not.toContain("/auth/link/");
  expect(penny.output).not.toContain(ADMIN.password);

  await chat.button("ui-account").click();
  await page.getByRole("menuitem", { name: text("en", "ui-sign-out") }).click();
  await expect(page.getByRole("button", { name: text("en", "ui-sign-in"), exact: true })).toBeVisible();
  await page.goto(`${penny.url}/`);
  await expect(page, "a stranger is led to the sign-in page").toHaveURL(/\/sign-in/);
});

test("a wrong password is refused in words", async ({ penny, page }) => {
  await page.goto(`${penny.url}/sign-in`);
  await awake(page);
  await page.getByLabel(text("en", "ui-sign-in-email"), { exact: true }).fill(ADMIN.email);
  await page.getByLabel(text("en", "ui-sign-in-password"), { exact: true }).fill("not this one");
  await page.getByRole("button", { name: text("en", "ui-sign-in"), exact: true }).click();
  await expect(page.getByText(text("en", "ui-sign-in-error-credentials"))).toBeVisible();
});

test("it starts again over what is there, and whoever was signed in still is", async ({ penny, page }) => {
  await signIn(page, penny.url);
  await penny.kill();
  await penny.begin();
  await page.reload();
  await expect(new Chat(page, "en").composer).toBeVisible();
});

test("the health of the parts can be asked for", async ({ penny }) => {
  expect((await fetch(`${penny.url}/health`)).status).toBe(200);
  expect((await fetch(`${penny.url}/ready`)).status).toBe(200);
  const docs = await fetch(`${penny.url}/v1/openapi.json`);
  expect(((await docs.json()) as { openapi: string }).openapi).toMatch(/^3\./);
  expect(await penny.cli("doctor")).not.toBe("");
});
