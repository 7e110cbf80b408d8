#!/usr/bin/env bash
# Sets up, builds and starts PENNY: `make run`. Can be run again at any time; what is done is not done twice.
#
#   PENNY__BOOTSTRAP__EMAIL, PENNY__BOOTSTRAP__PASSWORD   make this administrator instead of printing a link
#   PENNY__HTTP__ADDR                                     another address than 127.0.0.1:3000
set -euo pipefail
source "$(dirname "$0")/lib.sh"

begun=$(now)
say "1/4 Looking at what is here"
need_basics
need_wasm
ok "Rust $(rustc --version | cut -d' ' -f2), Node $(node --version), $(wasm-bindgen --version)"

step=$(now)
say "2/4 Building the site for the browser (the first time takes some minutes)"
scripts/site.sh
ok "site built in $(took "$step")"

step=$(now)
say "3/4 Building the server (the first time takes some minutes)"
build_server dev
ok "server built in $(took "$step")"

say "4/4 Starting PENNY (ready to start after $(took "$begun")); Ctrl+C ends it"
exec target/bin/penny serve
