package main

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/rules"
)

// beside says what differs between two configurations that a comparison of what their rules give today does
// not show: who is read at all, who is left alone, and for how long something is given.
func beside(older, newer *config.Config) []string {
	var keys []string
	differ := func(key string, a, b any) {
		if !reflect.DeepEqual(a, b) {
			keys = append(keys, key)
		}
	}
	differ("mode", older.Mode, newer.Mode)
	differ("timezone", older.Timezone, newer.Timezone)
	differ("accounts.existing", older.Accounts.Existing, newer.Accounts.Existing)
	differ("leavers", older.Leavers, newer.Leavers)
	differ("kiteworks.never_touch", older.Kiteworks.NeverTouch, newer.Kiteworks.NeverTouch)
	differ("kiteworks.identities", older.Kiteworks.Identities, newer.Kiteworks.Identities)
	differ("kiteworks.roots", older.Kiteworks.Roots, newer.Kiteworks.Roots)
	for i := range older.Directories { // both have the same: the snapshot belongs to both
		a, b := older.Directories[i], newer.Directories[i]
		differ(fmt.Sprintf("people of directory %s", a.Name), a.People, b.People)
		differ(fmt.Sprintf("groups of directory %s", a.Name), a.Groups, b.Groups)
		differ(fmt.Sprintf("kind of directory %s", a.Name), a.Kind, b.Kind)
	}
	var notes []string
	if len(keys) > 0 {
		notes = append(notes, fmt.Sprintf("different beside the rules, which no snapshot can show the effect of: %s; plan, with each configuration, shows it", strings.Join(keys, ", ")))
	}
	if dated := redated(older.Rules, newer.Rules); len(dated) > 0 {
		notes = append(notes, "different dates, which change nothing for whoever is within both: "+strings.Join(dated, ", "))
	}
	return notes
}

// redated lists the grants that both have, with other dates.
func redated(older, newer []rules.Rule) []string {
	before := map[string][2]*rules.Date{}
	for _, r := range older {
		for _, g := range r.Grants {
			before[grantName(r, g)] = [2]*rules.Date{g.From, g.Until}
		}
	}
	var all []string
	for _, r := range newer {
		for _, g := range r.Grants {
			name := grantName(r, g)
			if dates, both := before[name]; both && !reflect.DeepEqual(dates, [2]*rules.Date{g.From, g.Until}) {
				all = append(all, name)
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func grantName(r rules.Rule, g rules.Grant) string {
	return fmt.Sprintf("rule %s, %s on %s", r.Name, g.Role, orElse(g.Folder, g.FolderID))
}
