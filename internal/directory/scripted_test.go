package directory

import (
	"errors"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"
	"github.com/google/uuid"
)

// scripted is a server that says what a test makes it say: for what slapd never does.
type scripted struct {
	url    string
	answer func(s scriptedSearch) reply
	// before is called before each message, counted from one over all connections; if it says false, the connection ends instead. nil: all are sent.
	before func(n int) bool

	listener net.Listener
	sent     int // messages
}

// scriptedSearch is what the client asked for.
type scriptedSearch struct {
	base, filter string
	whole        bool // the subtree, and not the base alone
	attributes   []string
	paged        bool
	controls     map[string]*ber.Packet // values, by object identifier
}

// since is the cookie of RFC 4533 or DirSync with which the client goes on; asked says whether it wants to be told at all.
func (s scriptedSearch) since() (cookie string, asked bool) {
	for _, kind := range []string{ldap.ControlTypeSyncRequest, ldap.ControlTypeDirSync} {
		if value := s.controls[kind]; value != nil {
			if c := value.Children[0].Children; len(c) == 3 {
				cookie = map[string]*ber.Packet{ldap.ControlTypeSyncRequest: c[1], ldap.ControlTypeDirSync: c[2]}[kind].Data.String()
			}
			return cookie, true
		}
	}
	return "", false
}

// reply is the answer to one search.
type reply struct {
	entries   []*ldap.Entry
	states    []*ber.Packet // controls of the entries, in their order: RFC 4533
	infos     []*ber.Packet // intermediate responses, after the entries
	referrals []string
	cookie    string      // of the paging control
	end       *ber.Packet // the control of the last message, in place of that for paging
	bare      bool        // no paging control, though it was asked for
	code      uint16      // the result; 0: success
	hangUp    bool        // the connection ends instead of the answer
}

func startScripted(t testing.TB, answer func(s scriptedSearch) reply) *scripted {
	t.Helper()
	return (&scripted{answer: answer}).start(t)
}

func (s *scripted) start(t testing.TB) *scripted {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.url, s.listener = "ldap://"+l.Addr().String(), l
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
			err = s.send(c, message(id, result(ldap.ApplicationBindResponse, 0)))
		case ldap.ApplicationSearchRequest:
			err = s.search(c, id, request)
		default:
			return
		}
		if err != nil {
			return
		}
	}
}

// send sends one message, unless the connection is to end before it.
func (s *scripted) send(c net.Conn, m *ber.Packet) error {
	s.sent++
	if s.before != nil && !s.before(s.sent) {
		return errors.New("the test cuts the connection")
	}
	_, err := c.Write(m.Bytes())
	return err
}

func (s *scripted) search(c net.Conn, id int64, request *ber.Packet) error {
	r := s.answer(searchOf(request))
	for i, e := range r.entries {
		var controls []*ber.Packet
		if i < len(r.states) && r.states[i] != nil {
			controls = append(controls, r.states[i])
		}
		if err := s.send(c, message(id, encodeEntry(e), controls...)); err != nil {
			return err
		}
	}
	for _, to := range r.referrals {
		reference := ber.Encode(ber.ClassApplication, ber.TypeConstructed, ldap.ApplicationSearchResultReference, nil, "")
		reference.AppendChild(text(to))
		if err := s.send(c, message(id, reference)); err != nil {
			return err
		}
	}
	for _, info := range r.infos {
		if err := s.send(c, message(id, info)); err != nil {
			return err
		}
	}
	if r.hangUp {
		return errors.New("the test cuts the connection")
	}
	var controls []*ber.Packet
	switch {
	case r.end != nil:
		controls = append(controls, r.end)
	case searchOf(request).paged && !r.bare:
		paging := ldap.NewControlPaging(0)
		paging.SetCookie([]byte(r.cookie))
		controls = append(controls, paging.Encode())
	}
	return s.send(c, message(id, result(ldap.ApplicationSearchResultDone, r.code), controls...))
}

// searchOf takes a search request apart (RFC 4511, 4.5.1).
func searchOf(request *ber.Packet) scriptedSearch {
	op := request.Children[1]
	asked := scriptedSearch{base: op.Children[0].Value.(string), whole: op.Children[1].Value.(int64) == ldap.ScopeWholeSubtree, controls: map[string]*ber.Packet{}}
	asked.filter, _ = ldap.DecompileFilter(op.Children[6])
	for _, a := range op.Children[7].Children {
		asked.attributes = append(asked.attributes, a.Value.(string))
	}
	if len(request.Children) > 2 {
		for _, c := range request.Children[2].Children {
			value := c.Children[len(c.Children)-1]
			if inner, err := ber.DecodePacketErr(value.Data.Bytes()); err == nil {
				value = ber.NewSequence("")
				value.AppendChild(inner)
			}
			asked.controls[c.Children[0].Value.(string)] = value
		}
	}
	asked.paged = asked.controls[ldap.ControlTypePaging] != nil
	return asked
}

func message(id int64, op *ber.Packet, controls ...*ber.Packet) *ber.Packet {
	p := ber.NewSequence("")
	p.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, id, ""))
	p.AppendChild(op)
	if len(controls) > 0 {
		list := ber.Encode(ber.ClassContext, ber.TypeConstructed, 0, nil, "")
		for _, c := range controls {
			list.AppendChild(c)
		}
		p.AppendChild(list)
	}
	return p
}

// control is one with a value that is BER itself.
func control(kind string, value *ber.Packet) *ber.Packet {
	p := ber.NewSequence("")
	p.AppendChild(text(kind))
	p.AppendChild(text(string(value.Bytes())))
	return p
}

func number(tag ber.Tag, n int) *ber.Packet {
	return ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, tag, int64(n), "")
}

// syncState is the control of an entry (RFC 4533, 2.3).
func syncState(state ldap.ControlSyncStateState, id uuid.UUID) *ber.Packet {
	value := ber.NewSequence("")
	value.AppendChild(number(ber.TagEnumerated, int(state)))
	value.AppendChild(text(string(id[:])))
	return control(ldap.ControlTypeSyncState, value)
}

// syncDone is the control of the last message (RFC 4533, 2.4).
func syncDone(cookie string, deletes bool) *ber.Packet {
	value := ber.NewSequence("")
	if cookie != "" {
		value.AppendChild(text(cookie))
	}
	if deletes {
		value.AppendChild(ber.NewLDAPBoolean(ber.ClassUniversal, ber.TypePrimitive, ber.TagBoolean, true, ""))
	}
	return control(ldap.ControlTypeSyncDone, value)
}

// syncIDSet is a message that names entries by their ids alone (RFC 4533, 2.5).
func syncIDSet(deletes bool, ids ...uuid.UUID) *ber.Packet {
	value := ber.Encode(ber.ClassContext, ber.TypeConstructed, 3, nil, "")
	if deletes {
		value.AppendChild(ber.NewLDAPBoolean(ber.ClassUniversal, ber.TypePrimitive, ber.TagBoolean, true, ""))
	}
	set := ber.Encode(ber.ClassUniversal, ber.TypeConstructed, ber.TagSet, nil, "")
	for _, id := range ids {
		set.AppendChild(text(string(id[:])))
	}
	value.AppendChild(set)
	return syncInfo(value)
}

func syncInfo(value *ber.Packet) *ber.Packet {
	p := ber.Encode(ber.ClassApplication, ber.TypeConstructed, ldap.ApplicationIntermediateResponse, nil, "")
	name := ber.NewString(ber.ClassContext, ber.TypePrimitive, 0, ldap.ControlTypeSyncInfo, "")
	content := ber.NewString(ber.ClassContext, ber.TypePrimitive, 1, string(value.Bytes()), "")
	p.AppendChild(name)
	p.AppendChild(content)
	return p
}

// dirSyncEnd is the control of the last message ([MS-ADTS] 3.1.1.3.4.1.3).
func dirSyncEnd(cookie string, more bool) *ber.Packet {
	flags := 0
	if more {
		flags = 1
	}
	value := ber.NewSequence("")
	value.AppendChild(number(ber.TagInteger, flags))
	value.AppendChild(number(ber.TagInteger, 0))
	value.AppendChild(text(cookie))
	return control(ldap.ControlTypeDirSync, value)
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
