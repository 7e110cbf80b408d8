// Checks the dependencies between the workspace's crates (docs/ARCHITECTURE.md) and that no banned crate is linked.
// Reads `cargo metadata`; prints every forbidden dependency and exits with 1 when there is one.
import { execFileSync } from "node:child_process";

/** Allowed dependencies of each crate on other crates of the workspace, dev-dependencies excluded. */
const ALLOWED = {
  "penny-types": [],
  "penny-i18n": ["penny-types"],
  "penny-app": ["penny-types", "penny-i18n"],
  "penny-frontend": ["penny-app"],
  "penny-entity": ["penny-types"],
  "penny-migration": ["penny-types", "penny-entity"],
  "penny-ports": ["penny-types"],
  "penny-privacy": ["penny-types"],
  "penny-kernel": ["penny-types", "penny-i18n", "penny-ports", "penny-entity", "penny-migration", "penny-privacy"],
  "penny-core": ["penny-types", "penny-i18n", "penny-ports", "penny-entity", "penny-privacy", "penny-kernel"],
  "penny-net": ["penny-types"],
  "penny-providers": ["penny-types", "penny-i18n", "penny-ports", "penny-net"],
  "penny-adapters": ["penny-types", "penny-ports", "penny-net"],
  "penny-analytics": ["penny-types", "penny-ports"],
  "penny-graphql": ["penny-types", "penny-i18n", "penny-kernel", "penny-core", "penny-ports"],
  "penny-testkit": [
    "penny-types", "penny-i18n", "penny-ports", "penny-kernel", "penny-core", "penny-entity", "penny-migration",
    "penny-adapters", "penny-analytics", "penny-providers",
  ],
};

/** Third-party crates that only some crates may use. */
const ONLY_IN = {
  axum: ["penny", "penny-testkit"],
  "async-graphql-axum": ["penny"],
  leptos_axum: ["penny"],
  datafusion: ["penny-analytics"],
  "cedar-policy": ["penny-kernel"],
  charming: ["penny-core"],
};

/** One crypto provider, ring through rustls. */
const BANNED = ["openssl", "openssl-sys", "native-tls", "aws-lc-rs", "aws-lc-sys", "boring", "boring-sys"];

/** Crates that the browser build must not contain. */
const NOT_IN_BROWSER = [
  "sea-orm", "sqlx", "sqlx-core", "penny-core", "penny-kernel", "penny-entity", "penny-ports", "tokio", "mio", "reqwest",
];

const cargo = (...args) => execFileSync("cargo", args, { encoding: "utf8", maxBuffer: 1 << 28 });
const violations = [];

const members = JSON.parse(cargo("metadata", "--format-version=1", "--no-deps")).packages;
for (const crate of members) {
  const allowed = ALLOWED[crate.name];
  for (const dependency of crate.dependencies) {
    if (dependency.kind === "dev") continue;
    const isMember = dependency.name.startsWith("penny-") || dependency.name === "penny";
    if (isMember && crate.name !== "penny" && !allowed?.includes(dependency.name)) {
      violations.push(`${crate.name} must not depend on ${dependency.name}`);
    }
    if (ONLY_IN[dependency.name] && !ONLY_IN[dependency.name].includes(crate.name)) {
      violations.push(`${crate.name} must not depend on ${dependency.name}; only ${ONLY_IN[dependency.name].join(", ")} may`);
    }
  }
  if (crate.name !== "penny" && !allowed) violations.push(`${crate.name} is new: add its allowed dependencies to scripts/check/dependencies.mjs`);
}

for (const target of ["x86_64-unknown-linux-gnu", "wasm32-unknown-unknown"]) {
  const crates = ["tree", "--edges=normal,build", "--prefix=none", "--format={p}", `--target=${target}`];
  const only = target.startsWith("wasm") ? ["--package=penny-frontend"] : [];
  const names = new Set(cargo(...crates, ...only).split("\n").map((line) => line.split(" ")[0]));
  for (const name of BANNED) if (names.has(name)) violations.push(`${name} is linked: see \`cargo tree -i ${name}\``);
  if (!only.length) continue;
  const normal = new Set(
    cargo("tree", "--edges=normal", "--prefix=none", "--format={p}", `--target=${target}`, ...only)
      .split("\n")
      .map((line) => line.split(" ")[0]),
  );
  for (const name of NOT_IN_BROWSER) if (normal.has(name)) violations.push(`the browser build contains ${name}`);
}

for (const line of violations) console.error(line);
if (violations.length) process.exit(1);
console.log(`${members.length} crates, all dependencies allowed`);
