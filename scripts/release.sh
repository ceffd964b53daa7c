#!/bin/sh
# Builds what is published, into dist/: for each platform an archive, and the modules that the
# binary is made of (go version -m), with the hashes of all of it. Nothing of this machine is in
# it but the version of Go: the same commit makes the same files.
#
# usage: scripts/release.sh [folder]; GO names another toolchain, PLATFORMS other platforms
set -eu
cd "$(dirname "$0")/.."
GO=${GO:-go}
PLATFORMS=${PLATFORMS:-linux/amd64 linux/arm64}
dist=${1:-dist}

[ -z "$(git status --porcelain)" ] || { echo "not everything is committed: a release is built from a commit" >&2; exit 1; }
version=$(git describe --tags --always)
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
rm -rf "$dist"
mkdir -p "$dist"

for platform in $PLATFORMS; do
	os=${platform%/*} arch=${platform#*/}
	name=kw-onboarder-$version-$os-$arch
	mkdir "$dist/$name"
	CGO_ENABLED=0 GOOS=$os GOARCH=$arch GOFLAGS= "$GO" build -trimpath -buildvcs=true \
		-ldflags "-s -w -X main.version=$version" -o "$dist/$name/kw-onboarder" ./cmd/kw-onboarder
	# The first line names the file by its path here.
	"$GO" version -m "$dist/$name/kw-onboarder" | sed "1s|^.*: |$name: |" >"$dist/$name.modules.txt"
	grep -q 'vcs.revision' "$dist/$name.modules.txt" ||
		{ echo "the toolchain did not stamp the commit: build from a clone, not from a worktree of one" >&2; exit 1; }
	cp -R LICENSE README.md SECURITY.md CHANGELOG.md config.example.yaml docs deploy "$dist/$name/"
	rm -rf "$dist/$name/deploy/check"
	tar --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX \
		-C "$dist" -cf - "$name" | gzip -n >"$dist/$name.tar.gz"
	rm -rf "${dist:?}/$name"
done
(cd "$dist" && sha256sum -- *.tar.gz *.modules.txt >SHA256SUMS && cat SHA256SUMS)
