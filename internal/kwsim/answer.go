package kwsim

import (
	"encoding/json"
	"io"
	"net/http"
	"time"
)

// answer is what a handler returns: values only, encoded when the world is free again.
type answer struct {
	status     int    // 0 means 200
	body       any    // encoded as JSON; nil means no body
	page       string // HTML instead of a body
	location   string // URL of what was created
	retryAfter string // seconds
}

func (a answer) send(w http.ResponseWriter) {
	header := w.Header()
	header.Set("Cache-Control", "no-cache")
	if a.location != "" {
		header.Set("X-Accellion-Location", a.location)
	}
	if a.retryAfter != "" {
		header.Set("Retry-After", a.retryAfter)
	}
	switch {
	case a.page != "":
		header.Set("Content-Type", "text/html")
		w.WriteHeader(a.status)
		_, _ = io.WriteString(w, a.page) // a client that has gone needs no answer
	case a.body != nil:
		header.Set("Content-Type", "application/json")
		w.WriteHeader(a.status)
		_ = json.NewEncoder(w).Encode(a.body)
	default:
		w.WriteHeader(a.status)
	}
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

// page renders the rows of the page that was asked for. A nil keep keeps every row, and then costs only the page.
func page[T any](c *call, rows []T, keep filter[T], render func(T) any) answer {
	meta := metadata{Limit: c.query.number("limit"), Offset: given(c.query.number("offset"), 0)}
	limit := given(meta.Limit, len(rows))
	data := []any{}
	if keep == nil {
		meta.Total = len(rows)
		rows = rows[min(meta.Offset, len(rows)):]
		for _, row := range rows[:min(limit, len(rows))] {
			data = append(data, render(row))
		}
		return answer{body: list{data, meta}}
	}
	for _, row := range rows {
		if !keep(row) {
			continue
		}
		if meta.Total >= meta.Offset && len(data) < limit {
			data = append(data, render(row))
		}
		meta.Total++
	}
	return answer{body: list{data, meta}}
}

// wireTime is a moment as the server writes it: UTC, no colon in the zone.
func wireTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05-0700") }
