// Checks sources for addresses of CDNs, which are errors, and lists files that are too long.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

const files = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
  encoding: "utf8",
  maxBuffer: 1 << 26,
})
  .split("\0")
  .filter(Boolean);

const SHIPPED = /^(app|frontend|style|public|server|entity|migration)\/.*\.(rs|css|js|mjs|ts|html|svg|ftl)$/;
const CDN = /https?:\/\/[a-z0-9.-]*(jsdelivr|unpkg|cdnjs|esm\.sh|skypack|googleapis|gstatic|bootstrapcdn|jspm)\b/i;
const LINES_MAX = 400;

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
    lines.forEach((line, index) => {
      if (CDN.test(line)) {
        console.error(`${file}:${index + 1}: refers to a CDN; all assets are served by PENNY itself`);
        failed = true;
      }
    });
  }
  const isTest = /(^|\/)(tests?|end2end|benches)(\/|\.rs$)|_tests?\.rs$|\.spec\.ts$/.test(file);
  if (/\.(rs|ts|mjs|css)$/.test(file) && !isTest) {
    const tests = lines.findIndex((line) => line.startsWith("#[cfg(test)]"));
    const length = tests < 0 ? lines.length : tests;
    if (length > LINES_MAX) long.push([length, file]);
  }
}
long.sort((a, b) => b[0] - a[0]);
for (const [length, file] of long) console.log(`long: ${file} has ${length} lines without tests (at most ${LINES_MAX} recommended)`);
if (failed) process.exit(1);
console.log(`${files.length} files checked, ${long.length} too long`);
