#!/usr/bin/env bash
# Builds the container image penny:dev: `make image`. Needs a Docker engine.
#   --prebuilt   takes target/release/penny (`make build`) instead of building inside
#   --prove      starts it as an orchestrator would (no root, read-only) and asks for its health
# Other words are handed to `docker build`, such as --build-arg BASE_IMAGE=...
set -euo pipefail
source "$(dirname "$0")/lib.sh"

prove='' words=()
for word in "$@"; do
  case "$word" in
    --prebuilt) words+=(--target prebuilt) ;;
    --prove) prove=1 ;;
    *) words+=("$word") ;;
  esac
done
has docker || die "no docker: https://docs.docker.com/engine/install"
docker info >/dev/null 2>&1 || die "the Docker engine does not answer; is it running, and may you use it?"
docker build -t penny:dev "${words[@]}" .
ok "penny:dev, $(docker image inspect penny:dev --format '{{.Size}}' | awk '{ printf "%.0f MB", $1 / 1e6 }')"
[ -n "$prove" ] || exit 0

say "Starting it without root over a read-only root"
name="penny-proof-$$"
trap 'docker rm --force --volumes "$name" >/dev/null 2>&1 || true' EXIT
docker run --detach --name "$name" --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges \
  --volume /data "${PENNY_PROOF_NETWORK:---network=bridge}" penny:dev >/dev/null
for _ in $(seq 60); do
  state=$(docker inspect "$name" --format '{{.State.Health.Status}}')
  [ "$state" = healthy ] && break
  [ "$(docker inspect "$name" --format '{{.State.Running}}')" = true ] || break
  sleep 1
done
docker logs "$name" 2>&1 | tail -n 12
[ "$state" = healthy ] || die "it is $state"
user=$(docker exec "$name" id -u)
[ "$user" = 10001 ] || die "it runs as $user"
ok "healthy, as user $user"
docker stop "$name" >/dev/null
ok "stopped when asked, exit code $(docker inspect "$name" --format '{{.State.ExitCode}}')"
