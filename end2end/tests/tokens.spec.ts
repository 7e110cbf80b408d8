// Personal access tokens in the settings.
import { expect, test } from "../lib/fixtures.ts";

test("a token is created, shown once, used and revoked", async ({ chat, page, penny }) => {
  await chat.open("/settings", penny.url);
  await chat.button("ui-token-new").click();
  const dialog = page.getByRole("dialog");
  await expect(chat.button("ui-token-create")).toBeDisabled();
  await dialog.getByLabel(chat.t("ui-token-name"), { exact: true }).fill("Nightly report");
  await dialog.getByText(chat.t("ui-token-scope-chat"), { exact: true }).click();
  await dialog.getByLabel(chat.t("ui-token-expiry")).selectOption({ label: "90 days" });
  await chat.button("ui-token-create").click();
  const secret = await page.getByLabel(chat.t("ui-token-secret-hint")).inputValue();
  expect(secret).toMatch(/^pny_/);
  await chat.button("ui-token-done").click();
  const status = async (path: string): Promise<number> =>
    (await fetch(penny.url + path, { headers: { authorization: `Bearer ${secret}` } })).status;
  expect(await status("/v1/conversations")).toBe(200);

  const main = page.getByRole("main");
  await expect(main.getByText("Nightly report", { exact: true })).toBeVisible();
  await expect(page.getByText(secret)).toHaveCount(0);
  await chat.button("ui-token-revoke-named", main).click();
  await dialog.getByRole("button", { name: chat.t("ui-token-revoke"), exact: true }).click();
  await expect(main.getByText("Nightly report", { exact: true })).toHaveCount(0);
  expect(await status("/v1/conversations")).toBe(401);
});
