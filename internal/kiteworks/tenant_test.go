package kiteworks_test

import (
	"crypto"
	"os"
	"strings"
	"testing"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/kiteworks"
)

// TestTheStoryOnARealTenant tells the suite's story on a real Kiteworks tenant,
// one made for tests: it creates twelve accounts @story.example and folders below
// a root, and leaves them there. KITEWORKS_TEST_URL names it, and with it:
// KITEWORKS_TEST_CLIENT_ID, _SECRET_FILE, _KEY_FILE, _ISSUER, _AUDIENCE, _USERS
// and _FOLDERS (the two identities) and _ROOT, a folder that holds one of the
// name Finance.
func TestTheStoryOnARealTenant(t *testing.T) {
	url := os.Getenv("KITEWORKS_TEST_URL")
	if url == "" {
		t.Skip("KITEWORKS_TEST_URL is not set: the story is told on the simulator only")
	}
	need := func(name string) string {
		value := os.Getenv("KITEWORKS_TEST_" + name)
		if value == "" {
			t.Fatalf("KITEWORKS_TEST_%s is not set", name)
		}
		return value
	}
	read := func(name string) string {
		text, err := os.ReadFile(need(name))
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(string(text))
	}
	root, as := access.Path(need("ROOT")), access.Email(need("FOLDERS"))
	tenant, err := kiteworks.NewTenant(kiteworks.Options{
		URL: url, ClientID: need("CLIENT_ID"), Issuer: need("ISSUER"), Audience: need("AUDIENCE"), Hash: crypto.SHA256,
		Secret:     func() (string, error) { return read("SECRET_FILE"), nil },
		Key:        func() (crypto.Signer, error) { return kiteworks.ParseKey([]byte(read("KEY_FILE"))) },
		Identities: kiteworks.Identities{Users: access.Email(need("USERS")), Folders: as},
		Roots:      []kiteworks.Root{{Path: root}}, Rate: 10, UserAgent: "kw-onboarder/test",
	})
	if err != nil {
		t.Fatal(err)
	}
	people := verdicts(persons, root)
	for i := range people {
		for j := range people[i].Wishes {
			people[i].Wishes[j].Place.As = string(as)
		}
	}
	story := &telling{t: t, tenant: tenant, verdicts: people}
	if err := story.tell(); err != nil {
		t.Error(err)
	}
}
