// Checks the Fluent catalogues against the code: every message is used, and code refers to messages by the constants of
// `penny_i18n::keys`, so that an unknown key does not compile.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

const listed = (...patterns) =>
  execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard", ...patterns], { encoding: "utf8" })
    .split("\0")
    .filter(Boolean);
const read = (file) => {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return ""; // Deleted and not yet committed.
  }
};

// Keys composed at run time: `doctor-{subject}-{result}`.
const COMPOSED = /^doctor-/;
// The types do not depend on penny-i18n and use string literals; tests may too.
const MAY_USE_LITERALS = /^app\/(types|i18n)\/|\/tests(\/|\.rs$)/;

const keys = new Set(listed("app/i18n/locales/en/*.ftl").flatMap((file) => [...read(file).matchAll(/^([a-z][\w-]*) =/gm)].map((match) => match[1])));
const used = new Set();
let failed = false;
for (const file of listed("*.rs")) {
  const whole = read(file);
  for (const [, name] of whole.matchAll(/keys::([A-Z0-9_]+)/g)) used.add(name);
  const [code] = whole.split("\n#[cfg(test)]\nmod tests {");
  for (const [index, line] of code.split("\n").entries()) {
    if (/^\s*\/\//.test(line)) continue;
    for (const [, key] of line.matchAll(/"([a-z][a-zA-Z0-9]*(?:-[a-zA-Z0-9]+)+)"/g)) {
      if (!keys.has(key)) continue;
      used.add(constant(key));
      if (MAY_USE_LITERALS.test(file) || /(id|class)="/.test(line)) continue;
      console.error(`${file}:${index + 1}: use keys::${constant(key)} instead of "${key}"`);
      failed = true;
    }
  }
}
for (const key of keys) {
  if (COMPOSED.test(key) || used.has(constant(key))) continue;
  console.error(`app/i18n/locales: ${key} is not used`);
  failed = true;
}
if (failed) process.exit(1);
console.log(`${keys.size} messages, all of them used`);

/** Returns the name of a key's constant. */
function constant(key) {
  return key.replaceAll("-", "_").toUpperCase();
}
