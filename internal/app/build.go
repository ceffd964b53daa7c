package app

import (
	"context"
	"crypto"
	"crypto/x509"
	"fmt"
	"os"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/directory"
	"github.com/kw-onboarder/kw-onboarder/internal/guard"
	"github.com/kw-onboarder/kw-onboarder/internal/kiteworks"
	"github.com/kw-onboarder/kw-onboarder/internal/ledger"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
	kwsync "github.com/kw-onboarder/kw-onboarder/internal/sync"
)

// Settings are what a command adds to the configuration.
type Settings struct {
	Daemon    bool                                            // it works for long: commands beside it take a quarter of the rate
	Version   string                                          // shown to servers
	OnRequest func(op string, status int, took time.Duration) // nil: nobody counts Kiteworks requests
	Doing     func(stage string, total int)                   // see kwsync.Planner; nil: nobody is told
	Directory kwsync.Directory                                // for OpenPlanner; nil: the configured one is read
}

// OpenPlanner wires a dry run: nothing in it can write to Kiteworks or to the
// ledger (promise P7). Close it after use.
func OpenPlanner(ctx context.Context, c *config.Config, s Settings) (*kwsync.Planner, func() error, error) {
	o, err := kiteworksOptions(ctx, c, s)
	if err != nil {
		return nil, nil, err
	}
	reader, err := kiteworks.NewReader(o)
	if err != nil {
		return nil, nil, err
	}
	book, err := ledgerOptions(c)
	if err != nil {
		return nil, nil, err
	}
	memory, err := ledger.OpenReader(ctx, book)
	if err != nil {
		return nil, nil, fmt.Errorf("open the ledger: %w", err)
	}
	p, err := planner(c, s, s.Directory, reader, memory)
	if err != nil {
		_ = memory.Close() // the first error is the one to know
		return nil, nil, err
	}
	p.Brakes = newBrakes(c, p, memory)
	return p, memory.Close, nil
}

// newRunner wires a run that writes, but for the ledger and the lease. In mode observe
// it holds a client that cannot write (promise P7).
func newRunner(ctx context.Context, c *config.Config, s Settings) (*kwsync.Runner, error) {
	o, err := kiteworksOptions(ctx, c, s)
	if err != nil {
		return nil, err
	}
	reader, tenant, err := openTenant(c.Mode, o)
	if err != nil {
		return nil, err
	}
	p, err := planner(c, s, nil, reader, nil) // what is written follows from what is read now
	if err != nil {
		return nil, err
	}
	return &kwsync.Runner{Planner: *p, Tenant: tenant}, nil
}

// besideDaemon is the part of the rate that a command takes while a daemon works.
const besideDaemon = 0.25

// Rate is how many requests a second a command may make: the configured rate, or
// a quarter of it beside a daemon that works with the same ledger.
func Rate(ctx context.Context, c *config.Config) float64 {
	rate := float64(c.Kiteworks.RequestsPerSecond)
	// Where the state cannot be read, whoever opens the ledger hears why.
	if state, err := c.State.Resolve(); err == nil && ledger.Attended(ctx, state) {
		rate *= besideDaemon
	}
	return rate
}

// openTenant makes the client that the mode allows.
func openTenant(m guard.Mode, o kiteworks.Options) (kwsync.Reader, kwsync.Tenant, error) {
	if m == guard.Observe {
		reader, err := kiteworks.NewReader(o)
		return reader, nil, err
	}
	tenant, err := kiteworks.NewTenant(o)
	return tenant, tenant, err
}

// planner reads the directory d, or, if it is nil, the configured ones.
func planner(c *config.Config, s Settings, d kwsync.Directory, r kwsync.Reader, m kwsync.Recall) (*kwsync.Planner, error) {
	if d == nil {
		o, err := directoryOptions(c, s)
		if err != nil {
			return nil, err
		}
		if d, err = directory.New(o...); err != nil {
			return nil, err
		}
	}
	p := &kwsync.Planner{
		Directory: d, Reader: r, Recall: m, Rules: c.Set,
		Policy: policy(c),
		Limits: c.Limits(), Walls: walled(c),
		Now: time.Now, Doing: s.Doing,
	}
	if live, is := d.(*directory.Directory); is { // what was kept of one cannot be asked again
		p.Prove = func() kwsync.Prover { return live.Prover() }
	}
	return p, nil
}

func policy(c *config.Config) plan.Policy {
	return plan.Policy{
		Never: never(c), Repair: repaired(c),
		Existing: c.Accounts.Existing == config.Link,
		Leavers:  c.Ladders(),
		Order:    c.Set.Names(),
	}
}

// never lists the addresses that no rule may touch: those that were named, and
// our own identities, without which nothing works any more.
func never(c *config.Config) map[access.Email]string {
	out := map[access.Email]string{}
	for _, e := range c.Kiteworks.NeverTouch {
		out[e] = "listed in kiteworks.never_touch"
	}
	for _, e := range c.Kiteworks.Identities.All() {
		out[e] = "one of kiteworks.identities"
	}
	return out
}

// repaired are the roots below which is given again what somebody has removed of ours.
func repaired(c *config.Config) (paths []access.Path) {
	for _, root := range c.Kiteworks.Roots {
		if root.Drift == config.RepairDrift {
			paths = append(paths, root.Path)
		}
	}
	return paths
}

// walled are the folders of which walls speak, as the identity sees them that gives
// access where a rule names no other.
func walled(c *config.Config) (places []access.Place) {
	for _, path := range c.Limits().Folders() {
		places = append(places, access.Place{As: string(c.Kiteworks.Identities.Folders), Path: path})
	}
	return places
}

// Directories are the names of the configured directories.
func Directories(c *config.Config) []string {
	var names []string
	for _, d := range c.Directories {
		names = append(names, d.Name)
	}
	return names
}

func ledgerOptions(c *config.Config) (ledger.Options, error) {
	state, err := c.State.Resolve()
	return ledger.Options{State: state, Tenant: c.Kiteworks.URL, Directories: Directories(c)}, err
}

func openLedger(ctx context.Context, c *config.Config) (*ledger.Ledger, error) {
	o, err := ledgerOptions(c)
	if err != nil {
		return nil, err
	}
	book, err := ledger.Open(ctx, o)
	if err != nil {
		return nil, fmt.Errorf("open the ledger: %w", err)
	}
	return book, nil
}

func kiteworksOptions(ctx context.Context, c *config.Config, s Settings) (kiteworks.Options, error) {
	k := c.Kiteworks
	pool, err := roots(k.CA)
	if err != nil {
		return kiteworks.Options{}, err
	}
	hashes := map[string]crypto.Hash{"RS256": crypto.SHA256, "RS384": crypto.SHA384, "RS512": crypto.SHA512}
	o := kiteworks.Options{
		URL: k.URL, CA: pool, ClientID: k.ClientID, Secret: k.ClientSecret.Resolve,
		Key: func() (crypto.Signer, error) {
			text, err := k.JWT.PrivateKey.ResolveKey()
			if err != nil {
				return nil, err
			}
			return kiteworks.ParseKey([]byte(text))
		},
		Hash: hashes[k.JWT.Algorithm], Issuer: k.JWT.Issuer, Audience: k.JWT.Audience,
		Identities:   kiteworks.Identities{Users: k.Identities.Users, Folders: k.Identities.Folders, Others: k.Identities.Others},
		SubjectClaim: k.JWT.SubjectClaim, MembersByEmail: k.MembersByEmail,
		Rate:      float64(k.RequestsPerSecond),
		UserAgent: "kw-onboarder/" + s.Version,
		OnRequest: s.OnRequest,
	}
	if !s.Daemon {
		o.Rate = Rate(ctx, c)
	}
	for _, root := range k.Roots {
		o.Roots = append(o.Roots, kiteworks.Root{Path: root.Path, ID: root.ID})
	}
	return o, nil
}

// roots are the authorities that sign the server's certificate; nil: the system's.
func roots(file string) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read kiteworks.ca: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("read kiteworks.ca: %s holds no certificate in PEM", file)
	}
	return pool, nil
}
