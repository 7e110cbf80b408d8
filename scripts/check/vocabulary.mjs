// Checks that names and prose use the field's terms and that a type name is declared once.
//
// The terms are listed in vocabulary.txt. A line with the comment `vocabulary: ok REASON`, or the line after it, is
// exempt. Prints each violation as file:line and exits with 1 when there is one.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { lineNumbers, segments } from "./lexer.mjs";
import { declaredTypes } from "./rust-types.mjs";

const CHECKED = /\.(rs|ts|mjs|js|css|sh|py|md|toml|yaml)$/;
const SKIPPED = /^scripts\/check\/vocabulary\.mjs$|\/fixtures\/|\.snap$/;
/** Names that sea-orm prescribes in each module, and the idiomatic alias of a module's own `Result`. */
const REPEATED_TYPES = new Set(["Model", "Relation", "Entity", "Column", "PrimaryKey", "ActiveModel", "Migration", "Result"]);
/** Names in CSS; classes and ids, which the page's contract fixes, start with a period or a hash. */
const CSS_NAME = /[.#]?-*[A-Za-z_][\w-]*/g;
const EXEMPTION = /vocabulary: ok \S/;

const files = new Map();
for (const path of execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
  encoding: "utf8",
  maxBuffer: 1 << 26,
}).split("\0")) {
  if (!CHECKED.test(path) || SKIPPED.test(path)) continue;
  try {
    files.set(path, readFileSync(path, "utf8"));
  } catch {
    // Deleted and not yet committed.
  }
}

const terms = parseTerms(readFileSync("scripts/check/vocabulary.txt", "utf8"));
const anyTerm = new RegExp(terms.map(({ expression }) => expression.source).join("|"), "i");
const cleanNames = new Map();
const violations = [...[...files].flatMap(([path, source]) => wordViolations(path, source)), ...typeViolations()];
for (const { path, line, text } of violations) console.error(`${path}:${line}: ${text}`);
if (violations.length) {
  const counts = new Map();
  for (const { path } of violations) {
    const folder = path.includes("/") ? path.split("/")[0] : ".";
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  const summary = [...counts].map(([folder, count]) => `${folder} ${count}`).sort();
  console.error(`${violations.length} violations (${summary.join(", ")}); see scripts/check/vocabulary.txt`);
  process.exit(1);
}
console.log(`${files.size} files, ${terms.length} terms, all names and prose use the vocabulary`);

/**
 * Parses lines of the form `[SCOPES] EXPRESSION => TERM [not in PATHS]`. Scopes are `c` (comments and documents),
 * `i` (identifiers) and `s` (strings outside tests); without scopes all apply.
 */
function parseTerms(text) {
  return text
    .split("\n")
    .filter((line) => line.trim() && !line.startsWith("#"))
    .map((line) => {
      const parsed = /^(?:\[([cis]+)\] )?(.+?) => (.+?)(?: \[not in (.+)\])?$/.exec(line);
      if (!parsed) throw new Error(`vocabulary.txt: cannot parse "${line}"`);
      const [, scopes = "cis", expression, suggestion, except] = parsed;
      return {
        scopes,
        // Words of a phrase can be on consecutive comment lines.
        expression: new RegExp(`\\b(?:${expression.replaceAll(" ", "\\s+")})\\b`, "gi"),
        suggestion,
        except: except && new RegExp(except),
      };
    });
}

function wordViolations(path, source) {
  const lineOf = lineNumbers(source);
  const lines = source.split("\n");
  const isExempt = (line) => EXEMPTION.test(lines[line - 1]) || EXEMPTION.test(lines[line - 2] ?? "");
  const applicable = terms.filter(({ except }) => !except?.test(path));
  const found = [];
  for (const { scope, text, offsets } of proseAndNames(path, source)) {
    if (isClean(text)) continue;
    for (const { scopes, expression, suggestion } of applicable) {
      if (!scopes.includes(scope)) continue;
      for (const hit of text.matchAll(expression)) {
        const line = lineOf(offsets(hit.index));
        if (!isExempt(line)) found.push({ path, line, text: `"${hit[0].replace(/\s+/g, " ")}" -> ${suggestion}` });
      }
    }
  }
  return found.sort((a, b) => a.line - b.line);
}

/** Returns whether a text has none of the terms, whatever their scope. Names are remembered, since most occur often. */
function isClean(text) {
  let result = cleanNames.get(text);
  if (result === undefined) {
    result = !anyTerm.test(text);
    if (text.length < 40) cleanNames.set(text, result);
  }
  return result;
}

/** Yields `{ scope, text, offsets }`; `offsets` maps a position in the text to an offset in the source. */
function* proseAndNames(path, source) {
  const extension = path.split(".").at(-1);
  const isTest = /(^|\/)(tests?|end2end|benches|testkit)(\/|\.rs$)|_tests?\.rs$/.test(path);
  const testStart = extension === "rs" ? source.search(/^#\[cfg\(test\)\]\s*mod \w+ \{/m) : -1;
  let comment;
  for (const { kind, text, start } of segments(source, extension)) {
    if (kind === "comment") {
      // Consecutive comment lines are one text, so that an expression can span a line break.
      comment ??= { parts: [], end: start };
      comment.parts.push({ text: prose(text), start });
      continue;
    }
    if (kind === "code" && comment && !text.trim() && text.split("\n").length === 2) {
      comment.parts.push({ text: " ".repeat(text.length), start });
      continue;
    }
    if (comment) yield joined(comment.parts);
    comment = undefined;
    if (kind === "string") {
      const isInTest = isTest || (testStart >= 0 && start > testStart);
      const isClass = /\bclass=$/.test(source.slice(Math.max(0, start - 6), start));
      if (!isInTest && !isClass) yield { scope: "s", text, offsets: (at) => start + at };
    } else {
      for (const { 0: name, index } of text.matchAll(extension === "css" ? CSS_NAME : /\w+/g)) {
        if (!/^[.#]/.test(name)) yield { scope: "i", text: words(name), offsets: () => start + index };
      }
    }
  }
  if (comment) yield joined(comment.parts);
}

function joined(parts) {
  const starts = [];
  let length = 0;
  for (const part of parts) {
    starts.push([length, part.start]);
    length += part.text.length;
  }
  const offsets = (at) => {
    const [from, start] = starts.findLast(([from]) => from <= at);
    return start + at - from;
  };
  return { scope: "c", text: parts.map((part) => part.text).join(""), offsets };
}

// Replaces comment markers, code spans and link targets by spaces, which keeps all positions.
function prose(comment) {
  return comment
    .replace(/^\s*(\/\/[/!]?|\/\*+!?|\*+\/?|#+!?)|`[^`\n]*`|https?:\/\/\S+/gm, (text) => " ".repeat(text.length))
    .replace(/\n\s*(\*|#)?\s*/g, (text) => " ".repeat(text.length));
}

/** Splits an identifier into lower-case words. */
function words(name) {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/([A-Z]+)([A-Z][a-z])/g, "$1 $2")
    .replace(/[_-]+/g, " ")
    .trim()
    .toLowerCase();
}

function typeViolations() {
  const rust = new Map([...files].filter(([path]) => path.endsWith(".rs")));
  const seen = new Map();
  const found = [];
  for (const { name, module, path, line, isTest } of declaredTypes(rust)) {
    if (REPEATED_TYPES.has(name)) continue;
    // Types of tests have to be unique within their test binary only.
    const key = isTest ? `${testBinary(path)} ${name}` : name;
    const first = seen.get(key);
    if (!first) seen.set(key, { module, path, line });
    else if (first.module !== module) {
      found.push({ path, line, text: `type ${name} is also declared in ${first.path}:${first.line}` });
    }
  }
  return found;
}

function testBinary(path) {
  const [, crate, below] = /^(.*?)\/((?:src|tests)\/.*)$/.exec(path) ?? [undefined, "", path];
  return below.startsWith("tests/") ? `${crate}/${below.split("/").slice(0, 2).join("/")}` : `${crate}/src`;
}
