#!/bin/sh
# Installs what the tests start for themselves: OpenLDAP's slapd, Samba as a
# domain controller, 389 Directory Server, PostgreSQL, PgBouncer, promtool, curl and openssl, the
# C compiler that the race detector needs, what judges the deployment: systemd-analyze, and
# buildah, which builds and runs the image without a container engine; and Chromium, and axe-core,
# which looks for barriers in the pages; and the shells that commands are completed in.
# Silent when nothing is missing. No service is started.
set -eu
cd "$(dirname "$0")/.."

packages='slapd ldap-utils prometheus curl openssl gcc libc6-dev
	samba-ad-dc samba-ad-provision ldb-tools iproute2
	389-ds-base postgresql pgbouncer chromium
	systemd buildah busybox-static ca-certificates zsh fish'

missing=''
for package in $packages; do
	dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q '^install ok installed$' || missing="$missing $package"
done

# npm writes its own list last: it is as new as what tools/axe asks for, or axe-core is
# fetched, and compared with the hash in package-lock.json.
axe=tools/axe/node_modules/.package-lock.json
[ -e "$axe" ] && [ ! tools/axe/package-lock.json -nt "$axe" ] || axe=''
[ -n "$axe" ] || command -v npm >/dev/null || missing="$missing npm"
fetch_axe() { [ -n "$axe" ] || npm ci --prefix tools/axe --ignore-scripts --no-audit --no-fund --silent; }
[ -n "$missing" ] || { fetch_axe; exit 0; }

by_hand() {
	echo "missing for the tests:$missing ($1)" >&2
	echo "install them; on Debian or Ubuntu: sudo apt-get install$missing" >&2
	exit 1
}

command -v apt-get >/dev/null || by_hand 'no apt-get here'
if [ "$(id -u)" -eq 0 ]; then
	as_root=''
elif sudo -n true 2>/dev/null; then
	as_root='sudo -n'
else
	by_hand 'neither root nor password-less sudo'
fi

# Debian asks this file before a package starts its service; 101 means no.
# One that is already there belongs to the machine and stays.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
	trap '$as_root rm -f "$policy"' EXIT
	printf '#!/bin/sh\nexit 101\n' | $as_root tee "$policy" >/dev/null
	$as_root chmod 755 "$policy"
fi
$as_root apt-get update -qq
# shellcheck disable=SC2086 # the list is words
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
fetch_axe
