package ldapsim

import (
	"bufio"
	"errors"
	"fmt"
	"io"

	ber "github.com/go-asn1-ber/asn1-ber"
)

// maxMessage bounds a request in bytes, as OpenLDAP does for clients that have
// not bound (sockbuf_max_incoming).
const maxMessage = 256 << 10

// The protocol operations (RFC 4511, section 4.2 and following): APPLICATION tags.
const (
	opBind           ber.Tag = 0
	opBindResponse   ber.Tag = 1
	opUnbind         ber.Tag = 2
	opSearch         ber.Tag = 3
	opSearchEntry    ber.Tag = 4
	opSearchDone     ber.Tag = 5
	opModify         ber.Tag = 6
	opAdd            ber.Tag = 8
	opDelete         ber.Tag = 10
	opModifyDN       ber.Tag = 12
	opCompare        ber.Tag = 14
	opAbandon        ber.Tag = 16
	opExtended       ber.Tag = 23
	opExtendedAnswer ber.Tag = 24
)

// The result codes in use (RFC 4511, appendix A).
const (
	success                = 0
	protocolError          = 2
	sizeLimitExceeded      = 4
	authMethodNotSupported = 7
	adminLimitExceeded     = 11
	unavailableCritical    = 12
	inappropriateMatching  = 18
	noSuchObject           = 32
	invalidDNSyntax        = 34
	invalidCredentials     = 49
	unwillingToPerform     = 53
)

// result is the outcome of an operation.
type result struct {
	code    int
	matched string // DN of the deepest entry found, with noSuchObject
	text    string // for the person who reads the client's log
}

func (r result) ok() bool { return r.code == success }

// errMalformed ends a connection: after it nobody knows where the next message begins.
var errMalformed = errors.New("read message: not a message of RFC 4511")

// message is one request.
type message struct {
	id       int64
	op       *ber.Packet
	controls []control
}

// control is a request control (RFC 4511, section 4.1.11).
type control struct {
	oid      string
	critical bool
	value    string
}

// readMessage reads the next request: errMalformed if it is none, else the
// error of the connection.
func readMessage(r *bufio.Reader) (message, error) {
	frame, err := readFrame(r)
	if err != nil {
		return message{}, err
	}
	packet, err := ber.DecodePacketErr(frame)
	if err != nil {
		return message{}, errMalformed
	}
	return parseMessage(packet)
}

// readFrame reads one element with its header, and nothing that is longer than
// maxMessage. Lengths are definite in LDAP (RFC 4511, section 5.1).
func readFrame(r *bufio.Reader) ([]byte, error) {
	head := make([]byte, 2, 6)
	if _, err := io.ReadFull(r, head); err != nil {
		return nil, err
	}
	length := int(head[1])
	if length >= 0x80 {
		more := length - 0x80
		if more < 1 || more > 4 {
			return nil, errMalformed
		}
		head = head[:2+more]
		if _, err := io.ReadFull(r, head[2:]); err != nil {
			return nil, err
		}
		length = 0
		for _, b := range head[2:] {
			length = length<<8 | int(b)
		}
	}
	if head[0] != 0x30 || length > maxMessage {
		return nil, errMalformed
	}
	frame := append(head, make([]byte, length)...)
	_, err := io.ReadFull(r, frame[len(head):])
	return frame, err
}

func parseMessage(p *ber.Packet) (message, error) {
	if len(p.Children) != 2 && len(p.Children) != 3 {
		return message{}, errMalformed
	}
	id, ok := p.Children[0].Value.(int64)
	m := message{id: id, op: p.Children[1]}
	if !ok || id < 1 || id > 1<<31-1 || m.op.ClassType != ber.ClassApplication {
		return message{}, errMalformed
	}
	if len(p.Children) == 3 {
		for _, child := range p.Children[2].Children {
			c, err := parseControl(child)
			if err != nil {
				return message{}, err
			}
			m.controls = append(m.controls, c)
		}
	}
	return m, nil
}

func parseControl(p *ber.Packet) (control, error) {
	if len(p.Children) < 1 || len(p.Children) > 3 {
		return control{}, errMalformed
	}
	c := control{oid: text(p.Children[0])}
	for _, child := range p.Children[1:] {
		switch child.Tag {
		case ber.TagBoolean:
			c.critical, _ = child.Value.(bool)
		case ber.TagOctetString:
			c.value = text(child)
		default:
			return control{}, errMalformed
		}
	}
	return c, nil
}

// text is the content of a primitive element.
func text(p *ber.Packet) string { return p.Data.String() }

// envelope wraps an answer.
func envelope(id int64, op *ber.Packet, controls ...*ber.Packet) *ber.Packet {
	p := ber.NewSequence("LDAPMessage")
	p.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, id, "messageID"))
	p.AppendChild(op)
	if len(controls) > 0 {
		all := ber.Encode(ber.ClassContext, ber.TypeConstructed, 0, nil, "controls")
		for _, c := range controls {
			all.AppendChild(c)
		}
		p.AppendChild(all)
	}
	return p
}

// answer is an LDAPResult under an operation's tag.
func answer(tag ber.Tag, r result, more ...*ber.Packet) *ber.Packet {
	p := ber.Encode(ber.ClassApplication, ber.TypeConstructed, tag, nil, "LDAPResult")
	p.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagEnumerated, r.code, "resultCode"))
	p.AppendChild(octets(r.matched))
	p.AppendChild(octets(r.text))
	for _, child := range more {
		p.AppendChild(child)
	}
	return p
}

func octets(s string) *ber.Packet {
	return ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, s, "")
}

func malformed(what string) result {
	return result{code: protocolError, text: fmt.Sprintf("%s: not as in RFC 4511", what)}
}
