// A slow network, as slow as a test wants it.
import type { Page } from "@playwright/test";

/** The code of the page, the first part of it apart. */
export const PIECES = /\/pkg\/(split|chunk)_[^/]*\.wasm$/;

/** Holds back what the page fetches at `address` until told to let it come. */
export async function hold(page: Page, address: RegExp): Promise<() => Promise<void>> {
  let release = (): void => undefined;
  const gate = new Promise<void>((resolve) => (release = resolve));
  await page.route(address, async (route) => {
    await gate;
    await route.continue().catch(() => undefined);
  });
  return async () => {
    release();
    await page.unroute(address);
  };
}
