package ldapsim_test

import (
	"fmt"
	"testing"

	"github.com/go-ldap/ldap/v3"
	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/ldapsim"
)

// onePage asks for one page and returns its names and the next cookie.
func onePage(t *testing.T, c *ldap.Conn, req ldap.SearchRequest, size uint32, cookie []byte) ([]string, []byte, error) {
	t.Helper()
	control := ldap.NewControlPaging(size)
	control.SetCookie(cookie)
	req.Controls = []ldap.Control{control}
	found, err := c.Search(&req)
	if found == nil {
		return nil, nil, err
	}
	var next []byte
	if answer, ok := ldap.FindControl(found.Controls, ldap.ControlTypePaging).(*ldap.ControlPaging); ok {
		next = answer.Cookie
	}
	var names []string
	for _, e := range found.Entries {
		names = append(names, e.DN)
	}
	return names, next, err
}

func TestPagingGivesEachEntryOnce(t *testing.T) {
	t.Parallel()
	s := serve(t)
	var want []string
	for _, e := range ldapsim.Company() {
		want = append(want, e.DN)
	}
	for _, size := range []uint32{1, 3, 7, 97, uint32(len(want)) - 1, uint32(len(want)), uint32(len(want)) + 1, 100000} {
		t.Run(fmt.Sprintf("pages of %d", size), func(t *testing.T) {
			t.Parallel()
			c := login(t, s)
			req := *query(base, ldap.ScopeWholeSubtree, "(objectClass=*)", "1.1")
			var got []string
			var cookie []byte
			for pages := 1; ; pages++ {
				names, next, err := onePage(t, c, req, size, cookie)
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, names...)
				if cookie = next; len(cookie) == 0 {
					if full := (len(want) + int(size) - 1) / int(size); pages != full {
						t.Errorf("got %d pages, want %d", pages, full)
					}
					break
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("entries (-want +got):\n%s", diff)
			}
		})
	}
}

func TestPagedSearchesInterleaved(t *testing.T) {
	t.Parallel()
	s := serve(t)
	c := login(t, s)
	requests := []ldap.SearchRequest{
		*query(base, ldap.ScopeWholeSubtree, "(departmentNumber=Legal)", "1.1"),
		*query(base, ldap.ScopeWholeSubtree, "(departmentNumber=Finance)", "1.1"),
	}
	got := make([]int, len(requests))
	cookies := make([][]byte, len(requests))
	open := len(requests)
	for first := true; open > 0; first = false {
		for i, req := range requests {
			if !first && len(cookies[i]) == 0 {
				continue
			}
			names, next, err := onePage(t, c, req, 4, cookies[i])
			if err != nil {
				t.Fatal(err)
			}
			got[i] += len(names)
			if cookies[i] = next; len(next) == 0 {
				open--
			}
		}
		// What began before the change is finished on what was there.
		if err := s.Replace([]ldapsim.Entry{{DN: base}}); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff([]int{15, 23}, got); diff != "" {
		t.Errorf("people in Legal and Finance (-want +got):\n%s", diff)
	}
}

func TestPagingRefuses(t *testing.T) {
	t.Parallel()
	c := login(t, serve(t))
	req := *query(base, ldap.ScopeWholeSubtree, "(uid=*)", "1.1")
	page := func(req ldap.SearchRequest, size uint32, cookie []byte, want int) []byte {
		t.Helper()
		_, next, err := onePage(t, c, req, size, cookie)
		if got := codeOf(t, err); got != want {
			t.Errorf("got %d, want %d", got, want)
		}
		return next
	}
	page(req, 5, []byte("made up"), ldap.LDAPResultProtocolError)
	first := page(req, 5, nil, ldap.LDAPResultSuccess)
	page(req, 5, first, ldap.LDAPResultSuccess)
	page(req, 5, first, ldap.LDAPResultProtocolError) // a cookie is good once
	other := *query(base, ldap.ScopeWholeSubtree, "(sn=*)", "1.1")
	page(other, 5, page(req, 5, nil, ldap.LDAPResultSuccess), ldap.LDAPResultUnwillingToPerform)
	abandoned := page(req, 5, nil, ldap.LDAPResultSuccess)
	if next := page(req, 0, abandoned, ldap.LDAPResultSuccess); len(next) != 0 {
		t.Errorf("size 0 gives the search up: got cookie %q", next)
	}
	page(req, 5, abandoned, ldap.LDAPResultProtocolError)

	limited := req
	limited.SizeLimit = 12
	next := page(limited, 5, page(limited, 5, nil, ldap.LDAPResultSuccess), ldap.LDAPResultSuccess)
	page(limited, 5, next, ldap.LDAPResultSizeLimitExceeded)
}

func TestPagingIsBounded(t *testing.T) {
	t.Parallel()
	c := login(t, serve(t))
	req := *query(base, ldap.ScopeWholeSubtree, "(uid=*)", "1.1")
	for n := 1; ; n++ {
		_, _, err := onePage(t, c, req, 1, nil)
		code := codeOf(t, err)
		if code == ldap.LDAPResultAdminLimitExceeded {
			break
		}
		if code != ldap.LDAPResultSuccess || n > 100 {
			t.Fatalf("search %d: got %d, want a limit on the searches left open", n, code)
		}
	}
	if _, err := c.Search(&req); err != nil {
		t.Errorf("a search without pages: %v", err)
	}
}
