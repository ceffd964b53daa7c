package pages

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
)

// perPage is how many rows a page has at most.
const perPage = 200

// pager says which rows of many are shown, and leads to the others.
type pager struct {
	From, To   int    // counted from 1
	Total      int    // 0: nobody has counted
	Prev, Next string // addresses; "": there is none
}

// maxPage keeps a number that somebody wrote from becoming work.
const maxPage = 100_000

// pageNumber is which page is asked for; the first if nothing is said.
func pageNumber(r *http.Request) (int, error) {
	text := r.URL.Query().Get("page")
	if text == "" {
		return 1, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > maxPage {
		return 0, &badRequest{fmt.Sprintf("page=%q is no number of a page: write 1 or more", short(text))}
	}
	return n, nil
}

// cut returns the bounds of the page of total rows that is asked for.
func cut(r *http.Request, total int) (from, to int, p *pager, err error) {
	n, err := pageNumber(r)
	if err != nil {
		return 0, 0, nil, err
	}
	last := max(1, (total+perPage-1)/perPage)
	if n > last {
		return 0, 0, nil, &badRequest{fmt.Sprintf("there is no page %d: the last is %d", n, last)}
	}
	from, to = (n-1)*perPage, min(total, n*perPage)
	if total <= perPage {
		return from, to, nil, nil
	}
	p = &pager{From: from + 1, To: to, Total: total}
	p.lead(r.URL, n, n < last)
	return from, to, p, nil
}

// lead fills in the addresses of the pages before and behind.
func (p *pager) lead(here *url.URL, n int, more bool) {
	at := func(n int) string {
		q := here.Query()
		q.Set("page", strconv.Itoa(n))
		return here.Path + "?" + q.Encode()
	}
	if n > 1 {
		p.Prev = at(n - 1)
	}
	if more {
		p.Next = at(n + 1)
	}
}
