#!/usr/bin/env bash
# Runs every test there is: `make test`. Installs what it needs where it can, and says what it leaves
# out where it cannot. The last line says how many passed, failed and were skipped.
#
#   PENNY_CACHE          where builds and tools are kept (default ~/.cache/penny)
#   PENNY_TEST_VERBOSE=1 shows everything as it comes, not only when something fails
set -euo pipefail
source "$(dirname "$0")/lib.sh"

LOGS="$ROOT/target/test"
rm -rf "$LOGS" && mkdir -p "$LOGS"
begun=$(now)
passed=0 failed=0 skipped=0
table=() reasons=() stops=()

finish() { local stop; for stop in "${stops[@]:-}"; do [ -z "$stop" ] || eval "$stop" >/dev/null 2>&1 || true; done; }
trap finish EXIT

# skip WORDS...   something is left out, and why
skip() { skipped=$((skipped + 1)); reasons+=("$*"); warn "skipped: $*"; }

# watch LOG CMD...   runs CMD into LOG; every half minute says how far it is
watch() {
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

# part NAME COUNT CMD...   runs one part; COUNT (a function) reads its log and adds to the totals
part() {
  local name=$1 count=$2 log from rc=0 p=$passed f=$failed s=$skipped; shift 2
  log="$LOGS/$(tr -c 'a-z0-9\n' '-' <<<"${name,,}").log"
  say "$name"
  from=$(now)
  watch "$log" "$@" || rc=$?
  "$count" "$log" "$rc"
  table+=("$(printf '%-42s %8s %7d %7d %7d' "$name" "$(took "$from")" $((passed - p)) $((failed - f)) $((skipped - s)))")
  if [ "$rc" = 0 ]; then ok "$name, $(took "$from")"; return 0; fi
  printf ' %s✗%s  %s failed; the end of %s:\n' "$RED" "$PLAIN" "$name" "${log#"$ROOT"/}"
  tail -n "${PENNY_TEST_TAIL:-60}" "$log" | sed 's/^/    /'
  return 1
}

# Counts a check as one, and preparation as none unless it fails.
one() { if [ "$2" = 0 ]; then passed=$((passed + 1)); else failed=$((failed + 1)); fi; }
none() { [ "$2" = 0 ] || failed=$((failed + 1)); }

# Adds up what cargo says of each test binary. A test that could not run for want of a service says `skipped: `;
# one that ran on SQLite and only left out PostgreSQL did pass, and is counted as both.
rust() {
  local p f i s whole
  read -r p f i < <(awk '/^test result:/ { p += $4; f += $6; i += $8 } END { print p + 0, f + 0, i + 0 }' "$1")
  s=$(grep -c '^skipped: ' "$1" || true)
  whole=$(grep '^skipped: ' "$1" | grep -vc '^skipped: PostgreSQL' || true)
  if [ "$2" != 0 ] && [ "$f" = 0 ]; then f=1; fi
  passed=$((passed + p - whole)) failed=$((failed + f)) skipped=$((skipped + i + s))
  while read -r line; do reasons+=("${line#skipped: }"); done < <(grep '^skipped: ' "$1" | sort -u | head -n 20)
}

# Reads Playwright's own report.
browser() {
  local p f s again
  read -r p f s again < <(node -e '
    const stats = JSON.parse(require("fs").readFileSync("target/test/browser.json")).stats;
    console.log(stats.expected + stats.flaky, stats.unexpected, stats.skipped, stats.flaky)' 2>/dev/null || echo '0 1 0 0')
  [ "$again" = 0 ] || warn "$again of the browser tests passed only at the second try; $1 says which"
  if [ "$2" != 0 ] && [ "$f" = 0 ]; then f=1; fi
  passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
}

say "Looking at what is here"
need_basics
need_lints
source scripts/services.sh

# --- Fast checks first: they fail in seconds -----------------------------------------------------
part "Format" one cargo fmt --all --check || true
part "Crates, sources and sentences" one \
  bash -c 'for look in arrows sources words; do node "scripts/check/$look.mjs" || exit 1; done' || true
if prepare_helm; then part "Helm chart" one "$PENNY_PYTHON" helm/check.py || true; else skip "the Helm chart: $HELM_WHY"; fi
part "Lints" one env CARGO_TARGET_DIR="$PENNY_CACHE/check" cargo clippy --all-targets --keep-going -- -D warnings || true

# --- Rust, on both databases --------------------------------------------------------------------
if ! start_postgres; then skip "everything on Postgres: $POSTGRES_WHY"; fi
if ! start_oidc; then skip "signing in through the real OpenID provider: $OIDC_WHY"; fi
if part "Compiling the Rust tests" none cargo test --no-run; then
  part "Rust tests" rust cargo test --no-fail-fast -- --show-output || true
fi

# --- The product in a real browser --------------------------------------------------------------
if part "Site for the browser" none bash -c 'source scripts/lib.sh; need_wasm && scripts/site.sh' \
  && part "Server" none bash -c 'source scripts/lib.sh; build_server dev && build_models_server'; then
  part "Generated files" one scripts/schema.sh --check || true
  if prepare_browser; then
    export PLAYWRIGHT_JSON_OUTPUT_NAME="$ROOT/target/test/browser.json"
    part "Browser tests" browser scripts/e2e.sh --prepared --reporter=list,json || true
    # What is released is optimised and cut differently: the way through the product, and every page of it, once more.
    if part "Site as it is released" none scripts/site.sh --release; then
      part "Browser tests on the released site" browser scripts/e2e.sh --prepared --reporter=list,json \
        1-sign-in 2-company-health accessible || true
    fi
  else
    skip "everything in the browser: $BROWSER_WHY"
  fi
fi

printf '\n%s%-42s %8s %7s %7s %7s%s\n' "$BOLD" "where the time went" "time" "passed" "failed" "skipped" "$PLAIN"
printf '%s\n' "${table[@]}"
printf '%-42s %8s\n' "in all" "$(took "$begun")"
if [ "${#reasons[@]}" -gt 0 ]; then
  printf '\n%sskipped%s\n' "$BOLD" "$PLAIN"
  printf '  %s\n' "${reasons[@]}"
fi
printf '\n%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
[ "$failed" = 0 ]
