// Configuration of the browser benchmarks of `make bench`.
import { defineConfig } from "@playwright/test";
import base from "./playwright.config.ts";

export default defineConfig(base, { testDir: ".", testMatch: "benchmarks.spec.ts", timeout: 900_000 });
