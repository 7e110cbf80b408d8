#!/usr/bin/env bash
# Builds and starts PENNY, and again whenever a source file changes: `make dev`.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

need_basics
need_wasm

server=''
stop() { [ -z "$server" ] || { kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; server=''; }; }
trap 'stop; exit 0' INT TERM
trap stop EXIT

# state PATHS...   prints a hash that changes with any file under PATHS
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
      warn "the build failed; the previous server keeps running until the next change"
    fi
  fi
  sleep 1
done
