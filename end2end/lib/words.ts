// The product's own words, read from its catalogues, so that a test names things as a person sees them.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export type Locale = "en" | "es";

const LOCALES = fileURLToPath(new URL("../../app/words/locales", import.meta.url));
const catalogues = new Map<Locale, Map<string, string>>();

/** Reads one language's messages: `key = pattern`, with patterns that go on in indented lines. */
function load(locale: Locale): Map<string, string> {
  const messages = new Map<string, string>();
  for (const file of readdirSync(join(LOCALES, locale))) {
    let key = "";
    for (const line of readFileSync(join(LOCALES, locale, file), "utf8").split("\n")) {
      const begins = /^([a-z][a-z0-9-]*)\s*=\s*(.*)$/.exec(line);
      if (begins) {
        key = begins[1]!;
        messages.set(key, begins[2]!);
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
  const found = catalogue.get(key);
  if (found === undefined) throw new Error(`no message ${key} in ${locale}`);
  return found;
}

/** Returns the message `key` in `locale`, with its arguments filled in. */
export function text(locale: Locale, key: string, args: Record<string, string> = {}): string {
  return pattern(locale, key).replace(/\{\s*\$([a-z_]+)\s*\}/gi, (_, name: string) => args[name] ?? "");
}

/** Returns an expression that matches the message whatever its arguments are. */
export function like(locale: Locale, key: string): RegExp {
  const parts = pattern(locale, key).split(/\{\s*\$[a-z_]+\s*\}/gi);
  const escaped = parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^\\s*${escaped.join(".*")}\\s*$`, "s");
}
