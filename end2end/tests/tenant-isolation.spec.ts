// Two tenants on different host names have their own brand and users, and no access to each other's data.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Api } from "../lib/api.ts";
import { Chat } from "../lib/chat.ts";
import { ADMIN } from "../lib/penny.ts";
import { expect, signIn, test } from "../lib/fixtures.ts";

const ACCENT = "#b4541a";
const LOGO = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><circle cx="4" cy="4" r="4" fill="#b4541a"/></svg>';
const BOB = { email: "bob@globex.test", password: "another horse battery staple" };

test("two tenants on one server are isolated from each other", async ({ api, browser, chat, page, penny }) => {
  const password = join(penny.dir, "password");
  writeFileSync(password, BOB.password, { mode: 0o600 });
  const logo = join(penny.dir, "logo.svg");
  writeFileSync(logo, LOGO);
  await penny.cli(
    ...["tenant", "create", "--slug", "globex", "--name", "Globex", "--host", "globex.localhost"],
    ...["--product-name", "Globex Desk", "--accent", ACCENT, "--logo", logo],
    ...["--admin", BOB.email, "--admin-password-file", password],
  );
  const globex = `http://globex.localhost:${penny.port}`;

  await chat.submit("A secret of the first company");
  await chat.waitUntilIdle();
  const secret = page.url().split("/").at(-1)!;
  const accent = (target: typeof page): Promise<string> =>
    target.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue("--brand").trim());
  const own = await accent(page);

  const context = await browser.newContext();
  const other = await context.newPage();
  await signIn(other, globex, BOB);
  const otherChat = new Chat(other, "en");
  await expect(other).toHaveTitle(/Globex Desk/);
  await expect(other.getByRole("img", { name: /Globex/ }).first(), "its logo").toBeVisible();
  await expect(page).not.toHaveTitle(/Globex/);
  expect(await accent(other)).toBe(ACCENT);
  expect(own).not.toBe(ACCENT);
  await expect(otherChat.conversation("A secret of the first company")).toBeHidden();
  await expect(page.getByText("Globex")).toBeHidden();

  await other.goto(`${globex}/c/${secret}`);
  await expect(other.getByText(otherChat.t("chat-gone"))).toBeVisible();

  // A user of one tenant cannot sign in to the other.
  const signInPage = await context.newPage();
  await context.clearCookies();
  await signInPage.goto(`${globex}/sign-in`);
  await signInPage.getByLabel(otherChat.t("ui-sign-in-email"), { exact: true }).fill(ADMIN.email);
  await signInPage.getByLabel(otherChat.t("ui-sign-in-password"), { exact: true }).fill(ADMIN.password);
  await signInPage.getByRole("button", { name: otherChat.t("ui-sign-in"), exact: true }).click();
  await expect(signInPage.getByText(otherChat.t("ui-sign-in-error-credentials"))).toBeVisible();
  await context.close();

  // The response to another tenant's id equals the response to an unknown id.
  const bob = new Api(penny, await penny.token(BOB.email, "--tenant", "globex"));
  const otherTenants = await bob.call("GET", `/v1/conversations/${secret}`);
  const unknown = await bob.call("GET", "/v1/conversations/cnv_01jzzzzzzzzzzzzzzzzzzzzzzz");
  expect(otherTenants.status).toBe(404);
  expect(unknown.status).toBe(404);
  const comparable = async (response: Response): Promise<object> => ({ ...((await response.json()) as object), traceId: "", trace_id: "", instance: "" });
  expect(await comparable(otherTenants)).toEqual(await comparable(unknown));
  expect((await api.call("GET", `/v1/conversations/${secret}`)).status).toBe(200);
});
