package plan

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// target is one folder on which a person should hold one role: the wishes of
// several rules, merged.
type target struct {
	key    string // the folder's id, or identity and folded path of one to be made
	place  access.Place
	folder access.Folder // zero if it is to be made
	role   access.Role
	causes []access.Cause
	from   string // the weaker role held there; "": none
}

// path is where the folder is now; a folder that was renamed keeps its id.
func (t target) path() access.Path {
	if t.folder.Path != "" {
		return t.folder.Path
	}
	return t.place.Path
}

// targets resolves a person's wishes and merges those on one folder: the
// strongest role by the server's rank wins, all causes are kept.
func (d *differ) targets(v *access.Verdict, account string) []target {
	targets := d.room[:0]
	for _, w := range v.Wishes {
		t, why := d.resolve(w)
		if why != "" {
			if !d.mayAsk(w.Place, account) {
				d.stick(v, w.Cause.Rule)
			}
			d.blocked[Note{Kind: NoteBlocked, Rule: w.Cause.Rule, Why: why}]++
			continue
		}
		i := slices.IndexFunc(targets, func(o target) bool { return o.key == t.key })
		if i < 0 {
			targets = append(targets, t)
			continue
		}
		if t.role.Rank > targets[i].role.Rank {
			targets[i].role = t.role
		}
		targets[i].causes = append(targets[i].causes, w.Cause)
	}
	d.room = targets
	return targets
}

// mayAsk keeps what is ours where a rule may ask for it that cannot be carried out as it is,
// and says whether it is known which folder that is: then what else the rule gave is decided.
func (d *differ) mayAsk(p access.Place, account string) (known bool) {
	folder := cmp.Or(d.locate(p).folder.ID, d.memory.pinned(p).FolderID)
	key := GrantKey{Account: account, Folder: folder}
	if _, ours := d.memory.Owned[key]; ours {
		d.asked[key] = true
	}
	return folder != ""
}

// resolve finds the role and the folder of one wish, or says why it cannot be had.
func (d *differ) resolve(w access.Wish) (t target, why string) {
	role, err := d.atlas.role(w.Role)
	if err != nil {
		return t, err.Error()
	}
	at := d.locate(w.Place)
	switch {
	case at.why != "":
		return t, at.why
	case d.rivals[at.key] != "":
		return t, d.rivals[at.key]
	case at.folder.ID == "" && !w.Create:
		return t, d.atlas.absent(w.Place)
	case at.folder.ID == "":
		if why := d.unrooted(w.Place); why != "" {
			return t, why
		}
	case w.Place.FolderID == "":
		d.pin(w.Place)
	}
	return target{key: at.key, place: w.Place, folder: at.folder, role: role, causes: []access.Cause{w.Cause}}, ""
}

// covered says whether a role that is about to be given on a folder above will
// reach this one: then nothing has to be given here.
func (d *differ) covered(t target, given []target) bool {
	for f := t.folder; f.Inherits && f.Parent != ""; {
		parent, known := d.atlas.byID[f.Parent]
		if !known {
			return false
		}
		for _, o := range given {
			if o.key == parent.ID && o.from == "" && o.role.Rank >= t.role.Rank {
				return true
			}
		}
		f = parent
	}
	return false
}

// pin remembers which folder a path, and each path above it, means today.
func (d *differ) pin(p access.Place) {
	if _, learned := d.learned.Folders[p]; learned {
		return
	}
	for ; p.Path != ""; p.Path = p.Path.Parent() {
		if _, pinned := d.memory.Folders[p]; pinned {
			continue
		}
		if f, found, _ := d.atlas.find(p); found {
			d.learned.Folders[p] = f.ID
		}
	}
}

// spot is where a place is: its folder, or why there is none to use, and the key
// under which wishes for it meet.
type spot struct {
	key    string
	folder access.Folder
	why    string
}

// locate finds the spot of a place, once: a million wishes share few places.
func (d *differ) locate(p access.Place) spot {
	if s, known := d.spots[p]; known {
		return s
	}
	f, found, why := d.atlas.find(p)
	s := spot{key: f.ID, folder: f, why: why}
	if !found {
		s.key = p.As + "|" + p.Path.Fold()
	}
	d.spots[p] = s
	return s
}

// unrooted says why a folder cannot be made: nothing above it is there to make
// it in, or what is there must not be used.
func (d *differ) unrooted(p access.Place) string {
	for above := p.Path.Parent(); above != ""; above = above.Parent() {
		_, found, why := d.atlas.find(access.Place{As: p.As, Path: above})
		if why != "" {
			return fmt.Sprintf("folder %s cannot be made: %s", p.Path, why)
		}
		if found {
			return ""
		}
	}
	return fmt.Sprintf("folder %s cannot be made: no root above it is visible to %s", p.Path, p.As)
}

// Rivals are the folders that different rules want to change as different identities,
// and why. The keys mean something to Diff only. A plan for some people does not see
// all of them: its Policy names those that the last plan for everybody found.
type Rivals map[string]string

// findRivals finds the folders that different rules want to change as different
// identities: nobody is given anything there until the rules agree.
func (d *differ) findRivals(verdicts []access.Verdict) {
	first := map[string]access.Wish{}
	d.rivals = maps.Clone(d.policy.Rivals)
	if d.rivals == nil {
		d.rivals = Rivals{}
	}
	for i := range verdicts {
		for _, w := range verdicts[i].Wishes {
			at := d.locate(w.Place)
			if at.why != "" {
				continue
			}
			key := at.key
			if at.folder.ID == "" {
				key = w.Place.Path.Fold()
			}
			o, seen := first[key]
			if !seen {
				first[key] = w
				continue
			}
			if o.Place.As != w.Place.As {
				d.quarrel(key, o, w)
			}
		}
	}
}

// quarrel records that two rules disagree about a folder, in an order that does
// not depend on who was met first.
func (d *differ) quarrel(key string, a, b access.Wish) {
	if b.Cause.Rule < a.Cause.Rule || (b.Cause.Rule == a.Cause.Rule && b.Place.As < a.Place.As) {
		a, b = b, a
	}
	why := fmt.Sprintf("rule %s writes to %s as %s, rule %s as %s: name one identity",
		a.Cause.Rule, a.Place.Path, a.Place.As, b.Cause.Rule, b.Place.As)
	for _, k := range []string{key, a.Place.As + "|" + key, b.Place.As + "|" + key} {
		if old, ok := d.rivals[k]; !ok || why < old {
			d.rivals[k] = why
		}
	}
}
