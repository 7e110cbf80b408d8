// A chat is branched off, two versions are compared, and one is brought to the other; nothing that was said is lost.
import { AxeBuilder } from "@axe-core/playwright";
import type { Locator } from "@playwright/test";
import { awake, type Chat } from "../lib/chat.ts";
import { expect, test } from "../lib/test.ts";

test.use({ script: "mock-ttft20-itl2-len40" });

/** Asks, edits the question and waits for both answers: two versions stand there, the second is shown. */
async function askInTwoWays(chat: Chat) {
  await chat.ask("Plan it for spring");
  await chat.settled();
  await chat.questions.last().hover();
  await chat.button("chat-edit", chat.questions.last()).click();
  await chat.page.getByRole("textbox", { name: chat.t("chat-edit-label") }).fill("Plan it for autumn");
  await chat.page.keyboard.press("Enter");
  await expect(chat.questions.last()).toContainText("autumn");
  await chat.settled();
}

/** Chooses from a message's branches, by keyboard. */
async function choose(chat: Chat, message: Locator, what: string) {
  await message.hover();
  const button = chat.button("chat-branches", message);
  await button.focus();
  await chat.page.keyboard.press("Enter");
  const item = chat.page.getByRole("menuitem", { name: chat.t(what) });
  await expect(item).toBeVisible();
  await item.press("Enter");
}

test("a chat is branched off and goes on by itself", async ({ chat, page }) => {
  await chat.ask("Plan the launch");
  await chat.settled();
  const answer = await chat.said();
  await chat.ask("And the party");
  await chat.settled();
  const source = page.url();

  await choose(chat, chat.answers.first(), "chat-branch-off");
  await expect(page).not.toHaveURL(source);
  await expect(chat.questions).toHaveCount(1);
  expect(await chat.said(), "all of it came along").toContain(answer.trim());
  await expect(chat.conversation("Plan the launch (2)")).toBeVisible();
  await chat.ask("In another way");
  await chat.settled();
  await expect(chat.questions).toHaveCount(2);

  // The line says where it came from, after another load too, and leads there.
  await page.reload();
  await awake(page);
  await page.getByRole("link", { name: chat.t("chat-branched") }).click();
  await expect(page).toHaveURL(source);
  await expect(chat.questions).toHaveText([/Plan the launch/, /And the party/]);
  await page.goBack();
  await expect(chat.questions).toHaveText([/Plan the launch/, /In another way/]);
});

test("two versions are compared, and one is added to the chat and taken out again", async ({ chat, page }) => {
  await askInTwoWays(chat);
  await choose(chat, chat.questions.last(), "chat-compare");
  const dialog = page.getByRole("dialog", { name: chat.t("chat-compare") });
  const versions = dialog.locator(".version");
  await expect(versions).toHaveCount(2);
  await expect(versions.first()).toContainText("spring");
  await expect(versions.last()).toContainText("autumn");
  await expect(versions.last()).toContainText(chat.t("chat-compare-shown"));
  const { violations } = await new AxeBuilder({ page }).include("dialog[open]").analyze();
  expect(violations.map((violation) => violation.help)).toEqual([]);

  // Choosing the other side's version changes sides.
  await versions.first().getByRole("combobox").selectOption("1");
  await expect(versions.first()).toContainText("autumn");
  await expect(versions.last()).toContainText("spring");

  await versions.last().getByRole("button", { name: chat.t("chat-compare-bring") }).click();
  await expect(dialog).toBeHidden();
  await expect(chat.questions).toHaveText([/autumn/, /spring/]);
  await expect(chat.questions.last()).toContainText(chat.t("chat-brought"));
  await page.getByRole("button", { name: chat.t("ui-undo") }).click();
  await expect(chat.questions).toHaveText([/autumn/]);
  await page.reload();
  await awake(page);
  await expect(chat.questions).toHaveText([/autumn/]);

  // Going on with the other one shows it.
  await choose(chat, chat.questions.last(), "chat-compare");
  await versions.first().getByRole("button", { name: chat.t("chat-compare-show") }).click();
  await expect(chat.questions).toHaveText([/spring/]);
});
