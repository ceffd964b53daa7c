package app

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/ledger"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// credentials says when each secret was last written, of several of a sort the oldest. What
// is in no file, or in one that is not there, has no age.
func credentials(c *config.Config) map[string]time.Time {
	written := map[string]time.Time{}
	look := func(name string, s config.Secret) {
		info, err := os.Stat(s.File())
		if err != nil {
			return
		}
		if was, has := written[name]; !has || info.ModTime().Before(was) {
			written[name] = info.ModTime()
		}
	}
	look("private_key", c.Kiteworks.JWT.PrivateKey)
	look("client_secret", c.Kiteworks.ClientSecret)
	for i := range c.Directories {
		look("bind_password", c.Directories[i].Bind.Password)
	}
	return written
}

// labels are those of the rules, by the rule's name.
func labels(c *config.Config) map[string]string {
	named := map[string]string{}
	for i := range c.Rules {
		if r := &c.Rules[i]; r.Label != "" {
			named[r.Name] = r.Label
		}
	}
	return named
}

// recall tells the board when an earlier process has last looked at the directory, so that a
// change from before the restart has an access lag as well.
func (d *Daemon) recall(ctx context.Context) error {
	err := d.actor.book.Newest(ctx, func(r ledger.Run) bool {
		if !cameThrough(r) {
			return false
		}
		d.board.Looked(r.Started)
		return true
	})
	if err != nil {
		return fmt.Errorf("read the last run from the ledger: %w", err)
	}
	return nil
}

// cameThrough says whether a run was about all that was new in the directory, and did not fail.
func cameThrough(r ledger.Run) bool {
	var s plan.Summary
	ofSome := slices.Contains([]string{leavers, VerbOffboard, VerbUndo}, r.Trigger)
	ended := r.Result == kwsync.Done.String() || r.Result == kwsync.Partial.String()
	return ended && !ofSome && json.Unmarshal(r.Summary, &s) == nil && len(s.Named) == 0
}
