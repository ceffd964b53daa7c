package ledger

import (
	"cmp"
	"context"
	"database/sql"
	"slices"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// Observed returns the last known state: the accounts that are linked to the
// people of a scope or have one of its addresses, nil meaning all, and their
// grants on the folders, none named meaning all. Of says what of that is being
// observed: of other folders, or of other accounts, silence proves nothing.
func (r *Reader) Observed(ctx context.Context, of *plan.Scope, folders []string) (access.State, error) {
	var st access.State
	if r.db == nil {
		return st, nil
	}
	err := r.look(ctx, "read the last known state of", func(b *batch) error {
		in := &observed{words: newWords(b), state: &st, all: len(folders) == 0, only: map[int64]bool{}}
		if err := in.looked(ctx, folders); err != nil {
			return err
		}
		if of != nil {
			return in.scope(ctx, of)
		}
		return in.everybody(ctx)
	})
	if err != nil {
		return access.State{}, err
	}
	slices.SortFunc(st.Accounts, func(a, b access.Account) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortFunc(st.Grants, func(a, b access.Grant) int {
		return cmp.Or(cmp.Compare(a.Folder, b.Folder), cmp.Compare(a.Account, b.Account))
	})
	return st, nil
}

// observed fills a state.
type observed struct {
	*words
	state *access.State
	all   bool           // of the folders, or
	only  map[int64]bool // these
}

// looked says what was looked at.
func (in *observed) looked(ctx context.Context, folders []string) error {
	asked := map[string]bool{}
	for _, f := range folders {
		asked[f] = true
		id, found, err := in.batch.known(ctx, f)
		if err != nil {
			return err
		}
		if found {
			in.only[id] = true
		}
	}
	const query = `SELECT watches.folder, texts.text FROM watches JOIN texts ON texts.id = watches.folder WHERE watches.until = 0`
	err := in.batch.each(ctx, query, nil, func(rows *sql.Rows) error {
		var (
			id int64
			f  string
		)
		err := rows.Scan(&id, &f)
		switch {
		case id == allAccounts:
			in.state.Of.Accounts = true
		case in.all || asked[f]:
			in.state.Of.Folders = append(in.state.Of.Folders, f)
		}
		return err
	})
	slices.Sort(in.state.Of.Folders)
	return err
}

func (in *observed) everybody(ctx context.Context) error {
	if err := in.readAll(ctx); err != nil {
		return err
	}
	err := in.batch.each(ctx, selectAccounts, nil, func(rows *sql.Rows) error {
		var k known[accountRow]
		if err := rows.Scan(&k.row.account, &k.row.email, &k.row.name, &k.row.profile, &k.row.kind, &k.row.status, &k.since); err != nil {
			return err
		}
		return in.addAccount(ctx, k.row)
	})
	if err != nil {
		return err
	}
	const query = `SELECT folder, account, role, origin, shared_by, created FROM grants WHERE until = 0`
	return in.batch.each(ctx, query, nil, func(rows *sql.Rows) error {
		g, err := scanGrant(rows)
		if err != nil {
			return err
		}
		return in.addGrant(ctx, g)
	})
}

func scanGrant(rows *sql.Rows) (g grantRow, err error) {
	err = rows.Scan(&g.folder, &g.account, &g.role, &g.origin, &g.sharedBy, &g.created)
	return g, err
}

func (in *observed) scope(ctx context.Context, of *plan.Scope) error {
	have := map[int64]known[accountRow]{}
	const linked = ` AND account = (SELECT texts.id FROM links JOIN texts ON texts.text = links.account
		WHERE links.source = $1 AND links.person_id = $2)`
	for _, p := range of.People {
		if err := readAccounts(ctx, in.batch, have, linked, p.Source, p.ID); err != nil {
			return err
		}
	}
	for _, email := range of.Emails {
		if err := readAccounts(ctx, in.batch, have, ` AND email = $1`, string(email)); err != nil {
			return err
		}
	}
	for _, k := range have {
		if err := in.addAccount(ctx, k.row); err != nil {
			return err
		}
		if err := in.grantsOf(ctx, k.row.account); err != nil {
			return err
		}
	}
	return nil
}

func (in *observed) grantsOf(ctx context.Context, account int64) error {
	const query = `SELECT folder, account, role, origin, shared_by, created FROM grants WHERE account = $1 AND until = 0`
	var found []grantRow
	err := in.batch.each(ctx, query, []any{account}, func(rows *sql.Rows) error {
		g, err := scanGrant(rows)
		found = append(found, g)
		return err
	})
	if err != nil {
		return err
	}
	for _, g := range found {
		if err := in.addGrant(ctx, g); err != nil {
			return err
		}
	}
	return nil
}

func (in *observed) addAccount(ctx context.Context, r accountRow) error {
	a, err := in.account(ctx, r)
	in.state.Accounts = append(in.state.Accounts, a)
	return err
}

func (in *observed) addGrant(ctx context.Context, r grantRow) error {
	if !in.all && !in.only[r.folder] {
		return nil
	}
	g, err := in.grant(ctx, r)
	in.state.Grants = append(in.state.Grants, g)
	return err
}

// account turns a row into the house's noun, as grant does.
func (w *words) account(ctx context.Context, r accountRow) (access.Account, error) {
	a := access.Account{Email: access.Email(r.email), Name: r.name, Kind: access.Kind(r.kind), Status: access.Status(r.status)}
	return a, w.fill(ctx, []int64{r.account, r.profile}, &a.ID, &a.Profile)
}

func (w *words) grant(ctx context.Context, r grantRow) (access.Grant, error) {
	g := access.Grant{Created: moment(r.created)}
	return g, w.fill(ctx, []int64{r.account, r.folder, r.role, r.origin, r.sharedBy},
		&g.Account, &g.Folder, &g.Role, &g.Origin, &g.SharedBy)
}
