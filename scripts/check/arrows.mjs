// Checks which of our crates may know which (docs/ARCHITECTURE.md), and that nothing forbidden is linked in.
// Reads `cargo metadata`; prints every arrow that must not be, and ends with 1 when there is one.
import { execFileSync } from "node:child_process";

/** What each crate may name among ours, tests aside. */
const MAY_KNOW = {
  "penny-types": [],
  "penny-words": ["penny-types"],
  "penny-app": ["penny-types", "penny-words"],
  "penny-frontend": ["penny-app"],
  "penny-entity": ["penny-types"],
  "penny-migration": ["penny-types", "penny-entity"],
  "penny-ports": ["penny-types"],
  "penny-privacy": ["penny-types"],
  "penny-core": ["penny-types", "penny-words", "penny-ports", "penny-entity", "penny-migration", "penny-privacy"],
  "penny-net": ["penny-types"],
  "penny-providers": ["penny-types", "penny-words", "penny-ports", "penny-net"],
  "penny-adapters": ["penny-types", "penny-ports", "penny-net"],
  "penny-analytics": ["penny-types", "penny-ports"],
  "penny-graphql": ["penny-types", "penny-words", "penny-core", "penny-ports"],
  "penny-testkit": [
    "penny-types", "penny-words", "penny-ports", "penny-core", "penny-entity", "penny-migration",
    "penny-adapters", "penny-analytics", "penny-providers",
  ],
};

/** Third-party crates that belong to few of ours. */
const ONLY_IN = {
  axum: ["penny", "penny-testkit"],
  "async-graphql-axum": ["penny"],
  leptos_axum: ["penny"],
  datafusion: ["penny-analytics"],
  "cedar-policy": ["penny-core"],
  charming: ["penny-core"],
};

/** One crypto provider, ring through rustls. */
const BANNED = ["openssl", "openssl-sys", "native-tls", "aws-lc-rs", "aws-lc-sys", "boring", "boring-sys"];

/** What the browser must never carry. */
const NOT_IN_BROWSER = ["sea-orm", "sqlx", "sqlx-core", "penny-core", "penny-entity", "penny-ports", "tokio", "mio", "reqwest"];

const cargo = (...args) => execFileSync("cargo", args, { encoding: "utf8", maxBuffer: 1 << 28 });
const wrong = [];

const ours = JSON.parse(cargo("metadata", "--format-version=1", "--no-deps")).packages;
for (const crate of ours) {
  const allowed = MAY_KNOW[crate.name];
  for (const dependency of crate.dependencies) {
    if (dependency.kind === "dev") continue;
    const isOurs = dependency.name.startsWith("penny-") || dependency.name === "penny";
    if (isOurs && crate.name !== "penny" && !allowed?.includes(dependency.name)) {
      wrong.push(`${crate.name} must not know ${dependency.name}`);
    }
    if (ONLY_IN[dependency.name] && !ONLY_IN[dependency.name].includes(crate.name)) {
      wrong.push(`${crate.name} must not know ${dependency.name}; only ${ONLY_IN[dependency.name].join(", ")} may`);
    }
  }
  if (crate.name !== "penny" && !allowed) wrong.push(`${crate.name} is new: say in scripts/check/arrows.mjs what it may know`);
}

for (const target of ["x86_64-unknown-linux-gnu", "wasm32-unknown-unknown"]) {
  const crates = ["tree", "--edges=normal,build", "--prefix=none", "--format={p}", `--target=${target}`];
  const only = target.startsWith("wasm") ? ["--package=penny-frontend"] : [];
  const names = new Set(cargo(...crates, ...only).split("\n").map((line) => line.split(" ")[0]));
  for (const name of BANNED) if (names.has(name)) wrong.push(`${name} is linked in: see \`cargo tree -i ${name}\``);
  if (!only.length) continue;
  const normal = new Set(
    cargo("tree", "--edges=normal", "--prefix=none", "--format={p}", `--target=${target}`, ...only)
      .split("\n")
      .map((line) => line.split(" ")[0]),
  );
  for (const name of NOT_IN_BROWSER) if (normal.has(name)) wrong.push(`the browser build carries ${name}`);
}

for (const line of wrong) console.error(line);
if (wrong.length) process.exit(1);
console.log(`${ours.length} crates, every arrow allowed`);
