package kwsim

import (
	"cmp"
	"crypto/rsa"
	"errors"
	"fmt"
	"net"
	"slices"
	"time"
)

// Options says what [New] builds. Only Application must be filled.
type Options struct {
	Listen            string           // loopback address and port; "" means 127.0.0.1:0
	Management        string           // loopback address and port of the management port; "" means none
	TLS               bool             // serve HTTPS with a certificate of the server's own authority, see [Server.CA]
	Seed              uint64           // decides every id
	Application       Application      // the one registered API client
	RequestsPerSecond int              // 0 means no limit
	Queue             int              // requests above the rate that wait; the next one gets 429; 0 lets none wait
	Leeway            time.Duration    // clock skew tolerated in assertions; 0 tolerates none
	Seats             int              // licensed accounts; 0 means no limit
	Roles             []Role           // nil means [DefaultRoles]
	Profiles          []Profile        // nil means [DefaultProfiles]
	Behaviour         Behaviour        // how the server acts where it is not known
	Faults            Faults           // what goes wrong
	Inspect           func(Inspection) // sees every exchange before the client does, from many goroutines; nil for nobody
	Now               func() time.Time // nil means time.Now
}

// Application is a custom application as an administrator registers it for the JWT flow.
type Application struct {
	ClientID      string
	ClientSecret  string
	Issuer        string
	Audience      string         // "" means the server's URL
	SubjectClaim  string         // claim that names the user acted as; "" means sub
	PublicKey     *rsa.PublicKey // verifies assertions
	TokenLifetime time.Duration  // whole seconds; 0 means one hour
	Scopes        []string       // METHOD/entity/qualifier, or without the method, or with * for a part; none means all
}

// withDefaults returns the options with every empty field filled that has a default.
func (o Options) withDefaults() Options {
	o.Listen = cmp.Or(o.Listen, "127.0.0.1:0")
	o.Application.TokenLifetime = cmp.Or(o.Application.TokenLifetime, time.Hour)
	o.Application.SubjectClaim = cmp.Or(o.Application.SubjectClaim, "sub")
	if o.Roles == nil {
		o.Roles = DefaultRoles()
	}
	if o.Profiles == nil {
		o.Profiles = DefaultProfiles()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

// validate reports every mistake at once. It expects the defaults to be filled.
func (o Options) validate() error {
	_, err := o.Behaviour.complete()
	return errors.Join(
		err,
		o.Faults.validate(),
		validateListen("Listen", o.Listen),
		validateListen("Management", cmp.Or(o.Management, o.Listen)),
		o.Application.validate(),
		validateRoles(o.Roles),
		validateProfiles(o.Profiles),
		atLeastZero("RequestsPerSecond", o.RequestsPerSecond),
		atLeastZero("Queue", o.Queue),
		atLeastZero("Seats", o.Seats),
		atLeastZero("Leeway", o.Leeway),
	)
}

func atLeastZero[N int | time.Duration](field string, value N) error {
	if value < 0 {
		return fmt.Errorf("option %s is %v: give 0 or more", field, value)
	}
	return nil
}

func validateListen(option, address string) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("read %s %q: give address:port: %w", option, address, err)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("refuse to listen on %q: the simulator serves loopback addresses only", address)
	}
	return nil
}

func (a Application) validate() error {
	var errs []error
	for _, field := range []struct{ name, value string }{
		{"ClientID", a.ClientID}, {"ClientSecret", a.ClientSecret}, {"Issuer", a.Issuer},
	} {
		if field.value == "" {
			errs = append(errs, fmt.Errorf("option Application.%s is empty: give the registered value", field.name))
		}
	}
	if a.PublicKey == nil {
		errs = append(errs, errors.New("option Application.PublicKey is missing: give the key that verifies assertions"))
	}
	errs = append(errs, validateScopes(a.Scopes))
	if a.TokenLifetime < time.Second {
		errs = append(errs, fmt.Errorf("option Application.TokenLifetime is %v: give a second or more", a.TokenLifetime))
	}
	return errors.Join(errs...)
}

func validateRoles(roles []Role) error {
	if len(roles) < 3 {
		return fmt.Errorf("%d roles given: give an owner, a manager and at least one weaker role", len(roles))
	}
	ids, names, ranks := map[int]bool{}, map[string]bool{}, map[int]bool{}
	for _, r := range roles {
		if r.ID < 1 || r.Name == "" || ids[r.ID] || names[r.Name] || ranks[r.Rank] {
			return fmt.Errorf("role %+v: id, name and rank must be given and be different from the other roles'", r)
		}
		ids[r.ID], names[r.Name], ranks[r.Rank] = true, true, true
	}
	return nil
}

func validateProfiles(profiles []Profile) error {
	ids := map[int]bool{}
	for _, p := range profiles {
		if p.ID < 1 || p.Name == "" || ids[p.ID] {
			return fmt.Errorf("profile %+v: the id must be positive and unique, the name given", p)
		}
		ids[p.ID] = true
	}
	for _, kind := range []ProfileKind{Standard, Restricted, Recipient} {
		if !slices.ContainsFunc(profiles, func(p Profile) bool { return p.Kind == kind }) {
			return fmt.Errorf("no profile of kind %v given: add one", kind)
		}
	}
	return nil
}
