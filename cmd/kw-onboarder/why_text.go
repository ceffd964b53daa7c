package main

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/rules"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// whyText prints the answer about one person for a person to read: the answer,
// then what it rests on.
type whyText struct {
	out   io.Writer
	paint paint
	why   *kwsync.Why
	a     *kwsync.Answer
}

func (t whyText) print() {
	t.line("%s", t.paint.bold(t.headline()))
	p := &t.a.Person
	t.line("%s, %s, %s in the directory.", orElse(string(p.Email), "no e-mail address"), cmp.Or(p.DN, p.ID.String()), p.Standing)
	if t.a.Now == nil {
		t.offline()
	}
	for i := range t.a.Rules {
		if r := &t.a.Rules[i]; !t.aside(r) {
			t.line("")
			t.rule(r)
		}
	}
	t.others()
	t.contest()
	if t.a.Now != nil {
		t.now()
	}
}

// offline says what the answer rests on where nobody was asked, and what of it is in doubt.
func (t whyText) offline() {
	t.line("%s", t.paint.yellow(fmt.Sprintf("The directory is as of %s, from a snapshot, and so are roles, profiles and folders; Kiteworks was not asked.", t.why.Taken.UTC().Format(time.RFC3339))))
	for _, d := range t.a.Doubts {
		t.line("  ! %s", t.paint.yellow("in doubt: "+doubt(d)))
	}
}

// doubt is one with the folders that it is about, or some of them.
func doubt(d kwsync.Doubt) string {
	var on []string
	for i, path := range d.On {
		if i == mostSpots {
			on = append(on, fmt.Sprintf("%d more", len(d.On)-i))
			break
		}
		on = append(on, string(path))
	}
	if len(on) == 0 {
		return d.Why
	}
	return "on " + list(on) + ", " + d.Why
}

func (t whyText) line(format string, args ...any) { fmt.Fprintf(t.out, format+"\n", args...) }

// name is what the person is called here.
func (t whyText) name() string {
	p := &t.a.Person
	return cmp.Or(p.Name, string(p.Email), p.DN, p.ID.String())
}

// aside says whether a line is enough for a rule: it does not apply, and nobody has
// asked about a folder of it.
func (t whyText) aside(r *kwsync.Reasoning) bool {
	return r.Outcome == rules.NoMatch && t.why.Folder == ""
}

// others prints the rules that do not apply, each with the parts that decided so.
func (t whyText) others() {
	head := "\nThese rules do not apply:"
	for i := range t.a.Rules {
		r := &t.a.Rules[i]
		if !t.aside(r) {
			continue
		}
		var failing []string
		for _, p := range r.Parts {
			if !p.Holds {
				failing = append(failing, t.part(p))
			}
		}
		if head != "" {
			t.line("%s", head)
			head = ""
		}
		t.line("  %s: %s", r.Rule, strings.Join(failing, "; "))
	}
}

// rule prints what became of a rule, and why.
func (t whyText) rule(r *kwsync.Reasoning) {
	switch r.Outcome {
	case rules.Given:
		if t.elsewhere(r) {
			t.line("Rule %s applies, but gives nothing on this folder.", r.Rule)
			break
		}
		t.line("Rule %s applies.", r.Rule)
	case rules.Waiting:
		t.line("Rule %s applies, and gives nothing at this time.", r.Rule)
	case rules.Undecided:
		t.line("%s", t.paint.yellow(fmt.Sprintf("Rule %s is held: nothing new is given by it.", r.Rule)))
	default:
		t.line("Rule %s does not apply.", r.Rule)
	}
	for _, p := range r.Parts {
		t.line("  %s", t.part(p))
	}
	for _, why := range r.Held {
		t.line("  Held, because %s.", t.paint.yellow(why))
	}
	for _, g := range r.Grants {
		t.line("  %s", t.given(g))
	}
	if r.Account != nil {
		t.line("  It asks for %s.", account(r.Account))
	}
	t.offers(r)
}

// elsewhere says whether a rule applies and gives nothing on the folder in question.
func (t whyText) elsewhere(r *kwsync.Reasoning) bool { return t.why.Folder != "" && len(r.Grants) == 0 }

// offers prints what a rule would have given, if it is but one part of its condition
// that stands against it.
func (t whyText) offers(r *kwsync.Reasoning) {
	for _, o := range r.Offers {
		switch {
		case o.Why != "" && r.Outcome != rules.Undecided:
			t.line("  Where it would give %s cannot be told: %s.", o.Role, o.Why)
		case o.Why != "":
		case o.Named != "" && !o.Member && hindrances(r, "group_like") == 0:
			t.line("  Members of group %s get %s on %s by it; %s is not in that group.", o.Named, o.Role, spelt(o.Place), t.name())
		case o.Named != "" && !o.Member:
		case r.Outcome == rules.NoMatch && hindrances(r, "") == 1, r.Outcome == rules.Undecided && hindrances(r, "") == 0:
			t.line("  It would give %s on %s.", o.Role, spelt(o.Place))
		}
	}
}

// hindrances counts the parts of a condition, but for one, that do not hold.
func hindrances(r *kwsync.Reasoning, but string) (n int) {
	for _, p := range r.Parts {
		if !p.Holds && p.Why == "" && p.Key != but {
			n++
		}
	}
	return n
}

func spelt(p access.Place) string { return orElse(string(p.Path), "folder "+p.FolderID) }

func account(a *rules.GivenAccount) string {
	text := "an account"
	if a.Name != "" {
		text += fmt.Sprintf(" called %q", a.Name)
	}
	if a.Profile != "" {
		text += " with profile " + a.Profile
	}
	return text
}

// given is one grant of a rule that applies.
func (t whyText) given(g rules.GivenGrant) string {
	const minute = "2006-01-02 15:04 UTC"
	switch g.Term.Phase {
	case rules.Early:
		if g.Term.From.IsZero() {
			return fmt.Sprintf("It does not give %s: the date from which it would never comes.", g.Wish.Role)
		}
		return fmt.Sprintf("It does not give %s yet: it does from %s.", g.Wish.Role, g.Term.From.UTC().Format(minute))
	case rules.Over:
		return fmt.Sprintf("It does not give %s any more: its time ended at %s. What was given before is taken away in mode sync.", g.Wish.Role, g.Term.Until.UTC().Format(minute))
	case rules.NoDate:
		return fmt.Sprintf("It does not give %s: the date that it needs is not in the entry.", g.Wish.Role)
	}
	gives, until := "gives", ""
	if t.a.Skipped != "" {
		gives = "would give"
	}
	if !g.Term.Until.IsZero() {
		until = ", until " + g.Term.Until.UTC().Format(minute)
	}
	return fmt.Sprintf("It %s %s on %s%s.", gives, g.Wish.Role, spelt(g.Wish.Place), until)
}

// contest prints what counts where several rules meet.
func (t whyText) contest() {
	var lines []string
	for _, s := range t.a.Spots {
		for _, c := range s.Claims[1:] {
			if c.Rank < s.Claims[0].Rank {
				lines = append(lines, fmt.Sprintf("On %s %s of rule %s counts: %s.", s.Path, s.Claims[0].Role, s.Claims[0].Rule, beaten(c)))
			}
		}
	}
	lines = append(lines, first("Profile", t.a.Account.Profiles)...)
	lines = append(lines, first("Name", t.a.Account.Names)...)
	if len(lines) > 0 {
		t.line("\n%s", strings.Join(lines, "\n"))
	}
}

// beaten says why a role does not count.
func beaten(c kwsync.Claim) string {
	if c.Rank == 0 {
		return fmt.Sprintf("the server has no role %q, which rule %s names: correct it there", c.Role, c.Rule)
	}
	return fmt.Sprintf("it is stronger than %s of rule %s", c.Role, c.Rule)
}

// first says which of several choices counts.
func first(what string, all []kwsync.Choice) (lines []string) {
	for i, c := range all {
		if c.Value != all[0].Value {
			lines = append(lines, fmt.Sprintf("%s %s of rule %s counts: it comes before rule %s, which says %s.", what, all[0].Value, all[0].Rule, all[i].Rule, c.Value))
		}
	}
	return lines
}
