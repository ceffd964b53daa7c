package access

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Path is the absolute path of a folder in its one spelling: "/A/B", NFC,
// no empty segment, none that Kiteworks would refuse. Only ParsePath and Join make one.
type Path string

// maxName is the length of a folder's name in characters
// (POST /rest/folders/{id}/folders, body name).
const maxName = 255

// ParsePath reads an absolute folder path. The error names the segment at fault.
func ParsePath(s string) (Path, error) {
	if !strings.HasPrefix(s, "/") {
		return "", fmt.Errorf("folder path %q: want an absolute path such as /Departments", s)
	}
	s = norm.NFC.String(s)
	segments := strings.Split(strings.TrimSuffix(s[1:], "/"), "/")
	for _, name := range segments {
		if err := CheckName(name); err != nil {
			return "", fmt.Errorf("folder path %q: %w", s, err)
		}
	}
	return Path("/" + strings.Join(segments, "/")), nil
}

// CheckName says whether a text may be the name of one folder, and if not, why.
// It is also the test for each value that a template puts into a path.
func CheckName(s string) error {
	switch {
	case s == "":
		return errors.New("a folder name is empty")
	case s == "." || s == "..":
		return fmt.Errorf("%q is no folder name", s)
	case strings.ContainsAny(s, `/\`):
		return fmt.Errorf("%q holds a path separator", s)
	case strings.ContainsFunc(s, invisible):
		return fmt.Errorf("%q holds a control or invisible character", s)
	case strings.TrimFunc(s, unicode.IsSpace) != s || strings.Trim(s, ".") != s:
		return fmt.Errorf("%q begins or ends with a space or a dot, which Kiteworks refuses", s)
	case utf8.RuneCountInString(s) > maxName:
		return fmt.Errorf("%.20q... has more than %d characters", s, maxName)
	}
	return nil
}

// CheckLabel says whether a text may be what an account is called, and if not,
// why. A separator or a dot at its end does no harm there: "Dr. A. Lang Jr.".
func CheckLabel(s string) error {
	switch {
	case strings.TrimSpace(s) == "":
		return errors.New("a name is empty")
	case strings.ContainsFunc(s, invisible):
		return fmt.Errorf("%q holds a control or invisible character", s)
	case utf8.RuneCountInString(s) > maxName:
		return fmt.Errorf("%.20q... has more than %d characters", s, maxName)
	}
	return nil
}

// invisible covers control characters and the format characters (bidirectional
// marks, zero-width joiners) that make two folders look like one. A byte that
// is no UTF-8 decodes to the replacement character and is refused too.
func invisible(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == utf8.RuneError
}

// Join is the path of the folder name inside p; name has passed CheckName.
func (p Path) Join(name string) Path { return p + "/" + Path(norm.NFC.String(name)) }

// Parent is the path above, "" for a top-level folder.
func (p Path) Parent() Path { return p[:max(0, strings.LastIndexByte(string(p), '/'))] }

// Name is the last segment.
func (p Path) Name() string { return string(p[strings.LastIndexByte(string(p), '/')+1:]) }

// Fold is the key under which two spellings of one path meet: Kiteworks keeps
// names unique inside a parent without regard to case.
func (p Path) Fold() string { return FoldName(string(p)) }

// FoldName folds one name, of a folder, a role, a profile or a group, for comparison.
func FoldName(s string) string {
	if isASCII(s) {
		return strings.ToLower(s)
	}
	return cases.Fold().String(norm.NFC.String(s))
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// Under says whether p is root or lies below it, without regard to case.
func (p Path) Under(root Path) bool {
	return strings.HasPrefix(p.Fold()+"/", root.Fold()+"/")
}
