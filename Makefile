# Everything is done through these targets; `make help` lists them.
# GO may name another toolchain: make test GO=/usr/local/go/bin/go

GO      ?= go
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo devel)
TOOL     = $(GO) tool -modfile=tools/go.mod

.PHONY: help demo test test-long bench lint build image release reproducible install-servers clean

ENGINE ?= docker

help: #? this list
	@grep -hE '^[a-z-]+:.*#\?' $(MAKEFILE_LIST) | sed -E 's/:[^#]*#\?/ -/'

demo: #? the product against an embedded directory and a simulated Kiteworks
	$(GO) run ./cmd/kw-onboarder demo

test: install-servers #? every test, with the race detector, against real servers
	$(GO) vet ./...
	$(GO) test -race -timeout 15m ./...
	cd deploy/check && $(GO) vet ./... && $(GO) test ./...

test-long: install-servers #? the full counts: more random histories, longer fuzzing
	$(GO) test -race -timeout 80m ./...
	$(GO) test -race -timeout 30m -v -run 'ADeltaOfOpenLDAP|ADeltaByStamps' ./internal/directory -histories 500
	$(GO) test -race -timeout 30m -v -run 'ADeltaOfActiveDirectory|ADeltaOf389DS' ./internal/directory -histories 50
	$(GO) test -race -timeout 30m -run 'TestP08_TheStory' ./internal/kiteworks -seeds 200
	$(GO) test -timeout 60m -parallel 16 -v -run TestP08_KilledAtAnyInstant ./internal/e2e -kill-every 1
	$(GO) test -timeout 10m -v -run TestP04_ALeaverOvertakesManyJoiners ./internal/app -joiners 10000
	$(GO) test -timeout 90m -v -run TheOracle ./internal/oracle -histories 10000
	$(GO) test -race -timeout 30m -run 'TestP03' ./internal/plan -rapid.checks=20000
	$(GO) test -race -timeout 30m -v -run 'SlapdFindsTheSame' ./internal/filter -filters 20000
	$(GO) test -run '^$$' -fuzz FuzzCompile -fuzztime 2m ./internal/filter
	$(GO) test -run '^$$' -fuzz FuzzFromPacket -fuzztime 2m ./internal/filter
	$(GO) test -run '^$$' -fuzz FuzzParse -fuzztime 2m ./internal/config
	$(GO) test -run '^$$' -fuzz FuzzLoad -fuzztime 2m -fuzzminimizetime 10x ./internal/config
	$(GO) test -run '^$$' -fuzz FuzzParse -fuzztime 2m ./internal/ruletest
	$(GO) test -run '^$$' -fuzz FuzzPattern -fuzztime 2m ./internal/rules
	$(GO) test -run '^$$' -fuzz FuzzTemplate -fuzztime 2m ./internal/rules
	$(GO) test -run '^$$' -fuzz FuzzNames -fuzztime 2m ./internal/pages
	$(GO) test -run '^$$' -fuzz FuzzRead -fuzztime 2m -fuzzminimizetime 10x ./internal/snapshot

bench: #? benchmarks; the first onboarding takes a minute and a half, reading a directory two minutes
	$(GO) test -run '^$$' -bench . -benchmem -timeout 30m ./internal/filter ./internal/rules ./internal/config ./internal/plan ./internal/ledger ./internal/kwsim
	$(GO) test -run '^$$' -bench . -benchtime 1x -timeout 30m ./internal/directory
	$(GO) test -run '^$$' -bench FirstOnboarding -benchtime 1x -timeout 30m ./internal/kiteworks
	$(GO) test -run '^$$' -bench Run -benchtime 5x -timeout 30m ./internal/sync

lint: #? gofumpt, vet, staticcheck and a few more, by golangci-lint
	$(TOOL) golangci-lint run --allow-parallel-runners ./...

build: #? bin/kw-onboarder, static
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags "-s -w -X main.version=$(VERSION)" -o bin/kw-onboarder ./cmd/kw-onboarder

image: #? the image kw-onboarder:VERSION; ENGINE=buildah or podman where there is no Docker
	$(ENGINE) build --build-arg VERSION=$(VERSION) -t kw-onboarder:$(VERSION) .

release: #? dist/: an archive for each platform, the modules it is made of, and SHA256SUMS
	GO=$(GO) scripts/release.sh

reproducible: #? two builds of the commit, in different folders and with no cache, have the same bytes
	GO=$(GO) scripts/reproducible.sh

# On a laptop what cannot be installed is skipped, loudly; in CI it is a failure.
install-servers:
	@scripts/install-servers.sh || { [ -z "$$CI" ] || exit 1; echo "WARNING: tests that need these servers will be SKIPPED" >&2; }

clean: #? what was built
	rm -rf bin dist
