package kiteworks

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// readers is how many lists are read side by side.
const readers = 4

// Reader sees a Kiteworks tenant and has no means to change it (promise P7).
type Reader struct {
	client *Client

	mu    sync.Mutex
	names *names // of the newest catalog
}

// NewReader makes a Reader. It sends nothing yet.
func NewReader(o Options) (*Reader, error) {
	c, err := newClient(o)
	if err != nil {
		return nil, err
	}
	return &Reader{client: c}, nil
}

// Requests is the number of HTTP requests sent so far, tokens and tries included.
func (r *Reader) Requests() int { return int(r.client.count.Load()) }

// Catalog reads roles, profiles and the wanted folders, each as its identity
// sees it. The vendor's operations: GET /rest/roles, GET /rest/admin/profiles,
// GET /rest/folders/top, GET /rest/folders/{id}/folders, GET /rest/folders/{id}.
func (r *Reader) Catalog(ctx context.Context, want []access.Place) (*access.Catalog, error) {
	n, err := r.readNames(ctx)
	if err != nil {
		return nil, err
	}
	c := &access.Catalog{Roles: n.roles, Profiles: n.profiles}
	for as, places := range byIdentity(want) {
		if !r.client.known[as] { // what was given once may be of an identity that is no longer one
			c.Unusable = append(c.Unusable, foreign(as, places)...)
			continue
		}
		w := &walker{client: r.client, as: as, roots: r.client.options.Roots}
		if err := w.walk(ctx, places); err != nil {
			return nil, fmt.Errorf("find folders as %s: %w", as, advise(err, as))
		}
		c.Folders = append(c.Folders, w.folders()...)
		c.Unusable = append(c.Unusable, w.unusable...)
	}
	slices.SortFunc(c.Folders, func(a, b access.Folder) int {
		return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.As, b.As))
	})
	return c, nil
}

// foreign are the places of what is none of our identities.
func foreign(as access.Email, places []access.Place) []access.Unusable {
	var out []access.Unusable
	for _, p := range places {
		out = append(out, access.Unusable{Place: p, Why: fmt.Sprintf("%s is not one of kiteworks.identities, so that its folders cannot be seen", as)})
	}
	return out
}

func byIdentity(want []access.Place) map[access.Email][]access.Place {
	places := map[access.Email][]access.Place{}
	for _, p := range want {
		places[access.Email(p.As)] = append(places[access.Email(p.As)], p)
	}
	return places
}

// Observe reads all accounts (GET /rest/admin/users) and the members of the
// folders (GET /rest/folders/{id}/members), each as its identity, to their end.
func (r *Reader) Observe(ctx context.Context, folders []access.Folder) (access.State, error) {
	return r.observe(ctx, folders, true)
}

// Members reads the members of the folders, as Observe does, and no account.
func (r *Reader) Members(ctx context.Context, folders []access.Folder) (access.State, error) {
	return r.observe(ctx, folders, false)
}

func (r *Reader) observe(ctx context.Context, folders []access.Folder, accounts bool) (access.State, error) {
	n, err := r.current(ctx)
	if err != nil {
		return access.State{}, err
	}
	st := access.State{Of: access.Scope{Accounts: accounts, Fresh: true}}
	grants := make([][]access.Grant, len(folders))
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(readers)
	if accounts {
		g.Go(func() (err error) {
			st.Accounts, err = r.accounts(gctx, n)
			return err
		})
	}
	for i, f := range folders {
		st.Of.Folders = append(st.Of.Folders, f.ID)
		g.Go(func() (err error) {
			grants[i], err = r.members(gctx, n, f, nil)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return access.State{}, err
	}
	st.Grants = slices.Concat(grants...)
	return st, nil
}

// Confirm reads singly who of the given accounts is a member of a folder, and as
// what: a list of all may lack a row.
func (r *Reader) Confirm(ctx context.Context, f access.Folder, accounts []string) ([]access.Grant, error) {
	n, err := r.current(ctx)
	if err != nil {
		return nil, err
	}
	var found []access.Grant
	for some := range slices.Chunk(accounts, plan.MaxPerStep) {
		grants, err := r.members(ctx, n, f, some)
		if err != nil {
			return nil, err
		}
		found = append(found, grants...)
	}
	return found, nil
}

// accounts reads every row of the user list, the soft-deleted ones too.
func (r *Reader) accounts(ctx context.Context, n *names) ([]access.Account, error) {
	as := r.client.options.Identities.Users
	rows, err := list(ctx, r.client, get(as, "/rest/admin/users", url.Values{"orderBy": {"id:asc"}}),
		func(u wireUser) string { return string(u.ID) })
	if err != nil {
		return nil, fmt.Errorf("list the accounts as %s: %w", as, advise(err, as))
	}
	accounts := make([]access.Account, 0, len(rows))
	for _, u := range rows {
		accounts = append(accounts, account(u, n))
	}
	slices.SortFunc(accounts, func(a, b access.Account) int { return cmp.Compare(a.ID, b.ID) })
	return accounts, nil
}

// account is a row in the house's nouns. An address that does not parse is
// nobody's: the row keeps its id and an empty address.
func account(u wireUser, n *names) access.Account {
	email, _ := access.ParseEmail(u.Email)
	return access.Account{
		ID: string(u.ID), Email: email, Name: u.Name,
		Profile: n.profile(string(u.UserTypeID)), Kind: u.kind(), Status: u.status(),
	}
}

// members reads who may reach a folder, all of them, or only the given users.
func (r *Reader) members(ctx context.Context, n *names, f access.Folder, only []string) ([]access.Grant, error) {
	query := url.Values{"orderBy": {"userId:asc"}, "with": {"(user,role)"}}
	if only != nil {
		query["userId:in"] = only
	}
	rows, err := list(ctx, r.client, get(access.Email(f.As), "/rest/folders/{id}/members", query, f.ID), wireMember.key)
	if err != nil {
		return nil, fmt.Errorf("list the members of %s as %s: %w", f.Path, f.As, err)
	}
	var grants []access.Grant
	for _, m := range rows {
		if m.user() != "" {
			grants = append(grants, grant(m, f.ID, n))
		}
	}
	slices.SortFunc(grants, func(a, b access.Grant) int { return cmp.Compare(a.Account, b.Account) })
	return grants, nil
}

func grant(m wireMember, folder string, n *names) access.Grant {
	return access.Grant{
		Account: m.user(), Folder: folder, Role: n.role(m.role()), Origin: m.origin(folder),
		SharedBy: m.SharedBy.id(), Created: parseTime(m.Created),
	}
}
