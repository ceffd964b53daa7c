package history

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// mostRoles is how many folders a headline names.
const mostRoles = 5

// Name is what somebody is called.
func (t Then) Name() string {
	return cmp.Or(t.Account.Name, string(t.Account.Email), t.person(), "account "+t.Account.ID)
}

func (t Then) person() string {
	if t.Person == (access.PersonID{}) {
		return ""
	}
	return t.Person.String()
}

// Headline is the answer in one sentence; folder is the one that was asked about, "": all.
func (w Words) Headline(t Then, folder string) string {
	at := w.Clock(t.At)
	where := ""
	if folder != "" {
		where = " on " + folder
	}
	switch {
	case t.Unknown != nil:
		return fmt.Sprintf("Nobody knows what %s held%s at %s: %v.", t.Name(), where, at, t.Unknown)
	case !t.Existed:
		return fmt.Sprintf("%s had no account at %s.", t.Name(), at)
	case len(t.Held) == 0 && len(t.Unseen) > 0:
		return fmt.Sprintf("Nobody knows what %s held%s at %s.", t.Name(), where, at)
	case len(t.Held) == 0 && folder == "":
		return fmt.Sprintf("%s held no role at %s, on any folder that is observed.", t.Name(), at)
	case len(t.Held) == 0:
		return fmt.Sprintf("%s held no role%s at %s.", t.Name(), where, at)
	}
	var what []string
	for i, h := range t.Held {
		if i == mostRoles {
			what = append(what, fmt.Sprintf("roles on %d more folders", len(t.Held)-i))
			break
		}
		what = append(what, w.Role(h))
	}
	return fmt.Sprintf("%s held %s at %s.", t.Name(), List(what), at)
}

// Identity says who that is.
func (t Then) Identity() string {
	parts := []string{cmp.Or(t.person(), "linked to nobody in the directory")}
	if t.Account.ID != "" {
		parts = append(parts, "account "+t.Account.ID)
	}
	if t.Account.Email != "" {
		parts = append(parts, string(t.Account.Email))
	}
	if t.Existed {
		parts = append(parts, t.Account.Kind.String(), t.Account.Status.String())
	}
	return strings.Join(parts, ", ") + "."
}

// Gaps say of which folders nobody knows, and why.
func (t Then) Gaps() (lines []string) {
	for _, u := range t.Unseen {
		text := u.Error()
		if len(t.Held) > 0 {
			text = "only what we did ourselves is known: " + text
		}
		lines = append(lines, "Note: "+text+".")
	}
	return lines
}

// Basis says how old the observation is that the answer rests on.
func (w Words) Basis(t Then) string {
	if t.Observed.IsZero() {
		return "From the ledger alone; when Kiteworks had last been read as a whole is not known."
	}
	return fmt.Sprintf("As last seen at %s, when a full run had read Kiteworks, and with what we did since; "+
		"what others did between that and %s is not in it.", w.Clock(t.Observed), w.Clock(t.At))
}

// ByNow is what has become of one change that a run in mode observe would have made.
func (w Words) ByNow(f Fate) string {
	switch {
	case f.Unknown != "":
		return "not known: " + f.Unknown
	case f.Held == nil && f.So:
		return "there"
	case f.Held == nil:
		return "not so"
	case !f.So:
		return "not so: " + f.Held.Grant.Role + ". " + w.Giver(*f.Held)
	}
	return "so since " + w.Clock(f.Held.Begun) + ". " + w.Giver(*f.Held)
}

// Outlook says how much of what a run in mode observe would have done is so by now.
func (w Words) Outlook(a Aftermath) string {
	seen := "as last seen"
	if !a.Observed.IsZero() {
		seen += " at " + w.Clock(a.Observed) + ", when a full run had read Kiteworks"
	}
	return fmt.Sprintf("Of these %d, %d are so by now, %s.", len(a.Fates), a.So(), seen)
}

// More is how many changes would have been made besides those that were kept; 0: none.
func (a Aftermath) More(r Run) int {
	total := 0
	for _, n := range r.WouldBe {
		total += n
	}
	return max(0, total-len(a.Fates))
}
