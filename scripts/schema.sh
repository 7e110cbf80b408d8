#!/usr/bin/env bash
# Regenerates the schema files: `make schema`. With --check it changes nothing and fails when one is out of date.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

check=''
[ "${1:-}" = --check ] && check=1
build_server dev >&2
is_outdated=0
# write KIND FILE   writes or checks one file
write() {
  local kind=$1 file=$2 fresh
  fresh=$(mktemp)
  target/bin/penny schema "$kind" >"$fresh" || { rm -f "$fresh"; die "penny schema $kind failed"; }
  if [ -z "$check" ]; then
    mkdir -p "$(dirname "$file")" && mv "$fresh" "$file" && chmod 644 "$file" && ok "$file"
  else
    if ! diff -u "$file" "$fresh" | head -n 40; then is_outdated=1; warn "$file is out of date: make schema"; fi
    rm -f "$fresh"
  fi
}
write graphql server/graphql/schema.graphql
write openapi server/openapi.json
[ "$is_outdated" = 0 ]
