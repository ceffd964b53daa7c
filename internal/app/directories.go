package app

import (
	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/directory"
)

// directoryOptions are one for each directory, in the order of the file.
func directoryOptions(c *config.Config, s Settings) ([]directory.Options, error) {
	var all []directory.Options
	for i := range c.Directories {
		o, err := optionsOf(&c.Directories[i])
		if err != nil {
			return nil, err
		}
		o.Attributes, o.GroupAttributes = c.Set.Attributes(), c.Set.GroupAttributes()
		o.Units = c.Set.NamesUnits()
		o.Follow = s.Daemon // a command reads once
		all = append(all, o)
	}
	return all, nil
}

// optionsOf are what the configuration says of one directory.
func optionsOf(d *config.Directory) (directory.Options, error) {
	kind, err := directory.ParseKind(d.Kind)
	if err != nil {
		return directory.Options{}, err
	}
	o := directory.Options{
		Name: d.Name, Kind: kind, Servers: d.Servers,
		IgnoreReferrals: d.Referrals == config.IgnoreReferrals,
		StartTLS:        d.TLS.StartTLS, CA: d.TLS.CA,
		BindDN: d.Bind.User, Password: d.Bind.Password.Resolve,
		People: directory.People{
			Bases: d.People.Bases, LeaversIn: d.People.LeaversIn, Filter: d.People.Filter, Name: d.People.Name,
			EmailFrom: d.People.Email.From, EmailDomains: d.People.Email.Domains,
		},
		Groups: directory.Groups{Bases: d.Groups.Bases, Filter: d.Groups.Filter},
	}
	if d.TLS.Certificate != "" {
		o.Certificate, o.Key = d.TLS.Certificate, d.TLS.Key.ResolveKey
	}
	return o, nil
}
