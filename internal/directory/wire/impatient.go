package wire

import (
	"net"
	"sync"
	"time"
)

// impatient gives up on a server that is silent for longer than patience. It
// replaces Conn.SetTimeout, which also drops an entry, without an error,
// that the program was too slow to take.
type impatient struct {
	net.Conn

	mu       sync.Mutex
	patience time.Duration // 0: silence is what is waited in
}

func (i *impatient) Read(b []byte) (int, error) {
	if err := i.limit(i.SetReadDeadline); err != nil {
		return 0, err
	}
	return i.Conn.Read(b)
}

func (i *impatient) Write(b []byte) (int, error) {
	if err := i.limit(i.SetWriteDeadline); err != nil {
		return 0, err
	}
	return i.Conn.Write(b)
}

// endure lets the server be silent from now on. What keeps a line under
// watch that has died is TCP's keep-alive.
func (i *impatient) endure() {
	i.mu.Lock()
	i.patience = 0
	i.mu.Unlock()
	_ = i.limit(i.SetReadDeadline) // of the read under way
}

func (i *impatient) limit(set func(time.Time) error) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.patience == 0 {
		return set(time.Time{})
	}
	return set(time.Now().Add(i.patience))
}
