package sync

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

const (
	// mostSought is how many people a run looks for who are not where they were: what a
	// directory has lost by mistake is many more, and then each search is one too many.
	mostSought = 500
	// mostDeaf is how many searches in a row may fail before the others are not tried.
	mostDeaf = 3
	// notSought is why of somebody nothing is known.
	notSought = "is not in what was read of the directory, and was not looked for: too many are missing at once, the next run goes on"
)

// missing are the people to be looked for: those whom we know, and who are not in what was
// read of the directory. A run about everybody has all of them, another those it was told of.
func (v *view) missing(m plan.Memory) []access.PersonID {
	if v.about == nil {
		v.absent = v.absent[:0]
		for id := range m.Links {
			if _, there := v.person(id); !there {
				v.absent = append(v.absent, id)
			}
		}
		slices.SortFunc(v.absent, access.PersonID.Compare)
	}
	return slices.DeleteFunc(slices.Clone(v.absent), func(id access.PersonID) bool {
		link, linked := m.Links[id]
		return !linked || link.Deleted
	})
}

// seek looks afresh for those who are missing; where they are too many, each run begins
// where the last one has ended. Of the others what was found earlier stands, until what they
// have is to be taken away: then they are looked for again.
func (v *view) seek(ctx context.Context, m plan.Memory) {
	missing := v.missing(m)
	n, first, deaf := len(missing), 0, 0
	if n > mostSought {
		first = int(v.report.Run) * mostSought % n
	}
	for i := range missing {
		id := missing[(first+i)%n]
		proof, why := access.Proof{Standing: departed(m.Leaving[id].Exit)}, notSought
		if i < mostSought && deaf < mostDeaf && v.prover != nil {
			var err error
			if proof, err = v.prover.Person(ctx, id); err != nil {
				proof, why = access.Proof{}, fmt.Sprintf("is not in what was read of the directory, and could not be looked for: %v", err)
				deaf++
			} else {
				deaf, why = 0, ""
			}
		}
		v.lost = append(v.lost, lost(id, proof, why))
	}
}

// departed is the standing of those who have left for good in a known way; zero: they have not.
func departed(exit plan.Exit) access.Standing {
	switch exit {
	case plan.ExitDisabled:
		return access.Disabled
	case plan.ExitExpired:
		return access.Expired
	case plan.ExitGone:
		return access.Gone
	}
	return 0
}

// lost is the verdict of somebody who was looked for, and why nothing is known of them; "": it
// is. Who is in place after all is left to the next run, which sees them whole.
func lost(id access.PersonID, proof access.Proof, why string) access.Verdict {
	switch {
	case proof.Standing == access.Unknown, proof.Standing == 0:
		proof.Standing = access.Unknown
		why = cmp.Or(why, "is in the directory, which does not say what has become of them")
	case proof.Standing == access.Active:
		proof.Standing = access.Unknown
		why = "is in the directory by now, and was not in what was read of it: the next run sees them"
	case proof.Why != "":
		why = fmt.Sprintf("is %s: %s", proof.Standing, proof.Why)
	default:
		why = fmt.Sprintf("is %s", proof.Standing)
	}
	return access.Verdict{Person: id, DN: proof.DN, Standing: proof.Standing, Skipped: why}
}

// address calls those who were looked for what they are called at Kiteworks, and finds who else
// has their address by now.
func (v *view) address(m plan.Memory) {
	if len(v.lost) == 0 {
		return
	}
	v.emails, v.heirs = make(map[string]access.Email, len(v.state.Accounts)), map[access.Email]*access.Person{}
	for i := range v.state.Accounts {
		v.emails[v.state.Accounts[i].ID] = v.state.Accounts[i].Email
	}
	for i := range v.snapshot.People {
		if p := &v.snapshot.People[i]; p.Email != "" {
			v.heirs[p.Email] = p
		}
	}
	for i := len(v.verdicts) - len(v.lost); i < len(v.verdicts); i++ {
		v.succeed(&v.verdicts[i], m)
	}
}

// succeed names somebody who was looked for by their account. Where the directory gives the
// address to another entry, they may be one and the same, as in a directory built anew, or
// the other may have inherited it: neither is decided here.
func (v *view) succeed(d *access.Verdict, m plan.Memory) {
	d.Email = v.emails[m.Links[d.Person].Account]
	other, taken := v.heirs[d.Email]
	if d.Email == "" || !taken || d.Standing != access.Gone && d.Standing != access.OutOfScope {
		return
	}
	if m.Links[other.ID].Account != "" { // whoever has an account of their own is somebody else
		return
	}
	d.Standing = access.Unknown
	d.Skipped += fmt.Sprintf("; %s (%s) has the address by now, the same person with a new id or another one: decide with `kw-onboarder link`", other.DN, other.ID)
}
