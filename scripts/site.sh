#!/usr/bin/env bash
# Builds the site for the browser: the page's WebAssembly, its styles and the libraries it loads when
# it needs them. Does nothing when nothing has changed.
#
#   scripts/site.sh [dev|--dev|release|--release]
#
# Everything is written to target/site (or $PENNY_SITE_DIR):
#
#   manifest.json          what is where, see below
#   pkg/<name>.<hash>.*    files that never change under their name: serve them as immutable
#   static/*               the files of public/, under their own names
#   <file>.br              beside each of them, in release builds: the same, compressed by Brotli
#
# manifest.json, as `penny_app::SiteAssets` reads it; every value is an address on the page's host:
#
#   {
#     "js":      "/pkg/penny.<hash>.js",        the page's module; its default export takes the wasm
#     "wasm":    "/pkg/penny.<hash>.wasm",      the page's code
#     "css":     "/pkg/penny.<hash>.css",       all styles
#     "modules": { "echarts": "/pkg/echarts.<hash>.js", "mermaid": "/pkg/mermaid.<hash>.js" },
#     "preload": [],                            further modules worth fetching with the page
#     "fonts":   ["/pkg/<font>.<hash>.woff2"]   fonts every page shows
#   }
set -euo pipefail
source "$(dirname "$0")/lib.sh"

case "${1:-dev}" in
  dev | --dev) mode=dev profile=wasm-dev folder=wasm-dev ;;
  release | --release) mode=release profile=wasm-release folder=wasm-release ;;
  *) die "usage: scripts/site.sh [dev|release]" ;;
esac

site=${PENNY_SITE_DIR:-$ROOT/target/site}
front="$PENNY_CACHE/front"

# What the site is made of: when none of it has changed, it stands.
inputs=(app frontend style public package.json package-lock.json Cargo.toml Cargo.lock scripts/site.sh scripts/site)
state=$(find "${inputs[@]}" -type f -printf '%p %s %T@\n' | sort | sha256sum | cut -c1-32)-$mode
if [ "$(cat "$site/.state" 2>/dev/null)" = "$state" ] && [ -f "$site/manifest.json" ]; then
  exit 0
fi

need_wasm
npm_ci "$ROOT"

# The joined files are kept apart for each clone; only the compiler's output is shared.
joined="$ROOT/target/joined"
build() {
  # The splitter reads from the relocations which function needs which.
  cargo rustc -p penny-frontend --lib --target wasm32-unknown-unknown --profile "$profile" --target-dir "$front" \
    -- -C link-arg=--emit-relocs
  rm -rf "$joined" && mkdir -p "$joined"
  wasm-split-cli --target web --out-name penny \
    "$front/wasm32-unknown-unknown/$folder/penny_frontend.wasm" "$joined"
  if [ "$mode" = release ]; then node scripts/site/shed.mjs "$joined"; fi
  local options=(--target web --no-typescript --no-demangle --keep-lld-exports --out-dir "$joined" --out-name penny)
  [ "$mode" = release ] && options+=(--remove-name-section --remove-producers-section)
  wasm-bindgen "${options[@]}" "$joined/penny.wasm"
}
export -f build
export profile folder mode front joined
with_lock front bash -euo pipefail -c build

node scripts/site/pack.mjs "$joined" "$site" "$mode"
printf '%s' "$state" >"$site/.state"
