package sync_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// possessions is a tenant on which we gave ann two roles, on folders of which no rule
// speaks any more, and somebody who left one; bob has by hand what the rules ask for.
func possessions(t *testing.T) kwsync.Ownership {
	t.Helper()
	s := newStage().person("ann", "IT").person("bob", "Fin").account("ann").account("bob")
	s.folder("f-fin", "/Dep/Fin").folder("f-tax", "/Dep/Fin/Tax")
	s.state.Grants = []access.Grant{{Account: "u-bob", Folder: "f-fin", Role: "Viewer"}}
	give := func(person, account, folder, rule string) {
		s.memory.Owned[plan.GrantKey{Account: account, Folder: folder}] = access.Owned{
			Person: id(person), Account: account, Folder: folder, As: as, Role: "Viewer", Causes: []access.Cause{{Rule: rule}},
		}
	}
	give("ann", "u-ann", "f-tax", "tax")
	give("ann", "u-ann", "f-gone", "old")
	give("left", "u-left", "f-fin", "staff")
	s.memory.Folders[access.Place{As: as, Path: "/Dep/Gone"}] = "f-gone"
	s.memory.Links[id("ann")] = plan.Link{Person: id("ann"), Account: "u-ann", Created: true}
	s.memory.Links[id("bob")] = plan.Link{Person: id("bob"), Account: "u-bob"}
	o, err := s.runner(t).Ownership(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func described(o *kwsync.Ownership, a plan.Adoption) []string {
	var out []string
	for _, g := range a.Grants {
		out = append(out, o.Path(g.Folder)+" "+o.Address(g.Account))
	}
	for _, l := range a.Accounts {
		out = append(out, o.Address(l.Account))
	}
	return out
}

func TestOwnership_IsFoundByWhatItIsAbout(t *testing.T) {
	t.Parallel()
	const ann, tax, gone, left = "ann@corp.example", "/Dep/Fin/Tax ann@corp.example", "/Dep/Gone ann@corp.example", "/Dep/Fin account u-left"
	tests := []struct {
		name string
		of   kwsync.Selection
		want []string
	}{
		{"all", kwsync.Selection{All: true}, []string{left, tax, gone, ann}},
		{"a folder and what is below", kwsync.Selection{Folder: "/dep/fin"}, []string{left, tax}},
		{"a folder that is no more", kwsync.Selection{Folder: "/Dep/Gone"}, []string{gone}},
		{"one folder by its id", kwsync.Selection{FolderID: "f-fin"}, []string{left}},
		{"a person by e-mail", kwsync.Selection{Person: "ANN@corp.example"}, []string{tax, gone}},
		{"a person by DN", kwsync.Selection{Person: "uid=ann"}, []string{tax, gone}},
		{"a person who left, by id", kwsync.Selection{Person: "dir:left"}, []string{left}},
		{"a person and a folder", kwsync.Selection{Person: ann, Folder: "/Dep/Fin"}, []string{tax}},
		{"a rule", kwsync.Selection{Rule: "old"}, []string{gone}},
		{"accounts", kwsync.Selection{Accounts: true}, []string{ann}},
		{"somebody else's account", kwsync.Selection{Accounts: true, Person: "bob@corp.example"}, nil},
		{"a folder above", kwsync.Selection{Folder: "/Dep"}, []string{left, tax, gone}},
		{"a person who left, by the account", kwsync.Selection{Person: "u-left"}, []string{left}},
		{"somebody who has nothing of ours", kwsync.Selection{Person: "bob@corp.example"}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := possessions(t)
			got, err := o.Select(o.Ours, tt.of)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, described(&o, got)); diff != "" {
				t.Errorf("selected (-want +got):\n%s", diff)
			}
		})
	}
}

func TestOwnership_SaysWhatMayBeAdopted(t *testing.T) {
	t.Parallel()
	o := possessions(t)
	want := []string{"/Dep/Fin bob@corp.example", "bob@corp.example"}
	got, err := o.Select(o.Adoptable, kwsync.Selection{All: true})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, described(&o, got)); diff != "" {
		t.Errorf("adoptable (-want +got):\n%s", diff)
	}
}

// A misspelt name must not look like one of which there is nothing.
func TestOwnership_TellsANameThatMeansNothing(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		of   kwsync.Selection
		want string
	}{
		{"a person", kwsync.Selection{Person: "nobody@corp.example"}, `nobody in the directory has the e-mail, id or DN "nobody@corp.example"`},
		{"a misspelt person", kwsync.Selection{Person: "anm@corp.example"}, `"anm@corp.example": did you mean ann (ann@corp.example)?`},
		{"an account", kwsync.Selection{Person: "nobody@corp.example", Accounts: true}, `nobody in the directory has`},
		{"a folder", kwsync.Selection{Folder: "/Elsewhere"}, "no rule gives anything on a folder /Elsewhere or below it, and nothing of ours is there"},
		{"a misspelt folder", kwsync.Selection{Folder: "/Dep/Gonne"}, "nothing of ours is there: did you mean /Dep/Gone?"},
		{"the id of a folder", kwsync.Selection{FolderID: "Dep"}, `a folder with the id "Dep", and nothing of ours is there: a path begins with /`},
		{"a rule", kwsync.Selection{Rule: "nosuch"}, `there is no rule "nosuch", and nothing was given for one of that name`},
		{"a misspelt rule", kwsync.Selection{Rule: "stuff"}, `of that name: did you mean staff?`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := possessions(t)
			if _, err := o.Select(o.Ours, tt.of); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got error %v, want one with %s", err, tt.want)
			}
		})
	}
}
