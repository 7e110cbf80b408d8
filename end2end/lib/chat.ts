// Hands to use the page with: everything is found by its role and its words, as a person finds it.
import { expect, type Locator, type Page } from "@playwright/test";
import { like, type Locale, text } from "./words.ts";

/** Waits until the page is awake: before, it can be read but does not answer. */
export async function awake(page: Page): Promise<void> {
  await page.waitForFunction(() => "alive" in document.documentElement.dataset, undefined, { timeout: 30_000 });
}

export class Chat {
  constructor(
    readonly page: Page,
    public locale: Locale,
  ) {}

  /** A message of the catalogues in the language of the page. */
  t(key: string, args: Record<string, string> = {}): string {
    return text(this.locale, key, args);
  }

  button(key: string, within: Page | Locator = this.page): Locator {
    return within.getByRole("button", { name: like(this.locale, key) });
  }

  get composer(): Locator {
    return this.page.getByRole("textbox", { name: this.t("chat-composer-label"), exact: true });
  }

  get send(): Locator {
    return this.button("chat-send");
  }

  get stop(): Locator {
    return this.button("chat-stop");
  }

  get thread(): Locator {
    return this.page.getByLabel(this.t("chat-thread-label"), { exact: true });
  }

  get answers(): Locator {
    return this.by("chat-assistant");
  }

  get questions(): Locator {
    return this.by("chat-you");
  }

  /** Messages begin with who said them, as a heading that is read and not seen. */
  private by(who: string): Locator {
    const author = this.page.getByRole("heading", { name: this.t(who), exact: true });
    return this.page.getByRole("article").filter({ has: author });
  }

  get lastAnswer(): Locator {
    return this.answers.last();
  }

  get conversations(): Locator {
    return this.page.getByRole("navigation", { name: this.t("ui-pane-conversations") });
  }

  get artifacts(): Locator {
    return this.page.getByRole("complementary", { name: this.t("ui-pane-artifacts") });
  }

  /** The name of what the last answer made first. */
  async madeHere(): Promise<string> {
    const name = await this.lastAnswer.getByRole("figure").first().getAttribute("aria-label");
    if (!name) throw new Error("nothing was made");
    return name;
  }

  /** A conversation in the list, by its title. */
  conversation(title: string): Locator {
    return this.conversations.getByRole("link", { name: title });
  }

  /** Types a question and sends it by Enter. */
  async ask(question: string): Promise<void> {
    await this.composer.fill(question);
    await this.composer.press("Enter");
    await expect(this.questions.last()).toContainText(question);
    await this.page.waitForURL(/\/c\/cnv_/);
  }

  /** Waits until nothing is being answered any more. */
  async settled(): Promise<void> {
    await expect(this.stop).toBeHidden({ timeout: 60_000 });
    await expect(this.send).toBeVisible();
  }

  /** Waits until the answer has begun: at least `letters` of it are there. */
  async begun(letters = 20): Promise<void> {
    await expect.poll(async () => (await this.said()).length, { timeout: 30_000 }).toBeGreaterThan(letters);
  }

  /** What the last answer says. */
  async said(): Promise<string> {
    if ((await this.answers.count()) === 0) return "";
    return (await this.lastAnswer.innerText()).trim();
  }

  async open(path: string, base: string): Promise<void> {
    await this.page.goto(base + path);
    await awake(this.page);
  }
}
