// Checks what a linter does not: addresses of content networks, and files that have grown too long.
// The first are errors, the second a list to read.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

const files = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
  encoding: "utf8",
  maxBuffer: 1 << 26,
})
  .split("\0")
  .filter(Boolean);

const SHIPPED = /^(app|frontend|style|public|server|entity|migration)\/.*\.(rs|css|js|mjs|ts|html|svg|ftl)$/;
const NETWORKS = /https?:\/\/[a-z0-9.-]*(jsdelivr|unpkg|cdnjs|esm\.sh|skypack|googleapis|gstatic|bootstrapcdn|jspm)\b/i;
const LIMIT = 400;

let failed = false;
const long = [];
for (const file of files) {
  let text;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    continue; // Deleted and not yet committed.
  }
  const lines = text.split("\n");
  if (SHIPPED.test(file)) {
    lines.forEach((line, at) => {
      if (NETWORKS.test(line)) {
        console.error(`${file}:${at + 1}: loads from a content network; everything is served by PENNY itself`);
        failed = true;
      }
    });
  }
  const isTest = /(^|\/)(tests?|end2end|benches)(\/|\.rs$)|_tests?\.rs$|\.spec\.ts$/.test(file);
  if (/\.(rs|ts|mjs|css)$/.test(file) && !isTest) {
    const tests = lines.findIndex((line) => line.startsWith("#[cfg(test)]"));
    const length = tests < 0 ? lines.length : tests;
    if (length > LIMIT) long.push([length, file]);
  }
}
long.sort((a, b) => b[0] - a[0]);
for (const [length, file] of long) console.log(`long: ${file} has ${length} lines, tests aside (${LIMIT} is a room that wants a wall)`);
if (failed) process.exit(1);
console.log(`${files.length} files looked at, ${long.length} too long`);
