// Which browser is driven, and how it is started.

/** Names that end in `.localhost` and stand for tenants; Chromium maps them itself, resolvers elsewhere may not. */
const HOSTS = "MAP *.localhost 127.0.0.1";

/** Playwright's settings for the browser: PENNY_CHROMIUM names one, else Playwright's own is taken. */
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
