package wire

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

func TestMessageLength(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		header []byte
		length int
		known  bool
		err    string // in the error; "": none
	}{
		"nothing":                    {nil, 0, false, ""},
		"a tag alone":                {[]byte{0x30}, 0, false, ""},
		"empty":                      {[]byte{0x30, 0}, 0, true, ""},
		"the largest short one":      {[]byte{0x30, 0x7f}, 127, true, ""},
		"indefinite":                 {[]byte{0x30, 0x80}, 0, false, "what is not LDAP"},
		"one digit to come":          {[]byte{0x30, 0x81}, 0, false, ""},
		"one digit":                  {[]byte{0x30, 0x81, 0xff}, 255, true, ""},
		"four digits, as AD has it":  {[]byte{0x30, 0x84, 0, 0, 1, 2}, 258, true, ""},
		"one of four is to come":     {[]byte{0x30, 0x84, 0, 0, 1}, 0, false, ""},
		"the largest that is read":   {[]byte{0x30, 0x84, 0x04, 0, 0, 0}, largest, true, ""},
		"one byte more":              {[]byte{0x30, 0x84, 0x04, 0, 0, 1}, 0, false, "more than 64 MB"},
		"the largest of four digits": {[]byte{0x30, 0x84, 0xff, 0xff, 0xff, 0xff}, 0, false, "more than 64 MB"},
		"the largest of eight":       {append([]byte{0x30, 0x88}, bytes.Repeat([]byte{0xff}, 8)...), 0, false, "more than 64 MB"},
		"eight with leading zeros":   {[]byte{0x30, 0x88, 0, 0, 0, 0, 0, 0, 0, 5}, 5, true, ""},
		"nine digits":                {[]byte{0x30, 0x89}, 0, false, "what is not LDAP"},
		"reserved":                   {[]byte{0x30, 0xff}, 0, false, "what is not LDAP"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			length, known, err := messageLength(test.header)
			if length != test.length || known != test.known || (err == nil) != (test.err == "") {
				t.Errorf("got %d, %v, %v, want %d, %v, %q", length, known, err, test.length, test.known, test.err)
			}
			if err != nil && !strings.Contains(err.Error(), test.err) {
				t.Errorf("got %q, want it to say %q", err, test.err)
			}
		})
	}
}

// stream is a connection that holds what its server will ever send.
type stream struct {
	net.Conn
	io.Reader
}

func (s stream) Read(b []byte) (int, error) { return s.Reader.Read(b) }

// FuzzFramed: whatever a server sends, framed passes it on as it is up to the first message that is too large, or no message.
func FuzzFramed(f *testing.F) {
	f.Add([]byte{0x30, 3, 1, 2, 3, 0x30, 0x81, 2, 1, 2, 0x30, 0}, false)
	f.Add([]byte{0x30, 0x84, 0x7f, 0xff, 0xff, 0xff, 1}, true)
	f.Add([]byte{0x30, 0x80, 0, 0}, true)
	f.Fuzz(func(t *testing.T, sent []byte, slowly bool) {
		var from io.Reader = bytes.NewReader(sent)
		if slowly {
			from = iotest.OneByteReader(from)
		}
		got, err := io.ReadAll(&framed{Conn: stream{Reader: from}})
		if !bytes.HasPrefix(sent, got) {
			t.Fatalf("got % x, which was not sent: % x", got, sent)
		}
		if whole := allFramed(sent); (err == nil) != whole || whole && len(got) != len(sent) {
			t.Fatalf("% x: got %d bytes and %v, want all of it and no error: %v", sent, len(got), err, whole)
		}
	})
}

// allFramed is the oracle: it says whether the bytes are messages, the last of which may be cut.
func allFramed(b []byte) bool {
	for len(b) >= 2 {
		head, length := 2, uint64(b[1])
		if b[1] > 0x7f {
			digits := int(b[1]) - 0x80
			if digits < 1 || digits > 8 {
				return false
			}
			if len(b) < 2+digits {
				return true
			}
			length = 0
			for _, digit := range b[2 : 2+digits] {
				if length = length<<8 + uint64(digit); length > 64<<20 {
					return false
				}
			}
			head += digits
		}
		if uint64(len(b)-head) <= length {
			return true
		}
		b = b[head+int(length):]
	}
	return true
}

// TestAnEntryThatIsTooLargeIsNotReadIntoMemory is not parallel: it looks at how much the process allocates.
func TestAnEntryThatIsTooLargeIsNotReadIntoMemory(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan int64)
	go func() {
		defer close(served)
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		_, _ = c.Read(make([]byte, 1<<10)) // the request for the root DSE
		header := binary.BigEndian.AppendUint32([]byte{0x30, 0x84}, 1<<30)
		_, _ = c.Write(header)
		megabyte := make([]byte, 1<<20)
		var sent int64
		for range 1 << 10 {
			n, err := c.Write(megabyte)
			sent += int64(n)
			if err != nil {
				break
			}
		}
		served <- sent
	}()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	o := &Options{Servers: []string{"ldap://" + l.Addr().String()}, Timeout: 10 * time.Second, Check: func(*Entry) error { return nil }}
	_, err = Dial(t.Context(), o, "")
	runtime.ReadMemStats(&after)
	if err == nil || !strings.Contains(err.Error(), "the server sends an entry of more than 64 MB: exclude it by the filter") {
		t.Errorf("got %v, want it to say that the entry is too large", err)
	}
	_ = l.Close()
	sent := <-served
	const much = 24 << 20 // what the other side has sent and allocated is in it
	if grown := after.TotalAlloc - before.TotalAlloc; grown > much {
		t.Errorf("allocated %d MB, want no more than %d", grown>>20, much>>20)
	}
	t.Logf("the server got rid of %d MB of 1024; %d kB were allocated", sent>>20, (after.TotalAlloc-before.TotalAlloc)>>10)
}

func TestFramedPassesOnErrors(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	f := &framed{Conn: stream{Reader: io.MultiReader(bytes.NewReader([]byte{0x30, 2, 1}), iotest.ErrReader(broken))}}
	if got, err := io.ReadAll(f); len(got) != 3 || !errors.Is(err, broken) {
		t.Errorf("got %d bytes and %v, want 3 and the error", len(got), err)
	}
}
