// The browser tests. Each starts its own server on a free port with an empty folder, so tests are independent.
import { defineConfig } from "@playwright/test";
import { browser } from "./lib/browser.ts";

export default defineConfig({
  testDir: "tests",
  outputDir: "test-results",
  // Starting a server with the demo company and loading the page is slow on a busy machine.
  timeout: 120_000,
  expect: { timeout: 15_000 },
  workers: Number(process.env.PENNY_E2E_WORKERS ?? 1),
  fullyParallel: false,
  forbidOnly: !!process.env.CI,
  // A retry distinguishes a busy machine from a defect; scripts/test.sh reports the number of retried tests.
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
