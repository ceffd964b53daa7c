package kwsim

import (
	"net/http"
	"slices"
	"strconv"
)

func deleteUser(c *call) (answer, error) {
	u, err := c.changeableUser(c.ids["id"])
	if err != nil {
		return answer{}, err
	}
	r := c.query.retention()
	heir, err := c.world.heir(r, []*user{u})
	if err != nil {
		return answer{}, err
	}
	c.world.settle(u, r, heir)
	c.world.deleteUser(u)
	return answer{status: http.StatusNoContent}, nil
}

// putProfileUsers moves users to a profile, all of them or none. Moving somebody down to a profile that owns no data
// needs a retention, as leaving does; any other move ignores it.
func putProfileUsers(c *call) (answer, error) {
	var r retention
	if len(c.body) > 0 {
		var err error
		if r, err = decode[retention](c); err != nil {
			return answer{}, err
		}
	}
	id, _ := strconv.Atoi(c.ids["id"]) // what is no number is no profile's id
	profile, ok := c.world.profile(id)
	if !ok {
		return answer{}, c.world.unknown()
	}
	users, err := c.namedUsers()
	if err != nil {
		return answer{}, err
	}
	if err := c.world.demote(users, profile, r); err != nil {
		return answer{}, err
	}
	for _, u := range users {
		c.world.setProfile(u, profile.ID)
	}
	return c.updatedUsers(users), nil
}

// namedUsers returns the live users of id:in, each once.
func (c *call) namedUsers() ([]*user, error) {
	if c.query.text("id:in") == "" {
		return nil, refuseField(errInputRequired, "id:in")
	}
	var users []*user
	for _, id := range c.query.all("id:in") {
		u, err := c.changeableUser(id)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(users, u) {
			users = append(users, u)
		}
	}
	if len(users) > maxEntries {
		return nil, refuseField(errInputMaxValue, "id:in")
	}
	return users, nil
}

// demote settles the data of those of the users whom the profile lowers.
func (w *World) demote(users []*user, to Profile, r retention) error {
	var lowered []*user
	for _, u := range users {
		if from, _ := w.profile(u.ProfileID); from.ownsData() && !to.ownsData() {
			lowered = append(lowered, u)
		}
	}
	if lowered == nil {
		return nil
	}
	heir, err := w.heir(r, lowered)
	if err != nil {
		return err
	}
	for _, u := range lowered {
		w.settle(u, r, heir)
	}
	return nil
}

// updatedUsers is the answer to a change of several users.
func (c *call) updatedUsers(users []*user) answer {
	rows := []any{}
	for _, u := range users {
		rows = append(rows, fullUser(u))
	}
	return c.updated(list{rows, metadata{Total: len(rows)}})
}

// migratePost is UsersEmailMigration.Post of the vendor's document.
type migratePost struct {
	Users []struct {
		OldEmail string `json:"oldEmail"`
		NewEmail string `json:"newEmail"`
	} `json:"users"`
	DeleteIfExists bool `json:"deleteIfExists"`
}

// migration gives a user another address.
type migration struct {
	user *user
	to   string
}

// postMigrateEmails renames all or none.
func postMigrateEmails(c *call) (answer, error) {
	in, err := decode[migratePost](c)
	if err != nil {
		return answer{}, err
	}
	migrations, err := c.migrations(in)
	if err != nil {
		return answer{}, err
	}
	var users []*user
	for _, m := range migrations {
		if other := c.world.usersByMail[fold(m.to)]; other != nil && other != m.user && !other.Deleted {
			c.world.deleteUser(other)
		}
		c.world.readdress(m.user, m.to)
		users = append(users, m.user)
	}
	return c.updatedUsers(users), nil
}

// migrations judges every pair of the request before any is carried out.
func (c *call) migrations(in migratePost) ([]migration, error) {
	if len(in.Users) == 0 {
		return nil, refuseField(errInputRequired, "users")
	}
	var out []migration
	taken := map[string]bool{}
	for _, pair := range in.Users {
		u, other := c.world.usersByMail[fold(pair.OldEmail)], c.world.usersByMail[fold(pair.NewEmail)]
		switch {
		case pair.OldEmail == "":
			return nil, refuseField(errInputRequired, "oldEmail")
		case !validEmail(pair.NewEmail):
			return nil, refuseField(errInputInvalidEmail, "newEmail")
		case u == nil || u.Deleted:
			return nil, c.world.unknown()
		case taken[fold(pair.NewEmail)], other != u && c.world.bars(other, in.DeleteIfExists):
			return nil, c.world.duplicateEmail()
		}
		taken[fold(pair.NewEmail)] = true
		out = append(out, migration{u, pair.NewEmail})
	}
	return out, nil
}

// bars reports whether the row, which is nil for a free address, keeps another user from getting its address.
func (w *World) bars(holder *user, deletable bool) bool {
	switch {
	case holder == nil:
		return false
	case holder.Deleted:
		return w.does().DeletedEmail == refusing
	}
	return !deletable
}
