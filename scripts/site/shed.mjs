// Takes out of the page's WebAssembly what it never runs. Called by scripts/site.sh for releases.
//
//   node scripts/site/shed.mjs DIR
//
// Every view that is erased to `AnyView` carries a second way to come to life (`hydrate_async`), used only
// by `hydrate_lazy`. PENNY hydrates by `hydrate_body`, after fetching what the page at hand needs, so none
// of it is ever called; but it stands in tables, where the linker cannot see that. Here such a function's
// body becomes a trap, and what only it needed goes when wasm-bindgen collects what nothing reaches.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

// The functions and their futures' bodies themselves: what drops those may be shared, for the compiler keeps functions
// that came out alike only once. So may be the smallest bodies.
const NEVER_RUN = /hydrate_async(28_\$u7b\$\$u7b\$closure\$u7d\$\$u7d\$)*17h[0-9a-f]{16}E$/;
const ALIKE_BYTES = 200;
// No locals, `unreachable`, `end`.
const TRAP = Buffer.from([0x03, 0x00, 0x00, 0x0b]);
const [CUSTOM, IMPORT, CODE] = [0, 2, 10];

// Reads forward through a module.
class Cursor {
  constructor(bytes, at) {
    Object.assign(this, { bytes, at });
  }
  byte() {
    return this.bytes[this.at++];
  }
  // LEB128, unsigned, of 32 bits at most.
  number() {
    for (let value = 0, shift = 0; ; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  }
  text() {
    const end = this.number() + this.at;
    const text = this.bytes.toString("utf8", this.at, end);
    this.at = end;
    return text;
  }
}

const [folder] = process.argv.slice(2);
const main = "penny.wasm";
let cut = 0;
for (const name of readdirSync(folder).filter((name) => name.endsWith(".wasm"))) {
  const file = join(folder, name);
  writeFileSync(file, shed(readFileSync(file), name === main));
}
if (cut === 0) throw new Error(`nothing to shed in ${folder}: has hydrate_async another name?`);

// Returns the module without what is never run; the names go too, unless a later step reads them.
function shed(bytes, keepsNames) {
  const sections = [...read(bytes)];
  const names = functionNames(bytes, sections);
  const imported = importedFunctions(bytes, sections);
  const out = [bytes.subarray(0, 8)];
  for (const section of sections) {
    if (section.id === CODE) out.push(...code(bytes, section, (at) => NEVER_RUN.test(names.get(at + imported) ?? "")));
    else if (section.id !== CUSTOM || keepsNames) out.push(bytes.subarray(section.from, section.to));
  }
  return Buffer.concat(out);
}

// Returns the pieces of the code section with traps for the bodies that `isNeverRun`.
function code(bytes, section, isNeverRun) {
  const cursor = new Cursor(bytes, section.body);
  const count = cursor.number();
  const bodies = [written(count)];
  for (let at = 0; at < count; at++) {
    const from = cursor.at;
    const to = cursor.number() + cursor.at;
    cursor.at = to;
    const goes = to - from >= ALIKE_BYTES && isNeverRun(at);
    if (goes) cut++;
    bodies.push(goes ? TRAP : bytes.subarray(from, to));
  }
  const length = bodies.reduce((sum, body) => sum + body.length, 0);
  return [Buffer.from([CODE]), written(length), ...bodies];
}

// https://webassembly.github.io/spec/core/binary/modules.html#sections
function* read(bytes) {
  const cursor = new Cursor(bytes, 8);
  while (cursor.at < bytes.length) {
    const from = cursor.at;
    const id = cursor.byte();
    const length = cursor.number();
    const body = cursor.at;
    cursor.at += length;
    yield { id, from, body, to: cursor.at };
  }
}

// https://webassembly.github.io/spec/core/appendix/custom.html#name-section
function functionNames(bytes, sections) {
  const names = new Map();
  for (const section of sections.filter(({ id }) => id === CUSTOM)) {
    const cursor = new Cursor(bytes, section.body);
    if (cursor.text() !== "name") continue;
    while (cursor.at < section.to) {
      const kind = cursor.byte();
      const end = cursor.number() + cursor.at;
      if (kind === 1) for (let left = cursor.number(); left > 0; left--) names.set(cursor.number(), cursor.text());
      cursor.at = end;
    }
  }
  return names;
}

// https://webassembly.github.io/spec/core/binary/modules.html#import-section
function importedFunctions(bytes, sections) {
  const section = sections.find(({ id }) => id === IMPORT);
  if (!section) return 0;
  const cursor = new Cursor(bytes, section.body);
  let functions = 0;
  for (let left = cursor.number(); left > 0; left--) {
    cursor.text();
    cursor.text();
    const kind = cursor.byte();
    if (kind === 0) {
      functions++;
      cursor.number();
    } else if (kind === 4) {
      cursor.at++;
      cursor.number();
    } else if (kind === 3) {
      cursor.at += 2;
    } else {
      if (kind === 1) cursor.at++;
      const hasMaximum = cursor.byte() & 1;
      cursor.number();
      if (hasMaximum) cursor.number();
    }
  }
  return functions;
}

// Writes a number as LEB128.
function written(number) {
  const bytes = [];
  do {
    bytes.push((number & 0x7f) | (number > 0x7f ? 0x80 : 0));
    number = Math.floor(number / 128);
  } while (number > 0);
  return Buffer.from(bytes);
}
