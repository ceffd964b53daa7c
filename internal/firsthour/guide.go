package firsthour

import (
	"fmt"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/doctor"
	"github.com/kw-onboarder/kw-onboarder/internal/guard"
)

// Step is what to do on one page, or on this machine.
type Step struct {
	Title string   `json:"title"`
	Lines []string `json:"lines"`
}

// Entries are what is entered where, for a script.
type Entries struct {
	Flow         string        `json:"flow"`
	Issuer       string        `json:"issuer"`
	Audience     string        `json:"audience"`
	UIDAttribute string        `json:"uid_attribute"`
	PublicKey    string        `json:"public_key"` // PEM
	RedirectURI  string        `json:"redirect_uri"`
	Scopes       []doctor.Need `json:"scopes"`   // the least that runs need
	Further      []doctor.Need `json:"further"`  // for some commands only
	Lifetime     string        `json:"lifetime"` // of access tokens
}

// NewEntries says what the custom application is to be registered with. public is its key in PEM.
func NewEntries(c *config.Config, public string) Entries {
	k := c.Kiteworks
	e := Entries{
		Flow: "JWT", Issuer: k.JWT.Issuer, Audience: k.JWT.Audience, UIDAttribute: "sub", PublicKey: public,
		RedirectURI: k.URL + "/rest/callback.html", Lifetime: "1 hour",
	}
	if k.JWT.SubjectClaim != "" {
		e.UIDAttribute = k.JWT.SubjectClaim
	}
	e.Scopes, e.Further = doctor.Needs(c)
	return e
}

// Guide leads through the admin console of Kiteworks. publicFile is where the public key lies. Where
// appliances word their pages differently, the older words stand in brackets.
func Guide(c *config.Config, e Entries, publicFile string) []Step {
	k := c.Kiteworks
	steps := []Step{
		{"The licence", []string{
			"In the admin console, open Licenses: it must say that the API is enabled. That takes an Enterprise",
			"licence with the developer (automation) suite; without it no application can be made.",
		}},
		{"The application", []string{
			"Open Application Setup > Clients and Plugins [Apps and Plugins] > API > Create Custom Application.",
			"  Name           kw-onboarder",
			"  Flow           JWT, and no other: not Authorization Code, Signature Authorization, User Credential",
			"  Refresh token  off",
			"  Redirect URI   " + e.RedirectURI + "   (it is never used, but the form may want one)",
			"  Access token lifetime   " + e.Lifetime + "   (no token is used for longer)",
			"  Issuer         " + e.Issuer,
			"  Audience       " + e.Audience,
			"  UID attribute  " + e.UIDAttribute,
			"  Public key     all of " + publicFile + ", the lines with dashes too",
		}},
		{"Its scopes", scopeLines(c, e)},
		{"What the console shows once", []string{
			"Client id and client secret are shown when you save, and the secret never again.",
			"  client id      into kiteworks.client_id of " + c.File,
			"  client secret  " + secretLine(k.ClientSecret),
		}},
	}
	return append(steps, identitySteps(c)...)
}

// scopeLines are the scopes, by entity, in the words of the form.
func scopeLines(c *config.Config, e Entries) []string {
	lines := []string{
		fmt.Sprintf("On the tab Scopes, allow these and no more; they are what mode %s and the %d rules of today need.", c.Mode, len(c.Rules)),
		"READ is GET there, CREATE is POST, UPDATE is PUT, DELETE is DELETE. doctor shows what came of it.",
	}
	for _, n := range e.Scopes {
		lines = append(lines, fmt.Sprintf("  %-18s %s", n.Scope, strings.Join(n.For, ", ")))
	}
	if len(e.Further) > 0 {
		lines = append(lines, "Some commands use more; allow these too if you want them:")
		for _, n := range e.Further {
			lines = append(lines, fmt.Sprintf("  %-18s %s", n.Scope, strings.Join(n.For, ", ")))
		}
	}
	if c.Mode < guard.Sync {
		lines = append(lines, "Another mode needs others: run keygen again, or doctor, when you change it.")
	}
	return lines
}

// secretLine is where the client secret goes, without passing through a command line.
func secretLine(s config.Secret) string {
	scheme, name, _ := strings.Cut(s.String(), ":")
	if scheme == "file" {
		return "into " + name + ":  (umask 077; cat > " + name + ")   then paste it, Enter, Ctrl-D"
	}
	return "where " + s.String() + " refers to"
}

func identitySteps(c *config.Config) []Step {
	k := c.Kiteworks
	users := Step{"The identity " + string(k.Identities.Users), []string{
		"An account of its own, live and verified, with an administrator's role that has User Management",
		"and nothing else. System Admin is more than it needs.",
	}}
	folders := Step{"The identity " + string(k.Identities.Folders), []string{
		"An account of its own, live and verified, without an administrator's role. Its profile must allow",
		"collaboration. It owns these folders, or is their Manager:",
	}}
	for _, root := range k.Roots {
		folders.Lines = append(folders.Lines, "  "+string(root.Path))
	}
	for _, other := range k.Identities.Others {
		folders.Lines = append(folders.Lines, "Likewise "+string(other)+", of the folders of the grants that name it by `as`.")
	}
	lock := Step{"So that Kiteworks does not lock them", []string{
		"Nobody ever logs in as these accounts, and Kiteworks may lock whoever does not. No source says that",
		"the API counts as activity, so do not rely on it:",
		"  - Clone the profile Standard, call it Service, and switch off in it whatever ends or locks an account",
		"    for inactivity, and the clean-up of inactive accounts. Move these accounts to it.",
		"  - Let their passwords never expire, and give them long random ones that nobody knows.",
		"  - They are not to come from the directory: they are no leavers then, and no rule is about them.",
		"doctor says if one is deactivated, or has not been seen for a month.",
	}}
	return []Step{users, folders, lock}
}
