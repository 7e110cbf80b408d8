#!/usr/bin/env bash
# Builds the program if necessary and runs it with the given arguments: `make doctor`, `make seed`.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

need_basics
[ -d target/site ] || { need_wasm; scripts/site.sh; }
build_server dev >&2
exec target/bin/penny "$@"
