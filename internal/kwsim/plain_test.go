package kwsim_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/golang-jwt/jwt/v5"
)

// ask is do without the contract: for answers that deviate from it on purpose.
func (x *site) ask(as, method, path string, body any) reply {
	x.t.Helper()
	r, err := plainly(x.request(as, method, path, body))
	if err != nil {
		x.t.Fatal(err)
	}
	return r
}

// askToken is postToken without the contract.
func (x *site) askToken(claims jwt.MapClaims) reply {
	x.t.Helper()
	return x.askForm(x.tokenForm(claims).Encode())
}

func (x *site) askForm(body string) reply {
	x.t.Helper()
	req, err := http.NewRequestWithContext(x.t.Context(), http.MethodPost, x.URL()+"/oauth/token", strings.NewReader(body))
	if err != nil {
		x.t.Fatal(err)
	}
	req.Header.Set("Content-Type", form)
	r, err := plainly(req)
	if err != nil {
		x.t.Fatal(err)
	}
	return r
}

// plainly sends a request on a connection of its own, so that nothing is sent again behind the test's back.
func plainly(req *http.Request) (reply, error) {
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Do(req)
	if err != nil {
		return reply{}, err
	}
	body, err := io.ReadAll(res.Body)
	return reply{res.StatusCode, res.Header, string(body)}, errors.Join(err, res.Body.Close())
}

// rows returns the rows of a list in either envelope.
func (r reply) rows() []map[string]any {
	var bare []map[string]any
	if json.Unmarshal([]byte(r.Body), &bare) == nil {
		return bare
	}
	var p page
	_ = json.Unmarshal([]byte(r.Body), &p) // a body that is no list has no rows
	return p.Data
}
