package wire

import (
	"errors"
	"net"
	"os"
	"testing"
	"time"
)

func TestImpatient(t *testing.T) {
	t.Parallel()
	const patience = 50 * time.Millisecond
	tests := map[string]func(i *impatient, other net.Conn) error{
		"a server that says nothing": func(i *impatient, _ net.Conn) error {
			_, err := i.Read(make([]byte, 1))
			return err
		},
		"a server that takes nothing": func(i *impatient, _ net.Conn) error {
			_, err := i.Write(make([]byte, 1))
			return err
		},
		"a server that stops": func(i *impatient, other net.Conn) error {
			go func() { _, _ = other.Write([]byte{1}) }()
			_, first := i.Read(make([]byte, 1))
			_, second := i.Read(make([]byte, 1))
			if first != nil {
				return errors.New("the first byte was not read")
			}
			return second
		},
	}
	for name, act := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ours, theirs := net.Pipe()
			defer ours.Close()
			defer theirs.Close()
			if err := act(&impatient{Conn: ours, patience: patience}, theirs); !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("got %v, want a time-out", err)
			}
		})
	}
}

// deadlines notes what it is told, and is never read.
type deadlines struct {
	net.Conn
	read, write []time.Time
}

func (d *deadlines) Read([]byte) (int, error)    { return 0, nil }
func (d *deadlines) Write(b []byte) (int, error) { return len(b), nil }
func (d *deadlines) SetReadDeadline(t time.Time) error {
	d.read = append(d.read, t)
	return nil
}

func (d *deadlines) SetWriteDeadline(t time.Time) error {
	d.write = append(d.write, t)
	return nil
}

// TestImpatientBeginsAnew: each sign of life renews the patience.
func TestImpatientBeginsAnew(t *testing.T) {
	t.Parallel()
	d := &deadlines{}
	i := &impatient{Conn: d, patience: time.Hour}
	for range 2 {
		_, _ = i.Read(nil)
		_, _ = i.Write(nil)
	}
	if len(d.read) != 2 || !d.read[1].After(d.read[0]) || len(d.write) != 2 {
		t.Errorf("got deadlines %v and %v, want a later one each time", d.read, d.write)
	}
}

// TestEndure: also the read under way may last.
func TestEndure(t *testing.T) {
	t.Parallel()
	ours, theirs := net.Pipe()
	defer ours.Close()
	defer theirs.Close()
	const patience = 30 * time.Millisecond
	i := &impatient{Conn: ours, patience: patience}
	read := make(chan error)
	began := time.Now()
	go func() {
		_, err := i.Read(make([]byte, 1))
		read <- err
	}()
	i.endure()
	select {
	case err := <-read:
		// The read may have begun after endure, or before; neither may end it.
		t.Fatalf("got %v after %v, want the read to last", err, time.Since(began))
	case <-time.After(3 * patience):
	}
	if _, err := theirs.Write([]byte{1}); err != nil {
		t.Fatal(err)
	}
	if err := <-read; err != nil {
		t.Errorf("got %v, want the byte", err)
	}
}
