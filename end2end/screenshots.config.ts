// Configuration of the screenshots in docs/screens/: `make screens`.
import { defineConfig } from "@playwright/test";
import base from "./playwright.config.ts";

export default defineConfig(base, { testDir: ".", testMatch: "screenshots.spec.ts", timeout: 600_000 });
