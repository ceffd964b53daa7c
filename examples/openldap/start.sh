#!/bin/sh
# Runs an OpenLDAP server in the foreground, on 127.0.0.1:3389, filled with the
# company that `kw-onboarder kwsim --dir DIR` has written. Stop it with Ctrl-C.
#
# usage: examples/openldap/start.sh DIR
set -eu

dir=${1:?usage: start.sh DIR, the folder of kw-onboarder kwsim --dir}
PATH=$PATH:/usr/sbin
command -v slapd >/dev/null || { echo "slapd is missing: run scripts/install-servers.sh" >&2; exit 1; }

waited=0
until [ -f "$dir/company.ldif" ]; do # kwsim writes it last
	[ "$waited" -lt 15 ] || { echo "$dir/company.ldif is missing after 15 s: start kw-onboarder kwsim --dir $dir" >&2; exit 1; }
	sleep 1
	waited=$((waited + 1))
done

base=dc=alpenglas,dc=example
here=$dir/openldap
rm -rf "$here"
mkdir -p "$here/data"
cat >"$here/slapd.conf" <<CONF
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
pidfile $here/slapd.pid
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload syncprov
database mdb
suffix $base
directory $here/data
maxsize 1073741824
rootdn cn=reader,$base
rootpw $(cat "$dir/reader-password")
index entryUUID,entryCSN eq
overlay syncprov
syncprov-sessionlog 1000
CONF
slapadd -q -f "$here/slapd.conf" -l "$dir/company.ldif"
echo "OpenLDAP on ldap://127.0.0.1:3389, $base"
exec slapd -d 0 -h ldap://127.0.0.1:3389/ -f "$here/slapd.conf"
