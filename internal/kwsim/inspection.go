package kwsim

import (
	"encoding/json"
	"net/http"
	"net/url"
)

// Inspection is one exchange as it went over the wire, but for secrets: the request has no Authorization, and
// passwords, client secrets, assertions and tokens read <secret>.
type Inspection struct {
	Exchange
	RequestHeader http.Header
	RequestBody   []byte
	Header        http.Header // of the answer; nil if there was none
	Answer        []byte      // the body of the answer, whole even if a fault cuts it
}

const secret = "<secret>"

func inspection(r *request, out response) Inspection {
	i := Inspection{
		Exchange: r.Exchange, RequestHeader: r.http.Header.Clone(), RequestBody: r.body,
		Header: out.header, Answer: out.body,
	}
	i.RequestHeader.Del("Authorization")
	switch {
	case r.Path == tokenPath:
		i.RequestBody, i.Answer = withoutFormSecrets(r.body), withoutToken(out.body)
	case r.Write:
		i.RequestBody = []byte(r.Body)
	}
	return i
}

// withoutFormSecrets returns the form with the values of secrets replaced. A body that is no form is dropped.
func withoutFormSecrets(body []byte) []byte {
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil
	}
	for _, name := range []string{"client_secret", "assertion"} {
		if form.Has(name) {
			form.Set(name, secret)
		}
	}
	return []byte(form.Encode())
}

// withoutToken returns the answer of the token endpoint with the token replaced.
func withoutToken(body []byte) []byte {
	var fields map[string]any
	if err := json.Unmarshal(body, &fields); err != nil || fields["access_token"] == nil {
		return body
	}
	fields["access_token"] = secret
	clean, err := json.Marshal(fields)
	if err != nil {
		return nil
	}
	return clean
}
