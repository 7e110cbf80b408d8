// What `make bench` measures in a browser.
import { defineConfig } from "@playwright/test";
import base from "./playwright.config.ts";

export default defineConfig(base, { testDir: ".", testMatch: "measures.spec.ts", timeout: 900_000 });
