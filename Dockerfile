# syntax=docker/dockerfile:1

# One static binary on an image without a shell. With BuildKit or buildah:
#   docker build --build-arg VERSION="$(git describe --tags --always)" -t kw-onboarder .
#   docker run --read-only --cap-drop ALL --security-opt no-new-privileges \
#     -v "$PWD/config:/etc/kw-onboarder:ro" -v kw-onboarder:/var/lib/kw-onboarder kw-onboarder
# The user is 65532: config and secrets must be readable by it. Where they are not in
# /etc/kw-onboarder/config.yaml, KW_ONBOARDER_CONFIG says where.

FROM --platform=$BUILDPLATFORM golang:1.26-bookworm AS build
WORKDIR /src
ARG VERSION=devel
ARG TARGETOS
ARG TARGETARCH
# The source is mounted, not copied: with its .git, the toolchain stamps the commit. That may
# belong to another user than the one who builds.
ENV GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0=/src
RUN --mount=type=bind,target=/src \
    --mount=type=cache,target=/go/pkg/mod \
    --mount=type=cache,target=/root/.cache/go-build \
    CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH \
    go build -trimpath -ldflags "-s -w -X main.version=$VERSION" -o /out/kw-onboarder ./cmd/kw-onboarder
RUN mkdir -p -m 0700 /out/state

# The image brings root certificates; time zones are in the binary.
FROM gcr.io/distroless/static-debian12:nonroot
ARG VERSION=devel
LABEL org.opencontainers.image.title="kw-onboarder" \
      org.opencontainers.image.description="Keeps the folder access of Kiteworks in step with the directory" \
      org.opencontainers.image.source="https://github.com/kw-onboarder/kw-onboarder" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="$VERSION"
COPY --from=build /out/kw-onboarder /usr/local/bin/kw-onboarder
COPY --from=build --chown=65532:65532 /out/state /var/lib/kw-onboarder
USER 65532:65532
VOLUME /var/lib/kw-onboarder
EXPOSE 9854
# Whether the daemon lives, not whether its runs succeed: a restart mends no directory. Where
# http.metrics is another port, KW_ONBOARDER_HEALTH_ADDRESS says so. Kubernetes asks itself.
HEALTHCHECK --interval=30s --timeout=6s --start-period=30s CMD ["/usr/local/bin/kw-onboarder", "health"]
ENTRYPOINT ["/usr/local/bin/kw-onboarder"]
CMD ["run"]
