#!/usr/bin/env bash
# Everything that can be said about the code without running it: `make check`.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

failed=0
# look NAME CMD...
look() {
  local name=$1 from; shift
  say "$name"
  from=$(now)
  if "$@"; then ok "$name, $(took "$from")"; else failed=$((failed + 1)); warn "$name: see above"; fi
}

need_basics
need_lints
look "Format" cargo fmt --all --check
look "Who may know whom" node scripts/check/arrows.mjs
look "Content networks and long files" node scripts/check/sources.mjs
look "Sentences" node scripts/check/words.mjs
look "Lints" env CARGO_TARGET_DIR="$PENNY_CACHE/check" cargo clippy --all-targets --keep-going -- -D warnings
look "Generated files" scripts/schema.sh --check
if cargo deny --version >/dev/null 2>&1; then
  look "Licences and bans" cargo deny --offline check bans licenses sources
else
  warn "cargo-deny is not installed, so licences were not looked at: cargo install cargo-deny"
fi
[ "$failed" = 0 ] || die "$failed of the checks failed"
ok "All is well"
