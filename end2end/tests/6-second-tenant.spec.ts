// 6. A second tenant, on another host name, has its own name, logo, colours and users, and neither can see
//    that the other exists.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Api } from "../lib/api.ts";
import { Chat } from "../lib/chat.ts";
import { ADMIN } from "../lib/penny.ts";
import { expect, signIn, test } from "../lib/test.ts";

const ACCENT = "#b4541a";
const LOGO = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><circle cx="4" cy="4" r="4" fill="#b4541a"/></svg>';
const BOB = { email: "bob@globex.test", password: "another horse battery staple" };

test("two companies on one server do not see each other", async ({ api, browser, chat, page, penny }) => {
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

  await chat.ask("A secret of the first company");
  await chat.settled();
  const secret = page.url().split("/").at(-1)!;
  const accent = (target: typeof page): Promise<string> =>
    target.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue("--brand").trim());
  const own = await accent(page);

  const context = await browser.newContext();
  const other = await context.newPage();
  await signIn(other, globex, BOB);
  const there = new Chat(other, "en");
  await expect(other).toHaveTitle(/Globex Desk/);
  await expect(other.getByRole("img", { name: /Globex/ }).first(), "its logo").toBeVisible();
  await expect(page).not.toHaveTitle(/Globex/);
  expect(await accent(other)).toBe(ACCENT);
  expect(own).not.toBe(ACCENT);
  await expect(there.conversation("A secret of the first company")).toBeHidden();
  await expect(page.getByText("Globex")).toBeHidden();

  await other.goto(`${globex}/c/${secret}`);
  await expect(other.getByText(there.t("chat-gone"))).toBeVisible();

  // A person of one company is nobody at the other's door.
  const stranger = await context.newPage();
  await context.clearCookies();
  await stranger.goto(`${globex}/sign-in`);
  await stranger.getByLabel(there.t("ui-sign-in-email"), { exact: true }).fill(ADMIN.email);
  await stranger.getByLabel(there.t("ui-sign-in-password"), { exact: true }).fill(ADMIN.password);
  await stranger.getByRole("button", { name: there.t("ui-sign-in"), exact: true }).click();
  await expect(stranger.getByText(there.t("ui-sign-in-error-credentials"))).toBeVisible();
  await context.close();

  // Another tenant's id is answered like one that does not exist.
  const bob = new Api(penny, await penny.token(BOB.email, "--tenant", "globex"));
  const theirs = await bob.call("GET", `/v1/conversations/${secret}`);
  const nobodys = await bob.call("GET", "/v1/conversations/cnv_01jzzzzzzzzzzzzzzzzzzzzzzz");
  expect(theirs.status).toBe(404);
  expect(nobodys.status).toBe(404);
  const plain = async (answer: Response): Promise<object> => ({ ...((await answer.json()) as object), traceId: "", trace_id: "", instance: "" });
  expect(await plain(theirs)).toEqual(await plain(nobodys));
  expect((await api.call("GET", `/v1/conversations/${secret}`)).status).toBe(200);
});
