package ruletest

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/rules"
)

const nothing = "nothing"

// compare lists where the expectation is not met, in the order of its keys.
func (o *outcome) compare(t *Case) []Difference {
	if t.Now == nil {
		if dated := o.dated(); len(dated) > 0 {
			return []Difference{{What: "now", Want: "a moment in the case", Got: "none", Because: dated}}
		}
	}
	e := &t.Expect
	all := o.account(e.Account)
	got := o.grants()
	for _, folder := range slices.Sorted(maps.Keys(e.Grants)) {
		all = append(all, o.folder(got, folder, e.Grants[folder], true)...)
	}
	for _, folder := range slices.Sorted(maps.Keys(e.AtLeast)) {
		all = append(all, o.folder(got, folder, e.AtLeast[folder], false)...)
	}
	if e.Grants != nil {
		all = append(all, o.surplus(got, e)...)
	}
	for _, folder := range e.Not {
		all = append(all, o.not(got, folder)...)
	}
	return append(all, o.held(e.Held)...)
}

// dated are the rules whose dates decide by a moment, which the case does not give.
func (o *outcome) dated() []Reason {
	var all []Reason
	for _, e := range o.rules {
		if slices.ContainsFunc(e.Grants, func(g rules.GivenGrant) bool { return !g.Term.From.IsZero() || !g.Term.Until.IsZero() }) {
			all = append(all, Reason{e.Rule, "gives by dates of the person: add `now` to the case, such as now: 2026-06-15"})
		}
	}
	return all
}

func (o *outcome) account(want *Account) []Difference {
	if want == nil {
		return nil
	}
	if o.verdict.Account == want.None {
		return []Difference{{What: "account", Want: yes(!want.None), Got: yes(o.verdict.Account), Because: o.ofAccount(want.None)}}
	}
	var all []Difference
	if want.Profile != "" && !same(want.Profile, o.verdict.Profile) {
		all = append(all, Difference{What: "profile", Want: want.Profile, Got: orNothing(o.verdict.Profile), Because: o.ofAccount(true)})
	}
	if want.Name != "" && want.Name != o.verdict.Name {
		all = append(all, Difference{What: "name", Want: want.Name, Got: o.verdict.Name, Because: o.ofAccount(true)})
	}
	return all
}

// given is what is given on one folder.
type given struct {
	folder string // as the rule has it
	roles  []string
	wishes []access.Wish
}

// grants are the wishes by folder. Which of several roles counts is for the server
// to say, which ranks them.
func (o *outcome) grants() map[string]*given {
	all := map[string]*given{}
	for _, w := range o.verdict.Wishes {
		folder := w.Place.FolderID
		if folder == "" {
			folder = string(w.Place.Path)
		}
		g := all[key(folder)]
		if g == nil {
			g = &given{folder: folder}
			all[key(folder)] = g
		}
		if g.wishes = append(g.wishes, w); !has(g.roles, w.Role) {
			g.roles = append(g.roles, w.Role)
		}
	}
	return all
}

// folder compares the roles on one folder: exactly, or whether those wanted are among them.
func (o *outcome) folder(got map[string]*given, folder string, want config.Few, exact bool) []Difference {
	g := got[key(folder)]
	if g == nil {
		g = &given{folder: folder}
	}
	missing := slices.ContainsFunc(want, func(role string) bool { return !has(g.roles, role) })
	more := exact && slices.ContainsFunc(g.roles, func(role string) bool { return !has(want, role) })
	if !missing && !more {
		return nil
	}
	d := Difference{What: folder, Want: orNothing(strings.Join(want, ", ")), Got: orNothing(strings.Join(g.roles, ", "))}
	d.Because = o.giving(g)
	if missing {
		d.Because = append(d.Because, o.notGiving(folder, want, g)...)
	}
	return []Difference{d}
}

// surplus are the folders that the list of all grants does not name, and `not` does not either.
func (o *outcome) surplus(got map[string]*given, e *Expect) []Difference {
	var all []Difference
	for _, at := range slices.Sorted(maps.Keys(got)) {
		_, listed := find(e.Grants, got[at].folder)
		if !listed && !slices.ContainsFunc(e.Not, func(folder string) bool { return key(folder) == at }) {
			all = append(all, o.folder(got, got[at].folder, nil, true)...)
		}
	}
	return all
}

// held compares the rules that are held.
func (o *outcome) held(want []string) []Difference {
	if want == nil {
		return nil
	}
	got := o.heldRules()
	var because []Reason
	for _, e := range o.rules {
		if has(want, e.Rule) != has(got, e.Rule) {
			because = append(because, o.reason(e))
		}
	}
	if len(because) == 0 {
		return nil
	}
	return []Difference{{What: "held", Want: orNothing(strings.Join(want, ", ")), Got: orNothing(strings.Join(got, ", ")), Because: because}}
}

// heldRules are the rules that are held, each once, in their order.
func (o *outcome) heldRules() []string {
	var all []string
	for _, h := range o.verdict.Held {
		if !has(all, h.Rule) {
			all = append(all, h.Rule)
		}
	}
	return all
}

func has(all []string, text string) bool {
	return slices.ContainsFunc(all, func(other string) bool { return same(other, text) })
}

func orNothing(text string) string {
	if text == "" {
		return nothing
	}
	return text
}

func yes(is bool) string {
	if is {
		return "yes"
	}
	return "no"
}

func quote(text string) string { return strconv.Quote(text) }
