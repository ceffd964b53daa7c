package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"
)

// leaseTerm is how long a lease lasts that is not renewed: how long a standby waits for a
// holder that has died.
const leaseTerm = 15 * time.Second

// actor is the name of the lease of the one that writes to Kiteworks.
const actor = "actor"

// clock is the database's, in microseconds; the clocks of two hosts do not meet in a lease.
const clock = `(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000)::BIGINT`

// lease is a lock with an end, renewed until it is released or lost.
type lease struct {
	store  *postgres
	db     *sql.DB
	name   string
	holder string
	epoch  int64

	mu  sync.Mutex
	end time.Time // counted from before the renewal was sent, so that it is never later than the database's

	stop  context.CancelFunc
	ended chan struct{} // the renewals
}

// take takes a lease that is free or has expired, and begins to renew it.
func (p *postgres) take(ctx context.Context, db *sql.DB, name string) (*lease, error) {
	l := &lease{store: p, db: db, name: name, holder: self(), ended: make(chan struct{})}
	const query = `INSERT INTO leases (name, holder, epoch, expires) VALUES ($1, $2, 1, ` + clock + ` + $3)
		ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, epoch = leases.epoch + 1, expires = excluded.expires
			WHERE leases.expires <= ` + clock + ` RETURNING epoch`
	sent := time.Now()
	err := db.QueryRowContext(ctx, query, name, l.holder, p.term.Microseconds()).Scan(&l.epoch)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, p.locked(ctx, db, name)
	}
	if err != nil {
		return nil, err
	}
	l.end = sent.Add(p.term)
	keeping, stop := context.WithCancel(context.Background()) // it outlives the call
	l.stop = stop
	go l.keep(keeping)
	return l, nil
}

// self names this process to others.
func self() string {
	host, err := os.Hostname()
	if err != nil {
		host = "a host without a name"
	}
	return fmt.Sprintf("%s/%d", host, os.Getpid())
}

// locked says who has the lease.
func (p *postgres) locked(ctx context.Context, db *sql.DB, name string) error {
	e := &LockedError{Where: p.String()}
	err := db.QueryRowContext(ctx, `SELECT holder FROM leases WHERE name = $1`, name).Scan(&e.Holder)
	return errors.Join(e, err)
}

func (l *lease) until() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.end
}

// keep renews the lease at each third of its term, and more often where that fails, until
// it is released or lost.
func (l *lease) keep(ctx context.Context) {
	defer close(l.ended)
	third, soon := l.store.term/3, l.store.term/15
	for wait := third; ; {
		select {
		case <-ctx.Done():
			return
		case <-time.After(min(wait, time.Until(l.until()))):
		}
		kept, err := l.renew(ctx, third)
		switch {
		case ctx.Err() != nil:
			return
		case err == nil && !kept, !time.Now().Before(l.until()):
			l.lose()
			return
		case err != nil:
			wait = soon
		default:
			wait = third
		}
	}
}

// renew extends the lease, unless another has it by now.
func (l *lease) renew(ctx context.Context, patience time.Duration) (kept bool, err error) {
	sent := time.Now()
	limit := l.until()
	if soonest := sent.Add(patience); soonest.Before(limit) {
		limit = soonest
	}
	ctx, cancel := context.WithDeadline(ctx, limit)
	defer cancel()
	const query = `UPDATE leases SET expires = ` + clock + ` + $4 WHERE name = $1 AND holder = $2 AND epoch = $3`
	res, err := l.db.ExecContext(ctx, query, l.name, l.holder, l.epoch, l.store.term.Microseconds())
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	if err != nil || n == 0 {
		return false, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.end = sent.Add(l.store.term)
	return true, nil
}

// lose ends the lease for us, and every connection: one on which nothing comes any more
// would hold up whoever writes.
func (l *lease) lose() {
	l.mu.Lock()
	if now := time.Now(); now.Before(l.end) {
		l.end = now
	}
	l.mu.Unlock()
	l.store.lines.cut()
}

// check holds the row for the transaction. FOR KEY SHARE keeps out one who would take the
// lease, since that changes the epoch, and not our own renewal.
func (l *lease) check(ctx context.Context, tx *sql.Tx) error {
	const query = `SELECT epoch FROM leases WHERE name = $1 AND holder = $2 AND epoch = $3 FOR KEY SHARE`
	var epoch int64
	err := tx.QueryRowContext(ctx, query, l.name, l.holder, l.epoch).Scan(&epoch)
	if errors.Is(err, sql.ErrNoRows) {
		l.lose()
		return l.lost()
	}
	return err
}

func (l *lease) lost() error {
	return &LostError{
		Where: l.store.String(),
		Why:   "it was not renewed in time, since the database was not reached or this process stood still",
	}
}

// release frees the lease at once, if it is still ours. The epoch stays, to rise further.
func (l *lease) release() error {
	l.stop()
	<-l.ended
	if !time.Now().Before(l.until()) {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), l.store.term/3)
	defer cancel()
	const query = `UPDATE leases SET expires = 0 WHERE name = $1 AND holder = $2 AND epoch = $3`
	_, err := l.db.ExecContext(ctx, query, l.name, l.holder, l.epoch)
	return err
}
