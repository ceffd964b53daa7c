package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

const (
	afterHint = "write days or hours, counted from when the person was first seen to have left: 0h, 7d"
	orderHint = "suspend comes first, then revoke, then delete: what can be undone stands before what cannot"
	heirHint  = "write manager, an address such as archive@corp.example, or a template: \"{{ .secretary }}\""
)

// checkLadders checks what happens to leavers. Behind it an heir is spelt as it is compared.
func (f *findings) checkLadders(c *Config) {
	named, barred := map[Exit]string{}, barredHeirs(&c.Kiteworks) // named: where
	for i, l := range c.Leavers {
		path := fmt.Sprintf("leavers[%d]", i)
		f.checkWho(path+".who", l.Who, named)
		f.checkSteps(path+".steps", l.Steps)
		for n := range l.Steps {
			f.checkHeirs(fmt.Sprintf("%s.steps[%d]", path, n), &l.Steps[n], barred)
		}
	}
}

func (f *findings) checkWho(path string, who []Exit, named map[Exit]string) {
	if len(who) == 0 {
		f.report(path, "is missing: who of those that have left?", exitHint)
	}
	for i, way := range who {
		at := fmt.Sprintf("%s[%d]", path, i)
		if first, again := named[way]; again && way != 0 {
			f.report(at, fmt.Sprintf("%s is named at %s already", way, first), "name each way once: its steps stand in one place")
			continue
		}
		named[way] = at
	}
}

func (f *findings) checkSteps(path string, steps []Step) {
	if len(steps) == 0 {
		f.report(path, "is missing: what becomes of them?", "write an item for each step, such as {after: 0h, do: suspend}")
	}
	for i, s := range steps {
		at := fmt.Sprintf("%s[%d]", path, i)
		switch {
		case !f.given(at + ".after"):
			f.report(at+".after", "is missing", afterHint)
		case i > 0 && s.After < steps[i-1].After:
			f.report(at+".after", fmt.Sprintf("is sooner than %s, when the step before it happens", steps[i-1].After),
				"write the steps in the order in which they happen; each is counted from when the person was first seen to have left")
		}
		f.checkDeed(at+".do", s.Do, steps[:i])
	}
	does := func(do Deed) int { return slices.IndexFunc(steps, func(s Step) bool { return s.Do == do }) }
	if i := does(DeleteAccount); i >= 0 && does(SuspendAccount) < 0 && does(0) < 0 { // one in the wrong place, or misspelt, is told above
		f.report(fmt.Sprintf("%s[%d].do", path, i), "deletes an account that no step has suspended before",
			"write a step to suspend in front of it: a mistake is then noticed while it can be undone")
	}
}

// checkDeed wants a deed that none of the steps before it has done or made pointless.
func (f *findings) checkDeed(path string, do Deed, before []Step) {
	if do == 0 {
		f.report(path, "is missing", deedHint)
		return
	}
	for i, s := range before {
		switch {
		case s.Do == do:
			f.report(path, fmt.Sprintf("%s is done by the step at [%d] already", do, i), "keep one of them")
		case s.Do > do:
			f.report(path, fmt.Sprintf("%s stands behind %s, at [%d]", do, s.Do, i), orderHint)
		}
	}
}

// checkHeirs says of each deletion what happens to the data: that has no default.
func (f *findings) checkHeirs(path string, s *Step, barred map[access.Email]string) {
	if s.Do == SuspendAccount || s.Do == RevokeGrants {
		for _, key := range []string{".data_to", ".or_to"} {
			if f.given(path + key) {
				f.report(path+key, fmt.Sprintf("is about accounts that are deleted, and this step is to %s", s.Do), "leave it out, or move it to the step that deletes")
			}
		}
	}
	if s.Do == DeleteAccount && !f.given(path+".data_to") {
		f.report(path+".data_to", "is missing: who gets the data of an account that is deleted?", heirHint)
	}
	s.DataTo = f.checkHeir(path+".data_to", s.DataTo, barred)
	s.OrTo = f.checkHeir(path+".or_to", s.OrTo, barred)
	if s.OrTo != "" && s.OrTo == s.DataTo {
		f.report(path+".or_to", "is the same as data_to", "name somebody else, or leave it out: then the deletion waits until somebody can have the data")
	}
}

// checkHeir returns the heir as it is compared.
func (f *findings) checkHeir(path, expr string, barred map[access.Email]string) string {
	expr = strings.TrimSpace(expr)
	if !f.given(path) || isFoundOut(expr) {
		return expr
	}
	e, err := access.ParseEmail(expr)
	if err != nil {
		f.report(path, "is neither manager, nor an address, nor a template", heirHint)
		return expr
	}
	if why := barred[e]; why != "" {
		f.report(path, why, "name somebody who may have the data, such as an account that is kept as an archive")
	}
	return string(e)
}

// barredHeirs are the addresses that get nobody's data, and why.
func barredHeirs(k *Kiteworks) map[access.Email]string {
	barred := map[access.Email]string{}
	for _, e := range k.NeverTouch {
		barred[e] = fmt.Sprintf("%s is listed in kiteworks.never_touch: its account is given nothing", e)
	}
	for _, e := range k.Identities.All() {
		barred[e] = fmt.Sprintf("%s is one of kiteworks.identities: these are service accounts, and inherit nothing", e)
	}
	return barred
}
