package plan

import (
	"cmp"
	"slices"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// Policy is what the configuration says beside the rules.
type Policy struct {
	Never  map[access.Email]string // addresses that are never touched, and why
	Repair []access.Path           // roots below which what somebody else removed of ours is given again
	Rivals Rivals                  // what a plan for everybody found; nil: this is one
	// Existing accounts are the people's, as those that we made; else they get grants, and nothing else happens to them.
	Existing bool
	Leavers  map[Exit]Ladder
	Order    []string // the rules, as the configuration has them
}

// Diff compares what the rules want with what Kiteworks says. Nothing that st
// did not look at is concluded from. The result is the same for the same input,
// whatever the order of the verdicts.
func Diff(verdicts []access.Verdict, c *access.Catalog, st access.State, m Memory, p Policy, now time.Time) Plan {
	verdicts = byPerson(verdicts)
	d := newDiffer(verdicts, c, st, m, p)
	d.now = now
	d.moves = d.planMoves()
	for i := range verdicts {
		d.person(&verdicts[i])
	}
	for n, people := range d.blocked {
		n.People = people
		d.plan.Notes = append(d.plan.Notes, n)
	}
	d.drift()
	d.end()
	d.regrant()
	d.remove()
	d.plan.Learned, d.plan.Rivals = d.learned, d.rivals
	d.plan.Unasked = d.unasked()
	d.plan.sort()
	return d.plan
}

func newDiffer(verdicts []access.Verdict, c *access.Catalog, st access.State, m Memory, p Policy) *differ {
	d := &differ{
		atlas:   newAtlas(c, m),
		tenant:  newTenant(st, m),
		memory:  m,
		policy:  p,
		blocked: map[Note]int{},
		made:    map[Key]bool{},
		spots:   map[access.Place]spot{},
		asked:   map[GrantKey]bool{},
		weaker:  map[GrantKey]access.Role{},
		ended:   map[GrantKey]*Change{},
		stuck:   map[access.PersonID][]string{},
		leaving: map[access.PersonID]Exit{},
		learned: Learned{
			Folders: map[access.Place]string{}, Groups: map[string]access.GroupID{}, Lost: map[GrantKey]string{},
			Causes: map[GrantKey][]access.Cause{}, Heirs: map[access.PersonID][]access.Heir{},
		},
		plan: Plan{Next: map[access.PersonID]time.Time{}},
	}
	d.verdicts = verdicts
	d.findRivals(verdicts)
	return d
}

// byPerson is the verdicts in the one order, sorted by person.
func byPerson(verdicts []access.Verdict) []access.Verdict {
	order := func(a, b access.Verdict) int {
		return cmp.Or(cmp.Compare(a.Person.Source, b.Person.Source), cmp.Compare(a.Person.ID, b.Person.ID))
	}
	if slices.IsSortedFunc(verdicts, order) {
		return verdicts
	}
	verdicts = slices.Clone(verdicts)
	slices.SortFunc(verdicts, order)
	return verdicts
}

// differ gathers one plan.
type differ struct {
	verdicts []access.Verdict // by person
	now      time.Time
	atlas    *atlas
	tenant   *tenant
	memory   Memory
	policy   Policy
	rivals   Rivals
	blocked  map[Note]int // note without its count -> people
	made     map[Key]bool // creations already in the plan
	spots    map[access.Place]spot
	moves    map[access.PersonID]*move // whose address changes

	asked   map[GrantKey]bool            // what a rule asks for, or may ask for, of what is ours
	weaker  map[GrantKey]access.Role     // of it, where a weaker role is enough by now
	leaning []leaning                    // what is had through a role of ours on a folder above
	ended   map[GrantKey]*Change         // what is taken away of what is ours
	stuck   map[access.PersonID][]string // rules of which something was held or blocked; "": the person as a whole
	leaving map[access.PersonID]Exit     // whose roles of ours all end, and why

	removals []removal // accounts whose time to be deleted has come

	learned Learned
	plan    Plan
	room    []target // of one person at a time
}

// person adds what one person needs.
func (d *differ) person(v *access.Verdict) {
	if exit := d.exit(v); exit != "" {
		d.leave(v, exit)
		return
	}
	d.comeBack(v)
	if v.Skipped != "" {
		d.skip(v, v.Skipped)
		return
	}
	for _, h := range v.Held {
		d.holdRule(v, h)
	}
	if !v.Account && len(v.Wishes) == 0 {
		return
	}
	if why, never := d.policy.Never[v.Email]; never {
		d.skip(v, why)
		return
	}
	account, why := d.tenant.account(v)
	switch {
	case why != "":
		d.skip(v, why)
	case account != nil:
		d.remember(v, account)
		if needs, ok := d.restore(v, account); ok {
			d.checkProfile(v)
			d.grants(v, account.ID, needs)
		}
	case !v.Account:
		d.hold(v, "", "has no account, and no rule that applies asks for one")
	default:
		if need, ok := d.create(v); ok {
			d.grants(v, "", []Key{need})
		}
	}
}

// remember links a person to the account that existed before us.
func (d *differ) remember(v *access.Verdict, a *access.Account) {
	link, linked := d.memory.Links[v.Person]
	if !linked {
		d.learned.Links = append(d.learned.Links, Link{Person: v.Person, Account: a.ID})
		d.tenant.owner[a.ID] = v.Person
	}
	if len(v.Heirs) > 0 && !slices.Equal(v.Heirs, link.Heirs) {
		d.learned.Heirs[v.Person] = v.Heirs
	}
}

// checkProfile says at once that a rule names a profile that is not there, also
// while nobody needs it.
func (d *differ) checkProfile(v *access.Verdict) {
	if _, err := d.atlas.profile(v.Profile); v.Account && err != nil {
		d.block(v, firstRule(v.Causes), err.Error())
	}
}

// create adds the creation of an account and returns its key.
func (d *differ) create(v *access.Verdict) (Key, bool) {
	profile, err := d.atlas.profile(v.Profile)
	if err != nil {
		d.block(v, firstRule(v.Causes), err.Error())
		return "", false
	}
	key := Key("account|" + v.Person.String())
	d.plan.Changes = append(d.plan.Changes, Change{
		Key: key, Op: CreateAccount, Person: v.Person, Email: v.Email, Name: v.Name,
		Profile: profile, Notify: v.Notify, Causes: v.Causes, Turn: d.turn(v.Causes),
	})
	return key, true
}

// turn is the place of a person's account among those that wait for a seat: by the order
// of the rules that ask for it.
func (d *differ) turn(causes []access.Cause) int {
	return max(0, slices.Index(d.policy.Order, firstRule(causes)))
}

// grants adds what is missing of a person's roles. The account exists, or is
// created by one of the changes that the grants need.
func (d *differ) grants(v *access.Verdict, account string, needs []Key) {
	targets := d.targets(v, account)
	lacking := targets[:0]
	for _, t := range targets {
		if d.missing(v, &t, account) {
			lacking = append(lacking, t)
		}
	}
	for _, t := range lacking {
		if d.covered(t, lacking) {
			continue
		}
		c := Change{
			Op: Grant, Person: v.Person, Email: v.Email, Account: account,
			As: t.place.As, Folder: t.folder.ID, Path: t.path(), From: t.from, To: t.role.Name, Causes: t.causes,
		}
		if t.from != "" {
			c.Op = Raise
		}
		c.Key = Key(c.Op.String() + "|" + v.Person.String() + "|" + t.key)
		c.Needs = slices.Clone(needs)
		if t.folder.ID == "" {
			c.Needs = append(c.Needs, d.createFolder(t.place, t.causes))
		}
		d.plan.Changes = append(d.plan.Changes, c)
	}
}

// missing says whether an account lacks the role on a folder, and notes in t which
// weaker one it was given there. One that is inherited is not changed here: a
// grant of its own stands beside it.
func (d *differ) missing(v *access.Verdict, t *target, account string) bool {
	if t.folder.ID != "" && !d.tenant.observed[t.folder.ID] {
		d.hold(v, firstRule(t.causes), "the members of "+string(t.path())+" were not read")
		return false
	}
	if t.folder.ID == "" || account == "" {
		return true
	}
	key := GrantKey{Account: account, Folder: t.folder.ID}
	have, there := d.tenant.grants.find(key)
	if owned, gave := d.memory.Owned[key]; gave {
		d.asked[key] = true
		if !there && owned.Lost == "" && !d.tenant.shown(account) {
			return false // of an account that is suspended, lists need not show what is there
		}
		if cmp.Or(owned.Lost, d.lost(owned, have, there)) != "" {
			return d.yielded(v, t, owned, have, there)
		}
		d.claim(key, owned, t)
	}
	if !there {
		return true
	}
	held, known := d.atlas.known(have.Role)
	if !known {
		d.hold(v, firstRule(t.causes), "holds "+have.Role+" on "+string(t.path())+", whose rank the server does not give")
	}
	if have.Origin == "" || have.Origin == access.OriginUnknown {
		t.from = held.Name
	} else if known && held.Rank >= t.role.Rank {
		d.lean(v, t, account, have.Origin)
	}
	return known && held.Rank < t.role.Rank
}

// createFolder adds the creation of a folder and of the missing ones above it,
// each once, and returns its key.
func (d *differ) createFolder(p access.Place, causes []access.Cause) Key {
	key := Key("folder|" + p.As + "|" + p.Path.Fold())
	if d.made[key] {
		return key
	}
	d.made[key] = true
	above := access.Place{As: p.As, Path: p.Path.Parent()}
	c := Change{Key: key, Op: CreateFolder, As: p.As, Path: p.Path, Causes: causes}
	if f, found, _ := d.atlas.find(above); found {
		c.Parent = f.ID
		d.pin(above)
	} else {
		c.Needs = []Key{d.createFolder(above, causes)}
	}
	d.plan.Changes = append(d.plan.Changes, c)
	return key
}

func firstRule(causes []access.Cause) string {
	if len(causes) == 0 {
		return ""
	}
	return causes[0].Rule
}
