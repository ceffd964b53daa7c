package sync_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/guard"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	"github.com/kw-onboarder/kw-onboarder/internal/rules"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// prover is the directory at a moment later than the snapshot.
type prover struct {
	people map[string]access.Proof // by id; absent: as the snapshot has them, or gone
	groups map[string]access.Proof
	in     map[string][]access.GroupID
	fail   map[string]error // by id of a person or group

	stage  *stage
	asked  []string
	closed int
}

func (p *prover) Person(_ context.Context, id access.PersonID) (access.Proof, error) {
	p.asked = append(p.asked, id.ID)
	if err := p.fail[id.ID]; err != nil {
		return access.Proof{}, err
	}
	if found, said := p.people[id.ID]; said {
		return found, nil
	}
	for _, q := range p.stage.snapshot.People {
		if q.ID == id {
			proof := access.Proof{Standing: q.Standing, DN: q.DN}
			if q.Standing == access.Active {
				proof.Person = &q
			}
			return proof, nil
		}
	}
	return access.Proof{Standing: access.Gone, Why: "no entry has its id"}, nil
}

func (p *prover) Groups(_ context.Context, id access.PersonID) ([]access.GroupID, error) {
	return p.in[id.ID], p.fail["groups of "+id.ID]
}

func (p *prover) Group(_ context.Context, id access.GroupID) (access.Proof, error) {
	if found, said := p.groups[id.ID]; said {
		return found, nil
	}
	return access.Proof{Standing: access.Active}, p.fail[id.ID]
}

func (p *prover) Close() { p.closed++ }

// proving wires a stage to a prover, in mode sync with ladders: who is disabled or gone is
// suspended at once, and loses what we gave a week later.
func (s *stage) proving(t *testing.T) (*kwsync.Runner, *prover) {
	t.Helper()
	s.mode = guard.Sync
	r, p := s.runner(t), &prover{stage: s}
	r.Prove = func() kwsync.Prover { return p }
	ladder := plan.Ladder{{Do: plan.Suspend}, {After: 7 * 24 * time.Hour, Do: plan.Revoke}}
	r.Policy.Leavers = map[plan.Exit]plan.Ladder{plan.ExitDisabled: ladder, plan.ExitGone: ladder}
	r.Policy.Existing = true
	return r, p
}

// holds gives somebody an account that we made, and a role of ours on a folder.
func (s *stage) holds(name, folder, rule string, via ...access.GroupID) *stage {
	account := "u-" + name
	if !slices.ContainsFunc(s.state.Accounts, func(a access.Account) bool { return a.ID == account }) {
		s.account(name)
	}
	s.memory.Links[id(name)] = plan.Link{Person: id(name), Account: account, Created: true}
	s.state.Grants = append(s.state.Grants, access.Grant{Account: account, Folder: folder, Role: "Viewer"})
	s.memory.Owned[plan.GrantKey{Account: account, Folder: folder}] = access.Owned{
		Person: id(name), Account: account, Folder: folder, As: as, Role: "Viewer", Causes: []access.Cause{{Rule: rule, Via: via}},
	}
	return s
}

// withheld is what was withheld and why, in one line each.
func withheld(rep *kwsync.Report) []string {
	var out []string
	for _, w := range rep.Withheld {
		out = append(out, fmt.Sprintf("%s %s: %s", w.Brake, w.Change.Key, w.Why))
	}
	return out
}

// transferred is ann, who has moved from Fin to IT.
func transferred() *stage {
	return newStage().person("ann", "IT").folder("f-fin", "/Dep/Fin").folder("f-it", "/Dep/IT").holds("ann", "f-fin", "staff")
}

// TestP02_WhatNarrowsIsProvedAfresh: right before it is sent, the person is looked at again, and
// only what comes out again is sent. What widens needs no proof.
func TestP02_WhatNarrowsIsProvedAfresh(t *testing.T) {
	t.Parallel()
	back := access.Proof{Standing: access.Active, Person: &access.Person{
		ID: id("ann"), Email: "ann@corp.example", Name: "ann", Standing: access.Active, Attrs: map[string][]string{"department": {"Fin"}},
	}}
	blank := access.Proof{Standing: access.Active, Person: &access.Person{ID: id("ann"), Email: "ann@corp.example", Name: "ann", Standing: access.Active}}
	const key = "revoke|dir:ann|f-fin"
	for name, test := range map[string]struct {
		now  func(p *prover)
		sent []string
		why  []string
	}{
		"confirmed": {now: func(*prover) {}, sent: []string{"grant|dir:ann|f-it", key}},
		"the directory does not answer": {
			now:  func(p *prover) { p.fail = map[string]error{"ann": errors.New("the server is down")} },
			sent: []string{"grant|dir:ann|f-it"}, why: []string{"proof " + key + ": could not be looked at afresh: the server is down"},
		},
		"back in the old department": {
			now:  func(p *prover) { p.people = map[string]access.Proof{"ann": back} },
			sent: []string{"grant|dir:ann|f-it"}, why: []string{"proof " + key + ": looked at afresh, the directory does not ask for it"},
		},
		"the attribute is not readable any more": {
			now:  func(p *prover) { p.people = map[string]access.Proof{"ann": blank} },
			sent: []string{"grant|dir:ann|f-it"}, why: []string{"proof " + key + ": looked at afresh, the directory does not ask for it"},
		},
		"nobody knows": {
			now:  func(p *prover) { p.people = map[string]access.Proof{"ann": {Standing: access.Unknown}} },
			sent: []string{"grant|dir:ann|f-it"}, why: []string{"proof " + key + ": looked at afresh, the directory does not ask for it"},
		},
		"the groups do not answer": {
			now:  func(p *prover) { p.fail = map[string]error{"groups of ann": errors.New("time limit exceeded")} },
			sent: []string{"grant|dir:ann|f-it"}, why: []string{"proof " + key + ": the groups could not be looked at afresh: time limit exceeded"},
		},
		"in a group that is new": {
			now: func(p *prover) {
				p.in = map[string][]access.GroupID{"ann": {{Source: "dir", ID: "new"}}}
			},
			sent: []string{"grant|dir:ann|f-it"}, why: []string{"proof " + key + ": looked at afresh, the person is in the group dir:new, which is new: the next run sees it"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := transferred()
			r, p := s.proving(t)
			test.now(p)
			rep, err := r.Run(t.Context(), full)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.sent, keys(s.sent)); diff != "" {
				t.Errorf("sent (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.why, withheld(&rep)); diff != "" {
				t.Errorf("withheld (-want +got):\n%s", diff)
			}
			if rep.Result() != kwsync.Done || len(rep.Outcomes) != len(rep.Plan.Changes) || p.closed != 1 {
				t.Errorf("%s, %d outcomes of %d changes, the prover closed %d times; want done, alike, once", rep.Result(), len(rep.Outcomes), len(rep.Plan.Changes), p.closed)
			}
			if due := slices.Contains(s.due, id("ann")); due != (len(test.why) > 0) {
				t.Errorf("looked at again at once: %v, want it if something was withheld", due)
			}
		})
	}
}

// TestP02_NothingNarrowsWithoutTheMeansToProve: as a runner is that nobody has given any.
func TestP02_NothingNarrowsWithoutTheMeansToProve(t *testing.T) {
	t.Parallel()
	s := transferred()
	r, _ := s.proving(t)
	r.Prove = nil
	rep, err := r.Run(t.Context(), full)
	if err != nil || !slices.Equal(keys(s.sent), []string{"grant|dir:ann|f-it"}) {
		t.Errorf("Run: %v, sent %v; want what widens", err, keys(s.sent))
	}
	if got := withheld(&rep); !slices.Equal(got, []string{"proof revoke|dir:ann|f-fin: nobody can be looked at afresh in this run"}) {
		t.Errorf("withheld %q", got)
	}
}

// TestP02_AGroupThatIsGoneTakesNothingByItself: not unless somebody has looked at what ends.
func TestP02_AGroupThatIsGoneTakesNothingByItself(t *testing.T) {
	t.Parallel()
	devs := access.GroupID{Source: "dir", ID: "devs"}
	for name, test := range map[string]struct {
		group    access.Proof
		fail     error
		approved bool
		why      []string
	}{
		"it is there": {group: access.Proof{Standing: access.Active}},
		"it is gone": {group: access.Proof{Standing: access.Gone}, why: []string{
			"proof revoke|dir:ann|f-fin: the group dir:devs, through which it was given, is gone: review what ends with `plan --out`, and apply that plan, if it is meant",
		}},
		"it is out of scope": {group: access.Proof{Standing: access.OutOfScope}, why: []string{
			"proof revoke|dir:ann|f-fin: the group dir:devs, through which it was given, is out of scope: review what ends with `plan --out`, and apply that plan, if it is meant",
		}},
		"it hides its members": {fail: errors.New("it hides its members"), why: []string{
			"proof revoke|dir:ann|f-fin: the group dir:devs could not be looked at afresh: it hides its members",
		}},
		"it is gone, and that was approved": {group: access.Proof{Standing: access.Gone}, approved: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage().person("ann", "Fin").folder("f-fin", "/Dep/Fin").holds("ann", "f-fin", "devs", devs)
			s.rules = []rules.Rule{{Name: "staff", When: rules.Condition{Everyone: true}, Account: &rules.Account{}}}
			r, p := s.proving(t)
			if p.fail = map[string]error{"devs": test.fail}; test.fail == nil {
				p.groups = map[string]access.Proof{"devs": test.group}
			}
			b := &brakes{}
			r.Brakes, r.Parking = b, b
			if test.approved {
				b.usage.Approved = map[plan.Key]plan.Change{}
				rep, err := r.Plan(t.Context())
				if err != nil || len(rep.Plan.Changes) != 1 {
					t.Fatalf("Plan: %v, %v; want what ends", err, keys(rep.Plan.Changes))
				}
				b.usage.Approved[rep.Plan.Changes[0].Key] = rep.Plan.Changes[0]
			}
			rep, err := r.Run(t.Context(), full)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.why, withheld(&rep)); diff != "" {
				t.Errorf("withheld (-want +got):\n%s", diff)
			}
			if got, want := len(s.sent), 1-len(test.why); got != want {
				t.Errorf("sent %v, want %d", keys(s.sent), want)
			}
		})
	}
}

// TestP02_WhatNeedsWhatWasNotConfirmedWaits: a role below one that ends is given after that.
func TestP02_WhatNeedsWhatWasNotConfirmedWaits(t *testing.T) {
	t.Parallel()
	s := newStage().person("ann", "Fin").holds("ann", "f-dep", "boss")
	s.catalog.Folders = append(s.catalog.Folders, access.Folder{ID: "f-fin", As: as, Path: "/Dep/Fin", Parent: "f-dep", Inherits: true})
	s.state.Grants = append(s.state.Grants, access.Grant{Account: "u-ann", Folder: "f-fin", Role: "Viewer", Origin: "f-dep"})
	r, p := s.proving(t)
	p.fail = map[string]error{"ann": errors.New("busy")}
	rep, err := r.Run(t.Context(), full)
	if err != nil || s.wrote() {
		t.Fatalf("Run: %v, sent %v; want nothing", err, keys(s.sent))
	}
	want := []string{
		"proof revoke|dir:ann|f-dep: could not be looked at afresh: busy",
		"needs grant|dir:ann|f-fin: needs a change whose reason was not confirmed",
	}
	if diff := cmp.Diff(want, withheld(&rep)); diff != "" {
		t.Errorf("withheld (-want +got):\n%s", diff)
	}
	p.fail = nil
	if _, err := r.Run(t.Context(), full); err != nil || !slices.Equal(keys(s.sent), []string{"revoke|dir:ann|f-dep", "grant|dir:ann|f-fin"}) {
		t.Errorf("confirmed: %v, sent %v; want the end above, then the role below", err, keys(s.sent))
	}
}
