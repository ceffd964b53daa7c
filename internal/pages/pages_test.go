package pages

import (
	"errors"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// get is the status and the text of a page.
func get(t *testing.T, url string) (int, string) {
	t.Helper()
	resp, err := http.DefaultClient.Do(request(http.MethodGet, url))
	do(t, err)
	defer resp.Body.Close()
	return resp.StatusCode, string(must(io.ReadAll(resp.Body)))
}

var tags = regexp.MustCompile(`<[^>]*>`)

// read is the text that a reader sees, in one line.
func read(html string) string {
	return strings.Join(strings.Fields(tags.ReplaceAllString(html, " ")), " ")
}

func TestPagesSayWhatTheCommandsPrint(t *testing.T) {
	t.Parallel()
	w := build(t, ordinary, 12)
	s := w.open()
	tests := []struct {
		name, path string
		status     int
		says       []string
	}{
		{"now", "/", 200, []string{"holding 1 parked", "mode create-only", "acts host:4711", "next delta 2099-03-01 12:15:00 UTC", "The last run", "Version v1.2.3, configuration 0123456789ab"}},
		{"the runs", "/runs", 200, []string{"Runs, the newest first", "14 runs", "would: 2 grant", "×"}},
		{"a run", "/runs/5", 200, []string{"Run 5, delta, done, took 3s", "anna.lang@corp.example", "grant", "/Departments/Finance", "staff", "refused: ERR_ENTITY_ROLE"}},
		{"a run of mode observe", "/runs/14", 200, []string{"It would have made 2 grant.", "And 1 more, which were not kept."}},
		{"no such run", "/runs/999", 404, []string{"There is no run 999", "There is no such thing"}},
		{"no number of a run", "/runs/x", 404, []string{"is no number of a run"}},
		{"people", "/people", 200, []string{"the e-mail address, now or once"}},
		{"a person", "/people?who=anna.lang@corp.example", 200, []string{"Anna Lang held Collaborator on /Departments/Finance", "corp:a3c9, account acc-0", "because of rule staff", "Inherited from /Departments/Finance", "As last seen at"}},
		{"a person before", "/people?who=acc-0&at=2020-01-01", 200, []string{"Nobody knows what Anna Lang held"}},
		{"nobody", "/people?who=nobody", 404, []string{"The ledger knows nobody with the e-mail or id"}},
		{"a moment that is none", "/people?who=acc-0&at=soon", 400, []string{"is no time: write a day"}},
		{"a moment to come", "/folders?folder=f-1&at=2100-01-01", 400, []string{"is still to come"}},
		{"folders", "/folders", 200, []string{"/Departments/Finance f-1", "/Legal f-2"}},
		{"a folder", "/folders?folder=/departments/finance", 200, []string{"12 people had a role on /Departments/Finance", "anna.lang@corp.example Anna Lang live Collaborator"}},
		{"no such folder", "/folders?folder=/X", 404, []string{"The ledger knows no folder /X"}},
		{"parked", "/parked", 200, []string{"1 revoke staff 2 waiting 2099-03-04 11:00:00 UTC 12 changes at once", "2 grant staff 1 rejected resume 2 asked for"}},
		{"an item", "/parked/1", 200, []string{"Revoke, rule staff: 12 changes at once", "Waiting until 2099-03-04", "kw-onboarder approve 1"}},
		{"a rejected item", "/parked/2", 200, []string{"Rejected by Anna Lang on 2099-03-01"}},
		{"no such item", "/parked/77", 404, []string{"Nothing is parked under 77"}},
		{"quarantine", "/quarantine", 200, []string{"person corp:a3c9 4", "folder f-1 2", "the next run", "rule staff 9"}},
		{"no such page", "/x/y", 404, []string{"There is no page here"}},
		{"a page number that is none", "/runs?page=0", 400, []string{"is no number of a page"}},
		{"a page that is not there", "/parked?page=9", 400, []string{"There is no page 9: the last is 1"}},
		{"runs that are not there", "/runs?page=9", 400, []string{"There is no page 9 of runs"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			status, html := get(t, s.URL+tt.path)
			if status != tt.status {
				t.Errorf("status: got %d, want %d", status, tt.status)
			}
			for _, want := range tt.says {
				if !strings.Contains(read(html), want) {
					t.Errorf("it does not say %q:\n%s", want, read(html))
				}
			}
		})
	}
}

// Every link of every page leads to a page.
func TestEveryLinkLeadsSomewhere(t *testing.T) {
	t.Parallel()
	s := build(t, ordinary, 12).open()
	seen, todo := map[string]bool{}, []string{"/"}
	links := regexp.MustCompile(`(?:href|action)="(/[^"]*)"`)
	for len(todo) > 0 {
		path := todo[0]
		todo = todo[1:]
		if seen[path] {
			continue
		}
		seen[path] = true
		status, html := get(t, s.URL+path)
		if status != http.StatusOK {
			t.Errorf("%s: %d", path, status)
		}
		for _, m := range links.FindAllStringSubmatch(html, -1) {
			todo = append(todo, strings.ReplaceAll(m[1], "&amp;", "&"))
		}
	}
	if len(seen) < 30 {
		t.Errorf("only %d pages found: %v", len(seen), seen)
	}
}

func TestLongTablesHavePages(t *testing.T) {
	t.Parallel()
	w := found(t, ordinary)
	w.people(2*perPage + 1)
	w.run(noon.Add(-time.Hour), 1, map[string]any{"full": true})
	s := w.open()
	_, first := get(t, s.URL+"/folders?folder=f-1")
	_, last := get(t, s.URL+"/folders?folder=f-1&page=3")
	if got := read(first); !strings.Contains(got, "1 to 200 of 401") || strings.Contains(got, "Previous") || strings.Count(first, "<tr>") != perPage+1 {
		t.Errorf("the first page: %d rows: %.300s", strings.Count(first, "<tr>"), got)
	}
	if got := read(last); !strings.Contains(got, "401 to 401 of 401") || strings.Contains(got, "Next") || !strings.Contains(last, `href="/folders?folder=f-1&amp;page=2"`) {
		t.Errorf("the last page: %.300s", got)
	}
}

// A browser does nothing with a page but show it, and nothing is kept.
func TestPagesAreOnlyShown(t *testing.T) {
	t.Parallel()
	s := build(t, ordinary, 2).open()
	for _, path := range []string{"/", "/runs/1", "/style.css", "/nowhere", "/runs/999"} {
		resp, err := http.DefaultClient.Do(request(http.MethodGet, s.URL+path))
		do(t, err)
		resp.Body.Close()
		csp := resp.Header.Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none'", "style-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"} {
			if !strings.Contains(csp, want) {
				t.Errorf("%s: Content-Security-Policy %q lacks %s", path, csp, want)
			}
		}
		if strings.Contains(csp, "unsafe") || strings.Contains(csp, "script-src") {
			t.Errorf("%s: Content-Security-Policy is loose: %s", path, csp)
		}
		for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer"} {
			if got := resp.Header.Get(name); got != want {
				t.Errorf("%s: %s: got %q, want %q", path, name, got, want)
			}
		}
		if len(resp.Cookies()) > 0 {
			t.Errorf("%s sets cookies", path)
		}
	}
}

func TestPagesChangeNothing(t *testing.T) {
	t.Parallel()
	s := build(t, ordinary, 2).open()
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodPatch} {
		resp, err := http.DefaultClient.Do(request(method, s.URL+"/parked/1"))
		do(t, err)
		resp.Body.Close()
		if allow := resp.Header.Get("Allow"); resp.StatusCode != http.StatusMethodNotAllowed || allow != "GET, HEAD" {
			t.Errorf("%s: got %d, Allow %q", method, resp.StatusCode, allow)
		}
	}
}

// A name of somebody else's that leads to this machine is refused: their page, in the
// browser of whoever sits here, could read ours.
func TestOnlyThisMachineIsAnswered(t *testing.T) {
	t.Parallel()
	s := build(t, ordinary, 2).open()
	for host, want := range map[string]int{
		"localhost": 200, "LOCALHOST:9855": 200, "127.0.0.1:9855": 200, "[::1]:9855": 200, "127.1.2.3": 200,
		"evil.example": 421, "evil.example:9855": 421, "127.0.0.1.evil.example": 421, "localhost.evil.example:1": 421, "10.0.0.1": 421, "[::2]:1": 421,
	} {
		r := request(http.MethodGet, s.URL+"/")
		r.Host = host
		resp, err := http.DefaultClient.Do(r)
		do(t, err)
		body := string(must(io.ReadAll(resp.Body)))
		resp.Body.Close()
		if resp.StatusCode != want || want != 200 && strings.Contains(body, "corp.example") {
			t.Errorf("%s: got %d, want %d: %.100s", host, resp.StatusCode, want, body)
		}
	}
}

func TestABrokenLedgerIsSaid(t *testing.T) {
	t.Parallel()
	w := build(t, ordinary, 2)
	w.broken = errors.New("open ledger /var/lib/kw/ledger.db: disk I/O error")
	status, html := get(t, w.open().URL+"/runs")
	if want := "broken The ledger cannot be read: open ledger /var/lib/kw/ledger.db: disk I/O error. To do: nothing is done until that is mended."; status != 503 || !strings.Contains(read(html), want) {
		t.Errorf("got %d, %s", status, read(html))
	}
}

func TestAnEmptyLedgerHasPages(t *testing.T) {
	t.Parallel()
	s := found(t, ordinary).open()
	for path, want := range map[string]string{
		"/": "last run none", "/runs": "The ledger knows no run.", "/folders": "None is known yet.", "/parked": "Nothing is parked.", "/quarantine": "Nothing keeps failing.",
	} {
		if status, html := get(t, s.URL+path); status != 200 || !strings.Contains(read(html), want) {
			t.Errorf("%s: got %d, %s", path, status, read(html))
		}
	}
}

func TestMarksOfThePlot(t *testing.T) {
	t.Parallel()
	for most, want := range map[int][]int{1: {0, 1}, 2: {0, 1, 2}, 7: {0, 7}, 10: {0, 5, 10}} {
		if got := marks(most); !slices.Equal(got, want) {
			t.Errorf("%d: got %v, want %v", most, got, want)
		}
	}
}
