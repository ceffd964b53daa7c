#!/bin/sh
# Builds the release twice, from two clones in different folders, each with a build cache of
# its own, and compares the hashes.
#
# usage: scripts/reproducible.sh; GO names another toolchain
set -eu
cd "$(dirname "$0")/.."
from=$(pwd)
commit=$(git rev-parse HEAD) # somebody may commit meanwhile
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for clone in one the/other/one; do
	git clone --quiet --no-hardlinks "$from" "$work/$clone"
	git -C "$work/$clone" checkout --quiet --detach "$commit"
	GOCACHE=$work/$clone.cache PLATFORMS=linux/amd64 "$work/$clone/scripts/release.sh" >/dev/null
	rm -rf "$work/$clone.cache"
done
if ! diff "$work/one/dist/SHA256SUMS" "$work/the/other/one/dist/SHA256SUMS"; then
	echo "two builds of $commit differ" >&2
	exit 1
fi
cat "$work/one/dist/SHA256SUMS"
echo "two builds of $commit are the same"
