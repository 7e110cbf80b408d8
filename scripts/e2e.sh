#!/usr/bin/env bash
# Runs the browser tests: `make e2e`. Arguments are passed to Playwright.
#   --prepared   skips building the server and the site and preparing the browser
set -euo pipefail
source "$(dirname "$0")/lib.sh"
source scripts/services.sh

if [ "${1:-}" = --prepared ]; then
  shift
else
  need_basics
  need_wasm
  say "Building the site and the server"
  scripts/site.sh
  build_server dev
  build_models_server
  prepare_browser || die "$BROWSER_ERROR"
fi
export PENNY_BIN="${PENNY_BIN:-$ROOT/target/bin/penny}"
export PENNY_MODELS_BIN="${PENNY_MODELS_BIN:-$ROOT/target/bin/penny-mock-models}"
cd end2end
exec npx playwright test "$@"
