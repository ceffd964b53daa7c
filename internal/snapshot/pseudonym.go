package snapshot

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"unicode/utf8"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// prefix begins every pseudonym, so that none is taken for a name. It may stand
// in a DN, an address and a path as it is.
const prefix = "redacted-"

// pseudonyms gives each text one name that cannot be undone without the key: the
// same text the same name, another text another. Under which key a file was
// written is not in it, so guessing a name and comparing leads nowhere.
type pseudonyms struct {
	key   []byte
	owner map[string]string // by pseudonym: whose it is
	short int               // hexadecimal digits; a test makes them collide
}

func newPseudonyms(key []byte) *pseudonyms {
	return &pseudonyms{key: key, owner: map[string]string{}, short: 12}
}

// text is the pseudonym of a text, without regard to case: directories do not
// tell Anna from anna. Of bytes that are no text each counts. Nothing stays nothing.
func (p *pseudonyms) text(s string) string {
	if utf8.ValidString(s) {
		s = access.FoldName(s)
	}
	return p.exact(s)
}

// exact is the pseudonym of a text with regard to case, for ids.
func (p *pseudonyms) exact(s string) string {
	if s == "" {
		return ""
	}
	for try := 0; ; try++ {
		name := p.candidate(s, try)
		owner, taken := p.owner[name]
		if !taken {
			p.owner[name] = s
		}
		if !taken || owner == s {
			return name
		}
	}
}

// candidate is the try-th name of a text: the first, but for collisions.
func (p *pseudonyms) candidate(s string, try int) string {
	mac := hmac.New(sha256.New, p.key)
	mac.Write([]byte(strconv.Itoa(try) + ":" + s))
	return prefix + hex.EncodeToString(mac.Sum(nil))[:p.short]
}
