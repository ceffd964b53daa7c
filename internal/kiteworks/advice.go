package kiteworks

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// ScopeOf is the scope that lets an application use an operation, such as
// GET/folders/* for GET /rest/folders/top. Appliances show that spelling; that the entity
// is the first word behind /rest is an inference.
func ScopeOf(op string) string {
	method, path, _ := strings.Cut(op, " ")
	entity, _, _ := strings.Cut(strings.TrimPrefix(path, "/rest/"), "/")
	return method + "/" + entity + "/*"
}

// advise adds to a refusal what an administrator does about it: the server says only that
// something is not allowed, to somebody, in some application.
func advise(err error, as access.Email) error {
	var api *APIError
	if !errors.As(err, &api) || api.Status != http.StatusForbidden {
		return err
	}
	scope := "the application the scope " + ScopeOf(api.Op)
	switch {
	case api.Code == "ERR_ACCESS_CLIENT" || api.Code == "ERR_CLIENT_OBJECT":
		return fmt.Errorf("%w: the licence of Kiteworks must have the API, and the application must be allowed to use it", err)
	case api.Code == "insufficient_scope":
		return fmt.Errorf("%w: give %s", err, scope)
	case !strings.HasPrefix(api.Code, "ERR_ACCESS_"):
		return err
	case strings.Contains(api.Op, " /rest/admin/"):
		return fmt.Errorf("%w: give %s an administrator's role with User Management, and %s", err, as, scope)
	}
	return fmt.Errorf("%w: give %s", err, scope)
}
