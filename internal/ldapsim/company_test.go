package ldapsim_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/ldapsim"
)

// byDN is entries by name; it fails if there is one twice.
func byDN(t *testing.T, entries []ldapsim.Entry) map[string]ldapsim.Entry {
	t.Helper()
	all := map[string]ldapsim.Entry{}
	for _, e := range entries {
		if _, twice := all[e.DN]; twice {
			t.Errorf("%s is there twice", e.DN)
		}
		all[e.DN] = e
	}
	return all
}

func TestCompanyHangsTogether(t *testing.T) {
	t.Parallel()
	for n := range ldapsim.Waves + 2 {
		entries, story := ldapsim.Wave(n)
		if story == "" {
			t.Errorf("wave %d has no story", n)
		}
		again, _ := ldapsim.Wave(n)
		if diff := cmp.Diff(entries, again); diff != "" {
			t.Errorf("wave %d is another the second time (-first +second):\n%s", n, diff)
		}
		all := byDN(t, entries)
		unique := map[string]string{}
		for _, e := range entries {
			for _, attr := range []string{"member", "manager"} {
				for _, dn := range e.Attrs[attr] {
					if _, ok := all[dn]; !ok {
						t.Errorf("wave %d: %s of %s does not exist: %s", n, attr, e.DN, dn)
					}
				}
			}
			for _, attr := range []string{"uid", "mail", "employeeNumber"} {
				for _, value := range e.Attrs[attr] {
					if other := unique[attr+value]; other != "" {
						t.Errorf("wave %d: %s and %s share the %s %s", n, other, e.DN, attr, value)
					}
					unique[attr+value] = e.DN
					if attr == "mail" && !strings.HasSuffix(value, "@alpenglas.example") {
						t.Errorf("wave %d: the mail of %s is outside: %s", n, e.DN, value)
					}
				}
			}
		}
	}
}

func TestCompanyHasItsOddities(t *testing.T) {
	t.Parallel()
	count := map[string]int{}
	for _, e := range ldapsim.Company() {
		if e.Attrs["uid"] == nil {
			continue
		}
		count["people"]++
		for _, attr := range []string{"departmentNumber", "employeeType"} {
			count[e.Attrs[attr][0]]++
		}
		if e.Attrs["mail"] == nil {
			count["without mail"]++
		}
		if e.Attrs["displayName"][0] == "Thomas Gruber" {
			count["Thomas Gruber"]++
		}
		if strings.ContainsFunc(e.Attrs["displayName"][0], func(r rune) bool { return r > 127 }) {
			count["beyond ASCII"]++
		}
		if strings.Contains(e.DN, `\, `) {
			count["comma in the DN"]++
		}
	}
	want := map[string]int{
		"people": 199, "without mail": 2, "Thomas Gruber": 2, "beyond ASCII": 10, "comma in the DN": 10,
		"staff": 174, "contractor": 10, "intern": 15,
		"Engineering": 51, "Finance": 23, "Human Resources": 13, "Legal": 15, "Operations": 31, "Research": 31, "Sales": 35,
	}
	if diff := cmp.Diff(want, count); diff != "" {
		t.Errorf("company (-want +got):\n%s", diff)
	}
	all := byDN(t, ldapsim.Company())
	marketing, ok := all["cn=dept-marketing,"+groups]
	if !ok || len(marketing.Attrs["member"]) != 0 {
		t.Errorf("Marketing: got %v, want a group without members", marketing)
	}
	if aurora := all["cn=proj-aurora-ro,"+groups].Attrs["member"]; !slices.Contains(aurora, "cn=proj-borealis-rw,"+groups) {
		t.Errorf("proj-aurora-ro: got %q, want a group among the members", aurora)
	}
}

// TestWaves says in DNs and groups what the stories say in words.
func TestWaves(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		wave    int
		added   []string
		changed []string
		gone    int
	}{
		"joiners": {
			1,
			[]string{"uid=arousseau", "uid=jpfeiffer", "uid=lzimmermann", "uid=mferrari", "uid=skelly"},
			[]string{"cn=dept-engineering", "cn=dept-finance", "cn=dept-legal", "cn=dept-research", "cn=dept-sales"},
			0,
		},
		"movers": {2, nil, []string{
			"cn=dept-engineering", "cn=dept-human-resources", "cn=dept-legal", "cn=dept-operations", "cn=dept-research",
			"cn=dept-sales", "cn=proj-borealis-rw", "uid=jmueller", "uid=oyilmaz", "uid=tgruber",
		}, 0},
		"partings":     {3, nil, []string{"cn=dept-sales", "uid=zgrossmann"}, 1},
		"returns":      {4, []string{"uid=mferrari"}, []string{"cn=dept-sales"}, 0},
		"nothing more": {5, nil, nil, 0},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			was, _ := ldapsim.Wave(test.wave - 1)
			is, _ := ldapsim.Wave(test.wave)
			before := byDN(t, was)
			var added, changed []string
			for _, e := range is {
				rdn, _, _ := strings.Cut(e.DN, ",")
				old, ok := before[e.DN]
				switch {
				case !ok:
					added = append(added, rdn)
				case !cmp.Equal(old, e):
					changed = append(changed, rdn)
				}
				delete(before, e.DN)
			}
			slices.Sort(added)
			slices.Sort(changed)
			if diff := cmp.Diff(test.added, added); diff != "" {
				t.Errorf("added (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.changed, changed); diff != "" {
				t.Errorf("changed (-want +got):\n%s", diff)
			}
			if len(before) != test.gone {
				t.Errorf("%d entries are gone, want %d: %v", len(before), test.gone, before)
			}
		})
	}
}
