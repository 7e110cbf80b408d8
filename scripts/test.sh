#!/usr/bin/env bash
# Runs all tests: `make test`. Installs what it needs if possible, and otherwise reports which tests it skips. The
# last line says how many tests passed, failed and were skipped.
#
#   PENNY_CACHE          folder for builds and tools (default ~/.cache/penny)
#   PENNY_TEST_VERBOSE=1 shows all output, not only that of failed parts
set -euo pipefail
source "$(dirname "$0")/lib.sh"

LOGS="$ROOT/target/test"
rm -rf "$LOGS" && mkdir -p "$LOGS"
started_at=$(now)
passed=0 failed=0 skipped=0
table=() reasons=() cleanup_commands=()

cleanup() { local command; for command in "${cleanup_commands[@]:-}"; do [ -z "$command" ] || eval "$command" >/dev/null 2>&1 || true; done; }
trap cleanup EXIT

# skip REASON...   reports tests that are skipped
skip() { skipped=$((skipped + 1)); reasons+=("$*"); warn "skipped: $*"; }

# run_logged LOG CMD...   runs CMD with its output in LOG; prints the last line every 30 seconds
run_logged() {
  local log=$1 from pid rc=0 waited=0; shift
  from=$(now)
  if [ -n "${PENNY_TEST_VERBOSE:-}" ]; then "$@" 2>&1 | tee "$log"; return "${PIPESTATUS[0]}"; fi
  "$@" >"$log" 2>&1 & pid=$!
  while kill -0 "$pid" 2>/dev/null; do
    sleep 1; waited=$((waited + 1))
    if [ $((waited % 30)) = 0 ]; then
      printf '    %s%s  %s%s\n' "$DIM" "$(took "$from")" "$(tail -n1 "$log" | tr -d '\r' | cut -c1-100)" "$PLAIN"
    fi
  done
  wait "$pid" || rc=$?
  return "$rc"
}

# run_part NAME COUNT CMD...   runs one part; the function COUNT reads its log and adds to the totals
run_part() {
  local name=$1 count=$2 log from rc=0 p=$passed f=$failed s=$skipped; shift 2
  log="$LOGS/$(tr -c 'a-z0-9\n' '-' <<<"${name,,}").log"
  say "$name"
  from=$(now)
  run_logged "$log" "$@" || rc=$?
  "$count" "$log" "$rc"
  table+=("$(printf '%-42s %8s %7d %7d %7d' "$name" "$(took "$from")" $((passed - p)) $((failed - f)) $((skipped - s)))")
  if [ "$rc" = 0 ]; then ok "$name, $(took "$from")"; return 0; fi
  printf ' %s✗%s  %s failed; the end of %s:\n' "$RED" "$PLAIN" "$name" "${log#"$ROOT"/}"
  tail -n "${PENNY_TEST_TAIL:-60}" "$log" | sed 's/^/    /'
  return 1
}

# Functions for COUNT. A check counts as one test; a preparation counts only when it fails.
count_one() { if [ "$2" = 0 ]; then passed=$((passed + 1)); else failed=$((failed + 1)); fi; }
count_failure() { [ "$2" = 0 ] || failed=$((failed + 1)); }

# Adds up the results of cargo's test binaries. A test whose service is unavailable prints `skipped: `; a test that ran
# on SQLite and only skipped PostgreSQL counts as passed and as skipped.
count_rust() {
  local p f i s fully_skipped
  read -r p f i < <(awk '/^test result:/ { p += $4; f += $6; i += $8 } END { print p + 0, f + 0, i + 0 }' "$1")
  s=$(grep -c '^skipped: ' "$1" || true)
  fully_skipped=$(grep '^skipped: ' "$1" | grep -vc '^skipped: PostgreSQL' || true)
  if [ "$2" != 0 ] && [ "$f" = 0 ]; then f=1; fi
  passed=$((passed + p - fully_skipped)) failed=$((failed + f)) skipped=$((skipped + i + s))
  while read -r line; do reasons+=("${line#skipped: }"); done < <(grep '^skipped: ' "$1" | sort -u | head -n 20)
}

# Adds up Playwright's report.
count_browser() {
  local p f s retried
  read -r p f s retried < <(node -e '
    const stats = JSON.parse(require("fs").readFileSync("target/test/browser.json")).stats;
    console.log(stats.expected + stats.flaky, stats.unexpected, stats.skipped, stats.flaky)' 2>/dev/null || echo '0 1 0 0')
  [ "$retried" = 0 ] || warn "$retried of the browser tests passed only when retried; $1 lists them"
  if [ "$2" != 0 ] && [ "$f" = 0 ]; then f=1; fi
  passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
}

say "Checking the required tools"
need_basics
need_lints
source scripts/services.sh

# --- Fast checks first: they fail in seconds -----------------------------------------------------
run_part "Format" count_one cargo fmt --all --check || true
run_part "Dependencies, sources and vocabulary" count_one \
  bash -c 'for check in dependencies sources messages vocabulary; do node "scripts/check/$check.mjs" || exit 1; done' || true
if prepare_helm; then run_part "Helm chart" count_one "$PENNY_PYTHON" helm/check.py || true; else skip "the Helm chart: $HELM_ERROR"; fi
run_part "Lints" count_one env CARGO_TARGET_DIR="$PENNY_CACHE/check" cargo clippy --all-targets --keep-going -- -D warnings || true

# --- Rust, on both databases --------------------------------------------------------------------
if ! start_postgres; then skip "all tests on Postgres: $POSTGRES_ERROR"; fi
if ! start_oidc; then skip "tests of OpenID Connect sign-in: $OIDC_ERROR"; fi
if run_part "Compiling the Rust tests" count_failure cargo test --no-run; then
  run_part "Rust tests" count_rust cargo test --no-fail-fast -- --show-output || true
fi

# --- Browser tests ------------------------------------------------------------------------------
if run_part "Site for the browser" count_failure bash -c 'source scripts/lib.sh; need_wasm && scripts/site.sh' \
  && run_part "Server" count_failure bash -c 'source scripts/lib.sh; build_server dev && build_models_server'; then
  run_part "Generated files" count_one scripts/schema.sh --check || true
  if prepare_browser; then
    export PLAYWRIGHT_JSON_OUTPUT_NAME="$ROOT/target/test/browser.json"
    run_part "Browser tests" count_browser scripts/e2e.sh --prepared --reporter=list,json || true
    # The release site is optimised and split differently, so the main flow and every page are tested on it too.
    if run_part "Release site" count_failure scripts/site.sh --release; then
      run_part "Browser tests on the release site" count_browser scripts/e2e.sh --prepared --reporter=list,json \
        sign-in company-health accessibility || true
    fi
  else
    skip "all browser tests: $BROWSER_ERROR"
  fi
fi

printf '\n%s%-42s %8s %7s %7s %7s%s\n' "$BOLD" "part" "time" "passed" "failed" "skipped" "$PLAIN"
printf '%s\n' "${table[@]}"
printf '%-42s %8s\n' "total" "$(took "$started_at")"
if [ "${#reasons[@]}" -gt 0 ]; then
  printf '\n%sskipped%s\n' "$BOLD" "$PLAIN"
  printf '  %s\n' "${reasons[@]}"
fi
printf '\n%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
[ "$failed" = 0 ]
