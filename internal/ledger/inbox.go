package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Request is a command that somebody has filed for the daemon, and its answer.
type Request struct {
	ID       int64
	Verb     string
	Args     []byte // JSON
	Actor           // who asked
	Filed    time.Time
	Answered time.Time // zero: it waits
	Run      int64     // that has done it; 0: none had to
	Answer   string
	Failed   bool
}

// File files a request and returns its number.
func (l *Ledger) File(ctx context.Context, q Request) (id int64, err error) {
	const insert = `INSERT INTO inbox
			(id, verb, args, uid, user_name, reason, filed, answered, run, answer, failed)
		SELECT COALESCE(MAX(id), 0) + 1, $1, $2, $3, $4, $5, $6, 0, 0, '', $7 FROM inbox RETURNING id`
	err = l.batch(ctx, "file a request in", func(b *batch) error {
		_, err := b.find(ctx, insert, []any{q.Verb, string(q.Args), q.UID, q.User, q.Reason, epoch(q.Filed), false}, &id)
		return err
	})
	return id, err
}

const (
	selectRequests = `SELECT id, verb, args, uid, user_name, reason, filed, answered, run, answer, failed FROM inbox`
	whereWaiting   = ` WHERE answered = 0 ORDER BY id`
)

// Pending returns the requests that wait, in the order in which they were
// filed. It may be asked each second: it is one statement that touches nothing
// but what it returns.
func (l *Ledger) Pending(ctx context.Context) ([]Request, error) {
	rows, err := l.db.QueryContext(ctx, selectRequests+whereWaiting)
	if err != nil {
		return nil, l.annotate("read the inbox of", err)
	}
	var waiting []Request
	err = drain(rows, func(rows *sql.Rows) error {
		q, err := scanRequest(rows.Scan)
		waiting = append(waiting, q)
		return err
	})
	return waiting, l.annotate("read the inbox of", err)
}

func scanRequest(scan func(...any) error) (q Request, err error) {
	var filed, answered int64
	err = scan(&q.ID, &q.Verb, &q.Args, &q.UID, &q.User, &q.Reason, &filed, &answered, &q.Run, &q.Answer, &q.Failed)
	q.Filed, q.Answered = moment(filed), moment(answered)
	return q, err
}

// Answer answers a request that waits: it keeps Answered, Run, Answer and Failed.
func (l *Ledger) Answer(ctx context.Context, q Request) error {
	const update = `UPDATE inbox SET answered = $2, run = $3, answer = $4, failed = $5 WHERE id = $1 AND answered = 0`
	return l.batch(ctx, "answer a request in", func(b *batch) error {
		if q.Answered.IsZero() {
			return errors.New("an answer needs its moment")
		}
		n, err := b.exec(ctx, update, q.ID, epoch(q.Answered), q.Run, q.Answer, q.Failed)
		if err == nil && n == 0 {
			err = fmt.Errorf("request %d was never filed, or is answered", q.ID)
		}
		return err
	})
}

// Request returns one request.
func (r *Reader) Request(ctx context.Context, id int64) (q Request, err error) {
	unknown := fmt.Errorf("there is no request %d", id)
	if r.db == nil {
		return q, r.annotate("read", unknown)
	}
	err = r.read(ctx, "read", func(tx *sql.Tx) error {
		q, err = scanRequest(tx.QueryRowContext(ctx, selectRequests+` WHERE id = $1`, id).Scan)
		if errors.Is(err, sql.ErrNoRows) {
			return unknown
		}
		return err
	})
	return q, err
}
