package guard_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/guard"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

func TestParseArea(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"/A", "/A/B", "/A/**", "/A/B/**"} {
		if a, err := guard.ParseArea(s); err != nil || a.String() != s {
			t.Errorf("ParseArea(%q) = %v, %v, want itself", s, a, err)
		}
	}
	for _, s := range []string{"", "A", "/**", "/A/*", "/A/*/B", "/A/**/B", "/A**", "/A//B"} {
		if a, err := guard.ParseArea(s); err == nil {
			t.Errorf("ParseArea(%q) = %v, want an error", s, a)
		}
	}
}

// TestAWallJudgesWhatSomebodyHasAndGets: the state and what goes before, inherited access
// included; in doubt nothing is given.
func TestAWallJudgesWhatSomebodyHasAndGets(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		person string
		has    map[string]string // folder -> origin
		gets   []string          // in the order of the plan
		spoil  func(w *guard.World)
		walled []string // of what is got
		why    string
	}{
		{name: "one side", person: "ann", gets: []string{"east", "east.bid"}},
		{
			name: "the other side is there", person: "ann", has: map[string]string{"west": ""}, gets: []string{"east"}, walled: []string{"east"},
			why: "wall two-bids: nobody has both /Top/East/** and /Top/West/**, and the role on /Top/West leads to the latter",
		},
		{name: "below it", person: "ann", has: map[string]string{"west": ""}, gets: []string{"east.bid"}, walled: []string{"east.bid"}},
		{name: "inherited", person: "ann", has: map[string]string{"east": "top"}, gets: []string{"west"}, walled: []string{"west"}},
		{name: "a role above that is inherited", person: "ann", has: map[string]string{"top": ""}, gets: []string{"west"}, walled: []string{"west"}},
		{name: "a role above leads to one side only", person: "ann", has: map[string]string{"west": ""}, gets: []string{"top"}, walled: []string{"top"}},
		{name: "both at once", person: "ann", gets: []string{"east", "west"}, walled: []string{"west"}},
		{name: "elsewhere", person: "ann", has: map[string]string{"west": ""}, gets: []string{"plain", "legal"}},
		{name: "another person", person: "bob", has: map[string]string{}, gets: []string{"east"}},
		{name: "a new account, both sides unread", person: "new", gets: []string{"east"}, spoil: unread("west")},
		{
			name: "the other side unread", person: "ann", gets: []string{"east"}, spoil: unread("west"), walled: []string{"east"},
			why: "wall two-bids: it is not known who has the other side: the members of /Top/West were not read",
		},
		{name: "the side itself unread", person: "ann", gets: []string{"east"}, spoil: unread("east")},
		{
			name: "the other side cannot be used", person: "ann", gets: []string{"east"}, spoil: unusable("/Top/West/Deep"), walled: []string{"east"},
			why: "wall two-bids: it is not known who has the other side: two folders of this name",
		},
		{name: "what is above the other side cannot be used", person: "ann", gets: []string{"east"}, spoil: unusable("/Top"), walled: []string{"east"}},
		{name: "something else cannot be used", person: "ann", gets: []string{"east"}, spoil: unusable("/Plain/X")},
		{name: "a folder by its id cannot be used", person: "ann", gets: []string{"east"}, spoil: unusable("")},
		{name: "the other side does not exist", person: "ann", has: map[string]string{"top": ""}, gets: []string{"east"}, spoil: without("west")},
		{name: "neither does exist", person: "ann", gets: []string{"top"}, spoil: without("west", "east", "east.bid")},
		{name: "a side hidden below what is got", person: "new", gets: []string{"top"}, spoil: func(w *guard.World) {
			without("west")(w)
			unusable("/Top/West")(w)
		}, walled: []string{"top"}, why: "perhaps: two folders of this name"},
		{name: "nobody knows from where a side inherits", person: "new", gets: []string{"top"}, spoil: func(w *guard.World) {
			w.Catalog.Folders[5].Inherits, w.Catalog.Folders[5].Parent = true, "lost"
		}, walled: []string{"top"}, why: "perhaps: it is not known from where /Top/West inherits"},
		{name: "parents in a circle", person: "new", gets: []string{"top"}, spoil: func(w *guard.World) {
			w.Catalog.Folders[5].Inherits, w.Catalog.Folders[5].Parent = true, "west"
		}, walled: []string{"top"}},
		{name: "a side at the top for another identity", person: "new", gets: []string{"top"}, spoil: func(w *guard.World) {
			w.Catalog.Folders[5].Inherits, w.Catalog.Folders[5].Parent = true, ""
		}},
		{name: "denied", person: "mallory", gets: []string{"legal", "plain"}, walled: []string{"legal"}, why: "wall legal-inside: it denies /Legal/**"},
		{name: "denied, elsewhere, and the side is hidden", person: "mallory", gets: []string{"plain"}, spoil: func(w *guard.World) {
			without("legal")(w)
			unusable("/Legal")(w)
		}},
		{name: "not denied", person: "ann", gets: []string{"legal"}},
		{
			name: "in doubt", person: "doubtful", gets: []string{"legal", "plain"}, walled: []string{"legal"},
			why: "wall legal-inside: it is not known whether it denies /Legal/**: group contractors cannot be read",
		},
		{name: "not in the directory", person: "stranger", gets: []string{"legal"}, walled: []string{"legal"}, why: "the person is not in the directory"},
		{name: "nobody can tell", person: "ann", gets: []string{"legal"}, spoil: func(w *guard.World) { w.Denied = nil }, walled: []string{"legal"}, why: "nobody can tell"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := world("ann", "bob", "doubtful", "mallory", "new")
			has(&w, "zoe", "west", "")
			has(&w, "ann", "unknown", "")
			for f, origin := range tt.has {
				has(&w, tt.person, f, origin)
			}
			if tt.spoil != nil {
				tt.spoil(&w)
			}
			l := unlimited()
			l.Walls = []guard.Wall{twoBids(t), legal(t)}
			var changes []plan.Change
			want := map[plan.Key]guard.Brake{}
			for _, f := range tt.gets {
				c := on(plan.Grant, tt.person, f, "staff")
				if tt.person == "new" {
					c.Account = ""
				}
				changes = append(changes, c)
			}
			for _, f := range tt.walled {
				want[on(plan.Grant, tt.person, f, "").Key] = guard.ByWall
			}
			d := split(changes, w, l, guard.Usage{Approved: approve(changes...)})
			if diff := cmp.Diff(want, stopped(d)); diff != "" {
				t.Errorf("withheld (-want +got):\n%s", diff)
			}
			if tt.why != "" && !strings.Contains(why(t, d), tt.why) {
				t.Errorf("got %q, want %q", why(t, d), tt.why)
			}
		})
	}
}

func unread(folder string) func(w *guard.World) {
	return func(w *guard.World) {
		var rest []string
		for _, id := range w.State.Of.Folders {
			if id != folder {
				rest = append(rest, id)
			}
		}
		w.State.Of.Folders = rest
	}
}

func unusable(path access.Path) func(w *guard.World) {
	return func(w *guard.World) {
		w.Catalog.Unusable = append(w.Catalog.Unusable, access.Unusable{Place: access.Place{Path: path, FolderID: "x"}, Why: "two folders of this name"})
	}
}

func without(gone ...string) func(w *guard.World) {
	return func(w *guard.World) {
		var rest []access.Folder
		for _, f := range w.Catalog.Folders {
			if !strings.Contains(strings.Join(gone, " ")+" ", f.ID+" ") {
				rest = append(rest, f)
			}
		}
		w.Catalog.Folders = rest
	}
}

// TestADeniedRoleThatPerhapsLeadsThere is not given.
func TestADeniedRoleThatPerhapsLeadsThere(t *testing.T) {
	t.Parallel()
	w := world("mallory")
	without("west")(&w)
	unusable("/Top/West")(&w)
	l := unlimited()
	l.Walls = []guard.Wall{{Name: "west", Folders: []guard.Area{area(t, "/Top/West/**")}}}
	got := why(t, split([]plan.Change{on(plan.Grant, "mallory", "top", "staff")}, w, l, guard.Usage{}))
	if want := "wall west: it denies /Top/West/**, and the role perhaps leads there: two folders of this name"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestAFolderToBeMadeIsJudgedByItsPath, and one that was renamed by where it is now.
func TestAFolderToBeMadeIsJudgedByItsPath(t *testing.T) {
	t.Parallel()
	w := world("ann")
	has(&w, "ann", "west", "")
	made := on(plan.Grant, "ann", "", "staff")
	made.Key, made.Path = "made", "/top/east/New"
	renamed := on(plan.Grant, "ann", "east", "staff")
	renamed.Path = "/Elsewhere"
	l := unlimited()
	l.Walls = []guard.Wall{twoBids(t)}
	d := split([]plan.Change{made, renamed}, w, l, guard.Usage{})
	if diff := cmp.Diff(map[plan.Key]guard.Brake{"made": guard.ByWall, renamed.Key: guard.ByWall}, stopped(d)); diff != "" {
		t.Errorf("withheld (-want +got):\n%s", diff)
	}
}

// TestWhatIsParkedIsNoAccess: a wall counts what goes, not what waits.
func TestWhatIsParkedIsNoAccess(t *testing.T) {
	t.Parallel()
	l := unlimited()
	l.Budgets[guard.Grant] = guard.Budget{Max: guard.Amount{Count: 1}}
	l.Walls = []guard.Wall{twoBids(t)}
	east, more, west := on(plan.Grant, "ann", "east", "a"), on(plan.Grant, "bob", "east", "a"), on(plan.Grant, "ann", "west", "b")
	d := split([]plan.Change{east, more, west}, world("ann", "bob"), l, guard.Usage{})
	if diff := cmp.Diff([]plan.Key{west.Key}, keys(d.Allowed.Changes)); diff != "" {
		t.Errorf("allowed (-want +got):\n%s", diff)
	}
}

// TestWhatOneRuleGivesCountsForTheNext.
func TestWhatOneRuleGivesCountsForTheNext(t *testing.T) {
	t.Parallel()
	l := unlimited()
	l.Walls = []guard.Wall{twoBids(t)}
	east, west, other := on(plan.Grant, "ann", "east", "a"), on(plan.Grant, "ann", "west", "b"), on(plan.Grant, "bob", "west", "b")
	d := split([]plan.Change{east, west, other}, world("ann", "bob"), l, guard.Usage{})
	if diff := cmp.Diff(map[plan.Key]guard.Brake{west.Key: guard.ByWall}, stopped(d)); diff != "" {
		t.Errorf("withheld (-want +got):\n%s", diff)
	}
}

// TestFoldersOfWalls: each once, so that they can be looked for, and all below them is watched.
func TestFoldersOfWalls(t *testing.T) {
	t.Parallel()
	l := guard.Limits{Walls: []guard.Wall{twoBids(t), legal(t), twoBids(t)}}
	if diff := cmp.Diff([]access.Path{"/Legal", "/Top/East", "/Top/West"}, l.Folders()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for path, want := range map[access.Path]bool{"/Legal": true, "/legal/A/B": true, "/Top/West": true, "/Top": false, "/Legality": false} {
		if got := l.Watches(path); got != want {
			t.Errorf("%s is watched: %t, want %t", path, got, want)
		}
	}
}
