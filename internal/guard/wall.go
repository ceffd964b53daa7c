package guard

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// Wall keeps people apart from folders: nobody has access to two areas of NeverBoth, or
// those who are denied have none to any of Folders. One of the two is set.
type Wall struct {
	Name      string
	NeverBoth []Area
	Folders   []Area
	Revoke    bool // access against it that is ours is taken away outside all budgets; false: it is reported
}

// areas are those that the wall speaks of.
func (w Wall) areas() []Area {
	if len(w.NeverBoth) > 0 {
		return w.NeverBoth
	}
	return w.Folders
}

// touch is access to an area of a wall.
type touch struct {
	wall, area int
	path       access.Path   // of the folder that gives it
	doubt      string        // why it may be none; "": it is
	ours       plan.GrantKey // what we gave and it comes from; zero: a human gave it
}

// spot is a folder; without id one that is still to be made.
type spot struct {
	id   string
	path access.Path
}

// walls judges grants by what somebody has, and by what was given since.
type walls struct {
	walls []Wall
	world World

	terrain terrain
	near    map[spot][]touch            // what a role on a folder touches
	held    map[string][]touch          // by account, as observed
	given   map[access.PersonID][]touch // by what may go
	trial   map[access.PersonID][]touch // by what may go if its cause does
	unread  [][]string                  // of each area of each wall, why it is not known who is there
}

func newWalls(all []Wall, w World) *walls {
	ws := &walls{walls: all, world: w, near: map[spot][]touch{}, held: map[string][]touch{}, given: map[access.PersonID][]touch{}}
	if len(all) == 0 {
		return ws
	}
	ws.terrain = newTerrain(w.Catalog, w.State.Of)
	for _, wall := range all {
		var unread []string
		for _, a := range wall.areas() {
			unread = append(unread, ws.terrain.unread(a))
		}
		ws.unread = append(ws.unread, unread)
	}
	for _, g := range w.State.Grants {
		for _, t := range ws.touches(g.Folder, "") {
			t.ours = ws.ours(g)
			ws.held[g.Account] = append(ws.held[g.Account], t)
		}
	}
	return ws
}

// ours is the grant of ours that an observed one is, or comes from.
func (ws *walls) ours(g access.Grant) plan.GrantKey {
	key := plan.GrantKey{Account: g.Account, Folder: g.Folder}
	if g.Origin != "" && g.Origin != access.OriginUnknown {
		key.Folder = g.Origin
	}
	if o, gave := ws.world.Memory.Owned[key]; gave && o.Lost == "" {
		return key
	}
	return plan.GrantKey{}
}

// touches is what a role on a folder gives access to, found once for each folder.
func (ws *walls) touches(folder string, said access.Path) []touch {
	at := spot{folder, ws.terrain.path(folder, said)}
	if found, known := ws.near[at]; known || at.path == "" {
		return found
	}
	var all []touch
	for i, wall := range ws.walls {
		for j, a := range wall.areas() {
			if reaches, doubt := ws.terrain.leads(at.id, at.path, a); reaches || doubt != "" {
				all = append(all, touch{wall: i, area: j, path: at.path, doubt: doubt})
			}
		}
	}
	ws.near[at] = all
	return all
}

// attempt begins a cause: what it gives does not count before it is settled.
func (ws *walls) attempt() { ws.trial = map[access.PersonID][]touch{} }

// try counts a change as done if its cause is.
func (ws *walls) try(c *plan.Change) { ws.add(ws.trial, c) }

// give counts a change as done.
func (ws *walls) give(c *plan.Change) { ws.add(ws.given, c) }

func (ws *walls) add(to map[access.PersonID][]touch, c *plan.Change) {
	if len(ws.walls) > 0 && KindOf(*c) == Grant {
		to[c.Person] = append(to[c.Person], ws.touches(c.Folder, c.Path)...)
	}
}

// against says which wall a change would be against, or may be; "": none.
func (ws *walls) against(c *plan.Change) string {
	if len(ws.walls) == 0 || KindOf(*c) != Grant {
		return ""
	}
	mine := ws.touches(c.Folder, c.Path)
	for _, t := range mine {
		why := ""
		if len(ws.walls[t.wall].NeverBoth) > 0 {
			why = ws.both(t, c, mine)
		} else {
			why = ws.denies(t, c.Person)
		}
		if why != "" {
			return fmt.Sprintf("wall %s: %s", ws.walls[t.wall].Name, why)
		}
	}
	return ""
}

// both says why a person would have, or may then have, two areas of which nobody has both.
func (ws *walls) both(t touch, c *plan.Change, mine []touch) string {
	for _, has := range [][]touch{ws.held[c.Account], ws.given[c.Person], ws.trial[c.Person], mine} {
		for _, o := range has {
			if o.wall == t.wall && o.area != t.area {
				return ws.apart(t, o)
			}
		}
	}
	if c.Account == "" {
		return ""
	}
	for area, why := range ws.unread[t.wall] {
		if area != t.area && why != "" {
			return "it is not known who has the other side: " + why
		}
	}
	return ""
}

func (ws *walls) apart(t, o touch) string {
	areas := ws.walls[t.wall].NeverBoth
	why := fmt.Sprintf("nobody has both %s and %s, and the role on %s leads to the latter", areas[t.area], areas[o.area], o.path)
	if doubt := cmp.Or(t.doubt, o.doubt); doubt != "" {
		why += ", perhaps: " + doubt
	}
	return why
}

// denies says why a person is not given access to an area, or why that is not known.
func (ws *walls) denies(t touch, id access.PersonID) string {
	area := ws.walls[t.wall].Folders[t.area]
	denied, doubt := ws.denied(t.wall, ws.person(id))
	switch {
	case doubt != "":
		return fmt.Sprintf("it is not known whether it denies %s: %s", area, doubt)
	case denied && t.doubt != "":
		return fmt.Sprintf("it denies %s, and the role perhaps leads there: %s", area, t.doubt)
	case denied:
		return fmt.Sprintf("it denies %s", area)
	}
	return ""
}

func (ws *walls) denied(wall int, p *access.Person) (denied bool, doubt string) {
	switch {
	case p == nil:
		return false, "the person is not in the directory"
	case ws.world.Denied == nil:
		return false, "nobody can tell"
	}
	return ws.world.Denied(wall, p)
}

func (ws *walls) person(id access.PersonID) *access.Person {
	people := ws.world.Snapshot.People
	i, found := slices.BinarySearchFunc(people, id, func(p access.Person, id access.PersonID) int { return p.ID.Compare(id) })
	if !found {
		return nil
	}
	return &people[i]
}
