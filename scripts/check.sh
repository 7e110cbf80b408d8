#!/usr/bin/env bash
# Runs all static checks: `make check`.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

failed=0
# check NAME CMD...   runs one check and counts failures
check() {
  local name=$1 started_at; shift
  say "$name"
  started_at=$(now)
  if "$@"; then ok "$name, $(took "$started_at")"; else failed=$((failed + 1)); warn "$name: see above"; fi
}

need_basics
need_lints
check "Format" cargo fmt --all --check
check "Crate dependencies" node scripts/check/dependencies.mjs
check "CDN addresses and long files" node scripts/check/sources.mjs
check "Messages" node scripts/check/messages.mjs
check "Vocabulary and type names" node scripts/check/vocabulary.mjs
check "Lints" env CARGO_TARGET_DIR="$PENNY_CACHE/check" cargo clippy --all-targets --keep-going -- -D warnings
check "Generated files" scripts/schema.sh --check
if cargo deny --version >/dev/null 2>&1; then
  check "Licences and bans" cargo deny --offline check bans licenses sources
else
  warn "cargo-deny is not installed, so licences were not checked: cargo install cargo-deny"
fi
[ "$failed" = 0 ] || die "$failed of the checks failed"
ok "All checks passed"
