package oracle

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/kwsim"
)

// deed is something that a human does in Kiteworks; it returns what, or "" if it cannot be done.
type deed func(h *history, w *kwsim.World, t tenancy) string

func deeds() []deed {
	return []deed{gave, gave, gave, changed, changed, tookAway, gaveAnew, suspended, freed, opened, folderRenamed, folderDeleted}
}

// humanDeed lets a human do one thing.
func (h *history) humanDeed() {
	for range 20 {
		what := ""
		before, after := h.tenant.byHand(func(w *kwsim.World) { what = pick(h, deeds()...)(h, w, h.tenant.last) })
		if what == "" {
			continue
		}
		h.tenant.mu.Lock()
		h.record.humanDid(before, after)
		h.tenant.mu.Unlock()
		h.note("Kiteworks: a human %s", what)
		return
	}
}

// member is an account of the company, alive; false: there is none.
func (h *history) member(t tenancy) (kwsim.User, bool) {
	ids := slices.Sorted(maps.Keys(t.accounts))
	for _, i := range h.random.Perm(len(ids)) {
		if a := t.accounts[ids[i]]; !a.Deleted && strings.HasSuffix(a.Email, mailDomain) && !strings.HasPrefix(a.Email, "svc-") {
			return a, true
		}
	}
	return kwsim.User{}, false
}

// folder is one that is there, and that others do not hang from.
func (h *history) folder(t tenancy) (kwsim.Folder, bool) {
	ids := slices.Sorted(maps.Keys(t.folders))
	for _, i := range h.random.Perm(len(ids)) {
		f := t.folders[ids[i]]
		if !f.Deleted && (!isRoot(f) || f.Name == "Library" || f.Name == "Exchange") {
			return f, true
		}
	}
	return kwsim.Folder{}, false
}

// given is a grant on a folder itself, of the company's people.
func (h *history) given(t tenancy) (at place, role string) {
	for _, i := range h.random.Perm(len(t.direct)) {
		at := slices.SortedFunc(maps.Keys(t.direct), func(a, b place) int { return strings.Compare(a.folder+a.account, b.folder+b.account) })[i]
		if role := t.direct[at]; role != "Owner" && strings.HasSuffix(t.accounts[at.account].Email, mailDomain) && !t.folders[at.folder].Deleted {
			return at, role
		}
	}
	return place{}, ""
}

// isRoot says whether the configuration names the folder: without that, nothing below it is ours to touch.
func isRoot(f kwsim.Folder) bool { return strings.Count(f.Path, "/") == 1 }

func roles() []string { return []string{"Viewer", "Uploader", "Downloader", "Collaborator", "Manager"} }

func (h *history) give(w *kwsim.World, t tenancy, at place, role string) string {
	by, _ := accountOf(t, colleague)
	if err := w.AddMember(at.folder, at.account, h.tenant.roleID(role), by.ID); err != nil {
		h.t.Fatal(err)
	}
	return fmt.Sprintf("%s %s on %s", t.accounts[at.account].Email, role, t.folders[at.folder].Path)
}

func gave(h *history, w *kwsim.World, t tenancy) string {
	a, found := h.member(t)
	f, there := h.folder(t)
	if !found || !there || t.direct[place{a.ID, f.ID}] != "" {
		return ""
	}
	return "gives " + h.give(w, t, place{a.ID, f.ID}, pick(h, roles()...))
}

func changed(h *history, w *kwsim.World, t tenancy) string {
	at, role := h.given(t)
	to := pick(h, roles()...)
	if role == "" || role == to {
		return ""
	}
	return "changes " + role + " of " + h.give(w, t, at, to)
}

func tookAway(h *history, w *kwsim.World, t tenancy) string {
	at, role := h.given(t)
	if role == "" {
		return ""
	}
	if err := w.RemoveMember(at.folder, at.account); err != nil {
		h.t.Fatal(err)
	}
	return fmt.Sprintf("takes %s from %s on %s", role, t.accounts[at.account].Email, t.folders[at.folder].Path)
}

// gaveAnew leaves the role as it was: from now on it is the human's.
func gaveAnew(h *history, w *kwsim.World, t tenancy) string {
	at, role := h.given(t)
	if role == "" || h.record.human[at] != "" {
		return ""
	}
	h.record.human[at], h.record.taken[at] = role, true
	h.record.deeds[at.account+at.folder] = h.record.order + 1
	return "gives anew " + h.give(w, t, at, role)
}

func suspended(h *history, w *kwsim.World, t tenancy) string {
	a, found := h.member(t)
	if !found || a.Suspended {
		return ""
	}
	if err := w.SuspendUser(a.ID, true); err != nil {
		h.t.Fatal(err)
	}
	return "suspends " + a.Email
}

func freed(h *history, w *kwsim.World, t tenancy) string {
	for _, id := range slices.Sorted(maps.Keys(t.accounts)) {
		if a := t.accounts[id]; a.Suspended && !a.Deleted {
			if err := w.SuspendUser(a.ID, false); err != nil {
				h.t.Fatal(err)
			}
			return "lifts the suspension of " + a.Email
		}
	}
	return ""
}

// opened makes an account for somebody who has none yet.
func opened(h *history, w *kwsim.World, t tenancy) string {
	c := h.record.now()
	p := h.someone(c, atWork)
	if p == nil || c.doubtful(p) {
		return ""
	}
	for _, owner := range h.record.owner {
		if owner == p.id {
			return ""
		}
	}
	if _, taken := w.UserByEmail(p.mail); taken {
		return ""
	}
	id, err := w.AddUser(kwsim.User{Email: p.mail, Name: p.name})
	if err != nil {
		h.t.Fatal(err)
	}
	h.record.owner[id] = p.id
	h.record.murky[id] = true // whose it is is known when a run has linked it
	return "makes an account for " + p.mail
}

func folderRenamed(h *history, w *kwsim.World, t tenancy) string {
	f, there := h.folder(t)
	if !there || h.random.IntN(3) > 0 || isRoot(f) {
		return ""
	}
	name := h.fresh("Folder ")
	if err := w.RenameFolder(f.ID, name); err != nil {
		h.t.Fatal(err)
	}
	return fmt.Sprintf("renames %s to %s", f.Path, name)
}

func folderDeleted(h *history, w *kwsim.World, t tenancy) string {
	f, there := h.folder(t)
	if !there || h.random.IntN(4) > 0 || isRoot(f) {
		return ""
	}
	if err := w.DeleteFolder(f.ID); err != nil {
		h.t.Fatal(err)
	}
	return "deletes " + f.Path
}
