package impact_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/kw-onboarder/kw-onboarder/internal/impact"
	"github.com/kw-onboarder/kw-onboarder/internal/rules"
)

// TestCompareIsAMirror: nothing differs from itself, and, where no rule is held,
// who gains from one side to the other loses on the way back.
func TestCompareIsAMirror(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		older, newer := judge(t, draw(rt, "older")), judge(t, draw(rt, "newer"))
		if same := impact.Compare(older, older); same.Different() {
			rt.Errorf("differs from itself: %q", lines(same))
		}
		there, back := impact.Compare(older, newer), impact.Compare(newer, older)
		a, b := there.Totals, back.Totals
		if a.Touched != b.Touched || a.Gain != b.Lose || a.Lose != b.Gain || a.Doubt != b.Doubt || a.Change != b.Change || a.Anew != b.Anew {
			rt.Errorf("there %q\nback %q", lines(there), lines(back))
		}
		if again := impact.Compare(older, newer); fmt.Sprint(lines(again)) != fmt.Sprint(lines(there)) {
			rt.Errorf("first %q\nthen %q", lines(there), lines(again))
		}
	})
}

// draw is a list of rules that are all decided: every filter and folder is plain.
func draw(rt *rapid.T, label string) []rules.Rule {
	filter := rapid.SampledFrom([]string{"(uid=*)", "(l=Graz)", "(l=Linz)", "(uid=cy)"})
	folder := rapid.SampledFrom([]string{"/Dep/Fin", "/Dep/New", "/dep/fin"})
	role := rapid.SampledFrom([]string{"Viewer", "Manager", "Uploader", "Boss"})
	var list []rules.Rule
	for i := range rapid.IntRange(1, 5).Draw(rt, label) {
		r := grant(fmt.Sprintf("%s %d", label, i), filter.Draw(rt, "filter"), folder.Draw(rt, "folder"), role.Draw(rt, "role"))
		if rapid.Bool().Draw(rt, "account") {
			r.Account = &rules.Account{Profile: rapid.SampledFrom([]string{"", "Standard", "Guest"}).Draw(rt, "profile"), Notify: rapid.Bool().Draw(rt, "notify")}
		}
		list = append(list, r)
	}
	return list
}
