package app

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/user"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/ledger"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// What may be asked of the daemon: one run now, of whatever kind; to act on somebody who was
// offboarded; to take a run back.
const (
	VerbApply    = "apply"
	VerbOffboard = "offboard"
	VerbUndo     = "undo"
)

// keptFor is how long a request waits for a daemon: what somebody asked for days
// ago is not what they want today.
const keptFor = 24 * time.Hour

// wanted is what a request says, as the ledger keeps it. Whoever asks means the
// configuration that they see.
type wanted struct {
	Config   string                   `json:"config"` // its hash
	Named    []string                 `json:"named,omitempty"`
	Approved map[plan.Key]plan.Change `json:"approved,omitempty"`
	Undo     int64                    `json:"undo,omitempty"` // the run to be taken back
	Offboard bool                     `json:"offboard,omitempty"`
}

// inbox hands the requests of other processes to the daemon's runs.
type inbox struct {
	book   *ledger.Ledger
	log    *zap.Logger
	hash   string                 // of the configuration in use
	woken  *atomic.Bool           // the directory has changed since the run under way has read it
	inHand map[int64]ledger.Actor // taken by a run that has not ended, and who asked
}

// Take returns the next request that cannot wait: one that names people, or takes a run
// back. One that means a configuration which was loaded since waits until the run has ended.
// Where a run was asked for meanwhile, those who have left since do not wait for it.
func (b *inbox) Take(ctx context.Context) (kwsync.Trigger, bool, error) {
	t, found, err := b.take(ctx, func(t kwsync.Trigger, meant string) bool {
		urgent := len(t.Named) > 0 && t.Approved == nil || t.Undo != 0
		return urgent && b.means(meant) == nil
	})
	if err != nil || found || !b.woken.CompareAndSwap(true, false) {
		return t, found, err
	}
	return kwsync.Trigger{Name: leavers, Leavers: true}, true, nil
}

// next returns the next request of any kind.
func (b *inbox) next(ctx context.Context) (kwsync.Trigger, bool, error) {
	return b.take(ctx, func(kwsync.Trigger, string) bool { return true })
}

// means says why a request does not mean the configuration in use.
func (b *inbox) means(config string) error {
	if config == "" || config == b.hash {
		return nil
	}
	return fmt.Errorf("the daemon works with another configuration (%s) than the command (%s): let it reload, by SIGHUP, or name its file with --config", b.hash, config)
}

func (b *inbox) take(ctx context.Context, fits func(t kwsync.Trigger, config string) bool) (kwsync.Trigger, bool, error) {
	pending, err := b.book.Pending(ctx)
	if err != nil {
		return kwsync.Trigger{}, false, err
	}
	for _, r := range pending {
		if _, taken := b.inHand[r.ID]; taken {
			continue
		}
		t, config, err := trigger(r)
		if err == nil && time.Since(r.Filed) > keptFor {
			err = fmt.Errorf("nobody took it for %s: ask again", keptFor)
		}
		if err == nil && !fits(t, config) {
			continue
		}
		if err = cmp.Or(err, b.means(config)); err != nil {
			b.reject(ctx, r, err)
			continue
		}
		b.inHand[r.ID] = r.Actor
		b.log.Info("request taken", zap.Int64("request", r.ID), zap.String("verb", r.Verb),
			zap.Int("uid", r.UID), zap.String("user", r.User), zap.String("reason", r.Reason))
		return t, true, nil
	}
	return kwsync.Trigger{}, false, nil
}

// trigger is the run that a request asks for. One that names people reads of the directory
// what has changed; any other reads everything. Both look at Kiteworks itself, but for an
// order that is to be carried out at once.
func trigger(r ledger.Request) (t kwsync.Trigger, config string, err error) {
	var w wanted
	if !slices.Contains([]string{VerbApply, VerbOffboard, VerbUndo}, r.Verb) {
		return t, "", fmt.Errorf("this version does not know the request %q", r.Verb)
	}
	if err := json.Unmarshal(r.Args, &w); err != nil {
		return t, "", fmt.Errorf("read the request: %w", err)
	}
	t = kwsync.Trigger{Name: r.Verb, Named: w.Named, Undo: w.Undo, Offboard: w.Offboard, Request: r.ID, Fresh: !w.Offboard}
	t.Full = w.Undo == 0 && (len(w.Named) == 0 || w.Approved != nil)
	if w.Approved != nil {
		t.Approved = w.Approved
	}
	return t, w.Config, nil
}

// Answer tells whoever asked how the run ended: the whole report. What nobody has asked for is
// told to the log.
func (b *inbox) Answer(ctx context.Context, t kwsync.Trigger, rep *kwsync.Report) {
	if t.Request == 0 {
		if !rep.Idle {
			b.log.Info("run ended", append(summary(rep), zap.String("trigger", t.Name))...)
		}
		return
	}
	delete(b.inHand, t.Request)
	if err := answer(ctx, b.book, t.Request, rep); err != nil {
		b.log.Error("a request stays unanswered, and is taken again", zap.Int64("request", t.Request), zap.Error(err))
	}
}

// answer is kept also when the run was told to stop.
func answer(ctx context.Context, book *ledger.Ledger, id int64, rep *kwsync.Report) error {
	text, err := json.Marshal(rep)
	if err != nil {
		return fmt.Errorf("encode the answer to request %d: %w", id, err)
	}
	return book.Answer(context.WithoutCancel(ctx), ledger.Request{
		ID: id, Run: rep.Run, Answer: string(text), Failed: rep.Err != "", Answered: time.Now(),
	})
}

func (b *inbox) reject(ctx context.Context, r ledger.Request, why error) {
	b.log.Warn("request rejected", zap.Int64("request", r.ID), zap.Error(why))
	b.Answer(ctx, kwsync.Trigger{Request: r.ID}, &kwsync.Report{Trigger: r.Verb, Err: why.Error()})
}

// request is what this process asks of the daemon: who and why are kept with it.
func request(c *config.Config, t kwsync.Trigger, reason string) (ledger.Request, error) {
	args, err := json.Marshal(wanted{Config: c.Hash, Named: t.Named, Approved: t.Approved, Undo: t.Undo, Offboard: t.Offboard})
	if err != nil {
		return ledger.Request{}, err
	}
	name := strconv.Itoa(os.Getuid())
	if u, err := user.Current(); err == nil {
		name = u.Username
	}
	return ledger.Request{
		Verb: t.Name, Args: args, Filed: time.Now(),
		Actor: ledger.Actor{UID: os.Getuid(), User: name, Reason: reason},
	}, nil
}
