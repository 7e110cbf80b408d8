// Page object of the chat. Elements are located by role and accessible name.
import { expect, type Locator, type Page } from "@playwright/test";
import { messagePattern, type Locale, text } from "./i18n.ts";

/** Waits until the page is hydrated. Before, it is visible but does not react. */
export async function waitForHydration(page: Page): Promise<void> {
  await page.waitForFunction(() => "alive" in document.documentElement.dataset, undefined, { timeout: 30_000 });
}

export class Chat {
  constructor(
    readonly page: Page,
    public locale: Locale,
  ) {}

  /** Returns the message of a Fluent key in the language of the page. */
  t(key: string, args: Record<string, string> = {}): string {
    return text(this.locale, key, args);
  }

  button(key: string, within: Page | Locator = this.page): Locator {
    return within.getByRole("button", { name: messagePattern(this.locale, key) });
  }

  get composer(): Locator {
    return this.page.getByRole("textbox", { name: this.t("chat-composer-label"), exact: true });
  }

  get sendButton(): Locator {
    return this.button("chat-send");
  }

  get stopButton(): Locator {
    return this.button("chat-stop");
  }

  get thread(): Locator {
    return this.page.getByLabel(this.t("chat-thread-label"), { exact: true });
  }

  get assistantMessages(): Locator {
    return this.messagesBy("chat-assistant");
  }

  get userMessages(): Locator {
    return this.messagesBy("chat-you");
  }

  /** Locates messages by their author, a visually hidden heading in each message. */
  private messagesBy(authorKey: string): Locator {
    const author = this.page.getByRole("heading", { name: this.t(authorKey), exact: true });
    return this.page.getByRole("article").filter({ has: author });
  }

  get lastAssistantMessage(): Locator {
    return this.assistantMessages.last();
  }

  get conversations(): Locator {
    return this.page.getByRole("navigation", { name: this.t("ui-pane-conversations") });
  }

  get artifacts(): Locator {
    return this.page.getByRole("complementary", { name: this.t("ui-pane-artifacts") });
  }

  /** Returns the name of the first artifact of the last assistant message. */
  async firstArtifactName(): Promise<string> {
    const name = await this.lastAssistantMessage.getByRole("figure").first().getAttribute("aria-label");
    if (!name) throw new Error("the last assistant message has no artifact");
    return name;
  }

  /** Locates a conversation in the list by its title. */
  conversation(title: string): Locator {
    return this.conversations.getByRole("link", { name: title });
  }

  /** Sends a message with the Enter key and waits until it is shown. */
  async submit(message: string): Promise<void> {
    await this.composer.fill(message);
    await this.composer.press("Enter");
    await expect(this.userMessages.last()).toContainText(message);
    await this.page.waitForURL(/\/c\/cnv_/);
  }

  /** Waits until no turn is running. */
  async waitUntilIdle(): Promise<void> {
    await expect(this.stopButton).toBeHidden({ timeout: 60_000 });
    await expect(this.sendButton).toBeVisible();
  }

  /** Waits until the last assistant message has more than `length` characters. */
  async waitForText(length = 20): Promise<void> {
    await expect.poll(async () => (await this.lastResponseText()).length, { timeout: 30_000 }).toBeGreaterThan(length);
  }

  /** Returns the text of the last assistant message, or an empty string. */
  async lastResponseText(): Promise<string> {
    if ((await this.assistantMessages.count()) === 0) return "";
    return (await this.lastAssistantMessage.innerText()).trim();
  }

  async open(path: string, base: string): Promise<void> {
    await this.page.goto(base + path);
    await waitForHydration(this.page);
  }
}
