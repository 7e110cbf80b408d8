#!/usr/bin/env bash
# Builds the site for the browser: the page's WebAssembly, styles and libraries. Does nothing when nothing has
# changed.
#
#   scripts/site.sh [dev|--dev|release|--release]
#
# Output in target/site (or $PENNY_SITE_DIR):
#
#   manifest.json          index of the files, see below
#   pkg/<name>.<hash>.*    files with content-based names: serve them as immutable
#   static/*               the files of public/, with their original names
#   <file>.br              in release builds: the file compressed with Brotli
#
# manifest.json, as read by `penny_app::SiteAssets`; every value is a path on the page's host:
#
#   {
#     "js":      "/pkg/penny.<hash>.js",        the page's module; its default export takes the wasm file
#     "wasm":    "/pkg/penny.<hash>.wasm",      the page's code
#     "css":     "/pkg/penny.<hash>.css",       all styles
#     "modules": { "echarts": "/pkg/echarts.<hash>.js", "mermaid": "/pkg/mermaid.<hash>.js" },
#     "preload": [],                            further modules to preload
#     "fonts":   ["/pkg/<font>.<hash>.woff2"]   fonts that every page uses
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

# All sources of the site; when none has changed, there is nothing to do.
inputs=(app frontend style public package.json package-lock.json Cargo.toml Cargo.lock scripts/site.sh scripts/site)
state=$(find "${inputs[@]}" -type f -printf '%p %s %T@\n' | sort | sha256sum | cut -c1-32)-$mode
if [ "$(cat "$site/.state" 2>/dev/null)" = "$state" ] && [ -f "$site/manifest.json" ]; then
  exit 0
fi

need_wasm
npm_ci "$ROOT"

# The output of wasm-bindgen is separate for each clone; only the compiler's output is shared.
bindgen_dir="$ROOT/target/wasm-bindgen"
build() {
  # wasm-split-cli needs relocations to determine which functions call which.
  cargo rustc -p penny-frontend --lib --target wasm32-unknown-unknown --profile "$profile" --target-dir "$front" \
    -- -C link-arg=--emit-relocs
  rm -rf "$bindgen_dir" && mkdir -p "$bindgen_dir"
  wasm-split-cli --target web --out-name penny \
    "$front/wasm32-unknown-unknown/$folder/penny_frontend.wasm" "$bindgen_dir"
  local options=(--target web --no-typescript --no-demangle --keep-lld-exports --out-dir "$bindgen_dir" --out-name penny)
  [ "$mode" = release ] && options+=(--remove-name-section --remove-producers-section)
  wasm-bindgen "${options[@]}" "$bindgen_dir/penny.wasm"
}
export -f build
export profile folder mode front bindgen_dir
with_lock front bash -euo pipefail -c build

node scripts/site/pack.mjs "$bindgen_dir" "$site" "$mode"
printf '%s' "$state" >"$site/.state"
