// Packs the site: bundles scripts and styles, names them by their content, writes manifest.json.
// Called by scripts/site.sh, whose head describes the result.
//
//   node scripts/site/pack.mjs JOINED_DIR SITE_DIR dev|release
import { createHash } from "node:crypto";
import { cp, mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { basename, join, relative, resolve } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants } from "node:zlib";
import { build } from "esbuild";

const [joined, site, mode] = process.argv.slice(2);
const isRelease = mode === "release";
const fresh = `${site}.new`;
const pkg = join(fresh, "pkg");

await rm(fresh, { recursive: true, force: true });
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
  // The joining script names the fetching one once for each split.
  logOverride: { "duplicate-object-key": "silent" },
  target: ["chrome120", "firefox121", "safari17.4"],
  // What runs in the browser has no other source: a missing map hides nothing.
  sourcemap: false,
};

// What the page fetches of its own code when it first needs it. The script that does so names the files.
// Pieces of a few kilobytes stand in one file: a page needs many of them, and asking for each costs more than they weigh.
const SMALL_BYTES = 16 * 1024;
const splitter = join(joined, "__wasm_split.js");
let fetches = await readFile(splitter, "utf8");
const small = [];
for (const name of (await readdir(joined)).sort()) {
  if (!name.endsWith(".wasm") || /^penny(_bg)?\.wasm$/.test(name)) continue;
  const bytes = await readFile(join(joined, name));
  if (bytes.length < SMALL_BYTES) {
    small.push({ name, bytes });
    continue;
  }
  const hashed = name.replace(/\.wasm$/, `.${digest(bytes)}.wasm`);
  await writeFile(join(pkg, hashed), bytes);
  fetches = fetches.replaceAll(`"./${name}"`, `"./${hashed}"`);
}
const together = Buffer.concat(small.map(({ bytes }) => bytes));
const smallFile = `chunk_small.${digest(together)}.wasm`;
await writeFile(join(pkg, smallFile), together);
let from = 0;
for (const { name, bytes } of small) {
  const to = from + bytes.length;
  const own = `= fetch(new URL("./${name}", import.meta.url))`;
  if (!fetches.includes(own)) throw new Error(`the splitter's script fetches ${name} in another way now`);
  fetches = fetches.replaceAll(own, `= fetchPart(new URL("./${smallFile}", import.meta.url), ${from}, ${to})`);
  from = to;
}
if (!fetches.includes("= fetch(")) throw new Error("the splitter's script fetches its files in another way now");
fetches = `import { fetchCode, fetchPart } from ${JSON.stringify(resolve("frontend/fetch_code.js"))};\n${fetches.replaceAll("= fetch(", "= fetchCode(")}`;
await writeFile(splitter, fetches);

// The page and its libraries: one graph, so that what two of them share is fetched once.
const modules = (await readdir("frontend/modules")).filter((name) => name.endsWith(".js"));
const scripts = await build({
  ...common,
  entryPoints: [join(joined, "penny.js"), ...modules.map((name) => join("frontend/modules", name))],
  format: "esm",
  splitting: true,
});

// Styles: the frame's in their order, then one file a feature, by name.
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

const addresses = {};
for (const [file, output] of Object.entries({ ...scripts.metafile.outputs, ...styles.metafile.outputs })) {
  if (output.entryPoint) addresses[basename(output.entryPoint)] = `/pkg/${basename(file)}`;
}

const wasm = await readFile(join(joined, "penny_bg.wasm"));
const wasmName = `penny.${digest(wasm)}.wasm`;
await writeFile(join(pkg, wasmName), wasm);

const manifest = {
  js: addresses["penny.js"],
  wasm: `/pkg/${wasmName}`,
  css: addresses["penny.css"],
  modules: Object.fromEntries(modules.map((name) => [basename(name, ".js"), addresses[name]])),
  preload: [],
  // The one every page shows from its first line on.
  fonts: [...Object.keys(styles.metafile.outputs)]
    .filter((file) => /hanken-grotesk-latin-wght-normal\.[^.]+\.woff2$/.test(file))
    .map((file) => `/pkg/${basename(file)}`),
};
if (!manifest.js || !manifest.css) throw new Error(`incomplete: ${JSON.stringify({ manifest, addresses })}`);
await cp("public", join(fresh, "static"), { recursive: true });

if (isRelease) await compressAll(fresh);
await writeFile(join(fresh, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
await rm(site, { recursive: true, force: true });
await rename(fresh, site);

if (isRelease) await report();

// Returns the part of a file's name that changes with its content.
function digest(bytes) {
  return createHash("sha256").update(bytes).digest("hex").slice(0, 8).toUpperCase();
}

// Writes each file's Brotli twin, unless compressing it gains nothing.
async function compressAll(folder) {
  const compress = promisify(brotliCompress);
  const files = (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && /\.(js|wasm|css|svg|json|html|txt|webmanifest)$/.test(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
  const work = async () => {
    for (let file = files.pop(); file; file = files.pop()) {
      const bytes = await readFile(file);
      const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
      const packed = await compress(bytes, { params });
      if (packed.length < bytes.length * 0.95) await writeFile(`${file}.br`, packed);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
}

// Says how much the page fetches before it is alive.
async function report() {
  let total = 0;
  for (const name of ["js", "wasm", "css"]) {
    const { size } = await stat(join(site, `${manifest[name]}.br`));
    total += size;
    console.log(`    ${name.padEnd(5)} ${(size / 1000).toFixed(1).padStart(7)} kB`);
  }
  console.log(`    first ${(total / 1000).toFixed(1).padStart(7)} kB, Brotli, in ${relative(process.cwd(), site)}`);
}
