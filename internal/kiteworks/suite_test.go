package kiteworks_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/kiteworks"
	"github.com/kw-onboarder/kw-onboarder/internal/kwsim"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// The suite is one story of an onboarding, written once: against the simulator
// with each of its switches and with faults from many seeds, and against a real
// tenant where one is named. It plans, applies and reads until nothing is left
// to do, as the runner does.

const domain = "@story.example"

// verdicts are the people of the story: everybody should be a Collaborator on
// Finance, every second one a Viewer on a folder that is still to be made, two
// levels deep.
func verdicts(people int, root access.Path) []access.Verdict {
	var out []access.Verdict
	for i := range people {
		name := fmt.Sprintf("p%02d", i)
		v := access.Verdict{
			Person: access.PersonID{Source: "story", ID: name}, Email: access.Email(name + domain), Name: "Person " + name,
			Account: true, Profile: "Standard", Causes: []access.Cause{{Rule: "all"}},
			Wishes: []access.Wish{{Place: at(string(root) + "/Finance"), Role: "Collaborator", Cause: access.Cause{Rule: "all"}}},
		}
		if i%2 == 0 {
			v.Wishes = append(v.Wishes, access.Wish{Place: at(string(root) + "/New/Österreich"), Role: "Viewer", Create: true, Cause: access.Cause{Rule: "even"}})
		}
		out = append(out, v)
	}
	return out
}

// telling is one story under way.
type telling struct {
	t        testing.TB
	tenant   *kiteworks.Tenant
	verdicts []access.Verdict
	memory   plan.Memory
	open     []plan.Change
	refusals []string     // why something was refused, in the last round
	heard    func(string) // is told of every error and reason; nil: nobody is
}

// rounds is how often a story may begin anew before it must be over.
const rounds = 8

// tell goes on until a plan is empty; a round that fails is followed by the
// next, as a failed run is. The error says why the end never comes.
func (s *telling) tell() error {
	s.memory = plan.NewMemory()
	var failed error
	for range rounds {
		var p plan.Plan
		s.refusals = nil
		if p, failed = s.plan(); failed != nil {
			s.hear(failed.Error())
			continue
		}
		if len(p.Changes) == 0 {
			return blocked(p)
		}
		s.carryOut(p)
	}
	if failed != nil {
		return failed
	}
	slices.Sort(s.refusals)
	return fmt.Errorf("after %d rounds there is still something to do: %q", rounds, slices.Compact(s.refusals))
}

func (s *telling) plan() (plan.Plan, error) {
	c, err := s.tenant.Catalog(s.t.Context(), plan.Places(s.verdicts, s.open, s.memory))
	if err != nil {
		return plan.Plan{}, err
	}
	st, err := s.tenant.Observe(s.t.Context(), plan.Folders(s.verdicts, s.open, s.memory, c))
	if err != nil {
		return plan.Plan{}, err
	}
	s.open = nil // what happened is in the state, and what did not is planned again
	return plan.Diff(s.verdicts, c, st, s.memory, plan.Policy{}, time.Now()), nil
}

func (s *telling) carryOut(p plan.Plan) {
	made := map[plan.Key]plan.Outcome{}
	for _, step := range p.Steps(plan.MaxPerStep) {
		var ready []plan.Change
		for _, c := range step.Changes {
			if c.Complete(made) == "" {
				ready, step.Folder = append(ready, c), c.Folder
			}
		}
		step.Changes = ready
		if len(step.Changes) == 0 {
			continue
		}
		for i, o := range s.tenant.Apply(s.t.Context(), step) {
			made[o.Key] = o
			s.hear(o.Why)
			if o.Result == plan.Unknown {
				s.open = append(s.open, step.Changes[i])
			}
			if !o.Changed() {
				s.refusals = append(s.refusals, o.Why)
			}
		}
	}
}

// blocked is what an empty plan leaves undone because a rule cannot be carried out.
func blocked(p plan.Plan) error {
	for _, n := range p.Notes {
		if n.Kind == plan.NoteBlocked {
			return errors.New(n.Why)
		}
	}
	return nil
}

func (s *telling) hear(text string) {
	if s.heard != nil && text != "" {
		s.heard(text)
	}
}

// population is who stands in the tenant before the story: people who have an
// account, a recipient, somebody with a weaker and somebody with a stronger role,
// somebody who inherits, and strangers.
func (s *site) population() {
	s.user(kwsim.User{Email: "P00" + domain})
	s.user(kwsim.User{Email: "p01" + domain, Recipient: true})
	s.member("/Departments/Finance", s.user(kwsim.User{Email: "p02" + domain}), "Manager")
	s.member("/Departments/Finance", s.user(kwsim.User{Email: "p03" + domain}), "Collaborator")
	s.member("/Departments", s.user(kwsim.User{Email: "p04" + domain}), "Manager")
	s.user(kwsim.User{Email: "p05" + domain, Suspended: true})
	for i := range 7 {
		s.member("/Departments/Finance", s.user(kwsim.User{Email: fmt.Sprintf("stranger%d@partner.example", i)}), "Uploader")
	}
}

// members is who holds what, folder by folder, and every account: what a story
// must leave behind, whatever happened on the way.
func (s *site) members() string {
	names := map[string]string{}
	var lines []string
	for _, u := range s.World().Users() {
		names[u.ID] = strings.ToLower(u.Email)
		lines = append(lines, fmt.Sprintf("account %s suspended=%v recipient=%v", names[u.ID], u.Suspended, u.Recipient))
	}
	for _, f := range s.World().Folders() {
		for _, m := range s.World().Members(f.ID) {
			lines = append(lines, fmt.Sprintf("%s %s %d", f.Path, names[m.UserID], m.RoleID))
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}
