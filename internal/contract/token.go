package contract

import (
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
)

// tokenEndpoint is not in the document.
const tokenEndpoint = "/oauth/token"

const jwtBearer = "urn:ietf:params:oauth:grant-type:jwt-bearer"

// checkTokenRequest wants the form of RFC 7523, section 2.1, with the client's credentials in it. A redirect_uri does no
// harm: the vendor's own client sends one.
func checkTokenRequest(x exchange) []finding {
	media, _, err := mime.ParseMediaType(x.header.Get("Content-Type"))
	if err != nil || media != "application/x-www-form-urlencoded" {
		return []finding{{where: "body", rule: mediaType}}
	}
	form, err := url.ParseQuery(string(x.sent))
	if err != nil {
		return []finding{{where: "body", rule: malformed}}
	}
	var found []finding
	must := []string{"client_id", "client_secret", "grant_type", "assertion"}
	for _, name := range must {
		if form.Get(name) == "" {
			found = append(found, finding{where: "form " + name, rule: required})
		}
	}
	for name := range form {
		if !slices.Contains(must, name) && name != "scope" && name != "redirect_uri" {
			found = append(found, finding{where: "form " + name, rule: known})
		}
	}
	if grant := form.Get("grant_type"); grant != "" && grant != jwtBearer {
		found = append(found, finding{where: "form grant_type", rule: known})
	}
	if x.url.RawQuery != "" { // it would show up in access logs
		found = append(found, finding{where: "query", rule: known})
	}
	return found
}

// checkTokenResponse wants the answers of RFC 6749, sections 5.1 and 5.2.
func checkTokenResponse(x exchange) []finding {
	ok := x.status == http.StatusOK
	if !ok && x.status != http.StatusBadRequest && x.status != http.StatusUnauthorized {
		return []finding{{where: "status", rule: known}}
	}
	value, found := decodeJSON(x)
	if found != nil {
		return found
	}
	fields, _ := value.(map[string]any)
	if ok {
		return checkToken(fields)
	}
	return checkTokenRefusal(fields)
}

func checkToken(fields map[string]any) []finding {
	var found []finding
	for name, value := range fields {
		if !slices.Contains([]string{"access_token", "expires_in", "token_type", "scope"}, name) {
			found = append(found, finding{where: "body/" + name, rule: known})
			continue
		}
		_, isText := value.(string)
		if !isText && name != "expires_in" {
			found = append(found, finding{where: "body/" + name, rule: "type"})
		}
	}
	for _, name := range []string{"access_token", "token_type"} {
		if fields[name] == "" || fields[name] == nil {
			found = append(found, finding{where: "body/" + name, rule: required})
		}
	}
	if !isLifetime(fields["expires_in"]) {
		found = append(found, finding{where: "body/expires_in", rule: "type"})
	}
	return found
}

// isLifetime accepts seconds as a number and, as captured from an appliance, as a text.
func isLifetime(value any) bool {
	switch v := value.(type) {
	case float64:
		return v > 0
	case string:
		n, err := strconv.Atoi(v)
		return err == nil && n > 0
	}
	return false
}

func checkTokenRefusal(fields map[string]any) []finding {
	var found []finding
	for name := range fields {
		if name != "error" && name != "error_description" {
			found = append(found, finding{where: "body/" + name, rule: known})
		}
	}
	name, _ := fields["error"].(string)
	switch name {
	case "invalid_request", "invalid_client", "invalid_grant", "invalid_scope", "unauthorized_client", "unsupported_grant_type":
	default:
		found = append(found, finding{where: "body/error", rule: known})
	}
	if description, ok := fields["error_description"]; ok {
		if _, ok := description.(string); !ok {
			found = append(found, finding{where: "body/error_description", rule: "type"})
		}
	}
	return found
}
