package kiteworks

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"strconv"
)

const (
	// pageSize is asked for in every list, because the server's default is unknown.
	pageSize = 1000
	// maxReads is how often a list that changes under the reader is begun anew.
	maxReads = 3
)

// page is a list's answer: {data, metadata}, or a bare array where a source
// shows one.
type page[T any] struct {
	Data     []T
	Metadata struct {
		Total *int `json:"total"`
	}
}

// UnmarshalJSON reads both envelopes.
func (p *page[T]) UnmarshalJSON(b []byte) error {
	if b = bytes.TrimSpace(b); len(b) > 0 && b[0] == '[' {
		return json.Unmarshal(b, &p.Data)
	}
	var envelope struct {
		Data     []T `json:"data"`
		Metadata struct {
			Total *int `json:"total"`
		} `json:"metadata"`
	}
	if err := json.Unmarshal(b, &envelope); err != nil {
		return err
	}
	if envelope.Data == nil {
		return fmt.Errorf("the list has no data")
	}
	p.Data, p.Metadata = envelope.Data, envelope.Metadata
	return nil
}

// list reads a list to its end, each row once (promise P1). The page size that
// a server really uses is unknown, so the offset advances by the rows received
// and only the total, or an empty page, is the end. A list that shrinks while
// it is read may have hidden a row: it is read again.
func list[T any](ctx context.Context, c *Client, r request, key func(T) string) ([]T, error) {
	for range maxReads {
		rows, total, err := listOnce(ctx, c, r, key)
		if err != nil {
			return nil, err
		}
		if total == nil || len(rows) >= *total {
			return rows, nil
		}
	}
	return nil, fmt.Errorf("%s: the list kept changing while it was read %d times", r.op, maxReads)
}

func listOnce[T any](ctx context.Context, c *Client, r request, key func(T) string) (rows []T, total *int, err error) {
	seen := map[string]bool{}
	for offset := 0; ; {
		var p page[T]
		if _, err := c.send(ctx, r.at(offset), &p); err != nil {
			return nil, nil, fmt.Errorf("read the list from row %d: %w", offset, err)
		}
		for _, row := range p.Data {
			if k := key(row); !seen[k] {
				seen[k] = true
				rows = append(rows, row)
			}
		}
		offset += len(p.Data)
		total = p.Metadata.Total
		if len(p.Data) == 0 || (total != nil && offset >= *total) {
			return rows, total, nil
		}
	}
}

// at is the request for the page that begins at offset.
func (r request) at(offset int) request {
	query := url.Values{"limit": {strconv.Itoa(pageSize)}, "offset": {strconv.Itoa(offset)}}
	maps.Copy(query, r.query)
	r.query = query
	return r
}

// listAll reads a list that takes neither limit nor offset.
func listAll[T any](ctx context.Context, c *Client, r request) ([]T, error) {
	var p page[T]
	_, err := c.send(ctx, r, &p)
	return p.Data, err
}
