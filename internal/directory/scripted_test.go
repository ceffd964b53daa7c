package directory

import (
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"
)

// scripted is a server that says what a test makes it say: for what slapd never does.
type scripted struct {
	url    string
	answer func(s scriptedSearch) reply
}

// scriptedSearch is what the client asked for.
type scriptedSearch struct {
	base, filter string
	attributes   []string
	paged        bool
}

// reply is the answer to one search.
type reply struct {
	entries []*ldap.Entry
	cookie  string // of the paging control
	bare    bool   // no paging control, though it was asked for
	code    uint16 // the result; 0: success
}

func startScripted(t *testing.T, answer func(s scriptedSearch) reply) *scripted {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &scripted{url: "ldap://" + l.Addr().String(), answer: answer}
	done := make(chan struct{})
	t.Cleanup(func() { _ = l.Close(); <-done })
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			s.serve(c)
			_ = c.Close()
		}
	}()
	return s
}

func (s *scripted) serve(c net.Conn) {
	for {
		request, err := ber.ReadPacket(c)
		if err != nil || len(request.Children) < 2 {
			return
		}
		id, op := request.Children[0].Value.(int64), request.Children[1]
		switch op.Tag {
		case ldap.ApplicationBindRequest:
			_, err = c.Write(message(id, result(ldap.ApplicationBindResponse, 0)).Bytes())
		case ldap.ApplicationSearchRequest:
			err = s.search(c, id, op, len(request.Children) > 2)
		default:
			return
		}
		if err != nil {
			return
		}
	}
}

func (s *scripted) search(c net.Conn, id int64, op *ber.Packet, paged bool) error {
	asked := scriptedSearch{base: op.Children[0].Value.(string), paged: paged}
	asked.filter, _ = ldap.DecompileFilter(op.Children[6])
	for _, a := range op.Children[7].Children {
		asked.attributes = append(asked.attributes, a.Value.(string))
	}
	r := s.answer(asked)
	for _, e := range r.entries {
		if _, err := c.Write(message(id, encodeEntry(e)).Bytes()); err != nil {
			return err
		}
	}
	end := message(id, result(ldap.ApplicationSearchResultDone, r.code))
	if paged && !r.bare {
		control := ldap.NewControlPaging(0)
		control.SetCookie([]byte(r.cookie))
		controls := ber.Encode(ber.ClassContext, ber.TypeConstructed, 0, nil, "")
		controls.AppendChild(control.Encode())
		end.AppendChild(controls)
	}
	_, err := c.Write(end.Bytes())
	return err
}

func message(id int64, op *ber.Packet) *ber.Packet {
	p := ber.NewSequence("")
	p.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, id, ""))
	p.AppendChild(op)
	return p
}

func result(tag ber.Tag, code uint16) *ber.Packet {
	p := ber.Encode(ber.ClassApplication, ber.TypeConstructed, tag, nil, "")
	p.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagEnumerated, uint64(code), ""))
	p.AppendChild(text(""))
	p.AppendChild(text(""))
	return p
}

func encodeEntry(e *ldap.Entry) *ber.Packet {
	p := ber.Encode(ber.ClassApplication, ber.TypeConstructed, ldap.ApplicationSearchResultEntry, nil, "")
	p.AppendChild(text(e.DN))
	list := ber.NewSequence("")
	for _, a := range e.Attributes {
		values := ber.Encode(ber.ClassUniversal, ber.TypeConstructed, ber.TagSet, nil, "")
		for _, v := range a.Values {
			values.AppendChild(text(v))
		}
		attribute := ber.NewSequence("")
		attribute.AppendChild(text(a.Name))
		attribute.AppendChild(values)
		list.AppendChild(attribute)
	}
	p.AppendChild(list)
	return p
}

func text(s string) *ber.Packet {
	return ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, s, "")
}

const (
	windowsDN     = "dc=corp"
	windowsPeople = "(objectClass=user)"
)

func windowsOptions(url string) Options {
	return Options{
		Name: "ad", Kind: ActiveDirectory, Servers: []string{url}, Timeout: 10 * time.Second, IgnoreReferrals: true,
		People: People{Bases: []string{windowsDN}, Filter: windowsPeople, EmailFrom: []string{"mail"}},
		Groups: Groups{Bases: []string{windowsDN}},
	}
}

// rootDSE is what a domain controller says of itself; controls are what it supports.
func rootDSE(controls ...string) reply {
	return reply{entries: []*ldap.Entry{ldap.NewEntry("", map[string][]string{
		"supportedCapabilities": {"1.2.840.113556.1.4.800"}, "supportedControl": controls,
	})}}
}

func guid(n int) string { return string(append(make([]byte, 15), byte(n))) }

// sid is a binary SID of one domain; only its last part, the RID, differs.
func sid(rid byte) string {
	return "\x01\x05\x00\x00\x00\x00\x00\x05" + strings.Repeat("\x07", 16) + string([]byte{rid, 2, 0, 0})
}

func windowsUser(n int) *ldap.Entry {
	return ldap.NewEntry("CN=User "+strconv.Itoa(n)+",DC=corp", map[string][]string{
		"objectGUID": {guid(n)}, "userAccountControl": {"512"}, "cn": {"User " + strconv.Itoa(n)},
		"objectSid": {sid(byte(n))}, "primaryGroupID": {"513"}, // 0x0201: the last part of sid(1)
	})
}
