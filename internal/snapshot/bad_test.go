package snapshot_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/snapshot"
)

// What cannot be used is refused in one line that says what to do.
func TestReadRefuses(t *testing.T) {
	t.Parallel()
	packed := write(t, town())
	text := string(unpack(t, packed))
	instead := func(old, with string) []byte {
		if !strings.Contains(text, old) {
			t.Fatalf("the file does not hold %q", old)
		}
		return pack(t, []byte(strings.Replace(text, old, with, 1)))
	}
	flipped := bytes.Clone(packed)
	flipped[len(flipped)-8] ^= 1 // the check sum
	const anew, make1 = "make it anew with snapshot --out", "it is no snapshot: make one with snapshot --out"
	tests := []struct {
		name string
		data []byte
		want string
	}{
		{"an empty file", nil, make1},
		{"a letter", []byte("hello, this is a letter"), make1},
		{"other JSON", pack(t, []byte(`{"format": 1}`)), make1},
		{"other gzip", pack(t, []byte("hello")), make1},
		{"a version that is no number", instead(`_snapshot": 1`, `_snapshot": "one"`), make1},
		{"a later version", instead(`_snapshot": 1`, `_snapshot": 9`), "its format is 9, this version reads 1: " + anew},
		{"cut off while packed", packed[:len(packed)-20], "it is cut off: copy it again, or " + anew},
		{"cut off before it was packed", pack(t, []byte(text[:len(text)/2])), "it is cut off: copy it again, or " + anew},
		{"without its end", pack(t, []byte(strings.TrimSuffix(text, "}\n"))), "it is cut off: copy it again, or " + anew},
		{"a wrong check sum", flipped, "it is damaged: gzip: invalid checksum: " + anew},
		{"bytes behind it", append(bytes.Clone(packed), 'x'), "something follows behind its end: copy it again, or " + anew},
		{"another file behind it", append(bytes.Clone(packed), packed...), "something follows behind its end: copy it again, or " + anew},
		{"JSON behind it", pack(t, []byte(text+"{}")), "something follows behind its end: copy it again, or " + anew},
		{"a group in one that is not there", instead(`"name":"tax"`, `"name":"tax","within":[-1]`), `it is damaged: group "corp:g2": group -1 stands behind group -1: memberships ascend: ` + anew},
		{"a group that is not there", instead(`[0,1]`, `[0,2]`), `it is damaged: person "corp:p1": is in group 2, counted from 0, of 2: ` + anew},
		{"a group below all", instead(`[0,1]`, `[-1]`), `it is damaged: person "corp:p1": group -1 stands behind group -1: memberships ascend: ` + anew},
		{"a group twice", instead(`[0,1]`, `[1,1]`), `it is damaged: person "corp:p1": group 1 stands behind group 1: memberships ascend: ` + anew},
		{"people unsorted", instead(`"id":"p2"`, `"id":"p0"`), `it is damaged: person "corp:p0": stands behind a greater id: they are sorted: ` + anew},
		{"a person twice", instead(`"id":"p2"`, `"id":"p1"`), `it is damaged: person "corp:p1": is there twice: ` + anew},
		{"groups unsorted", instead(`"id":"g2"`, `"id":"g0"`), `it is damaged: group "corp:g0": stands behind a greater id: they are sorted: ` + anew},
		{"a person without an id", instead(`"id":"p1",`, ``), `it is damaged: person "corp:": has no id: ` + anew},
		{"an unknown standing", instead(`"active"`, `"retired\n"`), `it is damaged: person "p1": unknown standing "retired\n": ` + anew},
		{"no standing", instead(`"active"`, `""`), `it is damaged: person "p1": unknown standing "": ` + anew},
		{"an unknown way of comparing", instead(`"case-exact"`, `"by-ear"`), `it is damaged: "department": unknown way of comparing "by-ear": ` + anew},
		{"an address that none is", instead(`"anna.lang@`, `"Anna.Lang@`), `it is damaged: person "p1": "Anna.Lang@corp.example" is no e-mail address as it is written here: ` + anew},
		{"a key of which nothing is known", instead(`"inherits"`, `"inherit"`), `it is damaged: json: unknown field "inherit": ` + anew},
		{"a part in another place", instead(`"roles"`, `"rolls"`), `it is damaged: "rolls" where "roles" belongs: ` + anew},
		{"a list that is none", instead(`"roles": [`, `"roles": {`), `it is damaged: "{" where "[" belongs: ` + anew},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f, err := snapshot.Read(bytes.NewReader(tt.data))
			if err == nil || err.Error() != tt.want {
				t.Errorf("got %v\nwant %s", err, tt.want)
			}
			if f.Snapshot != nil || f.Catalog != nil {
				t.Error("it returned a file all the same")
			}
		})
	}
}

func TestRecognise(t *testing.T) {
	t.Parallel()
	packed := write(t, town())
	later := pack(t, bytes.Replace(unpack(t, packed), []byte(`_snapshot": 1`), []byte(`_snapshot": 9`), 1))
	tests := []struct {
		name string
		data []byte
		want bool
	}{
		{"a snapshot", packed, true},
		{"a later version", later, true},
		{"one that is cut off", packed[:len(packed)-9], true},
		{"other gzip", pack(t, []byte(`{"mode": "sync"}`)), false},
		{"a configuration", []byte("mode: sync\n"), false},
		{"nothing", nil, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := snapshot.Recognise(bytes.NewReader(tt.data)); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

// endless repeats a text for ever, in gzip: a small file that unpacks to any size.
func endless(t *testing.T, begin, again string) io.Reader {
	r, w := io.Pipe()
	t.Cleanup(func() { _ = r.Close() })
	go func() {
		packed := gzip.NewWriter(w)
		for _, err := io.WriteString(packed, begin); err == nil; {
			_, err = io.WriteString(packed, again)
		}
	}()
	return r
}

// A hostile file costs no more memory than one value may have, and ends.
func TestReadIsNotExhausted(t *testing.T) {
	t.Parallel()
	text := string(unpack(t, write(t, town())))
	until := func(part string) string { return text[:strings.Index(text, part)+len(part)] }
	const large = "one part of it is larger than any that a snapshot may have"
	tests := []struct {
		name, begin, again, want string
	}{
		{"a name without an end", until(`"name":"Anna`), "aaaaaaaaaaaaaaaa", large},
		{"a list without an end", until(`"department":[`), `"x",`, large},
		{"space without an end", until(`"people": [`), "                ", large},
		{"a key without an end", until(`"peop`), "lelelelelelelele", large},
		{"brackets without an end", until(`"people": [`), `[[[[[[[[[[[[[[[[`, "it is damaged"},
		{"nothing but space", "", "                ", "it is no snapshot"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := snapshot.Read(endless(t, tt.begin, strings.Repeat(tt.again, 4096)))
			if err == nil || !strings.HasPrefix(err.Error(), tt.want) {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
}

// What is written is read, however large it is.
func TestALargePersonIsRead(t *testing.T) {
	t.Parallel()
	want := town()
	want.Snapshot.People[0].Attrs["department"] = []string{strings.Repeat("x", 4<<20-1000)}
	want.Snapshot.People[1].Attrs = want.Snapshot.People[0].Attrs
	got, err := snapshot.Read(bytes.NewReader(write(t, want)))
	if err != nil {
		t.Fatalf("Read: %v", err)
	}
	if differ(want, got) != "" {
		t.Error("it was read otherwise than it was written")
	}
}

// What Read would refuse, Write does not write.
func TestWriteRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		spoil func(*snapshot.File)
		want  string
	}{
		{"no directory", func(f *snapshot.File) { f.Snapshot = nil }, "a snapshot needs a directory and a catalog"},
		{"no catalog", func(f *snapshot.File) { f.Catalog = nil }, "a snapshot needs a directory and a catalog"},
		{"people unsorted", func(f *snapshot.File) { f.Snapshot.People[1].ID.ID = "p0" }, `person "corp:p0": stands behind a greater id: they are sorted`},
		{"a group that is not there", func(f *snapshot.File) { f.Snapshot.People[0].Groups = []int32{2} }, `person "corp:p1": is in group 2, counted from 0, of 2`},
		{"a group in one that is not there", func(f *snapshot.File) { f.Snapshot.Groups[0].Within = []int32{2} }, `group "corp:g1": is in group 2, counted from 0, of 2`},
		{"a standing that none is", func(f *snapshot.File) { f.Snapshot.People[0].Standing = 0 }, `person "corp:p1": unknown standing 0`},
		{"a way of comparing that none is", func(f *snapshot.File) { f.Snapshot.Match["department"] = 9 }, `department: unknown way of comparing 9`},
		{"an id that is no text", func(f *snapshot.File) { f.Snapshot.People[1].ID.ID = "p\xff" }, `has an id that is no text`},
		{"a person that is too large", func(f *snapshot.File) {
			f.Snapshot.People[0].Attrs["department"] = []string{strings.Repeat("x", 5<<20)}
		}, `has more than 4 MiB: let no rule look at an attribute as large as that`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := town()
			tt.spoil(&f)
			if err := snapshot.Write(io.Discard, f); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
}

var errDisk = errors.New("no space left on device")

// full takes some bytes, and then no more.
type full struct{ left int }

func (w *full) Write(p []byte) (int, error) {
	if w.left -= len(p); w.left < 0 {
		return 0, errDisk
	}
	return len(p), nil
}

func TestWriteSaysThatTheDiskIsFull(t *testing.T) {
	t.Parallel()
	f := town()
	for i := range 20_000 {
		id := access.PersonID{Source: "corp", ID: fmt.Sprintf("q%06d", i)}
		f.Snapshot.People = append(f.Snapshot.People, access.Person{ID: id, Standing: access.Active})
	}
	for _, left := range []int{0, 10_000} {
		if err := snapshot.Write(&full{left: left}, f); !errors.Is(err, errDisk) {
			t.Errorf("after %d bytes: got %v, want %v", left, err, errDisk)
		}
	}
	if err := snapshot.Write(&full{}, town()); !errors.Is(err, errDisk) {
		t.Errorf("a small file: got %v, want %v", err, errDisk)
	}
}

// FuzzRead: whatever comes is refused, or is a file that is written and read again as it is.
func FuzzRead(f *testing.F) {
	var packed bytes.Buffer
	if err := snapshot.Write(&packed, town()); err != nil {
		f.Fatal(err)
	}
	r, err := gzip.NewReader(bytes.NewReader(packed.Bytes()))
	if err != nil {
		f.Fatal(err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(packed.Bytes(), false)
	f.Add(text, true)
	f.Fuzz(func(t *testing.T, data []byte, isText bool) {
		if isText {
			data = pack(t, data)
		}
		first, err := snapshot.Read(bytes.NewReader(data))
		if err != nil {
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("the error has several lines: %v", err)
			}
			return
		}
		var written bytes.Buffer
		if err := snapshot.Write(&written, first); err != nil {
			if !strings.Contains(err.Error(), "year outside of range") { // 9999-12-31 in a zone where it is later
				t.Errorf("what was read cannot be written: %v", err)
			}
			return
		}
		again, err := snapshot.Read(&written)
		if err != nil {
			t.Fatalf("what was read and written cannot be read: %v", err)
		}
		if diff := differ(first, again); diff != "" {
			t.Errorf("(-first +again):\n%s", diff)
		}
	})
}
