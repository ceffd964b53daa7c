package sambatest

import (
	"strings"
)

// configuration is smb.conf. What a test's directory holds is worth nothing after
// it, so that nothing waits for the disk; a killed server loses nothing by that.
const configuration = `[global]
netbios name = DC1
realm = BED.TEST
workgroup = BED
server role = active directory domain controller
server services = ldap
interfaces = 127.0.0.1
bind interfaces only = yes
disable netbios = yes
private dir = {{dir}}/private
state directory = {{dir}}/state
cache directory = {{dir}}/cache
lock directory = {{dir}}
pid directory = {{dir}}
binddns dir = {{dir}}/bind-dns
ncalrpc dir = {{dir}}/ncalrpc
ntp signd socket directory = {{dir}}/ntp_signd
winbindd socket directory = {{dir}}/winbindd
ldap server require strong auth = no
ldb:nosync = yes
tls enabled = yes
tls cafile = {{dir}}/ca.pem
tls certfile = {{dir}}/server.pem
tls keyfile = {{dir}}/server.key
log level = 0
`

// configure is smb.conf of a domain in dir.
func configure(dir string) []byte {
	return []byte(strings.ReplaceAll(configuration, "{{dir}}", dir))
}
