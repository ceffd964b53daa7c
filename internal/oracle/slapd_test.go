package oracle

import (
	"errors"
	"io"
	"maps"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"

	"github.com/kw-onboarder/kw-onboarder/internal/ldapsim"
	"github.com/kw-onboarder/kw-onboarder/internal/slapdtest"
)

// outside is a slapd outside of all bubbles, and who changes it there: what waits for a socket must not be in one.
type outside struct {
	*slapdtest.Server
	asked chan func(c *ldap.Conn) error
	ended chan error
}

func newOutside(t *testing.T) *outside {
	t.Helper()
	o := &outside{slapdtest.Start(t, slapdtest.Options{}), make(chan func(c *ldap.Conn) error), make(chan error)}
	go func() {
		for do := range o.asked {
			var err error
			o.Do(t, func(c *ldap.Conn) error { err = do(c); return nil })
			o.ended <- err
		}
	}()
	t.Cleanup(func() { close(o.asked) })
	return o
}

func (o *outside) change(do func(c *ldap.Conn) error) error {
	o.asked <- do
	return <-o.ended
}

// bridge stands between a bubble and a slapd outside of it. It passes on one request, and then what is answered: the
// clock of the bubble stands still only meanwhile, and not while nothing is asked.
type bridge struct {
	server  *outside
	at      *pipes
	served  map[string]ldapsim.Entry // by UUID: what the server has by now
	trouble atomic.Pointer[ldapsim.Trouble]

	mu   sync.Mutex
	open map[net.Conn]bool
}

// front serves these entries, and nothing else, by a slapd.
func front(server *outside, at *pipes, entries []ldapsim.Entry) (*bridge, error) {
	b := &bridge{server: server, at: at, served: map[string]ldapsim.Entry{}, open: map[net.Conn]bool{}}
	b.trouble.Store(&ldapsim.Trouble{})
	err := server.change(func(c *ldap.Conn) error {
		for _, place := range []string{peopleBase, leaversBase, groupsBase} {
			if err := clearOut(c, place); err != nil {
				return err
			}
		}
		return nil
	})
	go b.accept()
	return b, errors.Join(err, b.Replace(entries))
}

// clearOut deletes what the history before has left in a place, which is made if it is not there.
func clearOut(c *ldap.Conn, place string) error {
	found, err := c.Search(ldap.NewSearchRequest(place, ldap.ScopeSingleLevel, ldap.NeverDerefAliases, 0, 0, false, "(objectClass=*)", []string{"1.1"}, nil))
	if ldap.IsErrorWithCode(err, ldap.LDAPResultNoSuchObject) {
		a := ldap.NewAddRequest(place, nil)
		a.Attribute("objectClass", []string{"organizationalUnit"})
		return c.Add(a)
	}
	if err != nil {
		return err
	}
	for _, e := range found.Entries {
		if err := c.Del(ldap.NewDelRequest(e.DN, nil)); err != nil {
			return err
		}
	}
	return nil
}

// Replace implements directoryServer: it changes what differs. An entry that has moved keeps its id.
func (b *bridge) Replace(entries []ldapsim.Entry) error {
	next := map[string]ldapsim.Entry{}
	for _, e := range entries {
		if e.UUID != "" { // and not the places themselves
			next[e.UUID] = e
		}
	}
	err := b.server.change(func(c *ldap.Conn) error {
		for _, id := range slices.Sorted(maps.Keys(b.served)) {
			if _, stays := next[id]; stays {
				continue
			}
			if err := c.Del(ldap.NewDelRequest(b.served[id].DN, nil)); err != nil {
				return err
			}
		}
		for _, e := range entries {
			if err := b.put(c, e); err != nil {
				return err
			}
		}
		return nil
	})
	b.served = next
	return err
}

// put makes one entry as it is to be.
func (b *bridge) put(c *ldap.Conn, e ldapsim.Entry) error {
	was, there := b.served[e.UUID]
	switch {
	case e.UUID == "":
		return nil
	case !there:
		a := ldap.NewAddRequest(e.DN, nil)
		for _, name := range slices.Sorted(maps.Keys(e.Attrs)) {
			if len(e.Attrs[name]) > 0 {
				a.Attribute(name, e.Attrs[name])
			}
		}
		return c.Add(a)
	case was.DN != e.DN:
		rdn, above, _ := strings.Cut(e.DN, ",")
		if err := c.ModifyDN(ldap.NewModifyDNRequest(was.DN, rdn, true, above)); err != nil {
			return err
		}
	}
	m := ldap.NewModifyRequest(e.DN, nil)
	for name, values := range e.Attrs {
		renamed := strings.HasPrefix(e.DN, name+"=") // by ModifyDN
		if !renamed && !slices.Equal(was.Attrs[name], values) {
			m.Replace(name, values)
		}
	}
	for name := range was.Attrs {
		if _, stays := e.Attrs[name]; !stays {
			m.Replace(name, nil)
		}
	}
	if len(m.Changes) == 0 {
		return nil
	}
	return c.Modify(m)
}

// SetTrouble implements directoryServer. It hides nothing, but tells whoever hides of each search, as of one that is aimed.
func (b *bridge) SetTrouble(t ldapsim.Trouble) {
	b.trouble.Store(&t)
	if t.Down {
		b.hangUp()
	}
}

// Close implements directoryServer.
func (b *bridge) Close() error {
	err := b.at.Close()
	b.hangUp()
	return err
}

func (b *bridge) hangUp() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for conn := range b.open {
		_ = conn.Close()
	}
}

func (b *bridge) accept() {
	for {
		near, err := b.at.Accept()
		if err != nil {
			return
		}
		b.mu.Lock()
		b.open[near] = true
		b.mu.Unlock()
		go b.carry(near)
	}
}

// carry serves one connection until either side ends it.
func (b *bridge) carry(near net.Conn) {
	defer func() {
		_ = near.Close()
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.open, near)
	}()
	if b.trouble.Load().Down {
		return
	}
	far, err := net.Dial("tcp", b.server.Addr())
	if err != nil {
		return
	}
	defer func() { _ = far.Close() }()
	for {
		request, err := ber.ReadPacket(near)
		if err != nil {
			return
		}
		if _, err := far.Write(request.Bytes()); err != nil || b.answer(far, near, request) != nil {
			return
		}
	}
}

// The operations of LDAP that matter to whoever passes them on (RFC 4511, section 4).
const (
	opUnbind       = 2
	opSearch       = 3
	opEntry        = 4
	opAbandon      = 16
	opReference    = 19
	opIntermediate = 25
)

var errCut = errors.New("the connection is cut, as was asked for")

// answer passes on what is answered to one request.
func (b *bridge) answer(far io.Reader, near io.Writer, request *ber.Packet) error {
	trouble := b.trouble.Load()
	switch request.Children[1].Tag {
	case opUnbind, opAbandon:
		return nil
	case opSearch:
		if trouble.Hides != nil {
			trouble.Hides("", true)
		}
	}
	for entries := 0; ; {
		answer, err := ber.ReadPacket(far)
		if err != nil {
			return err
		}
		op := answer.Children[1].Tag
		if op == opEntry {
			if entries++; trouble.Cut > 0 && entries > trouble.Cut {
				return errCut
			}
		}
		if _, err := near.Write(answer.Bytes()); err != nil {
			return err
		}
		if op != opEntry && op != opReference && op != opIntermediate {
			return nil
		}
	}
}
