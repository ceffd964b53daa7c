package ldapsim_test

import (
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"

	"github.com/kw-onboarder/kw-onboarder/internal/ldapsim"
)

func packet(id int64, op *ber.Packet) []byte {
	p := ber.NewSequence("")
	p.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, id, ""))
	p.AppendChild(op)
	return p.Bytes()
}

func operation(tag ber.Tag, children ...*ber.Packet) *ber.Packet {
	p := ber.Encode(ber.ClassApplication, ber.TypeConstructed, tag, nil, "")
	for _, child := range children {
		p.AppendChild(child)
	}
	return p
}

func octets(s string) *ber.Packet {
	return ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, s, "")
}

func number(tag ber.Tag, n int) *ber.Packet {
	return ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, tag, n, "")
}

func bindRequest(id int64) []byte {
	return packet(id, operation(0, number(ber.TagInteger, 3), octets(ldapsim.CompanyBind),
		ber.NewString(ber.ClassContext, ber.TypePrimitive, 0, password, "")))
}

func searchRequest(t *testing.T, id int64, filter string, attrs ...string) []byte {
	t.Helper()
	compiled, err := ldap.CompileFilter(filter)
	if err != nil {
		t.Fatal(err)
	}
	selection := ber.NewSequence("")
	for _, attr := range attrs {
		selection.AppendChild(octets(attr))
	}
	return packet(id, operation(3, octets(base), number(ber.TagEnumerated, 2), number(ber.TagEnumerated, 0),
		number(ber.TagInteger, 0), number(ber.TagInteger, 0),
		ber.NewBoolean(ber.ClassUniversal, ber.TypePrimitive, ber.TagBoolean, false, ""), compiled, selection))
}

// dialRaw connects without a client library; nothing waits longer than ten seconds.
func dialRaw(t *testing.T, s *ldapsim.Server) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", s.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return conn
}

func write(t *testing.T, conn net.Conn, requests ...[]byte) {
	t.Helper()
	for _, request := range requests {
		if _, err := conn.Write(request); err != nil {
			t.Fatal(err)
		}
	}
}

func readBytes(t *testing.T, conn net.Conn, n int) {
	t.Helper()
	if _, err := io.ReadFull(conn, make([]byte, n)); err != nil {
		t.Fatal(err)
	}
}

// TestMalformed sends what no client should. The server says so, hangs up, and
// goes on serving the others.
func TestMalformed(t *testing.T) {
	t.Parallel()
	s := serve(t)
	other := login(t, s)
	tests := map[string][]byte{
		"not BER":             []byte("GET / HTTP/1.1\r\n\r\n"),
		"no sequence":         {0x04, 0x03, 'a', 'b', 'c'},
		"empty sequence":      {0x30, 0x00},
		"too long":            {0x30, 0x84, 0x7f, 0xff, 0xff, 0xff},
		"absurd length":       {0x30, 0x88, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
		"indefinite length":   {0x30, 0x80, 0x02, 0x01, 0x01, 0x00, 0x00},
		"inner length beyond": {0x30, 0x03, 0x02, 0x7f, 0x01},
		"no operation":        {0x30, 0x03, 0x02, 0x01, 0x01},
		"id is no number":     {0x30, 0x05, 0x04, 0x01, 0x01, 0x42, 0x00},
		"id zero":             packet(0, operation(3)),
		"id negative":         packet(-1, operation(3)),
		"id too large":        packet(1<<31, operation(3)),
		"universal operation": packet(1, ber.NewSequence("")),
		"unknown operation":   packet(1, operation(29)),
		"nested without end":  deep(2000),
	}
	for name, sent := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conn := dialRaw(t, s)
			write(t, conn, sent)
			notice, err := ber.ReadPacket(conn)
			if err != nil {
				t.Fatalf("read the notice of disconnection: %v", err)
			}
			if text := notice.Children[1].Children[3].Data.String(); text != "1.3.6.1.4.1.1466.20036" {
				t.Errorf("got an answer named %q, want the notice of disconnection", text)
			}
			if n, err := conn.Read(make([]byte, 1)); n != 0 || err == nil {
				t.Errorf("the connection is still open")
			}
		})
	}
	t.Cleanup(func() {
		if _, err := other.Search(query(base, ldap.ScopeBaseObject, "(objectClass=*)")); err != nil {
			t.Errorf("another client: %v", err)
		}
	})
}

func deep(n int) []byte {
	p := octets("")
	for range n {
		outer := ber.NewSequence("")
		outer.AppendChild(p)
		p = outer
	}
	return p.Bytes()
}

// TestMisformedOperations are messages whose operation is not what it should
// be: they get an answer, and the connection stays.
func TestMisformedOperations(t *testing.T) {
	t.Parallel()
	s := serve(t)
	for name, op := range map[string]*ber.Packet{
		"empty bind":     operation(0),
		"version 2":      operation(0, number(ber.TagInteger, 2), octets(""), ber.NewString(ber.ClassContext, ber.TypePrimitive, 0, "", "")),
		"empty search":   operation(3),
		"empty extended": operation(23),
		"search of nulls": operation(3, octets(""), octets(""), octets(""), octets(""), octets(""),
			octets(""), octets(""), octets("")),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conn := dialRaw(t, s)
			abandon := ber.NewInteger(ber.ClassApplication, ber.TypePrimitive, 16, 7, "")
			for id := int64(1); id <= 2; id++ {
				write(t, conn, packet(id, op), packet(9, abandon)) // an abandon has no answer
				answer, err := ber.ReadPacket(conn)
				if err != nil {
					t.Fatal(err)
				}
				if got := answer.Children[0].Value; got != id {
					t.Errorf("message id: got %v, want %d", got, id)
				}
				if got := answer.Children[1].Children[0].Value; got != int64(ldap.LDAPResultProtocolError) {
					t.Errorf("result: got %v, want protocol error", got)
				}
			}
		})
	}
}

func TestLdapsearch(t *testing.T) {
	t.Parallel()
	program, err := exec.LookPath("ldapsearch")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("ldapsearch is not installed: run scripts/install-servers.sh")
		}
		t.Skip("SKIPPED: ldapsearch is not installed (Debian package ldap-utils); the server is tested with one client only")
	}
	s := serve(t)
	run := func(args ...string) (string, error) {
		args = append([]string{"-x", "-LLL", "-H", s.URL(), "-D", ldapsim.CompanyBind, "-w", password}, args...)
		out, err := exec.Command(program, args...).CombinedOutput()
		return string(out), err
	}
	out, err := run("-b", base, "-E", "pr=7/noprompt", "(uid=*)", "mail", "entryUUID")
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if got := strings.Count(out, "entryUUID: "); got != 199 {
		t.Errorf("paged: got %d people, want 199", got)
	}
	out, err = run("-b", base, "-z", "3", "(uid=*)", "1.1")
	if err == nil || !strings.Contains(out, "Size limit exceeded (4)") || strings.Count(out, "dn:") != 3 {
		t.Errorf("size limit: got %v\n%s", err, out)
	}
	out, err = run("-b", "ou=nowhere,"+base)
	if err == nil || !strings.Contains(out, "No such object (32)\nMatched DN: "+base) {
		t.Errorf("unknown base: got %v\n%s", err, out)
	}
	out, err = run("-M", "-s", "base", "-b", "cn=all-staff,"+groups, "member")
	if err != nil || strings.Count(out, "member:") != 8 {
		t.Errorf("group: got %v\n%s", err, out)
	}
}
