// Localised names of the demo model and of keyboard keys.
import { expect, test } from "../lib/fixtures.ts";

test("in Spanish the demo model and the keyboard shortcuts have Spanish names", async ({ api, chat, page, penny }) => {
  await api.setPreferences("es", "light");
  await chat.open("/", penny.url);
  chat.locale = "es";
  await expect(page.getByLabel(chat.t("chat-model")).locator("option")).toHaveText([chat.t("chat-model-demo")]);
  await page.keyboard.press("Control+/");
  const help = page.getByRole("dialog", { name: chat.t("ui-shortcuts") });
  await expect(help.getByText("Mayús").first()).toBeVisible();
  await expect(help.getByText("Shift")).toHaveCount(0);
});
