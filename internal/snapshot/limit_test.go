package snapshot

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// The most that a file may have is half a gigabyte: here it has had nearly all of it.
func TestAFileEndsAtTheMostThatItMayHave(t *testing.T) {
	t.Parallel()
	var packed bytes.Buffer
	people := &access.Snapshot{People: []access.Person{{ID: access.PersonID{Source: "a", ID: "b"}, Name: strings.Repeat("x", 100<<10), Standing: access.Active}}}
	if err := Write(&packed, File{Snapshot: people, Catalog: &access.Catalog{}}); err != nil {
		t.Fatal(err)
	}
	r, err := open(&packed)
	if err != nil {
		t.Fatal(err)
	}
	r.meter.total = maxTotal - 10
	r.head(&File{Snapshot: &access.Snapshot{}})
	r.directory(&access.Snapshot{})
	r.catalog(&access.Catalog{})
	r.pins(&Pins{})
	r.end()
	if want := "it unpacks to more than 512 MiB"; r.err == nil || !strings.HasPrefix(explain(r.err).Error(), want) {
		t.Errorf("reading: got %v, want %s", r.err, want)
	}
	w := newWriter(io.Discard)
	w.written = maxTotal - 10
	w.directory(people)
	if want := "what the rules see has more than 512 MiB"; w.err == nil || !strings.HasPrefix(w.err.Error(), want) {
		t.Errorf("writing: got %v, want %s", w.err, want)
	}
}
