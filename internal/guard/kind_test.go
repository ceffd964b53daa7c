package guard_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/guard"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// TestTheKindOfAChange: a date that has come makes another kind of an end, and of nothing else.
func TestTheKindOfAChange(t *testing.T) {
	t.Parallel()
	tests := map[plan.Op]struct {
		kind, dated guard.Kind
		narrows     bool
	}{
		plan.CreateFolder:  {guard.CreateFolder, guard.CreateFolder, false},
		plan.CreateAccount: {guard.Create, guard.Create, false},
		plan.Unsuspend:     {guard.Free, guard.Free, false},
		plan.Rename:        {guard.Free, guard.Free, false},
		plan.Grant:         {guard.Grant, guard.Grant, false},
		plan.Raise:         {guard.Grant, guard.Grant, false},
		plan.SetProfile:    {guard.Free, guard.Free, false},
		plan.SetName:       {guard.Free, guard.Free, false},
		plan.Suspend:       {guard.Suspend, guard.Suspend, true},
		plan.Lower:         {guard.Lower, guard.Expire, true},
		plan.Revoke:        {guard.Revoke, guard.Expire, true},
		plan.Delete:        {guard.Delete, guard.Delete, true},
	}
	for op, want := range tests {
		kind, dated := guard.KindOf(plan.Change{Op: op}), guard.KindOf(plan.Change{Op: op, Expired: true})
		if kind != want.kind || dated != want.dated {
			t.Errorf("%s: got %q and with a date %q, want %q and %q", op, kind, dated, want.kind, want.dated)
		}
		if kind.Narrows() != want.narrows || dated.Narrows() != want.narrows {
			t.Errorf("%s: narrows: %t and %t, want %t", op, kind.Narrows(), dated.Narrows(), want.narrows)
		}
		if !slices.Contains(kind.Ops(), op) || !slices.Contains(dated.Ops(), op) {
			t.Errorf("%s is not among the operations of its kinds, %v and %v", op, kind.Ops(), dated.Ops())
		}
		if named := slices.Contains(guard.Kinds(), kind); named != (kind != guard.Free) {
			t.Errorf("%s: kind %q may be named: %t", op, kind, named)
		}
	}
}

// TestEachKindHasItsOperations and no others: what was done is counted by them.
func TestEachKindHasItsOperations(t *testing.T) {
	t.Parallel()
	want := map[guard.Kind][]plan.Op{
		guard.CreateFolder: {plan.CreateFolder}, guard.Create: {plan.CreateAccount}, guard.Grant: {plan.Grant, plan.Raise}, guard.Suspend: {plan.Suspend},
		guard.Lower: {plan.Lower}, guard.Revoke: {plan.Revoke}, guard.Expire: {plan.Lower, plan.Revoke}, guard.Delete: {plan.Delete},
	}
	got := map[guard.Kind][]plan.Op{}
	for _, k := range guard.Kinds() {
		got[k] = k.Ops()
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
