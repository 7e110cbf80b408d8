#!/usr/bin/env bash
# Installs tools, builds and starts PENNY: `make run`. Can be run again at any time; only what has changed is built.
#
#   PENNY__BOOTSTRAP__EMAIL, PENNY__BOOTSTRAP__PASSWORD   create this administrator instead of printing a link
#   PENNY__HTTP__ADDR                                     listen here instead of on 127.0.0.1:3000
set -euo pipefail
source "$(dirname "$0")/lib.sh"

started_at=$(now)
say "1/4 Checking the required tools"
need_basics
need_wasm
ok "Rust $(rustc --version | cut -d' ' -f2), Node $(node --version), $(wasm-bindgen --version)"

step_started_at=$(now)
say "2/4 Building the site for the browser (the first build takes several minutes)"
scripts/site.sh
ok "site built in $(took "$step_started_at")"

step_started_at=$(now)
say "3/4 Building the server (the first build takes several minutes)"
build_server dev
ok "server built in $(took "$step_started_at")"

say "4/4 Starting PENNY (ready to start after $(took "$started_at")); Ctrl+C stops it"
exec target/bin/penny serve
