package ldapsim

import (
	"bytes"
	"io"
	"testing"

	ber "github.com/go-asn1-ber/asn1-ber"
)

// FuzzSession feeds a session with what a hostile client might send. It must
// come to an end, and answer in nothing but messages.
func FuzzSession(f *testing.F) {
	s, err := New(Options{BaseDN: CompanyBase, BindDN: CompanyBind, Password: "secret", Entries: Company()})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = s.Close() })
	for _, seed := range []string{
		"0\x0c\x02\x01\x01`\x07\x02\x01\x03\x04\x00\x80\x00",
		"0%\x02\x01\x02c \x04\x00\n\x01\x00\n\x01\x00\x02\x01\x00\x02\x01\x00\x01\x01\x00\x87\x0bobjectclass0\x00",
		"0\x05\x02\x01\x03B\x00", "0\x1e\x02\x01\x04w\x19\x80\x171.3.6.1.4.1.4203.1.11.3", "0\x80", "",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var out bytes.Buffer
		session := newSession(s, struct {
			io.Reader
			io.Writer
		}{bytes.NewReader(data), &out})
		session.bound = true
		session.serve()
		for out.Len() > 0 {
			if _, err := ber.ReadPacket(&out); err != nil {
				t.Fatalf("the answer is no message: %v", err)
			}
		}
	})
}
