// Simulates a slow network.
import type { Page } from "@playwright/test";

/** Code chunks of the page that are loaded on demand. */
export const CODE_CHUNKS = /\/pkg\/(split|chunk)_[^/]*\.wasm$/;

/** Delays the page's requests to matching URLs until the returned function is called. */
export async function holdRequests(page: Page, url: RegExp): Promise<() => Promise<void>> {
  let release = (): void => undefined;
  const gate = new Promise<void>((resolve) => (release = resolve));
  await page.route(url, async (route) => {
    await gate;
    await route.continue().catch(() => undefined);
  });
  return async () => {
    release();
    await page.unroute(url);
  };
}
