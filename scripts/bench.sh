#!/usr/bin/env bash
# Runs the benchmarks and prints the table of docs/PERFORMANCE.md: `make bench`.
#   ARGS=--dev      measures the development build instead of the release build
#   ARGS=--write    also writes the table to docs/PERFORMANCE.md
# Other arguments are passed to the bench: --streams N, --messages N.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
source scripts/services.sh

profile=release write='' bench_args=()
for arg in "$@"; do
  case "$arg" in
    --dev) profile=dev ;;
    --write) write=1 ;;
    *) bench_args+=("$arg") ;;
  esac
done

need_basics
need_wasm
say "Building the site, the server, the model server and the bench ($profile)"
if [ "$profile" = release ]; then scripts/site.sh --release; else scripts/site.sh; fi
build_server "$profile"
folder=$profile; [ "$profile" = dev ] && folder=debug
cargo build --profile "$profile" --bin penny-mock-models --bin penny-bench
cp -f "$TARGET/$folder/penny-mock-models" "$TARGET/$folder/penny-bench" target/bin/

ulimit -n "$(ulimit -Hn)" 2>/dev/null || true
rm -f target/benchmarks-*.json
say "Measuring the server"
target/bin/penny-bench --penny target/bin/penny --models target/bin/penny-mock-models \
  --json target/benchmarks-server.json "${bench_args[@]}"

if prepare_browser; then
  say "Measuring the page in Chromium"
  export PENNY_BIN="$ROOT/target/bin/penny" PENNY_MODELS_BIN="$ROOT/target/bin/penny-mock-models"
  (cd end2end && PENNY_MEASURES="$ROOT/target/benchmarks-browser.json" npx playwright test --config=benchmarks.config.ts)
  (cd end2end && PLAYWRIGHT_JSON_OUTPUT_NAME="$ROOT/target/benchmarks-axe.json" \
    npx playwright test tests/accessibility.spec.ts --reporter=json) || true
else
  warn "the page was not measured: $BROWSER_ERROR"
fi
node scripts/table.mjs ${write:+docs/PERFORMANCE.md}
