package plan_test

import (
	"cmp"
	"fmt"
	"slices"
	"testing"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// BenchmarkDiff compares people with ten grants of ours each, of whom one in a hundred
// lacks one.
func BenchmarkDiff(b *testing.B) {
	for _, people := range []int{10_000, 100_000} {
		b.Run(fmt.Sprintf("%d people", people), func(b *testing.B) {
			w := base()
			for f := range 200 {
				id := fmt.Sprintf("f-%03d", f)
				w.catalog.Folders = append(w.catalog.Folders, access.Folder{ID: id, Parent: "f0", As: as, Path: access.Path("/Dep/" + id)})
				w.state.Of.Folders = append(w.state.Of.Folders, id)
			}
			for i := range people {
				name := fmt.Sprintf("p%06d", i)
				var wishes []access.Wish
				for j := range 10 {
					id := fmt.Sprintf("f-%03d", (i+j)%200)
					wishes = append(wishes, wish("r", "/Dep/"+id, "Viewer"))
					if j > 0 || i%100 > 0 {
						w.grant(name, id, "Viewer").ours(name, id, "Viewer", by("r"))
					}
				}
				w.person(name, wishes...).account(name)
			}
			slices.SortFunc(w.state.Grants, func(a, b access.Grant) int { // as a state has them
				return cmp.Or(cmp.Compare(a.Folder, b.Folder), cmp.Compare(a.Account, b.Account))
			})
			b.ReportAllocs()
			for b.Loop() {
				if got, want := len(w.diff().Changes), people/100; got != want {
					b.Fatalf("got %d changes, want %d", got, want)
				}
			}
		})
	}
}
