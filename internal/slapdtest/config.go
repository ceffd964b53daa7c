package slapdtest

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/kw-onboarder/kw-onboarder/internal/proctest"
)

// configuration is slapd.conf. The schema adds department and company under
// Active Directory's object identifiers, because the rules of most examples speak of them.
const configuration = `include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
include /etc/ldap/schema/nis.schema
attributetype ( 1.2.840.113556.1.2.141 NAME 'department' EQUALITY caseIgnoreMatch SUBSTR caseIgnoreSubstringsMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )
attributetype ( 1.2.840.113556.1.2.146 NAME 'company' EQUALITY caseIgnoreMatch SUBSTR caseIgnoreSubstringsMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )
objectclass ( 1.3.6.1.4.1.4203.666.11.1 NAME 'employee' SUP top AUXILIARY MAY ( department $ company ) )
{{schema}}modulepath /usr/lib/ldap
moduleload back_mdb
moduleload ppolicy
moduleload syncprov
moduleload memberof
moduleload refint
{{tls}}loglevel none
threads 4
database mdb
suffix dc=example,dc=com
rootdn cn=admin,dc=example,dc=com
rootpw admin-password
directory {{dir}}/db
maxsize 4294967296
dbnosync
limits dn.exact="cn=sync,dc=example,dc=com" {{limits}}
index objectClass,uid,cn,mail,member,uniqueMember,entryUUID,entryCSN,modifyTimestamp eq
access to attrs=userPassword by anonymous auth by * none
access to * by users read by * none
overlay ppolicy
`

const syncConfiguration = `overlay syncprov
syncprov-sessionlog 10000
`

// linkConfiguration has Nobody stand in a group that would be empty.
const linkConfiguration = `overlay memberof
memberof-refint FALSE
overlay refint
refint_attributes member uniqueMember
refint_nothing "` + Nobody + `"
`

// dynamicSchema and dynamicConfiguration have the server compute the members of groups.
const (
	dynamicSchema = `include /etc/ldap/schema/dyngroup.schema
modulepath /usr/lib/ldap
moduleload dynlist
`
	dynamicConfiguration = `overlay dynlist
dynlist-attrset groupOfURLs memberURL member
`
)

// Nobody is the member of groups that have none.
const Nobody = "cn=nobody," + BaseDN

const tlsConfiguration = `TLSCACertificateFile {{dir}}/ca.pem
TLSCertificateFile {{dir}}/server.pem
TLSCertificateKeyFile {{dir}}/server.key
`

// clientConfiguration has clients show a certificate where they use TLS at all.
const clientConfiguration = `TLSVerifyClient demand
authz-regexp "^cn=sync$" "` + BindDN + `"
`

// baseEntries exist on every server.
const baseEntries = `dn: dc=example,dc=com
objectClass: domain
dc: example

dn: ou=people,dc=example,dc=com
objectClass: organizationalUnit
ou: people

dn: ou=groups,dc=example,dc=com
objectClass: organizationalUnit
ou: groups

dn: cn=sync,dc=example,dc=com
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: sync
userPassword: sync-password

`

// configure writes what slapd and slapadd read.
func (s *Server) configure(t testing.TB, o Options) {
	t.Helper()
	tls := ""
	if o.TLS {
		tls = tlsConfiguration
	}
	if o.Clients != nil {
		tls += clientConfiguration
	}
	if o.Dynamic {
		o.Schema += dynamicSchema
	}
	text := strings.NewReplacer("{{tls}}", tls, "{{limits}}", o.limits(), "{{schema}}", o.Schema).Replace(configuration)
	if o.OnlyBases {
		text = strings.Replace(text, "access to * by users", "access to dn.subtree=\""+PeopleBase+"\" by users read by * none\naccess to dn.subtree=\""+GroupsBase+"\" by users read by * none\n"+
			"access to * by dn.exact=\""+BindDN+"\" none by users", 1)
	}
	if o.Links {
		text += linkConfiguration
	}
	if o.Dynamic {
		text += dynamicConfiguration
	}
	if !o.NoSync {
		text += syncConfiguration
	}
	text = strings.ReplaceAll(text, "{{dir}}", s.dir)
	if err := os.Mkdir(s.path("db"), 0o700); err != nil {
		t.Fatal(err)
	}
	proctest.Write(t, s.path("slapd.conf"), []byte(text))
	proctest.Write(t, s.path("load.ldif"), bytes.Join([][]byte{[]byte(baseEntries), o.LDIF}, nil))
}

// limits are those of BindDN. Without size.prtotal a page-wise search stops at
// the size limit too, which is the trap that SizeLimit sets.
func (o Options) limits() string {
	limits := "size=unlimited time=unlimited"
	if o.SizeLimit > 0 {
		limits = fmt.Sprintf("size=%d time=unlimited", o.SizeLimit)
	}
	if o.PageLimit > 0 {
		limits += fmt.Sprintf(" size.pr=%d size.prtotal=unlimited", o.PageLimit)
	}
	return limits
}
