package systemd

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"time"
)

// Notifier sends to the service manager. The zero Notifier has nobody to send to, and is
// silent: so it is when systemd has not started us.
type Notifier struct {
	socket   string // a path, or "@" and an abstract name; "": nobody listens
	watchdog time.Duration
}

// New reads from the environment who listens, and how often it wants to hear that we are
// alive.
func New(getenv func(string) string) (*Notifier, error) {
	n := &Notifier{socket: getenv("NOTIFY_SOCKET")}
	if n.socket != "" && !strings.HasPrefix(n.socket, "/") && !strings.HasPrefix(n.socket, "@") {
		return nil, fmt.Errorf("NOTIFY_SOCKET is %q: want a path, or @ and an abstract name, as systemd sets it", n.socket)
	}
	micros := getenv("WATCHDOG_USEC")
	if micros == "" || n.socket == "" {
		return n, nil
	}
	if pid := getenv("WATCHDOG_PID"); pid != "" && pid != strconv.Itoa(os.Getpid()) {
		return n, nil // meant for the process that started us
	}
	span, err := strconv.ParseInt(micros, 10, 64)
	if err != nil || span <= 0 {
		return nil, fmt.Errorf("WATCHDOG_USEC is %q: want microseconds, as systemd sets it", micros)
	}
	n.watchdog = time.Duration(span) * time.Microsecond
	return n, nil
}

// Watchdog is how long we may be silent before we are killed; 0: for ever.
func (n *Notifier) Watchdog() time.Duration { return n.watchdog }

// Ready says that the service is up, or that a reload has ended. status is shown by
// systemctl status.
func (n *Notifier) Ready(status string) error {
	return n.send("READY=1", "STATUS="+status)
}

// Reloading says that a reload has begun. systemd takes the message for the answer to its
// signal by the time in it, on the clock that no administrator sets.
func (n *Notifier) Reloading() error {
	if n.socket == "" {
		return nil
	}
	now, err := monotonic()
	if err != nil {
		return fmt.Errorf("read the monotonic clock: %w", err)
	}
	return n.send("RELOADING=1", "MONOTONIC_USEC="+strconv.FormatInt(now.Microseconds(), 10))
}

// Stopping says that the service is on its way out.
func (n *Notifier) Stopping() error { return n.send("STOPPING=1") }

// Alive feeds the watchdog, if there is one.
func (n *Notifier) Alive() error {
	if n.watchdog == 0 {
		return nil
	}
	return n.send("WATCHDOG=1")
}

// send sends lines as one message. A line that holds a line break would be two.
func (n *Notifier) send(lines ...string) (err error) {
	if n.socket == "" {
		return nil
	}
	for i, line := range lines {
		lines[i] = strings.ReplaceAll(line, "\n", " ")
	}
	conn, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: n.socket, Net: "unixgram"})
	if err != nil {
		return fmt.Errorf("notify systemd: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	if err := conn.SetWriteDeadline(time.Now().Add(patience)); err != nil {
		return fmt.Errorf("notify systemd: %w", err)
	}
	if _, err := conn.Write([]byte(strings.Join(lines, "\n"))); err != nil {
		return fmt.Errorf("notify systemd: %w", err)
	}
	return nil
}

// patience is how long a service manager that does not read may hold us up.
const patience = time.Second
