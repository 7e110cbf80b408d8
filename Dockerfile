# A small image with one program that runs without root.
#
#   docker build -t penny .                                  builds everything in the container
#   docker build -t penny --target prebuilt .                copies target/release/penny (make build)
#
# The base images are arguments, so that mirrors can be used.
ARG RUST_IMAGE=docker.io/library/rust:1.95-bookworm
ARG NODE_IMAGE=docker.io/library/node:20-bookworm-slim
ARG BASE_IMAGE=docker.io/library/debian:bookworm-slim

# --- Common to both images: user, data folder, health check ---------------------------------------
FROM ${BASE_IMAGE} AS base
# Certificates for HTTPS connections to model providers.
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates \
 && rm -rf /var/lib/apt/lists/* \
 && groupadd --gid 10001 penny \
 && useradd --uid 10001 --gid penny --no-create-home --home-dir /data --shell /usr/sbin/nologin penny \
 && mkdir /data && chown penny:penny /data
ENV PENNY__HTTP__ADDR=0.0.0.0:3000 \
    PENNY__DATA__DIR=/data
WORKDIR /data
VOLUME /data
EXPOSE 3000
USER 10001:10001
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
  CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/3000 && printf 'GET /health HTTP/1.0\\r\\n\\r\\n' >&3 && grep -q ' 200 ' <&3"]
ENTRYPOINT ["penny"]
CMD ["serve"]

# --- Image with an existing program ---------------------------------------------------------------
FROM base AS prebuilt
ARG BINARY=target/release/penny
COPY ${BINARY} /usr/local/bin/penny

FROM ${NODE_IMAGE} AS node

# --- Build of the program with its site embedded --------------------------------------------------
FROM ${RUST_IMAGE} AS build
COPY --from=node /usr/local/bin/node /usr/local/bin/node
COPY --from=node /usr/local/lib/node_modules /usr/local/lib/node_modules
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm \
 && ln -s ../lib/node_modules/npm/bin/npx-cli.js /usr/local/bin/npx
ENV PENNY_CACHE=/cache
WORKDIR /penny
# Tools first: they change rarely, so their layer stays cached.
COPY scripts/lib.sh scripts/
COPY Cargo.lock ./
RUN bash -c 'source scripts/lib.sh && need_basics && need_wasm'
COPY . .
RUN scripts/build.sh && strip target/release/penny

# --- Final image ----------------------------------------------------------------------------------
FROM base AS final
COPY --from=build /penny/target/release/penny /usr/local/bin/penny
