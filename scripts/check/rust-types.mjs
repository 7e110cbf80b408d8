// Finds the types that Rust files declare at module level.
import { dirname, join } from "node:path/posix";
import { codeOnly, lineNumbers } from "./lexer.mjs";

/** Macros whose first identifier is the name of the type they declare. */
const DECLARING_MACROS = /\b(?:string_enum|turn_event|id)!\s*\(/y;
const TYPE = /\b(?:struct|enum|union|trait|type)\s+([A-Z]\w*)/y;
const MODULE = /\bmod\s+(\w+)\s*([{;])/y;

/** Returns `{ name, module, line, isTest }` for each type. `files` maps paths to sources. */
export function declaredTypes(files) {
  const scanned = [...files].map(([path, source]) => [path, scan(path, source)]);
  const testFiles = new Set(scanned.flatMap(([, { testModules }]) => testModules));
  return scanned.flatMap(([path, { types }]) => {
    const isTestFile = /(^|\/)(tests|benches)\//.test(path) || isBelow(path, testFiles);
    return types.map((type) => ({ ...type, path, isTest: type.isTest || isTestFile }));
  });
}

function isBelow(path, testModules) {
  const stem = path.replace(/(\/mod)?\.rs$/, "");
  return [...testModules].some((module) => stem === module || stem.startsWith(`${module}/`));
}

function scan(path, source) {
  const code = codeOnly(source, "rs");
  const lineOf = lineNumbers(source);
  const types = [];
  const testModules = [];
  // Open braces: the name and test flag of a module, undefined for anything else.
  const open = [];
  const isTest = () => open.some((module) => module?.isTest);
  const childFolder = /(^|\/)(mod|lib|main)\.rs$/.test(path) ? dirname(path) : path.replace(/\.rs$/, "");
  for (let at = 0; at < code.length; at++) {
    const isModuleLevel = open.every(Boolean);
    if (isModuleLevel && /[a-z]/.test(code[at]) && !/\w/.test(code[at - 1] ?? "")) {
      const module = match(MODULE, code, at);
      if (module) {
        const isTestModule = isTest() || isCfgTest(code, at);
        if (module[2] === "{") open.push({ name: module[1], isTest: isTestModule });
        else if (isTestModule) testModules.push(join(childFolder, ...open.map(({ name }) => name), module[1]));
        at += module[0].length - 1;
        continue;
      }
      const type = match(TYPE, code, at) ?? macroType(code, at);
      if (type) {
        const module = [path, ...open.map(({ name }) => name)].join("::");
        types.push({ name: type[1], module, line: lineOf(at), isTest: isTest() || isCfgTest(code, at) });
        at += type[0].length - 1;
        continue;
      }
    }
    if (code[at] === "{") open.push(undefined);
    else if (code[at] === "}") open.pop();
  }
  return { types, testModules };
}

function match(pattern, text, at) {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

function macroType(code, at) {
  const macro = match(DECLARING_MACROS, code, at);
  if (!macro) return undefined;
  const argument = /^(?:\s|#\[[^\]]*\])*([A-Z]\w*)/.exec(code.slice(at + macro[0].length));
  return argument && [macro[0], argument[1]];
}

// Returns whether the attributes before an item restrict it to tests.
function isCfgTest(code, at) {
  const before = code.slice(0, at);
  const attributes = /(?:#\[[^\]]*\]\s*)*(?:pub(?:\([^)]*\))?\s+)?$/.exec(before)[0];
  return /#\[cfg\(test\)\]/.test(attributes);
}
