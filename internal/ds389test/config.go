package ds389test

import (
	"os"
	"os/user"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/kw-onboarder/kw-onboarder/internal/proctest"
)

// baseEntries exist on every server. Ordinary accounts are limited to 2,000 entries by
// default, and may read what an aci lets them.
const baseEntries = `dn: dc=example,dc=com
objectClass: domain
dc: example
aci: (targetattr != "userPassword")(version 3.0; acl "sync reads"; allow (read, search, compare) userdn = "ldap:///cn=sync,dc=example,dc=com";)

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
userPassword: {CLEAR}sync-password
nsSizeLimit: -1
nsTimeLimit: -1
nsLookThroughLimit: -1

`

// schema adds department and company under Active Directory's object identifiers,
// because the rules of most examples speak of them.
const schema = `dn: cn=schema
attributeTypes: ( 1.2.840.113556.1.2.141 NAME 'department' EQUALITY caseIgnoreMatch SUBSTR caseIgnoreSubstringsMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )
attributeTypes: ( 1.2.840.113556.1.2.146 NAME 'company' EQUALITY caseIgnoreMatch SUBSTR caseIgnoreSubstringsMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )
objectClasses: ( 1.3.6.1.4.1.4203.666.11.1 NAME 'employee' SUP top AUXILIARY MAY ( department $ company ) )
`

// extraLines are for entries that the template has. The caches would take a share of the
// machine's memory, and nothing needs to reach the disk before the next one.
var extraLines = map[string]string{
	"cn=config": "nsslapd-listenhost: 127.0.0.1\n" +
		"nsslapd-defaultnamingcontext: dc=example,dc=com\n" +
		"nsslapd-accesslog-logging-enabled: off\n",
	"cn=config,cn=ldbm database,cn=plugins,cn=config": "nsslapd-cache-autosize: 0\n" +
		"nsslapd-dbcachesize: 16777216\n" +
		"nsslapd-db-durable-transaction: off\n",
	// Without it a synchronization says that nothing has changed, whatever has.
	"cn=Retro Changelog Plugin,cn=plugins,cn=config": "nsslapd-attribute: nsuniqueid:targetUniqueId\n",
	"cn=MemberOf Plugin,cn=plugins,cn=config": "memberOfGroupAttr: uniqueMember\n" +
		"memberOfAutoAddOC: nsMemberOf\n",
}

// enabled are the plugins of the template that are off in it.
var enabled = []string{
	"MemberOf Plugin", "Retro Changelog Plugin", "Content Synchronization", "referential integrity postoperation",
}

// extraEntries are the database and what the server adds by itself, but only from its second start on: entryUUID.
const extraEntries = `
dn: cn=userRoot,cn=ldbm database,cn=plugins,cn=config
objectClass: top
objectClass: extensibleObject
objectClass: nsBackendInstance
cn: userRoot
nsslapd-suffix: dc=example,dc=com
nsslapd-directory: %db_dir%/userRoot

dn: cn="dc=example,dc=com",cn=mapping tree,cn=config
objectClass: top
objectClass: extensibleObject
objectClass: nsMappingTree
cn: "dc=example,dc=com"
nsslapd-state: backend
nsslapd-backend: userRoot

dn: cn=entryuuid,cn=plugins,cn=config
objectClass: top
objectClass: nsSlapdPlugin
cn: entryuuid
nsslapd-pluginPath: libentryuuid-plugin
nsslapd-pluginInitfunc: entryuuid_plugin_init
nsslapd-pluginType: betxnpreoperation
nsslapd-pluginEnabled: on
nsslapd-pluginId: none
nsslapd-pluginVersion: none
nsslapd-pluginVendor: none
nsslapd-pluginDescription: none

dn: cn=entryuuid_syntax,cn=plugins,cn=config
objectClass: top
objectClass: nsSlapdPlugin
cn: entryuuid_syntax
nsslapd-pluginPath: libentryuuid-syntax-plugin
nsslapd-pluginInitfunc: entryuuid_syntax_plugin_init
nsslapd-pluginType: syntax
nsslapd-pluginEnabled: on
nsslapd-pluginId: none
nsslapd-pluginVersion: none
nsslapd-pluginVendor: none
nsslapd-pluginDescription: none
`

var (
	placeholder = regexp.MustCompile(`%[a-z_]+%`)
	blankLines  = regexp.MustCompile(`\n\n+`)
	pluginOff   = regexp.MustCompile(`(?mi)^nsslapd-pluginenabled: off$`)
	port        = regexp.MustCompile(`(?m)^nsslapd-port: .*$`)
)

// configure writes an instance's folders and configuration.
func (s *Server) configure(t testing.TB) {
	t.Helper()
	template, err := os.ReadFile("/usr/share/dirsrv/data/template-dse.ldif")
	if err != nil {
		t.Fatalf("389-ds-base is not installed as on Debian: %v", err)
	}
	// Instances share a semaphore with those whose folder has the same name.
	s.config, err = os.MkdirTemp(s.dir, "instance-")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"bak", "cert", "db", "ldif", "lock", "log", "run", "tmp"} {
		mkdir(t, s.path(name))
	}
	// The schema is looked for beside dse.ldif, whatever that says.
	mkdir(t, filepath.Join(s.config, "schema"))
	proctest.Write(t, filepath.Join(s.config, "schema/99user.ldif"), []byte(schema))
	proctest.Write(t, filepath.Join(s.config, "slapd-collations.conf"), nil)
	proctest.Write(t, filepath.Join(s.config, "dse.ldif"), []byte(s.fill(t, string(template))))
}

// fill makes the configuration of the template.
func (s *Server) fill(t testing.TB, template string) string {
	t.Helper()
	account, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]string{
		"%config_dir%": s.config, "%schema_dir%": filepath.Join(s.config, "schema"),
		"%inst_dir%": s.dir, "%db_home_dir%": s.path("db"), "%db_lib%": "bdb",
		"%ds_user%": account.Username, "%rootdn%": adminDN, "%ds_passwd%": "{CLEAR}" + adminPassword,
		"%ds_suffix%": BaseDN, "%fqdn%": "localhost", "%ds_port%": "0", // listenOn says which
		"%ldapi_enabled%": "off", "%ldapi_autobind%": "off", "%ldapi%": s.path("run/ldapi"),
	}
	var entries []string
	// An empty entry ends the server without a word.
	for _, entry := range blankLines.Split(strings.TrimSpace(template+extraEntries), -1) {
		entries = append(entries, change(entry))
	}
	return placeholder.ReplaceAllStringFunc(strings.Join(entries, "\n"), func(name string) string {
		if value, ok := values[name]; ok {
			return value
		}
		return s.path(strings.TrimSuffix(strings.Trim(name, "%"), "_dir"))
	})
}

// change is an entry of the configuration as the tests want it.
func change(entry string) string {
	dn, _, _ := strings.Cut(strings.TrimPrefix(entry, "dn: "), "\n")
	for _, plugin := range enabled {
		if dn == "cn="+plugin+",cn=plugins,cn=config" {
			entry = pluginOff.ReplaceAllString(entry, "nsslapd-pluginEnabled: on")
		}
	}
	return entry + "\n" + extraLines[dn]
}

func mkdir(t testing.TB, dir string) {
	t.Helper()
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
}
