package ldapsim

import (
	"bufio"
	"crypto/subtle"
	"errors"
	"io"

	ber "github.com/go-asn1-ber/asn1-ber"
)

// Object identifiers of the protocol.
const (
	oidPaging     = "1.2.840.113556.1.4.319"  // RFC 2696
	oidWhoAmI     = "1.3.6.1.4.1.4203.1.11.3" // RFC 4532
	oidDisconnect = "1.3.6.1.4.1.1466.20036"  // RFC 4511, section 4.4.1
)

// session is one connection. Its requests are answered one after the other, so
// that an Abandon always comes too late, which RFC 4511 allows.
type session struct {
	server  *Server
	in      *bufio.Reader
	out     *bufio.Writer
	bound   bool
	cut     bool // trouble ends the connection
	cursors cursors
}

func newSession(s *Server, conn io.ReadWriter) *session {
	return &session{server: s, in: bufio.NewReader(conn), out: bufio.NewWriter(conn), cursors: newCursors()}
}

// serve answers until the client leaves, breaks the protocol, or the connection is closed.
func (s *session) serve() {
	for {
		m, err := readMessage(s.in)
		goOn := err == nil && s.handle(m)
		if errors.Is(err, errMalformed) {
			s.disconnect()
		}
		if s.out.Flush() != nil || !goOn {
			return
		}
	}
}

// handle answers one request and says whether to go on.
func (s *session) handle(m message) bool {
	switch m.op.Tag {
	case opUnbind:
		return false
	case opAbandon:
		return true
	case opBind, opSearch, opModify, opAdd, opDelete, opModifyDN, opCompare, opExtended:
	default:
		s.disconnect()
		return false
	}
	if r := checkControls(m); !r.ok() {
		s.send(m.id, answer(responseTag(m.op.Tag), r))
		return true
	}
	switch m.op.Tag {
	case opBind:
		s.send(m.id, answer(opBindResponse, s.bind(m.op)))
	case opSearch:
		s.search(m)
		return !s.cut
	case opExtended:
		s.send(m.id, s.extended(m.op))
	default:
		s.send(m.id, answer(responseTag(m.op.Tag), result{code: unwillingToPerform, text: "this directory is read-only"}))
	}
	return true
}

// responseTag is the tag of the final answer to an operation.
func responseTag(op ber.Tag) ber.Tag {
	if op == opSearch {
		return opSearchDone
	}
	return op + 1
}

// checkControls refuses what the client insists on and the server does not know.
func checkControls(m message) result {
	for _, c := range m.controls {
		if c.critical && (c.oid != oidPaging || m.op.Tag != opSearch) {
			return result{code: unavailableCritical, text: "critical control " + c.oid + " is not supported"}
		}
	}
	return result{}
}

// bind answers a simple bind. Whatever comes of it, the session is no longer
// who it was (RFC 4511, section 4.2.1).
func (s *session) bind(op *ber.Packet) result {
	s.bound = false
	if len(op.Children) != 3 {
		return malformed("bind")
	}
	version, _ := op.Children[0].Value.(int64)
	name, proof := text(op.Children[1]), op.Children[2]
	switch {
	case version != 3:
		return result{code: protocolError, text: "only version 3 is spoken"}
	case proof.ClassType != ber.ClassContext || proof.Tag != 0:
		return result{code: authMethodNotSupported, text: "only the simple bind is supported"}
	case name == "":
		return result{}
	case text(proof) == "":
		return result{code: unwillingToPerform, text: "unauthenticated bind (DN with no password) disallowed"}
	}
	account, err := parseDN(name)
	if err != nil {
		return result{code: invalidDNSyntax, text: "invalid DN"}
	}
	right := subtle.ConstantTimeCompare([]byte(text(proof)), []byte(s.server.password)) == 1
	if account.key() != s.server.account.key() || !right {
		return result{code: invalidCredentials}
	}
	s.bound = true
	return result{}
}

// extended answers WhoAmI and refuses the rest, StartTLS included.
func (s *session) extended(op *ber.Packet) *ber.Packet {
	if len(op.Children) == 0 {
		return answer(opExtendedAnswer, malformed("extended operation"))
	}
	if text(op.Children[0]) != oidWhoAmI {
		return answer(opExtendedAnswer, result{code: protocolError, text: "unsupported extended operation"})
	}
	identity := ""
	if s.bound {
		identity = "dn:" + s.server.accountName
	}
	return answer(opExtendedAnswer, result{}, ber.NewString(ber.ClassContext, ber.TypePrimitive, 11, identity, "responseValue"))
}

// disconnect is the notice before the server hangs up.
func (s *session) disconnect() {
	name := ber.NewString(ber.ClassContext, ber.TypePrimitive, 10, oidDisconnect, "responseName")
	s.send(0, answer(opExtendedAnswer, result{code: protocolError, text: "the request is malformed"}, name))
}

// send queues an answer; its error comes back from the Flush that follows.
func (s *session) send(id int64, op *ber.Packet, controls ...*ber.Packet) {
	_, _ = s.out.Write(envelope(id, op, controls...).Bytes())
}
