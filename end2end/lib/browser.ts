// Settings for launching the browser.

/** Maps the tenants' host names under `.localhost`, which not every system resolves. */
const HOSTS = "MAP *.localhost 127.0.0.1";

/** Launches the browser named by PENNY_CHROMIUM, else the one installed by Playwright. */
export const browser = {
  browserName: "chromium" as const,
  launchOptions: {
    executablePath: process.env.PENNY_CHROMIUM || undefined,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      `--host-resolver-rules=${HOSTS}`,
    ],
  },
};
