# shellcheck shell=bash
# Shared functions of the scripts: paths, output, required tools. Sourced, not executed.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$ROOT" || exit 1

# Builds and tools are cached outside the clone, so that clones share them.
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

# say TEXT...   prints the next step
say() { printf '%s==>%s %s\n' "$BOLD" "$PLAIN" "$*"; }
# ok TEXT...    prints a success
ok() { printf ' %s✓%s  %s\n' "$GREEN" "$PLAIN" "$*"; }
# warn TEXT...  prints a problem and its consequence
warn() { printf ' %s!%s  %s\n' "$YELLOW" "$PLAIN" "$*" >&2; }
# die TEXT...   prints an error and how to fix it, and exits
die() { printf ' %s✗%s  %s\n' "$RED" "$PLAIN" "$*" >&2; exit 1; }

has() { command -v "$1" >/dev/null 2>&1; }
now() { date +%s; }
took() { local s=$(($(now) - $1)); printf '%dm%02ds' $((s / 60)) $((s % 60)); }

# at_least MINIMUM VERSION   succeeds when VERSION is not older than MINIMUM
at_least() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n1)" = "$1" ]; }

# need_basics   checks for the tools that have to be installed by hand, and prints how to install them
need_basics() {
  local missing=0
  if ! has cc; then warn "a C compiler is missing: apt-get install build-essential"; missing=1; fi
  if ! has cargo; then
    warn "Rust is missing: https://rustup.rs, then: rustup toolchain install 1.95"; missing=1
  else
    local rust; rust=$(rustc --version | cut -d' ' -f2)
    at_least 1.95.0 "${rust%%-*}" || { warn "Rust $rust is too old, 1.95 is needed: rustup update"; missing=1; }
  fi
  if ! has node || ! has npm; then
    warn "Node.js is missing: version 20 or newer, with npm, from https://nodejs.org"; missing=1
  else
    at_least 20.0.0 "$(node --version | tr -d v)" \
      || { warn "Node.js $(node --version) is too old, 20 is needed"; missing=1; }
  fi
  [ "$missing" = 0 ] || die "install the tools above and run this again"
}

# need_lints   installs rustfmt and clippy, which a minimal Rust toolchain lacks
need_lints() {
  if cargo fmt --version >/dev/null 2>&1 && cargo clippy --version >/dev/null 2>&1; then return 0; fi
  has rustup || die "rustfmt and clippy are missing: rustup component add rustfmt clippy"
  say "Adding rustfmt and clippy to Rust"
  rustup component add rustfmt clippy || die "rustup could not add rustfmt and clippy; check the network connection"
}

# Version of wasm-split-cli, which splits the page's WebAssembly for loading on demand.
WASM_SPLIT_VERSION=0.2.4

# need_wasm   installs the wasm32 target, wasm-bindgen and wasm-split-cli
need_wasm() {
  if ! ls "$(rustc --print sysroot)/lib/rustlib/wasm32-unknown-unknown/lib/"libstd-*.rlib >/dev/null 2>&1; then
    has rustup || die "the Rust target wasm32-unknown-unknown is missing: rustup target add wasm32-unknown-unknown"
    say "Adding the browser target to Rust"
    rustup target add wasm32-unknown-unknown || die "rustup could not add wasm32-unknown-unknown; check the network connection"
  fi
  local required installed
  required=$(awk '/^name = "wasm-bindgen"$/ { getline; gsub(/"/, "", $3); print $3; exit }' Cargo.lock)
  installed=$(wasm-bindgen --version 2>/dev/null | cut -d' ' -f2 || true)
  if [ "$required" != "$installed" ]; then
    say "Installing wasm-bindgen $required into $TOOLS (once, a few minutes)"
    # Its version must be exactly that of the crate.
    CARGO_TARGET_DIR="$PENNY_CACHE/tools-target" cargo install wasm-bindgen-cli --version "$required" \
      --bin wasm-bindgen --root "$TOOLS" --force || die "wasm-bindgen could not be installed"
  fi
  if [ "$(cat "$TOOLS/splitter" 2>/dev/null)" != "$WASM_SPLIT_VERSION" ] || ! has wasm-split-cli; then
    say "Installing wasm-split-cli $WASM_SPLIT_VERSION into $TOOLS (once, two minutes)"
    CARGO_TARGET_DIR="$PENNY_CACHE/tools-target" cargo install wasm_split_cli_support --version "$WASM_SPLIT_VERSION" \
      --features build-binary --locked --root "$TOOLS" --force || die "wasm-split-cli could not be installed"
    printf '%s' "$WASM_SPLIT_VERSION" >"$TOOLS/splitter"
  fi
}

# npm_ci DIR   installs the packages of DIR/package-lock.json, unless they are installed already
npm_ci() {
  local dir=$1 mark
  mark=$(sha256sum "$dir/package-lock.json" | cut -c1-16)
  [ "$(cat "$dir/node_modules/.installed" 2>/dev/null)" = "$mark" ] && return 0
  say "Installing JavaScript libraries for ${dir#"$ROOT"/}"
  # npm can fail without an error code; it writes its own list last.
  (cd "$dir" && npm ci --no-progress --loglevel=error && [ -f node_modules/.package-lock.json ]) || return 1
  printf '%s' "$mark" >"$dir/node_modules/.installed"
}

# build_server PROFILE   builds the program as target/bin/penny
build_server() {
  local profile=$1 folder=$1
  [ "$profile" = dev ] && folder=debug
  cargo build --profile "$profile" --bin penny || return 1
  mkdir -p target/bin
  # A copy, because another clone may build into the shared cache while this program runs.
  cp -f "$TARGET/$folder/penny" target/bin/penny.new && mv -f target/bin/penny.new target/bin/penny
}

# with_lock NAME CMD...   runs CMD while holding a lock that all clones share
with_lock() {
  local name=$1; shift
  if has flock; then flock "$PENNY_CACHE/$name.lock" "$@"; else "$@"; fi
}

# build_models_server   builds the scripted model server as target/bin/penny-mock-models
build_models_server() {
  cargo build --bin penny-mock-models || return 1
  mkdir -p target/bin
  cp -f "$TARGET/debug/penny-mock-models" target/bin/penny-mock-models.new
  mv -f target/bin/penny-mock-models.new target/bin/penny-mock-models
}
