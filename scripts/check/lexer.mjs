// Splits source text into code, comments and strings, as far as the checks need it.

/** Lexical rules by file extension. */
const LANGUAGES = {
  rs: { line: ["//"], block: ["/*", "*/"], nested: true, quotes: ['"'], rust: true },
  ts: { line: ["//"], block: ["/*", "*/"], quotes: ['"', "'"], template: true },
  css: { line: [], block: ["/*", "*/"], quotes: ['"', "'"] },
  sh: { line: ["#"], quotes: ['"', "'"], wordComments: true },
  py: { line: ["#"], quotes: ['"""', '"', "'"], wordComments: true },
  toml: { line: ["#"], quotes: ['"""', '"', "'"] },
};
LANGUAGES.mjs = LANGUAGES.ts;
LANGUAGES.js = LANGUAGES.ts;
LANGUAGES.yaml = LANGUAGES.sh;

/**
 * Returns the segments `{ kind, text, start }` of a source, where `kind` is `code`, `comment` or `string`. The
 * segments follow each other without gaps. Markdown is a `comment`, with `code` in code spans and blocks.
 */
export function segments(source, extension) {
  return extension === "md" ? markdown(source) : lex(source, LANGUAGES[extension]);
}

/** Returns a function that maps an offset in the source to its line number, from 1. */
export function lineNumbers(source) {
  const starts = [0];
  for (let at = source.indexOf("\n"); at >= 0; at = source.indexOf("\n", at + 1)) starts.push(at + 1);
  return (offset) => {
    let [low, high] = [0, starts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (starts[middle] <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  };
}

/** Returns the source with the contents of comments and strings replaced by spaces. */
export function codeOnly(source, extension) {
  return segments(source, extension)
    .map(({ kind, text }) => (kind === "code" ? text : text.replace(/[^\n]/g, " ")))
    .join("");
}

function lex(source, language) {
  const out = [];
  let codeStart = 0;
  const push = (kind, start, end) => {
    if (start > codeStart) out.push({ kind: "code", text: source.slice(codeStart, start), start: codeStart });
    out.push({ kind, text: source.slice(start, end), start });
    codeStart = end;
  };
  let at = 0;
  // Brace depths at which an interpolation `${...}` of a template literal ends.
  const templates = [];
  let depth = 0;
  while (at < source.length) {
    const line = language.line.find((mark) => source.startsWith(mark, at));
    if (line && (!language.wordComments || at === 0 || /\s/.test(source[at - 1]))) {
      const end = endOfLine(source, at);
      push("comment", at, end);
      at = end;
      continue;
    }
    if (language.block && source.startsWith(language.block[0], at)) {
      const end = blockEnd(source, at, language);
      push("comment", at, end);
      at = end;
      continue;
    }
    if (language.rust) {
      const raw = /^b?c?r(#*)"/.exec(source.slice(at, at + 20));
      if (raw && !/\w/.test(source[at - 1] ?? "")) {
        const close = source.indexOf(`"${raw[1]}`, at + raw[0].length);
        const end = close < 0 ? source.length : close + 1 + raw[1].length;
        push("string", at, end);
        at = end;
        continue;
      }
      const char = /^'(\\(u\{[^}]*\}|x..|.)|[^\\'])'/u.exec(source.slice(at, at + 14));
      if (char) {
        push("string", at, at + char[0].length);
        at += char[0].length;
        continue;
      }
    }
    if (language.template && source[at] === "/" && isRegexStart(source, at)) {
      const end = regexEnd(source, at);
      push("string", at, end);
      at = end;
      continue;
    }
    const quote = language.quotes.find((mark) => source.startsWith(mark, at));
    if (quote) {
      const end = quoteEnd(source, at + quote.length, quote, language);
      push("string", at, end);
      at = end;
      continue;
    }
    if (language.template && source[at] === "{") depth++;
    if (language.template && source[at] === "}" && templates.at(-1) === --depth) {
      templates.pop();
      at = template(at);
      continue;
    }
    if (language.template && source[at] === "`") {
      at = template(at);
      continue;
    }
    at++;
  }
  if (source.length > codeStart) out.push({ kind: "code", text: source.slice(codeStart), start: codeStart });
  return out;

  // Reads a template literal from its quote, or from the end of an interpolation; returns where code continues.
  function template(start) {
    let end = start + 1;
    while (end < source.length && source[end] !== "`" && !source.startsWith("${", end)) end += source[end] === "\\" ? 2 : 1;
    const isInterpolated = source[end] === "$";
    end += isInterpolated ? 2 : 1;
    push("string", start, end);
    if (isInterpolated) templates.push(depth++);
    return end;
  }
}

function markdown(source) {
  const out = [];
  let from = 0;
  for (const { index, 0: code } of source.matchAll(/^```[\s\S]*?^```|`[^`\n]+`|\]\([^)\s]*\)/gm)) {
    if (index > from) out.push({ kind: "comment", text: source.slice(from, index), start: from });
    out.push({ kind: "code", text: code, start: index });
    from = index + code.length;
  }
  if (from < source.length) out.push({ kind: "comment", text: source.slice(from), start: from });
  return out;
}

function endOfLine(source, at) {
  const end = source.indexOf("\n", at);
  return end < 0 ? source.length : end;
}

function blockEnd(source, start, { block: [open, close], nested }) {
  let depth = 1;
  let at = start + open.length;
  while (at < source.length && depth > 0) {
    if (source.startsWith(close, at)) [depth, at] = [depth - 1, at + close.length];
    else if (nested && source.startsWith(open, at)) [depth, at] = [depth + 1, at + open.length];
    else at++;
  }
  return at;
}

function quoteEnd(source, start, quote, { template, wordComments }) {
  const hasEscapes = !(wordComments && quote === "'");
  for (let at = start; at < source.length; at++) {
    if (hasEscapes && source[at] === "\\") at++;
    else if (source.startsWith(quote, at)) return at + quote.length;
    else if (template && source[at] === "\n") return at;
  }
  return source.length;
}

// A slash starts a regular expression where an operand is expected.
function isRegexStart(source, at) {
  const before = source.slice(Math.max(0, at - 40), at).trimEnd();
  return before === "" || /([(,=:[!&|?{};+]|=>|\b(return|typeof|of|in))$/.test(before);
}

function regexEnd(source, start) {
  let isInClass = false;
  for (let at = start + 1; at < source.length && source[at] !== "\n"; at++) {
    if (source[at] === "\\") at++;
    else if (source[at] === "[") isInClass = true;
    else if (source[at] === "]") isInClass = false;
    else if (source[at] === "/" && !isInClass) return at + 1;
  }
  return start + 1;
}
