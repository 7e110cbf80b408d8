// Test fixtures: a server, an optional model server, an API client and the page object of the chat.
import { expect, test as base, type Page } from "@playwright/test";
import { Api } from "./api.ts";
import { waitForHydration, Chat } from "./chat.ts";
import { ADMIN, type Environment, ModelServer, Penny } from "./penny.ts";
import { type Locale, text } from "./i18n.ts";

export { expect };

interface Options {
  /** Environment variables of the server; an empty value leaves a variable unset. */
  settings: Environment;
  /** Name of the scripted model, which describes its behaviour; absent selects the demo model. */
  script: string | undefined;
}

interface Fixtures {
  /** Fails a test when the page reported an error, whatever else the test checks. */
  pageErrors: void;
  penny: Penny;
  models: ModelServer;
  api: Api;
  chat: Chat;
}

export const test = base.extend<Options & Fixtures>({
  settings: [{}, { option: true }],
  script: [undefined, { option: true }],

  pageErrors: [
    async ({ context }, use) => {
      const errors: string[] = [];
      context.on("weberror", (error) => errors.push(String(error.error())));
      context.on("console", (message) => {
        const text = message.text();
        // Panics, violations of the content security policy and hydration mismatches.
        if (/panicked at|Content Security Policy|hydration/i.test(text)) errors.push(text.slice(0, 600));
      });
      await use();
      expect(errors, "errors of the page").toEqual([]);
    },
    { auto: true },
  ],

  models: async ({}, use) => {
    const models = await ModelServer.start();
    await use(models);
    await models.stop();
  },

  penny: async ({ settings, script }, use, info) => {
    const models = script ? await ModelServer.start() : undefined;
    const penny = await Penny.start({ ...(models && script ? models.settings(script) : {}), ...settings });
    await use(penny);
    if (info.status !== info.expectedStatus) await info.attach("server output", { body: penny.output });
    await penny.stop();
    await models?.stop();
  },

  api: async ({ penny }, use) => {
    await use(new Api(penny, await penny.token()));
  },

  // Signs in as the administrator.
  chat: async ({ penny, page }, use) => {
    await signIn(page, penny.url);
    await use(new Chat(page, "en"));
  },
});

/** Signs in on the sign-in page. */
export async function signIn(page: Page, url: string, user = ADMIN, locale: Locale = "en"): Promise<void> {
  await page.goto(`${url}/sign-in`);
  await waitForHydration(page);
  await page.getByLabel(text(locale, "ui-sign-in-email"), { exact: true }).fill(user.email);
  await page.getByLabel(text(locale, "ui-sign-in-password"), { exact: true }).fill(user.password);
  await page.getByRole("button", { name: text(locale, "ui-sign-in"), exact: true }).click();
  await page.waitForURL((address) => !address.pathname.startsWith("/sign-in") && !address.pathname.startsWith("/auth/"));
  await waitForHydration(page);
}
