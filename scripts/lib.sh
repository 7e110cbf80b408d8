# shellcheck shell=bash
# What every script here shares: where things are kept, how they speak, what they need installed.
# Sourced, never run.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$ROOT" || exit 1

# Everything that is expensive to make is kept outside the clone, so that two clones share it and a
# fresh clone on a warm machine starts warm.
export PENNY_CACHE="${PENNY_CACHE:-$HOME/.cache/penny}"
TOOLS="$PENNY_CACHE/tools"
TARGET="$PENNY_CACHE/target"
mkdir -p "$PENNY_CACHE" "$ROOT/target"
export PATH="$TOOLS/bin:$HOME/.cargo/bin:$PATH"
export CARGO_TARGET_DIR="$TARGET"
export CARGO_TERM_COLOR="${CARGO_TERM_COLOR:-auto}"
export npm_config_cache="${npm_config_cache:-$PENNY_CACHE/npm}"
export npm_config_update_notifier=false npm_config_fund=false npm_config_audit=false

if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
  BOLD=$'\e[1m' DIM=$'\e[2m' RED=$'\e[31m' GREEN=$'\e[32m' YELLOW=$'\e[33m' PLAIN=$'\e[0m'
else
  BOLD='' DIM='' RED='' GREEN='' YELLOW='' PLAIN=''
fi

# say WORDS...   what happens now
say() { printf '%s==>%s %s\n' "$BOLD" "$PLAIN" "$*"; }
# ok WORDS...    what is done
ok() { printf ' %s✓%s  %s\n' "$GREEN" "$PLAIN" "$*"; }
# warn WORDS...  what is not as it might be, and what follows
warn() { printf ' %s!%s  %s\n' "$YELLOW" "$PLAIN" "$*" >&2; }
# die WORDS...   why it cannot go on, and how to mend it
die() { printf ' %s✗%s  %s\n' "$RED" "$PLAIN" "$*" >&2; exit 1; }

has() { command -v "$1" >/dev/null 2>&1; }
now() { date +%s; }
took() { local s=$(($(now) - $1)); printf '%dm%02ds' $((s / 60)) $((s % 60)); }

# at_least WANT HAVE   true when version HAVE is not older than WANT
at_least() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n1)" = "$1" ]; }

# need_basics   the few things that have to be there already, each with the words that get it
need_basics() {
  local missing=0
  if ! has cc; then warn "no C compiler: apt-get install build-essential"; missing=1; fi
  if ! has cargo; then
    warn "no Rust: https://rustup.rs, then: rustup toolchain install 1.95"; missing=1
  else
    local rust; rust=$(rustc --version | cut -d' ' -f2)
    at_least 1.95.0 "${rust%%-*}" || { warn "Rust $rust is too old, 1.95 is needed: rustup update"; missing=1; }
  fi
  if ! has node || ! has npm; then
    warn "no Node.js: version 20 or newer, with npm, from https://nodejs.org"; missing=1
  else
    at_least 20.0.0 "$(node --version | tr -d v)" \
      || { warn "Node.js $(node --version) is too old, 20 is needed"; missing=1; }
  fi
  [ "$missing" = 0 ] || die "install what is named above and run this again"
}

# need_lints   what formats and lints, which a minimal Rust leaves out
need_lints() {
  if cargo fmt --version >/dev/null 2>&1 && cargo clippy --version >/dev/null 2>&1; then return 0; fi
  has rustup || die "rustfmt and clippy are missing: rustup component add rustfmt clippy"
  say "Adding rustfmt and clippy to Rust"
  rustup component add rustfmt clippy || die "rustup could not add rustfmt and clippy; is the network there?"
}

# The tool that cuts the page's code into files, so that each is fetched when it is needed.
SPLITTER=0.2.4

# need_wasm   the compiler's browser target, and the tools that split WebAssembly and join it to JavaScript
need_wasm() {
  if ! ls "$(rustc --print sysroot)/lib/rustlib/wasm32-unknown-unknown/lib/"libstd-*.rlib >/dev/null 2>&1; then
    has rustup || die "the Rust target wasm32-unknown-unknown is missing: rustup target add wasm32-unknown-unknown"
    say "Adding the browser target to Rust"
    rustup target add wasm32-unknown-unknown || die "rustup could not add wasm32-unknown-unknown; is the network there?"
  fi
  local want have
  want=$(awk '/^name = "wasm-bindgen"$/ { getline; gsub(/"/, "", $3); print $3; exit }' Cargo.lock)
  have=$(wasm-bindgen --version 2>/dev/null | cut -d' ' -f2 || true)
  if [ "$want" != "$have" ]; then
    say "Installing wasm-bindgen $want into $TOOLS (once, a few minutes)"
    # Its version must be the crate's own, to the letter.
    CARGO_TARGET_DIR="$PENNY_CACHE/tools-target" cargo install wasm-bindgen-cli --version "$want" \
      --bin wasm-bindgen --root "$TOOLS" --force || die "wasm-bindgen could not be installed"
  fi
  if [ "$(cat "$TOOLS/splitter" 2>/dev/null)" != "$SPLITTER" ] || ! has wasm-split-cli; then
    say "Installing wasm-split-cli $SPLITTER into $TOOLS (once, two minutes)"
    CARGO_TARGET_DIR="$PENNY_CACHE/tools-target" cargo install wasm_split_cli_support --version "$SPLITTER" \
      --features build-binary --locked --root "$TOOLS" --force || die "wasm-split-cli could not be installed"
    printf '%s' "$SPLITTER" >"$TOOLS/splitter"
  fi
}

# npm_ci DIR   installs what DIR/package-lock.json names, unless that is done already
npm_ci() {
  local dir=$1 mark
  mark=$(sha256sum "$dir/package-lock.json" | cut -c1-16)
  [ "$(cat "$dir/node_modules/.installed" 2>/dev/null)" = "$mark" ] && return 0
  say "Installing JavaScript libraries for ${dir#"$ROOT"/}"
  # npm has been seen to break off without saying so; it writes its own list last.
  (cd "$dir" && npm ci --no-progress --loglevel=error && [ -f node_modules/.package-lock.json ]) || return 1
  printf '%s' "$mark" >"$dir/node_modules/.installed"
}

# build_server PROFILE   makes the program; afterwards it stands in target/bin/penny
build_server() {
  local profile=$1 folder=$1
  [ "$profile" = dev ] && folder=debug
  cargo build --profile "$profile" --bin penny || return 1
  mkdir -p target/bin
  # A copy: another clone may build into the shared cache while this one runs.
  cp -f "$TARGET/$folder/penny" target/bin/penny.new && mv -f target/bin/penny.new target/bin/penny
}

# with_lock NAME CMD...   runs CMD while no other clone runs one under the same name
with_lock() {
  local name=$1; shift
  if has flock; then flock "$PENNY_CACHE/$name.lock" "$@"; else "$@"; fi
}

# build_models_server   makes the scripted model server; afterwards it stands in target/bin/penny-mock-models
build_models_server() {
  cargo build --bin penny-mock-models || return 1
  mkdir -p target/bin
  cp -f "$TARGET/debug/penny-mock-models" target/bin/penny-mock-models.new
  mv -f target/bin/penny-mock-models.new target/bin/penny-mock-models
}
