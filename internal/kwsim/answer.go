package kwsim

import (
	"cmp"
	"maps"
	"net/http"
	"time"
)

// answer is what a handler returns: values only, encoded when the world is free again.
type answer struct {
	status   int      // 0 means 200
	body     any      // encoded as JSON; nil means no body
	problem  *problem // a refusal, instead of a body
	page     string   // HTML instead of a body
	location string   // path of what was created
	header   http.Header
}

// response is an answer as it goes over the wire.
type response struct {
	status int
	header http.Header
	body   []byte
}

// render encodes the answer the way the server behaves.
func (a answer) render(does *Behaviour, baseURL string) response {
	r := response{status: cmp.Or(a.status, http.StatusOK), header: http.Header{"Cache-Control": {"no-cache"}}}
	maps.Copy(r.header, a.header)
	if a.location != "" {
		r.header.Set(string(does.LocationHeader), does.location(baseURL, a.location))
	}
	if a.problem != nil {
		r.status, a.body = a.problem.status, does.envelope(a.problem)
	}
	switch {
	case a.page != "":
		r.header.Set("Content-Type", "text/html")
		r.body = []byte(a.page)
	case a.body != nil:
		r.header.Set("Content-Type", "application/json")
		r.body = append(does.encode(a.body), '\n')
	}
	return r
}

func (r response) send(w http.ResponseWriter) {
	maps.Copy(w.Header(), r.header)
	w.WriteHeader(r.status)
	_, _ = w.Write(r.body) // a client that has gone needs no answer
}

// errorEntry is one entry of errors, in refusals and in answers about several members.
type errorEntry struct {
	Code      code     `json:"code"`
	Message   string   `json:"message"`
	Field     string   `json:"field,omitempty"`
	FailedIDs []string `json:"failedIds,omitempty"`
}

// list is the envelope of every list that is paged.
type list struct {
	Data     []any    `json:"data"`
	Metadata metadata `json:"metadata"`
}

// metadata has a null limit if none was asked for, as captured from appliances.
type metadata struct {
	Total  int  `json:"total"`
	Limit  *int `json:"limit"`
	Offset int  `json:"offset"`
}

// window is the part of a list that was asked for and that the server is willing to give.
type window struct {
	meta         metadata
	first, limit int
}

// window returns the part to send of a list of that many rows at most.
func (c *call) window(rows int) window {
	does := c.world.does()
	w := window{meta: metadata{Limit: c.query.number("limit"), Offset: given(c.query.number("offset"), 0)}}
	if w.meta.Limit == nil && does.DefaultLimit > 0 {
		w.meta.Limit = &does.DefaultLimit
	}
	w.first, w.limit = w.meta.Offset, given(w.meta.Limit, rows)
	if does.PageCap > 0 {
		w.limit = min(w.limit, does.PageCap)
	}
	if does.RepeatedRows == on && w.first > 0 {
		w.first--
	}
	return w
}

// page renders the rows of the page that was asked for. A nil keep keeps every row, and then costs only the page.
func page[T any](c *call, rows []T, keep filter[T], render func(T) any) answer {
	w := c.window(len(rows))
	data := []any{}
	if keep == nil {
		w.meta.Total = len(rows)
		rows = rows[min(w.first, len(rows)):]
		for _, row := range rows[:min(w.limit, len(rows))] {
			data = append(data, render(row))
		}
		return answer{body: list{data, w.meta}}
	}
	for _, row := range rows {
		if !keep(row) {
			continue
		}
		if w.meta.Total >= w.first && len(data) < w.limit {
			data = append(data, render(row))
		}
		w.meta.Total++
	}
	return answer{body: list{data, w.meta}}
}

// folderList is the envelope of lists for which the vendor's document shows a bare array.
func (c *call) folderList(a answer) answer {
	if rows, ok := a.body.(list); ok && c.world.does().FolderLists == bare {
		a.body = rows.Data
	}
	return a
}

// wireLayout is how the server writes moments: no colon in the zone.
const wireLayout = "2006-01-02T15:04:05-0700"

// wireTime is a moment as the server writes it, in UTC.
func wireTime(t time.Time) string { return t.UTC().Format(wireLayout) }
