// Checks the catalogues of sentences against the code: each sentence is said somewhere, and each is named by its
// constant in `penny_words::keys`, so that one that does not exist does not compile.
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

// Put together as the program runs: `doctor-{thing}-{finding}`.
const COMPOSED = /^doctor-/;
// The types stand below the sentences and can only name them in text; tests name what a caller sees.
const MAY_QUOTE = /^app\/(types|words)\/|\/tests(\/|\.rs$)/;

const keys = new Set(listed("app/words/locales/en/*.ftl").flatMap((file) => [...read(file).matchAll(/^([a-z][\w-]*) =/gm)].map((found) => found[1])));
const said = new Set();
let failed = false;
for (const file of listed("*.rs")) {
  const whole = read(file);
  for (const [, name] of whole.matchAll(/keys::([A-Z0-9_]+)/g)) said.add(name);
  const [code] = whole.split("\n#[cfg(test)]\nmod tests {");
  for (const [at, line] of code.split("\n").entries()) {
    if (/^\s*\/\//.test(line)) continue;
    for (const [, key] of line.matchAll(/"([a-z][a-zA-Z0-9]*(?:-[a-zA-Z0-9]+)+)"/g)) {
      if (!keys.has(key)) continue;
      said.add(constant(key));
      if (MAY_QUOTE.test(file) || /(id|class)="/.test(line)) continue;
      console.error(`${file}:${at + 1}: say keys::${constant(key)} instead of "${key}"`);
      failed = true;
    }
  }
}
for (const key of keys) {
  if (COMPOSED.test(key) || said.has(constant(key))) continue;
  console.error(`app/words/locales: nobody says ${key}`);
  failed = true;
}
if (failed) process.exit(1);
console.log(`${keys.size} sentences, each of them said`);

/** Returns the name of a sentence's constant. */
function constant(key) {
  return key.replaceAll("-", "_").toUpperCase();
}
