package snapshot

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// anew is what to do about a file that cannot be used.
const anew = "make it anew with snapshot --out"

// Read reads what Write wrote, whole, to the last byte. Anything else is an
// error of one line that says what to do, and no file.
func Read(r io.Reader) (File, error) {
	in, err := open(r)
	if err != nil {
		return File{}, explain(err)
	}
	f := File{Snapshot: &access.Snapshot{}, Catalog: &access.Catalog{}}
	in.head(&f)
	in.directory(f.Snapshot)
	in.catalog(f.Catalog)
	in.pins(&f.Pins)
	in.end()
	if in.err != nil {
		return File{}, explain(in.err)
	}
	return f, nil
}

// Recognise says whether r begins as a snapshot does, of whatever version.
func Recognise(r io.Reader) bool {
	in, err := open(r)
	if err != nil {
		return false
	}
	in.version()
	return in.err == nil
}

// refusal is an error to which nothing need be added.
type refusal string

func (r refusal) Error() string { return string(r) }

const noSnapshot = refusal("it is no snapshot: make one with snapshot --out")

// explain says of whatever went wrong what it means and what to do.
func explain(err error) error {
	var said refusal
	switch {
	case errors.As(err, &said):
		return said
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("it is cut off: copy it again, or " + anew)
	}
	return fmt.Errorf("it is damaged: %w: %s", err, anew)
}

// reader reads one JSON object, value by value, in the order in which Write
// wrote them. Behind the first error it does nothing any more.
type reader struct {
	packed *bufio.Reader
	meter  *meter
	json   *json.Decoder
	err    error
}

func open(r io.Reader) (*reader, error) {
	packed := bufio.NewReader(r)
	unpacked, err := gzip.NewReader(packed)
	switch {
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return nil, noSnapshot
	case err != nil:
		return nil, err
	}
	unpacked.Multistream(false) // what follows is not ours
	in := &reader{packed: packed, meter: &meter{in: unpacked}}
	in.json = json.NewDecoder(in.meter)
	in.json.DisallowUnknownFields()
	return in, nil
}

// version reads up to the version of the form.
func (r *reader) version() int {
	var version int
	r.expect(json.Delim('{'))
	r.expect(formatKey)
	if r.decode(&version); r.err != nil {
		r.err = noSnapshot
	}
	return version
}

func (r *reader) head(f *File) {
	version := r.version()
	if r.err == nil && version != Format {
		r.err = refusal(fmt.Sprintf("its format is %d, this version reads %d: %s", version, Format, anew))
	}
	var a about
	r.expect("about")
	r.decode(&a)
	f.Made, f.Redacted, f.Tenant = a.Made, a.Redacted, a.Tenant
	f.Directories, f.Attributes, f.GroupAttributes, f.Snapshot.Taken = a.Directories, a.Attributes, a.OfGroups, a.Taken
	match, err := readMatch(a.Match)
	f.Snapshot.Match, f.Snapshot.Unknown = match, a.Unknown
	r.fail(err)
}

// end sees to it that nothing follows, and that what came is what was packed:
// the check sum stands at the end.
func (r *reader) end() {
	r.expect(json.Delim('}'))
	if r.err != nil {
		return
	}
	r.meter.allow(between)
	_, err := r.json.Token()
	if errors.Is(err, io.EOF) {
		_, err = r.packed.ReadByte()
	}
	switch {
	case err == nil:
		r.err = refusal("something follows behind its end: copy it again, or " + anew)
	case !errors.Is(err, io.EOF):
		r.err = err
	}
}

// section reads one list, a value at a time.
func section[W any](r *reader, name string, add func(*W) error) {
	r.expect(name)
	entries(r, add)
}

// entries reads a list whose name has been read.
func entries[W any](r *reader, add func(*W) error) {
	r.expect(json.Delim('['))
	for r.more() {
		var v W
		if r.decode(&v); r.err == nil {
			r.fail(add(&v))
		}
	}
	r.expect(json.Delim(']'))
}

// fail takes note of an error, unless there has been one.
func (r *reader) fail(err error) {
	if r.err == nil {
		r.err = err
	}
}

func (r *reader) more() bool {
	r.meter.allow(between)
	return r.err == nil && r.json.More()
}

func (r *reader) decode(v any) {
	if r.err == nil {
		r.meter.allow(maxValue + between)
		r.err = r.json.Decode(v)
	}
}

func (r *reader) expect(want json.Token) { r.optional(want, want) }

// optional reads what may stand before something else, or that; it says whether it was the first.
func (r *reader) optional(maybe, want json.Token) (was bool) {
	if r.err != nil {
		return false
	}
	r.meter.allow(between)
	got, err := r.json.Token()
	if err == nil && got != want && got != maybe {
		err = fmt.Errorf("%.40q where %q belongs", fmt.Sprint(got), fmt.Sprint(want))
	}
	r.err = err
	return err == nil && got == maybe
}

// between is more than what stands between two values, a key included.
const between = 4 << 10

// meter lets through what the value in hand may have, and no more until it is
// told of the next one: the decoder keeps a value whole before it looks at it.
type meter struct {
	in    io.Reader
	left  int // bytes that may still come for the value in hand
	total int // bytes so far
}

// allow lets the next value have n bytes.
func (m *meter) allow(n int) { m.left = n }

func (m *meter) Read(p []byte) (int, error) {
	switch {
	case m.left == 0:
		return 0, refusal("one part of it is larger than any that a snapshot may have: " + anew)
	case m.total > maxTotal:
		return 0, refusal(fmt.Sprintf("it unpacks to more than %d MiB, the most that a snapshot may have: %s", maxTotal>>20, anew))
	}
	n, err := m.in.Read(p[:min(len(p), m.left)])
	m.left -= n
	m.total += n
	return n, err
}
