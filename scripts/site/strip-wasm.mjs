// Removes unused functions from the page's WebAssembly. Called by scripts/site.sh for release builds.
//
//   node scripts/site/strip-wasm.mjs DIR
//
// Every view that is type-erased to `AnyView` contains a second hydration function (`hydrate_async`), used only
// by `hydrate_lazy`. PENNY hydrates with `hydrate_body`, after loading the code of the page, so these functions are
// never called; but they are referenced by tables, so the linker keeps them. This script replaces their bodies with
// a trap; wasm-bindgen then removes everything that is no longer reachable.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

// The functions and the bodies of their futures. Drop glue and very small bodies are kept: the compiler merges
// identical functions, so they may be in use elsewhere.
const UNUSED = /hydrate_async(28_\$u7b\$\$u7b\$closure\$u7d\$\$u7d\$)*17h[0-9a-f]{16}E$/;
const MIN_BODY_BYTES = 200;
// A body of 3 bytes: no locals, `unreachable`, `end`.
const TRAP = Buffer.from([0x03, 0x00, 0x00, 0x0b]);
const [CUSTOM, IMPORT, CODE] = [0, 2, 10];

// Reads a module from front to back.
class Cursor {
  constructor(bytes, position) {
    Object.assign(this, { bytes, position });
  }
  byte() {
    return this.bytes[this.position++];
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
    const end = this.number() + this.position;
    const text = this.bytes.toString("utf8", this.position, end);
    this.position = end;
    return text;
  }
}

const [folder] = process.argv.slice(2);
const main = "penny.wasm";
let replaced = 0;
for (const name of readdirSync(folder).filter((name) => name.endsWith(".wasm"))) {
  const file = join(folder, name);
  writeFileSync(file, strip(readFileSync(file), name === main));
}
if (replaced === 0) throw new Error(`no hydrate_async function found in ${folder}; it may have been renamed`);

// Returns the module without unused functions, and without names unless a later step needs them.
function strip(bytes, keepsNames) {
  const sections = [...readSections(bytes)];
  const names = functionNames(bytes, sections);
  const imported = importedFunctions(bytes, sections);
  const out = [bytes.subarray(0, 8)];
  for (const section of sections) {
    if (section.id === CODE) out.push(...codeSection(bytes, section, (index) => UNUSED.test(names.get(index + imported) ?? "")));
    else if (section.id !== CUSTOM || keepsNames) out.push(bytes.subarray(section.from, section.to));
  }
  return Buffer.concat(out);
}

// Returns the parts of the code section, with a trap for each function that `isUnused`.
function codeSection(bytes, section, isUnused) {
  const cursor = new Cursor(bytes, section.body);
  const count = cursor.number();
  const bodies = [leb128(count)];
  for (let index = 0; index < count; index++) {
    const from = cursor.position;
    const to = cursor.number() + cursor.position;
    cursor.position = to;
    const isReplaced = to - from >= MIN_BODY_BYTES && isUnused(index);
    if (isReplaced) replaced++;
    bodies.push(isReplaced ? TRAP : bytes.subarray(from, to));
  }
  const length = bodies.reduce((sum, body) => sum + body.length, 0);
  return [Buffer.from([CODE]), leb128(length), ...bodies];
}

// https://webassembly.github.io/spec/core/binary/modules.html#sections
function* readSections(bytes) {
  const cursor = new Cursor(bytes, 8);
  while (cursor.position < bytes.length) {
    const from = cursor.position;
    const id = cursor.byte();
    const length = cursor.number();
    const body = cursor.position;
    cursor.position += length;
    yield { id, from, body, to: cursor.position };
  }
}

// https://webassembly.github.io/spec/core/appendix/custom.html#name-section
function functionNames(bytes, sections) {
  const names = new Map();
  for (const section of sections.filter(({ id }) => id === CUSTOM)) {
    const cursor = new Cursor(bytes, section.body);
    if (cursor.text() !== "name") continue;
    while (cursor.position < section.to) {
      const kind = cursor.byte();
      const end = cursor.number() + cursor.position;
      if (kind === 1) for (let left = cursor.number(); left > 0; left--) names.set(cursor.number(), cursor.text());
      cursor.position = end;
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
      cursor.position++;
      cursor.number();
    } else if (kind === 3) {
      cursor.position += 2;
    } else {
      if (kind === 1) cursor.position++;
      const hasMaximum = cursor.byte() & 1;
      cursor.number();
      if (hasMaximum) cursor.number();
    }
  }
  return functions;
}

// Encodes a number as LEB128.
function leb128(number) {
  const bytes = [];
  do {
    bytes.push((number & 0x7f) | (number > 0x7f ? 0x80 : 0));
    number = Math.floor(number / 128);
  } while (number > 0);
  return Buffer.from(bytes);
}
