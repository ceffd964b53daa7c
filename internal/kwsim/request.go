package kwsim

import (
	"hash/fnv"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"github.com/golang-jwt/jwt/v5"
)

// request is what came in, with all that follows from it without a look at the tenant.
type request struct {
	Exchange
	http  *http.Request
	route *route            // nil if there is no such operation
	ids   map[string]string // from the path
	body  []byte
	err   error // of reading the body
}

// read reads the whole request.
func (s *Server) read(r *http.Request) *request {
	in := &request{http: r, Exchange: Exchange{Method: r.Method, URLPath: r.URL.Path, Query: r.URL.RawQuery}}
	in.route, in.ids = match(s.routes, r.Method, r.URL.Path)
	switch {
	case in.route != nil:
		in.Path, in.Write = in.route.path, r.Method != http.MethodGet
	case r.URL.Path == tokenPath && r.Method == http.MethodPost:
		in.Path = tokenPath
	}
	in.body, in.err = io.ReadAll(http.MaxBytesReader(nil, r.Body, maxBody))
	if in.Write {
		in.Body = withoutPassword(in.body)
	}
	return in
}

// key is equal for equal requests. Assertions are never equal, so token requests are told apart by their subject.
func (r *request) key() uint64 {
	h := fnv.New64a()
	for _, part := range []string{r.Method, r.URLPath, r.Query} {
		_, _ = io.WriteString(h, part+"\n") // a hash takes everything
	}
	body := r.body
	if r.Path == tokenPath {
		body = []byte(claimedSubject(body))
	}
	_, _ = h.Write(body)
	return h.Sum64()
}

// claimedSubject returns the subject of a token request, unverified.
func claimedSubject(body []byte) string {
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return ""
	}
	var claims jwt.RegisteredClaims
	if _, _, err := jwt.NewParser().ParseUnverified(form.Get("assertion"), &claims); err != nil {
		return ""
	}
	return claims.Subject
}

// laterPage reports whether the request is for a page of users or members that is not the first one.
func (r *request) laterPage() bool {
	if r.Method != http.MethodGet || r.Path != usersPath && r.Path != membersPath {
		return false
	}
	offset, err := strconv.Atoi(r.http.URL.Query().Get("offset"))
	return err == nil && offset > 0
}
