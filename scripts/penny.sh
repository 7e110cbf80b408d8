#!/usr/bin/env bash
# Runs the program with the given arguments, building it first if it is not there: `make doctor`, `make seed`.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

need_basics
[ -d target/site ] || { need_wasm; scripts/site.sh; }
build_server dev >&2
exec target/bin/penny "$@"
