#!/usr/bin/env bash
# Builds the container image penny:dev: `make image`. Needs a Docker engine.
#   --prebuilt   copies target/release/penny (`make build`) instead of building in the container
#   --prove      starts the image without root and with a read-only file system, and checks its health
# Other arguments are passed to `docker build`, such as --build-arg BASE_IMAGE=...
set -euo pipefail
source "$(dirname "$0")/lib.sh"

prove='' build_args=()
for arg in "$@"; do
  case "$arg" in
    --prebuilt) build_args+=(--target prebuilt) ;;
    --prove) prove=1 ;;
    *) build_args+=("$arg") ;;
  esac
done
has docker || die "Docker is not installed: https://docs.docker.com/engine/install"
docker info >/dev/null 2>&1 || die "the Docker engine does not respond; check that it is running and that you have access"
docker build -t penny:dev "${build_args[@]}" .
ok "penny:dev, $(docker image inspect penny:dev --format '{{.Size}}' | awk '{ printf "%.0f MB", $1 / 1e6 }')"
[ -n "$prove" ] || exit 0

say "Starting it without root and with a read-only file system"
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
[ "$state" = healthy ] || die "the container is $state"
user=$(docker exec "$name" id -u)
[ "$user" = 10001 ] || die "the container runs as user $user instead of 10001"
ok "healthy, as user $user"
docker stop "$name" >/dev/null
ok "stopped on SIGTERM, exit code $(docker inspect "$name" --format '{{.State.ExitCode}}')"
