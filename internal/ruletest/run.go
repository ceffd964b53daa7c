package ruletest

import (
	"slices"
	"strings"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/rules"
)

// Summary is what all cases came to.
type Summary struct {
	Results   []Result
	Rules     int      // of the configuration
	Unmatched []string // rules that no case has matched, in their order
	Held      []string // rules that were held in each case that they could match, alike
}

// Result is what one case came to. It passes if there is no Difference.
type Result struct {
	File        string
	Line        int
	Case        string
	Differences []Difference
	Notes       []string // what may explain them, or why it means little that there is none
	Matched     []string // rules, in their order
	Held        []string // alike
}

// Difference is one expectation that is not met.
type Difference struct {
	What    string   // account, profile, name, held, now, or a folder
	Want    string   //
	Got     string   //
	Because []Reason // what the rules that decided it, or could have, came to
}

// Reason is what one rule came to, in words.
type Reason struct {
	Rule string
	Text string
}

// Failed is how many cases do not pass.
func (s *Summary) Failed() int {
	n := 0
	for _, r := range s.Results {
		if len(r.Differences) > 0 {
			n++
		}
	}
	return n
}

// Run runs all cases of the files against the rules.
func Run(cfg *config.Config, files []*File) Summary {
	s := Summary{Rules: cfg.Set.Len()}
	matched, held := map[string]bool{}, map[string]bool{}
	for _, f := range files {
		b := newBench(cfg, f.Compare)
		for i := range f.Cases {
			r := b.run(f, &f.Cases[i])
			for _, rule := range r.Matched {
				matched[rule] = true
			}
			for _, rule := range r.Held {
				held[rule] = true
			}
			s.Results = append(s.Results, r)
		}
	}
	for _, rule := range cfg.Set.Names() {
		switch {
		case matched[rule]:
		case held[rule]:
			s.Held = append(s.Held, rule)
		default:
			s.Unmatched = append(s.Unmatched, rule)
		}
	}
	return s
}

// bench is what the cases of a file have in common.
type bench struct {
	cfg   *config.Config
	world *world
	match map[string]access.Match
	bound *rules.Bound // to that world

	spread *spread
}

func newBench(cfg *config.Config, compare map[string]Match) *bench {
	b := &bench{cfg: cfg, world: newWorld(cfg), spread: newSpread(cfg), match: make(map[string]access.Match, len(compare))}
	for attribute, match := range compare {
		b.match[attribute] = access.Match(match)
	}
	b.bound = b.bind(b.world)
	return b
}

// bind leaves people out: no case has a second one, who could share an address.
func (b *bench) bind(w *world) *rules.Bound {
	return b.cfg.Set.Bind(&access.Snapshot{Groups: w.groups, Match: b.match}, rules.Known{})
}

func (b *bench) run(f *File, t *Case) Result {
	o := b.evaluate(t)
	r := Result{File: f.Name, Line: t.Line, Case: t.Name, Differences: o.compare(t), Matched: o.matched(), Held: o.heldRules()}
	if len(r.Differences) > 0 && o.verdict.Skipped != "" {
		r.Notes = append(r.Notes, "the person gets nothing: "+o.verdict.Skipped)
	}
	r.Notes = append(r.Notes, o.notes(t)...)
	return r
}

// evaluate puts the person of a case into a world and asks the rules about them.
func (b *bench) evaluate(t *Case) outcome {
	w := b.world.another()
	p := w.person(b.cfg, &t.Person)
	bound := b.bound
	if w.differs {
		bound = b.bind(w)
	}
	var now time.Time
	if t.Now != nil {
		now, _ = t.Now.in(b.cfg.Location) // it has been read before
	}
	return outcome{cfg: b.cfg, world: w, spread: b.spread, person: &p, verdict: bound.Evaluate(&p, now), rules: bound.Explain(&p, now)}
}

// person is the person of a case. What it leaves open does no harm.
func (w *world) person(cfg *config.Config, p *Person) access.Person {
	out := access.Person{
		ID: access.PersonID{Source: w.sources[0], ID: "person"}, DN: p.DN,
		Email: p.Mail, Name: p.Name, Standing: access.Standing(p.Standing), Attrs: map[string][]string{},
	}
	switch {
	case p.NoMail:
		out.NoEmail = "no e-mail address"
	case out.Email == "":
		out.Email = "person@example.test"
	}
	if out.Name == "" {
		out.Name = "Person"
	}
	if out.DN == "" {
		out.DN = "CN=Person" // below nothing
	}
	if out.Standing == 0 {
		out.Standing = access.Active
	}
	people := cfg.Directories[0].People
	for attribute, value := range map[string]string{people.Email.From[0]: string(p.Mail), people.Name: p.Name} {
		if value != "" {
			out.Attrs[strings.ToLower(attribute)] = []string{value}
		}
	}
	for attribute, all := range values(p.Attributes) {
		out.Attrs[attribute] = all
	}
	for _, g := range p.Groups {
		out.Groups = append(out.Groups, w.add(w.read(g)))
	}
	slices.Sort(out.Groups)
	out.Groups = slices.Compact(out.Groups)
	return out
}

// outcome is what the rules say of the person of one case.
type outcome struct {
	cfg     *config.Config
	world   *world
	spread  *spread
	person  *access.Person
	verdict access.Verdict
	rules   []rules.Explanation // as cfg.Rules
}

// matched are the rules that the case tries: of somebody who is skipped, none.
func (o *outcome) matched() []string {
	var names []string
	for _, e := range o.rules {
		if o.verdict.Skipped == "" && (e.Outcome == rules.Given || e.Outcome == rules.Waiting) {
			names = append(names, e.Rule)
		}
	}
	return names
}
