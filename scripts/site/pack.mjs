// Packs the site: bundles scripts and styles, names them by their content and writes manifest.json.
// Called by scripts/site.sh, which describes the output.
//
//   node scripts/site/pack.mjs WASM_BINDGEN_DIR SITE_DIR dev|release
import { createHash } from "node:crypto";
import { cp, mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { basename, join, relative, resolve } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants } from "node:zlib";
import { build } from "esbuild";

const [bindgenDir, site, mode] = process.argv.slice(2);
const isRelease = mode === "release";
const newSite = `${site}.new`;
const pkg = join(newSite, "pkg");

await rm(newSite, { recursive: true, force: true });
await mkdir(pkg, { recursive: true });

const common = {
  bundle: true,
  minify: true,
  outdir: pkg,
  entryNames: "[name].[hash]",
  chunkNames: "[name].[hash]",
  assetNames: "[name].[hash]",
  metafile: true,
  legalComments: "none",
  logLevel: "warning",
  // The script of wasm-bindgen imports that of wasm-split once for each chunk.
  logOverride: { "duplicate-object-key": "silent" },
  target: ["chrome120", "firefox121", "safari17.4"],
  // Most of the code is compiled from Rust, for which source maps are of no use.
  sourcemap: false,
};

// Code chunks that the page loads on demand; the script of wasm-split names them. Chunks of a few kilobytes are
// concatenated into one file: a page needs many of them, and a request for each costs more than their size.
const SMALL_BYTES = 16 * 1024;
const splitScript = join(bindgenDir, "__wasm_split.js");
let script = await readFile(splitScript, "utf8");
const small = [];
for (const name of (await readdir(bindgenDir)).sort()) {
  if (!name.endsWith(".wasm") || /^penny(_bg)?\.wasm$/.test(name)) continue;
  const bytes = await readFile(join(bindgenDir, name));
  if (bytes.length < SMALL_BYTES) {
    small.push({ name, bytes });
    continue;
  }
  const hashed = name.replace(/\.wasm$/, `.${digest(bytes)}.wasm`);
  await writeFile(join(pkg, hashed), bytes);
  script = script.replaceAll(`"./${name}"`, `"./${hashed}"`);
}
const concatenated = Buffer.concat(small.map(({ bytes }) => bytes));
const smallFile = `chunk_small.${digest(concatenated)}.wasm`;
await writeFile(join(pkg, smallFile), concatenated);
let from = 0;
for (const { name, bytes } of small) {
  const to = from + bytes.length;
  const call = `= fetch(new URL("./${name}", import.meta.url))`;
  if (!script.includes(call)) throw new Error(`wasm-split's script no longer fetches ${name} as expected`);
  script = script.replaceAll(call, `= fetchPart(new URL("./${smallFile}", import.meta.url), ${from}, ${to})`);
  from = to;
}
if (!script.includes("= fetch(")) throw new Error("wasm-split's script no longer fetches its files as expected");
script = `import { fetchCode, fetchPart } from ${JSON.stringify(resolve("frontend/fetch_code.js"))};\n${script.replaceAll("= fetch(", "= fetchCode(")}`;
await writeFile(splitScript, script);

// The page and its libraries are one module graph, so that shared code is fetched once.
const modules = (await readdir("frontend/modules")).filter((name) => name.endsWith(".js"));
const scripts = await build({
  ...common,
  entryPoints: [join(bindgenDir, "penny.js"), ...modules.map((name) => join("frontend/modules", name))],
  format: "esm",
  splitting: true,
});

// Styles: the general ones in the order of main.css, then one file for each feature, by name.
const features = (await readdir("style/features")).filter((name) => name.endsWith(".css")).sort();
const sheet = ["style/main.css", ...features.map((name) => `style/features/${name}`)]
  .map((name) => `@import "./${name}";`)
  .join("\n");
const styles = await build({
  ...common,
  stdin: { contents: sheet, resolveDir: process.cwd(), sourcefile: "penny.css", loader: "css" },
  entryNames: "penny.[hash]",
  external: ["/static/*"],
  loader: { ".woff2": "file" },
});

const paths = {};
for (const [file, output] of Object.entries({ ...scripts.metafile.outputs, ...styles.metafile.outputs })) {
  if (output.entryPoint) paths[basename(output.entryPoint)] = `/pkg/${basename(file)}`;
}

const wasm = await readFile(join(bindgenDir, "penny_bg.wasm"));
const wasmName = `penny.${digest(wasm)}.wasm`;
await writeFile(join(pkg, wasmName), wasm);

const manifest = {
  js: paths["penny.js"],
  wasm: `/pkg/${wasmName}`,
  css: paths["penny.css"],
  modules: Object.fromEntries(modules.map((name) => [basename(name, ".js"), paths[name]])),
  preload: [],
  // The font of every page's first paint.
  fonts: [...Object.keys(styles.metafile.outputs)]
    .filter((file) => /hanken-grotesk-latin-wght-normal\.[^.]+\.woff2$/.test(file))
    .map((file) => `/pkg/${basename(file)}`),
};
if (!manifest.js || !manifest.css) throw new Error(`the site is incomplete: ${JSON.stringify({ manifest, paths })}`);
await cp("public", join(newSite, "static"), { recursive: true });

if (isRelease) await compressAll(newSite);
await writeFile(join(newSite, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
await rm(site, { recursive: true, force: true });
await rename(newSite, site);

if (isRelease) await report();

// Returns the hash of a file's content for its name.
function digest(bytes) {
  return createHash("sha256").update(bytes).digest("hex").slice(0, 8).toUpperCase();
}

// Writes a Brotli version of each file, unless compression gains less than 5 %.
async function compressAll(folder) {
  const compress = promisify(brotliCompress);
  const files = (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && /\.(js|wasm|css|svg|json|html|txt|webmanifest)$/.test(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
  const work = async () => {
    for (let file = files.pop(); file; file = files.pop()) {
      const bytes = await readFile(file);
      const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
      const compressed = await compress(bytes, { params });
      if (compressed.length < bytes.length * 0.95) await writeFile(`${file}.br`, compressed);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
}

// Prints the size of the files that the page needs for hydration.
async function report() {
  let total = 0;
  for (const name of ["js", "wasm", "css"]) {
    const { size } = await stat(join(site, `${manifest[name]}.br`));
    total += size;
    console.log(`    ${name.padEnd(5)} ${(size / 1000).toFixed(1).padStart(7)} kB`);
  }
  console.log(`    total ${(total / 1000).toFixed(1).padStart(7)} kB, Brotli, in ${relative(process.cwd(), site)}`);
}
