// Forking a conversation, comparing two versions and merging one into the other.
import { AxeBuilder } from "@axe-core/playwright";
import type { Locator } from "@playwright/test";
import { waitForHydration, type Chat } from "../lib/chat.ts";
import { expect, test } from "../lib/fixtures.ts";

test.use({ script: "mock-ttft20-itl2-len40" });

/** Sends a message and edits it, so that there are two versions and the second is visible. */
async function createTwoVersions(chat: Chat) {
  await chat.submit("Plan it for spring");
  await chat.waitUntilIdle();
  await chat.userMessages.last().hover();
  await chat.button("chat-edit", chat.userMessages.last()).click();
  await chat.page.getByRole("textbox", { name: chat.t("chat-edit-label") }).fill("Plan it for autumn");
  await chat.page.keyboard.press("Enter");
  await expect(chat.userMessages.last()).toContainText("autumn");
  await chat.waitUntilIdle();
}

/** Chooses an item of a message's branches menu by keyboard. */
async function chooseFromMenu(chat: Chat, message: Locator, itemKey: string) {
  await message.hover();
  const button = chat.button("chat-branches", message);
  await button.focus();
  await chat.page.keyboard.press("Enter");
  const item = chat.page.getByRole("menuitem", { name: chat.t(itemKey) });
  await expect(item).toBeVisible();
  await item.press("Enter");
}

test("a fork is an independent conversation that links to its source", async ({ chat, page }) => {
  await chat.submit("Plan the launch");
  await chat.waitUntilIdle();
  const answer = await chat.lastResponseText();
  await chat.submit("And the party");
  await chat.waitUntilIdle();
  const source = page.url();

  await chooseFromMenu(chat, chat.assistantMessages.first(), "chat-branch-off");
  await expect(page).not.toHaveURL(source);
  await expect(chat.userMessages).toHaveCount(1);
  expect(await chat.lastResponseText(), "the response was copied").toContain(answer.trim());
  await expect(chat.conversation("Plan the launch (2)")).toBeVisible();
  await chat.submit("In another way");
  await chat.waitUntilIdle();
  await expect(chat.userMessages).toHaveCount(2);

  // The link to the source is also there after a reload.
  await page.reload();
  await waitForHydration(page);
  await page.getByRole("link", { name: chat.t("chat-branched") }).click();
  await expect(page).toHaveURL(source);
  await expect(chat.userMessages).toHaveText([/Plan the launch/, /And the party/]);
  await page.goBack();
  await expect(chat.userMessages).toHaveText([/Plan the launch/, /In another way/]);
});

test("two versions are compared, one is merged, and the merge is undone", async ({ chat, page }) => {
  await createTwoVersions(chat);
  await chooseFromMenu(chat, chat.userMessages.last(), "chat-compare");
  const dialog = page.getByRole("dialog", { name: chat.t("chat-compare") });
  const versions = dialog.locator(".version");
  await expect(versions).toHaveCount(2);
  await expect(versions.first()).toContainText("spring");
  await expect(versions.last()).toContainText("autumn");
  await expect(versions.last()).toContainText(chat.t("chat-compare-shown"));
  const { violations } = await new AxeBuilder({ page }).include("dialog[open]").analyze();
  expect(violations.map((violation) => violation.help)).toEqual([]);

  // Choosing the version of the other side swaps the sides.
  await versions.first().getByRole("combobox").selectOption("1");
  await expect(versions.first()).toContainText("autumn");
  await expect(versions.last()).toContainText("spring");

  await versions.last().getByRole("button", { name: chat.t("chat-compare-bring") }).click();
  await expect(dialog).toBeHidden();
  await expect(chat.userMessages).toHaveText([/autumn/, /spring/]);
  await expect(chat.userMessages.last()).toContainText(chat.t("chat-brought"));
  await page.getByRole("button", { name: chat.t("ui-undo") }).click();
  await expect(chat.userMessages).toHaveText([/autumn/]);
  await page.reload();
  await waitForHydration(page);
  await expect(chat.userMessages).toHaveText([/autumn/]);

  // Continuing with the other version makes it visible.
  await chooseFromMenu(chat, chat.userMessages.last(), "chat-compare");
  await versions.first().getByRole("button", { name: chat.t("chat-compare-show") }).click();
  await expect(chat.userMessages).toHaveText([/spring/]);
});
