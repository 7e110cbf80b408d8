// Reads the Fluent catalogues, so that tests locate elements by the text that users see.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export type Locale = "en" | "es";

const LOCALES = fileURLToPath(new URL("../../app/i18n/locales", import.meta.url));
const catalogues = new Map<Locale, Map<string, string>>();

/** Loads the messages of a language: `key = pattern`, with indented continuation lines. */
function load(locale: Locale): Map<string, string> {
  const messages = new Map<string, string>();
  for (const file of readdirSync(join(LOCALES, locale))) {
    let key = "";
    for (const line of readFileSync(join(LOCALES, locale, file), "utf8").split("\n")) {
      const start = /^([a-z][a-z0-9-]*)\s*=\s*(.*)$/.exec(line);
      if (start) {
        key = start[1]!;
        messages.set(key, start[2]!);
      } else if (/^\s+\S/.test(line) && key) {
        messages.set(key, `${messages.get(key)}\n${line.trim()}`.trim());
      } else if (line.trim() !== "") {
        key = "";
      }
    }
  }
  return messages;
}

function pattern(locale: Locale, key: string): string {
  let catalogue = catalogues.get(locale);
  if (!catalogue) catalogues.set(locale, (catalogue = load(locale)));
  const message = catalogue.get(key);
  if (message === undefined) throw new Error(`no message ${key} in ${locale}`);
  return message;
}

/** Returns the message with its arguments inserted. */
export function text(locale: Locale, key: string, args: Record<string, string> = {}): string {
  return pattern(locale, key).replace(/\{\s*\$([a-z_]+)\s*\}/gi, (_, name: string) => args[name] ?? "");
}

/** Returns a regular expression that matches the message with any arguments. */
export function messagePattern(locale: Locale, key: string): RegExp {
  const parts = pattern(locale, key).split(/\{\s*\$[a-z_]+\s*\}/gi);
  const escaped = parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^\\s*${escaped.join(".*")}\\s*$`, "s");
}
