#!/usr/bin/env bash
# Builds the release program, which embeds its site and needs no other file: `make build`.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

started_at=$(now)
need_basics
need_wasm
say "Building the site for the browser, optimised for size"
scripts/site.sh --release
say "Building the server"
build_server release
mkdir -p target/release
cp -f target/bin/penny target/release/penny
ok "target/release/penny ($(du -h target/release/penny | cut -f1)), in $(took "$started_at")"
