// What each test is given: a server, a model server where it wants one, and hands to use the page with.
import { expect, test as base, type Page } from "@playwright/test";
import { Api } from "./api.ts";
import { awake, Chat } from "./chat.ts";
import { ADMIN, type Environment, Models, Penny } from "./penny.ts";
import { type Locale, text } from "./words.ts";

export { expect };

interface Options {
  /** Settings of the server; an empty value means not set. */
  settings: Environment;
  /** The scripted model that answers, as its name describes; absent means the built-in demo model. */
  script: string | undefined;
}

interface Fixtures {
  /** Fails a test in which the page's code broke, even where nobody looked. */
  calm: void;
  penny: Penny;
  models: Models;
  api: Api;
  chat: Chat;
}

export const test = base.extend<Options & Fixtures>({
  settings: [{}, { option: true }],
  script: [undefined, { option: true }],

  calm: [
    async ({ context }, use) => {
      const trouble: string[] = [];
      context.on("weberror", (error) => trouble.push(String(error.error())));
      context.on("console", (message) => {
        const text = message.text();
        // A panic of the page, something the security policy stopped, or a page that was not what the server sent.
        if (/panicked at|Content Security Policy|hydration/i.test(text)) trouble.push(text.slice(0, 600));
      });
      await use();
      expect(trouble, "what the page complained about").toEqual([]);
    },
    { auto: true },
  ],

  models: async ({}, use) => {
    const models = await Models.start();
    await use(models);
    await models.stop();
  },

  penny: async ({ settings, script }, use, info) => {
    const models = script ? await Models.start() : undefined;
    const penny = await Penny.start({ ...(models && script ? models.settings(script) : {}), ...settings });
    await use(penny);
    if (info.status !== info.expectedStatus) await info.attach("what the server said", { body: penny.output });
    await penny.stop();
    await models?.stop();
  },

  api: async ({ penny }, use) => {
    await use(new Api(penny, await penny.token()));
  },

  // The page, signed in as the administrator.
  chat: async ({ penny, page }, use) => {
    await signIn(page, penny.url);
    await use(new Chat(page, "en"));
  },
});

/** Signs in with the administrator's password, as a person does. */
export async function signIn(page: Page, url: string, who = ADMIN, locale: Locale = "en"): Promise<void> {
  await page.goto(`${url}/sign-in`);
  await awake(page);
  await page.getByLabel(text(locale, "ui-sign-in-email"), { exact: true }).fill(who.email);
  await page.getByLabel(text(locale, "ui-sign-in-password"), { exact: true }).fill(who.password);
  await page.getByRole("button", { name: text(locale, "ui-sign-in"), exact: true }).click();
  await page.waitForURL((address) => !address.pathname.startsWith("/sign-in") && !address.pathname.startsWith("/auth/"));
  await awake(page);
}
