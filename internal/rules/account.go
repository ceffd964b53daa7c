package rules

import "github.com/kw-onboarder/kw-onboarder/internal/access"

// label is what a rule calls the person's account; "" if that is not its matter.
// It is asked for before anything is given: a name that cannot be had holds the rule.
func (d *decision) label(r *boundRule) (string, error) {
	if r.account == nil || r.account.name == nil {
		return "", nil
	}
	return r.account.name.label(subject{person: d.person})
}

// account asks for the account, if the rule does and was given at least once.
func (d *decision) account(r *boundRule, label string, causes ...access.Cause) {
	if r.account == nil || len(causes) == 0 {
		return
	}
	if d.why != nil {
		d.why.Account = &GivenAccount{Profile: r.account.profile, Name: label, Notify: r.account.notify}
	}
	if d.undecided {
		return
	}
	v := &d.verdict
	v.Account, v.Notify = true, v.Notify || r.account.notify
	v.Causes = append(v.Causes, causes...)
	if v.Profile == "" {
		v.Profile = r.account.profile
	}
	if label != "" && !d.named {
		v.Name, d.named = label, true
	}
}

// choice is what of the person's account a rule that is held would have chosen:
// its profile or its name; "": neither.
func (d *decision) choice(r *boundRule) string {
	switch {
	case r.account == nil:
		return ""
	case r.account.profile != "" && d.verdict.Profile == "":
		return "profile"
	case r.account.name != nil && !d.named:
		return "name"
	}
	return ""
}
