package internal_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
)

var (
	fenced   = regexp.MustCompile("(?ms)^ *```.*?^ *```$")
	linked   = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	headings = regexp.MustCompile(`(?m)^#{1,6} (.+)$`)
	inCode   = regexp.MustCompile("`[^`]*`")
	ourPages = regexp.MustCompile("`((?:docs|deploy|examples|scripts|internal|cmd)/[A-Za-z0-9_./-]+)`")
)

// pages are all Markdown files of the repository, by their paths from its top.
func pages(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/*/*.md", "deploy/*/*.md"} {
		files, err := filepath.Glob(filepath.Join("..", filepath.FromSlash(pattern)))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			found[filepath.ToSlash(strings.TrimPrefix(f, ".."+string(filepath.Separator)))] = read(t, f)
		}
	}
	if len(found) < 30 {
		t.Fatalf("only %d pages", len(found))
	}
	return found
}

// anchors are what the headings of a page can be linked by, as GitHub and GitLab make them.
func anchors(text string) []string {
	var all []string
	for _, m := range headings.FindAllStringSubmatch(fenced.ReplaceAllString(text, ""), -1) {
		var slug strings.Builder
		for _, r := range strings.ToLower(m[1]) {
			switch {
			case r == ' ':
				slug.WriteByte('-')
			case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
				slug.WriteRune(r)
			}
		}
		all = append(all, slug.String())
	}
	return all
}

// TestDocs_LinksLeadSomewhere: each relative link, each anchor, and each file that a page names is there.
func TestDocs_LinksLeadSomewhere(t *testing.T) {
	t.Parallel()
	all := pages(t)
	links := 0
	for page, text := range all {
		prose := fenced.ReplaceAllString(text, "")
		for _, m := range linked.FindAllStringSubmatch(inCode.ReplaceAllString(prose, ""), -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			links++
			file, anchor, _ := strings.Cut(m[1], "#")
			to := page
			if file != "" {
				to = filepath.ToSlash(filepath.Join(filepath.Dir(page), file))
			}
			if _, err := os.Stat(filepath.Join("..", to)); err != nil {
				t.Errorf("%s links to %s, which is not there", page, m[1])
				continue
			}
			if anchor != "" && !slices.Contains(anchors(all[to]), anchor) {
				t.Errorf("%s links to %s, and %s has no such heading", page, m[1], to)
			}
		}
		if page == "CHANGELOG.md" {
			continue // it tells of what once was
		}
		for _, m := range ourPages.FindAllStringSubmatch(prose, -1) {
			if _, err := os.Stat(filepath.Join("..", m[1])); err != nil {
				t.Errorf("%s names %s, which is not there", page, m[1])
			}
		}
	}
	if links < 60 {
		t.Errorf("only %d links were found", links)
	}
}

// TestDocs_TheIndexHasEveryPage: docs/README.md leads to all that lies beside it.
func TestDocs_TheIndexHasEveryPage(t *testing.T) {
	t.Parallel()
	all := pages(t)
	for page := range all {
		name, inDocs := strings.CutPrefix(page, "docs/")
		if inDocs && name != "README.md" && !strings.Contains(all["docs/README.md"], "]("+name+")") {
			t.Errorf("docs/README.md does not link to %s", name)
		}
	}
}

// TestDocs_TheHouseIsDrawnAsItIs: each arrow of the picture is an import, and each package has its place on the page.
func TestDocs_TheHouseIsDrawnAsItIs(t *testing.T) {
	t.Parallel()
	text := read(t, "../docs/architecture.md")
	_, picture, _ := strings.Cut(text, "```\n")
	picture, _, _ = strings.Cut(picture, "```")
	arrows := 0
	for _, line := range strings.Split(picture, "\n") {
		for _, part := range regexp.MustCompile(` {4,}`).Split(line, -1) {
			arrows += drawn(t, part)
		}
	}
	if arrows < 30 {
		t.Errorf("only %d arrows were found in the picture", arrows)
	}
	for dir := range house {
		if !regexp.MustCompile("`" + dir + "`|\\b" + dir + "\\b").MatchString(text) {
			t.Errorf("docs/architecture.md does not know internal/%s", dir)
		}
	}
}

// drawn checks a chain of arrows, such as cmd ──► app ──► config, rules, and counts them. One that begins with a branch
// comes from app; of several names in the middle the last goes on.
func drawn(t *testing.T, chain string) int {
	t.Helper()
	arrow := regexp.MustCompile(`─+►|◄─+`)
	signs := arrow.FindAllString(chain, -1)
	var stops [][]string
	for _, names := range arrow.Split(chain, -1) {
		stops = append(stops, strings.FieldsFunc(names, func(r rune) bool { return strings.ContainsRune(" ,├└", r) }))
	}
	if len(signs) > 0 && len(stops[0]) == 0 {
		stops[0] = []string{"app"}
	}
	count := 0
	for i, sign := range signs {
		left, right := stops[i], stops[i+1]
		if i > 0 {
			left = left[len(left)-1:]
		}
		if strings.HasPrefix(sign, "◄") {
			left, right = right, left
		}
		for _, from := range left {
			for _, to := range right {
				count++
				allowed := house[from]
				if from == "cmd" {
					allowed = commands
				}
				if nothing := strings.Join(right, " ") == "nothing of ours"; nothing && len(allowed) == 0 {
					continue
				}
				if !slices.Contains(allowed, to) {
					t.Errorf("the picture lets %s import %s, and the map does not", from, to)
				}
			}
		}
	}
	return count
}

// TestDocs_ArchitectureSpeaksOfWhatIsThere: `rules.Bind`, or `Bound.Evaluate`, is declared somewhere.
func TestDocs_ArchitectureSpeaksOfWhatIsThere(t *testing.T) {
	t.Parallel()
	var code strings.Builder
	for dir := range house {
		for _, f := range files(t, filepath.FromSlash(dir)) {
			code.WriteString(read(t, f))
		}
	}
	text := fenced.ReplaceAllString(read(t, "../docs/architecture.md"), "")
	names := regexp.MustCompile("`([A-Za-z]+(?:\\.[A-Za-z]+)+)`").FindAllStringSubmatch(text, -1)
	if len(names) < 15 {
		t.Errorf("only %d names were found", len(names))
	}
	for _, m := range names {
		if strings.HasSuffix(m[1], ".go") {
			continue
		}
		last := m[1][strings.LastIndex(m[1], ".")+1:]
		if !regexp.MustCompile(`(?m)(^(func|type) (\([^)]*\) )?` + last + `\b)|(^\t` + last + `\b)`).MatchString(code.String()) {
			t.Errorf("docs/architecture.md speaks of %s, which is not there", m[1])
		}
	}
}
