package snapshot

import (
	"fmt"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// directory reads groups, units if there are any, then people, and checks them as they come.
func (r *reader) directory(sn *access.Snapshot) {
	var seen order
	section(r, "groups", func(g *group) error {
		sn.Groups = append(sn.Groups, g.group())
		return seen.nextGroup(&sn.Groups[len(sn.Groups)-1])
	})
	r.fail(seen.nested(sn.Groups))
	if r.optional("units", "people") {
		sn.Units = []access.Unit{}
		entries(r, func(u *unit) error {
			sn.Units = append(sn.Units, access.Unit{ID: access.GroupID{Source: u.Source, ID: u.ID}, DN: u.DN})
			return seen.nextUnit(&sn.Units[len(sn.Units)-1])
		})
		r.expect("people")
	}
	entries(r, func(in *person) error {
		p, err := in.person()
		if err != nil {
			return fmt.Errorf("person %q: %w", in.ID, err)
		}
		sn.People = append(sn.People, p)
		return seen.nextPerson(&p)
	})
}

// catalog reads what Kiteworks offers.
func (r *reader) catalog(c *access.Catalog) {
	section(r, "roles", func(in *role) error {
		c.Roles = append(c.Roles, access.Role{ID: in.ID, Name: in.Name, Rank: in.Rank})
		return nil
	})
	section(r, "profiles", func(in *profile) error {
		c.Profiles = append(c.Profiles, access.Profile{ID: in.ID, Name: in.Name})
		return nil
	})
	section(r, "folders", func(in *folder) error {
		c.Folders = append(c.Folders, access.Folder{
			ID: in.ID, Parent: in.Parent, As: in.As, Path: access.Path(in.Path), Inherits: in.Inherits,
		})
		return nil
	})
	section(r, "unusable", func(in *unusable) error {
		place := access.Place{As: in.As, Path: access.Path(in.Path), FolderID: in.ID}
		c.Unusable = append(c.Unusable, access.Unusable{Place: place, Why: in.Why})
		return nil
	})
}

// pins reads what names once meant.
func (r *reader) pins(p *Pins) {
	p.Groups, p.Folders = map[string]access.GroupID{}, map[access.Place]string{}
	section(r, "group_pins", func(in *groupPin) error {
		p.Groups[in.Name] = access.GroupID{Source: in.Source, ID: in.ID}
		return nil
	})
	section(r, "folder_pins", func(in *folderPin) error {
		p.Folders[access.Place{As: in.As, Path: access.Path(in.Path)}] = in.ID
		return nil
	})
}
