// The browser tests. Each starts its own server on a free port with an empty folder, so none sees another's traces.
import { defineConfig } from "@playwright/test";
import { browser } from "./lib/browser.ts";

export default defineConfig({
  testDir: "tests",
  outputDir: "test-results",
  // Starting a server, its demo company and a page takes a while on a busy machine.
  timeout: 120_000,
  expect: { timeout: 15_000 },
  workers: Number(process.env.PENNY_E2E_WORKERS ?? 1),
  fullyParallel: false,
  forbidOnly: !!process.env.CI,
  // A second try tells a busy machine from a fault; the run says how many tests needed one.
  retries: process.env.CI ? 1 : 0,
  reporter: [["list"]],
  use: {
    ...browser,
    viewport: { width: 1440, height: 900 },
    locale: "en-GB",
    timezoneId: "Europe/Madrid",
    colorScheme: "light",
    trace: "retain-on-failure",
    screenshot: "only-on-failure",
    actionTimeout: 15_000,
  },
});
