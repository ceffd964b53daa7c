package status

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/guard"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

func change(op plan.Op, name string, since time.Time) plan.Change {
	return plan.Change{
		Key: plan.Key(op.String() + "|" + name), Op: op, Person: access.PersonID{Source: "corp", ID: name}, Since: since,
		Causes: []access.Cause{{Rule: "everybody"}},
	}
}

func grant(name string, since time.Time) plan.Change { return change(plan.Grant, name, since) }

func leaver(name string, since time.Time) plan.Change {
	c := change(plan.Suspend, name, since)
	c.Exit = plan.ExitDisabled
	return c
}

// wait lets something of each sort wait, some of it for half an hour.
func wait(b *Board) {
	ago := moment.Add(-30 * time.Minute)
	b.Decided(Decision{
		At: ago, Whole: true,
		Planned: []plan.Change{grant("ann", moment.Add(-90*time.Second)), grant("bob", moment.Add(-time.Hour)), leaver("cid", ago)},
		Withheld: []guard.Withheld{
			{Change: change(plan.CreateAccount, "dora", ago), Brake: guard.BySeats},
			{Change: change(plan.Revoke, "emma", ago), Brake: guard.ByBudget},
			{Change: change(plan.Revoke, "fred", ago), Brake: guard.ByHold},
		},
	})
}

// shown are the gauges and counts of some metrics, by name and the value of their only label.
func shown(t *testing.T, reg *prometheus.Registry, names ...string) map[string]float64 {
	t.Helper()
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]float64{}
	for _, f := range families {
		for _, name := range names {
			if f.GetName() != namespace+"_"+name {
				continue
			}
			for _, m := range f.GetMetric() {
				key := name
				for _, l := range m.GetLabel() {
					key += " " + l.GetValue()
				}
				if value := m.GetGauge().GetValue() + m.GetHistogram().GetSampleSum(); value != 0 {
					values[key] = value
				}
			}
		}
	}
	return values
}

const (
	lag     = "access_lag_seconds"
	oldest  = "oldest_pending_seconds"
	overdue = "overdue_removals"
	seats   = "seats_waiting"
)

func TestWhatWaits(t *testing.T) {
	t.Parallel()
	done, refused := plan.Outcome{Result: plan.Done}, plan.Outcome{Result: plan.Refused}
	ago := func(d time.Duration) time.Time { return moment.Add(-d) }
	recent := ago(10 * time.Minute)
	cases := []struct {
		name   string
		happen func(b *Board)
		want   map[string]float64
	}{
		{"nothing", func(*Board) {}, map[string]float64{}},
		{"something that nothing holds back, overdue, and without a seat", wait, map[string]float64{
			"oldest_pending_seconds movers": 3600, "oldest_pending_seconds leavers": 1800, overdue: 2, seats: 1,
		}},
		{"the last look is not known", func(b *Board) {
			b.looked = time.Time{}
			b.Decided(Decision{At: ago(time.Minute), Whole: true, Planned: []plan.Change{grant("ann", recent)}})
		}, map[string]float64{"oldest_pending_seconds movers": 60}},
		{"a rule has changed: the entry is old", func(b *Board) {
			b.Decided(Decision{At: ago(time.Minute), Whole: true, Planned: []plan.Change{grant("ann", ago(1000*time.Hour))}})
			b.Settled(grant("ann", time.Time{}), done)
		}, map[string]float64{}},
		{"the directory has changed, and Kiteworks has answered", func(b *Board) {
			b.Decided(Decision{At: ago(time.Minute), Whole: true, Planned: []plan.Change{grant("ann", recent), leaver("cid", ago(time.Minute))}})
			b.Settled(grant("ann", recent), done)
			b.Settled(leaver("cid", ago(time.Minute)), plan.Outcome{Result: plan.Already})
		}, map[string]float64{"access_lag_seconds movers": 600, "access_lag_seconds leavers": 60}},
		{"it is refused, and done later: the lag is from the beginning", func(b *Board) {
			c := grant("ann", ago(50*time.Minute))
			b.Decided(Decision{At: ago(50 * time.Minute), Whole: true, Planned: []plan.Change{c}})
			b.Settled(c, refused)
			b.Looked(ago(40 * time.Minute))
			b.Decided(Decision{At: ago(time.Minute), Judged: []string{"corp:ann"}, Planned: []plan.Change{c}})
			b.Settled(c, done)
		}, map[string]float64{"access_lag_seconds movers": 3000}},
		{"the directory's clock is ahead", func(b *Board) {
			b.Decided(Decision{At: moment, Whole: true, Planned: []plan.Change{grant("ann", moment.Add(time.Minute))}})
			b.Settled(grant("ann", moment), done)
		}, map[string]float64{}},
		{"a delta about others leaves it", func(b *Board) {
			wait(b)
			b.Decided(Decision{At: moment, Judged: []string{"corp:zoe"}})
		}, map[string]float64{"oldest_pending_seconds movers": 3600, "oldest_pending_seconds leavers": 1800, overdue: 2, seats: 1}},
		{"a delta finds it needless", func(b *Board) {
			wait(b)
			b.Decided(Decision{At: moment, Judged: []string{"corp:bob", "corp:cid", "corp:dora", "corp:emma"}})
		}, map[string]float64{"oldest_pending_seconds movers": 90}},
		{"a full run finds it needless", func(b *Board) {
			wait(b)
			b.Decided(Decision{At: moment, Whole: true})
		}, map[string]float64{}},
		{"another daemon acts by now", func(b *Board) {
			wait(b)
			b.Leads(false)
			b.Settled(leaver("cid", recent), done)
		}, map[string]float64{}},
		{"no proof was found on the way", func(b *Board) {
			c := leaver("cid", ago(time.Hour))
			b.Decided(Decision{At: ago(time.Minute), Whole: true, Planned: []plan.Change{c}})
			b.Withheld([]guard.Withheld{{Change: c, Brake: guard.ByProof}})
		}, map[string]float64{}},
		{"Kiteworks has no seat", func(b *Board) {
			c := change(plan.CreateAccount, "ann", recent)
			b.Decided(Decision{At: recent, Whole: true, Planned: []plan.Change{c}})
			b.Settled(c, plan.Outcome{Result: plan.Refused, NoSeat: true})
		}, map[string]float64{seats: 1}},
		{"a mode that takes nothing away", func(b *Board) {
			b.Decided(Decision{At: ago(time.Hour), Whole: true, Withheld: []guard.Withheld{{Change: leaver("cid", recent), Brake: guard.ByMode}}})
		}, map[string]float64{}},
		{"quarantine takes nothing away either, and nobody has chosen that", func(b *Board) {
			b.Decided(Decision{At: ago(time.Hour), Whole: true, Withheld: []guard.Withheld{{Change: leaver("cid", recent), Brake: guard.ByHold, Failing: true}}})
		}, map[string]float64{overdue: 1}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b, reg := newBoard()
			b.Paced(15*time.Minute, 30*time.Minute)
			b.Looked(ago(time.Hour))
			c.happen(b)
			if diff := cmp.Diff(c.want, shown(t, reg, lag, oldest, overdue, seats)); diff != "" {
				t.Errorf("shown (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRulesAreShownByTheirLabelOnly(t *testing.T) {
	t.Parallel()
	b, reg := newBoard()
	b.Labelled(map[string]string{"everybody": "staff", "other": "staff"})
	c := grant("ann", moment)
	c.Causes = append(c.Causes, access.Cause{Rule: "other"}, access.Cause{Rule: "not labelled"})
	b.Settled(c, plan.Outcome{Result: plan.Done})
	b.Finished(Run{Kind: "full", Result: "done", Whole: true, HeldRules: []string{"other", "not labelled"}})
	if diff := cmp.Diff(map[string]float64{"rule_held staff": 1}, shown(t, reg, "rule_held")); diff != "" {
		t.Errorf("frozen (-want +got):\n%s", diff)
	}
	b.Finished(Run{Kind: "full", Result: "done", Whole: true})
	if diff := cmp.Diff(map[string]float64{}, shown(t, reg, "rule_held")); diff != "" {
		t.Errorf("frozen, later (-want +got):\n%s", diff)
	}
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			for _, l := range m.GetLabel() {
				if l.GetName() == "rule" && l.GetValue() != "staff" {
					t.Errorf("%s shows the rule %q", f.GetName(), l.GetValue())
				}
			}
			if f.GetName() == "kw_onboarder_rule_changes_total" && m.GetCounter().GetValue() > 1 {
				t.Errorf("a change counts %v times, want once for a label", m.GetCounter().GetValue())
			}
		}
	}
}
