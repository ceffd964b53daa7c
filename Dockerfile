# syntax=docker/dockerfile:1

# One static binary on an image without a shell (needs BuildKit):
#   docker build --build-arg VERSION=1.2.3 -t kw-onboarder .
#   docker run --read-only -v "$PWD/config:/etc/kw-onboarder:ro" -v kw-onboarder:/var/lib/kw-onboarder kw-onboarder

FROM --platform=$BUILDPLATFORM golang:1.26-bookworm AS build
WORKDIR /src
ARG VERSION=devel
ARG TARGETOS
ARG TARGETARCH
# The source is mounted, not copied: with its .git, the toolchain stamps the commit.
RUN --mount=type=bind,target=. \
    --mount=type=cache,target=/go/pkg/mod \
    --mount=type=cache,target=/root/.cache/go-build \
    CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH \
    go build -trimpath -ldflags "-s -w -X main.version=$VERSION" -o /out/kw-onboarder ./cmd/kw-onboarder
RUN install -d -m 0700 /out/state

# The image brings root certificates and time zones. There is no HEALTHCHECK,
# for there is no program to run one: let the orchestrator ask /healthz and
# /readyz on port 9854.
FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /out/kw-onboarder /usr/local/bin/kw-onboarder
COPY --from=build --chown=nonroot:nonroot /out/state /var/lib/kw-onboarder
VOLUME /var/lib/kw-onboarder
EXPOSE 9854
ENTRYPOINT ["/usr/local/bin/kw-onboarder"]
CMD ["run"]
