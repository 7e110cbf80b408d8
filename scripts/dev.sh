#!/usr/bin/env bash
# Builds, starts, and does both again whenever a source file changes: `make dev`.
# Those who have cargo-leptos can use `cargo leptos watch` instead.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

need_basics
need_wasm

server=''
stop() { [ -z "$server" ] || { kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; server=''; }; }
trap 'stop; exit 0' INT TERM
trap stop EXIT

# state PATHS...   changes when any file under PATHS does
state() { find "$@" -type f -not -path '*/node_modules/*' -printf '%p %T@ %s\n' 2>/dev/null | sort | sha256sum; }

site_state='' server_state=''
while :; do
  site=$(state app frontend style public)
  rest=$(state app entity migration server Cargo.lock Cargo.toml)
  if [ "$site" != "$site_state" ] || [ "$rest" != "$server_state" ]; then
    built=1
    if [ "$site" != "$site_state" ]; then
      say "The site changed"; scripts/site.sh || built=0
    fi
    if [ "$built" = 1 ] && { [ "$rest" != "$server_state" ] || [ "$site" != "$site_state" ]; }; then
      say "The server changed"; build_server dev || built=0
    fi
    site_state=$site server_state=$rest
    if [ "$built" = 1 ]; then
      stop
      target/bin/penny serve & server=$!
    else
      warn "it did not build; the last good one goes on, and the next change tries again"
    fi
  fi
  sleep 1
done
