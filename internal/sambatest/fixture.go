package sambatest

import (
	"context"
	"crypto/sha256"
	_ "embed" // the recipe
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/kw-onboarder/kw-onboarder/internal/proctest"
)

// recipe is this file: a fixture made by another one, or with other passwords, is not used.
//
//go:embed fixture.go
var recipe []byte

// content is in every domain, beside what Active Directory itself puts there.
const content = `dn: OU=Staff,DC=bed,DC=test
objectClass: organizationalUnit

dn: OU=Disabled Users,DC=bed,DC=test
objectClass: organizationalUnit

dn: OU=Groups,DC=bed,DC=test
objectClass: organizationalUnit

`

// account is one of the service accounts, which never expires.
const account = `dn: CN={{name}},CN=Users,DC=bed,DC=test
objectClass: user
sAMAccountName: {{name}}
userPrincipalName: {{name}}@bed.test
userAccountControl: 66048
unicodePwd:: {{password}}

`

// sight lets an account list and read what is deleted. It is how the container is
// protected by default, and one more line: samba-tool cannot change a deleted object.
const sight = `dn: CN=Deleted Objects,DC=bed,DC=test
changetype: modify
replace: nTSecurityDescriptor
nTSecurityDescriptor: D:PAI(A;;RPWPCCDCLCRCWOWDSDSW;;;SY)(A;;RPLC;;;BA)(A;;RPLC;;;{{sid}})
`

// fixture is the folder of a provisioned domain that no server has run on.
func fixture(t testing.TB) string {
	t.Helper()
	samba := proctest.Program(t, "samba")
	for _, tool := range []string{"samba-tool", "ldbadd"} {
		proctest.Program(t, tool)
	}
	version, err := exec.CommandContext(t.Context(), samba, "--version").Output()
	if err != nil {
		t.Fatalf("ask Samba for its version: %v", err)
	}
	_, number, _ := strings.Cut(strings.TrimSpace(string(version)), " ")
	hash := sha256.Sum256(fmt.Appendf(configure(""), "%s%s %s", recipe, adminPassword, Password))
	return proctest.Fixture(t, fmt.Sprintf("samba-%s-%x", number, hash[:6]), func(dir string) error {
		return provision(t.Context(), dir)
	})
}

// provision makes the domain, in which no password expires or is too simple.
func provision(ctx context.Context, dir string) error {
	conf := "--configfile=" + filepath.Join(dir, "smb.conf")
	sam := filepath.Join(dir, "private/sam.ldb")
	if _, err := run(ctx, "", "samba-tool", "domain", "provision", "--targetdir="+dir, "--realm=BED.TEST", "--domain=BED",
		"--server-role=dc", "--dns-backend=NONE", "--host-name=dc1", "--host-ip=127.0.0.1", "--adminpass="+adminPassword); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "smb.conf"), configure(dir), 0o600); err != nil {
		return err
	}
	if _, err := run(ctx, "", "samba-tool", "domain", "passwordsettings", "set", conf, "--complexity=off",
		"--history-length=0", "--min-pwd-length=0", "--min-pwd-age=0", "--max-pwd-age=0"); err != nil {
		return err
	}
	ldif := content
	for _, name := range []string{"reader", "sync", "blind"} {
		ldif += strings.NewReplacer("{{name}}", name, "{{password}}", unicodePassword(Password)).Replace(account)
	}
	if _, err := run(ctx, ldif, "ldbadd", conf, "-H", sam); err != nil {
		return err
	}
	return grant(ctx, conf, sam)
}

// grant gives sync and blind the right that DirSync asks for, and sync what it takes to be told of deletions.
func grant(ctx context.Context, conf, sam string) error {
	for _, name := range []string{"sync", "blind"} {
		if _, err := run(ctx, "", "samba-tool", "dsacl", "set", conf, "-H", sam, "--objectdn="+BaseDN,
			"--trusteedn=CN="+name+",CN=Users,"+BaseDN, "--car=get-changes", "--action=allow"); err != nil {
			return err
		}
	}
	entry, err := run(ctx, "", "ldbsearch", conf, "-H", sam, "--basedn=CN=sync,CN=Users,"+BaseDN, "--scope=base", "objectSid")
	if err != nil {
		return err
	}
	sid := regexp.MustCompile(`S-1-[0-9-]+`).FindString(entry)
	_, err = run(ctx, strings.ReplaceAll(sight, "{{sid}}", sid), "ldbmodify", conf, "-H", sam, "--show-deleted")
	return err
}

func run(ctx context.Context, input, program string, arguments ...string) (output string, err error) {
	c := exec.CommandContext(ctx, program, arguments...)
	c.Stdin = strings.NewReader(input)
	out, err := c.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w\n%s", program, arguments[0], err, out)
	}
	return string(out), nil
}

// unicodePassword is a password as unicodePwd takes it, in quotation marks and UTF-16, for LDIF.
func unicodePassword(plain string) string {
	var b []byte
	for _, unit := range utf16.Encode([]rune(`"` + plain + `"`)) {
		b = binary.LittleEndian.AppendUint16(b, unit)
	}
	return base64.StdEncoding.EncodeToString(b)
}
