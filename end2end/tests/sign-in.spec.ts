// First start: PENNY prints a one-time sign-in link, or creates the administrator of the settings. Signing in and out.
import { waitForHydration, Chat } from "../lib/chat.ts";
import { ADMIN } from "../lib/penny.ts";
import { expect, signIn, test } from "../lib/fixtures.ts";
import { text } from "../lib/i18n.ts";

test.describe("without an administrator in the settings", () => {
  test.use({ settings: { PENNY__BOOTSTRAP__EMAIL: "", PENNY__BOOTSTRAP__PASSWORD: "" } });

  test("the printed link signs in once", async ({ penny, page, browser }) => {
    const link = /https?:\/\/\S+\/auth\/link\/[\w-]+/.exec(penny.output)?.[0];
    expect(link, `a link in the output:\n${penny.output}`).toBeTruthy();
    await page.goto(link!);
    await waitForHydration(page);
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

test("the administrator of the settings signs in with a password and signs out", async ({ penny, page }) => {
  await signIn(page, penny.url);
  const chat = new Chat(page, "en");
  await expect(chat.composer).toBeVisible();
  expect(penny.output).not.toContain("/auth/link/");
  expect(penny.output).not.toContain(ADMIN.password);

  await chat.button("ui-account").click();
  await page.getByRole("menuitem", { name: text("en", "ui-sign-out") }).click();
  await expect(page.getByRole("button", { name: text("en", "ui-sign-in"), exact: true })).toBeVisible();
  await page.goto(`${penny.url}/`);
  await expect(page, "a signed-out user is redirected to the sign-in page").toHaveURL(/\/sign-in/);
});

test("a wrong password is refused with a message", async ({ penny, page }) => {
  await page.goto(`${penny.url}/sign-in`);
  await waitForHydration(page);
  await page.getByLabel(text("en", "ui-sign-in-email"), { exact: true }).fill(ADMIN.email);
  await page.getByLabel(text("en", "ui-sign-in-password"), { exact: true }).fill("a wrong password");
  await page.getByRole("button", { name: text("en", "ui-sign-in"), exact: true }).click();
  await expect(page.getByText(text("en", "ui-sign-in-error-credentials"))).toBeVisible();
});

test("sessions survive a restart", async ({ penny, page }) => {
  await signIn(page, penny.url);
  await penny.kill();
  await penny.launch();
  await page.reload();
  await expect(new Chat(page, "en").composer).toBeVisible();
});

test("health, readiness, OpenAPI document and doctor are available", async ({ penny }) => {
  expect((await fetch(`${penny.url}/health`)).status).toBe(200);
  expect((await fetch(`${penny.url}/ready`)).status).toBe(200);
  const openapi = await fetch(`${penny.url}/v1/openapi.json`);
  expect(((await openapi.json()) as { openapi: string }).openapi).toMatch(/^3\./);
  expect(await penny.cli("doctor")).not.toBe("");
});
