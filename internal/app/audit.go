package app

import (
	"cmp"

	"go.uber.org/zap"

	"github.com/kw-onboarder/kw-onboarder/internal/ledger"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// auditor writes one line for each change that was tried, by ids: who, what, whose, and because
// of which rules in which wording. It goes into the log and into the trail.
type auditor struct {
	log     *zap.Logger
	lines   *zap.Logger // of the trail
	config  string      // hash of the configuration
	digests map[string]string
	asked   func(kwsync.Trigger) ledger.Actor // who has asked for a run; zero: the daemon has begun it by itself
}

// digestShown is how many digits of a rule's digest tell its wordings apart.
const digestShown = 12

// newAuditor is that of one configuration.
func newAuditor(r *kwsync.Runner, hash string, log *zap.Logger, t *trail, asked func(kwsync.Trigger) ledger.Actor) *auditor {
	return &auditor{log: log, lines: t.lines(), config: hash, digests: r.Rules.Digests(), asked: asked}
}

// audit writes the line of one change.
func (a *auditor) audit(act kwsync.Act) {
	c, o := act.Change, act.Outcome
	fields := append(a.who(act), a.what(c, o)...)
	if act.Earlier {
		fields = append(fields, zap.Bool("interrupted", true))
	}
	if o.Why != "" {
		fields = append(fields, zap.String("why", o.Why))
	}
	switch {
	case o.Result == plan.Skipped: // nothing was tried; the run's summary says why
		a.log.Debug("change not sent", fields...)
	case act.Earlier && o.Result == plan.Unknown: // the line comes when it is known
	case !o.Changed():
		a.log.Warn("change not done", fields...)
		a.lines.Warn("change not done", fields...)
	default:
		a.log.Info("change", fields...)
		a.lines.Info("change", fields...)
	}
}

// who says which run it was, and who had it made.
func (a *auditor) who(act kwsync.Act) []zap.Field {
	fields := []zap.Field{zap.Int64("run", act.Run), zap.String("trigger", act.Trigger.Name)}
	by := a.asked(act.Trigger)
	if by == (ledger.Actor{}) {
		return append(fields, zap.String("actor", "daemon"))
	}
	fields = append(fields, zap.String("actor", by.Who()), zap.Int("uid", by.UID), zap.String("reason", by.Reason))
	if act.Trigger.Request != 0 {
		fields = append(fields, zap.Int64("request", act.Trigger.Request))
	}
	return fields
}

func (a *auditor) what(c plan.Change, o plan.Outcome) []zap.Field {
	digests := make([]string, 0, len(c.Rules()))
	for _, rule := range c.Rules() { // "": the rule is no more
		digest := a.digests[rule]
		digests = append(digests, digest[:min(digestShown, len(digest))])
	}
	person := ""
	if c.Person.ID != "" {
		person = c.Person.String()
	}
	return []zap.Field{
		zap.Stringer("op", c.Op), zap.Stringer("result", o.Result), zap.String("key", string(c.Key)), zap.String("person", person),
		zap.String("account", cmp.Or(c.Account, o.Account)), zap.String("folder", cmp.Or(c.Folder, o.Folder)), zap.String("path", string(c.Path)),
		zap.String("as", c.As), zap.String("from", c.From), zap.String("to", c.To),
		zap.Strings("rules", c.Rules()), zap.Strings("digests", digests), zap.String("config", a.config),
	}
}
