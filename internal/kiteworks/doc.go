// Package kiteworks speaks the Kiteworks REST API, version 28, and presents it
// as a tenant: tokens by JWT impersonation, lists read to their end, one shared
// rate limit, typed errors.
//
// A Reader has no method that writes; a Tenant is a Reader that also applies
// steps. Who acts is an argument of each call, never state. The package returns
// errors and logs nothing; it imports access and plan, and app imports it. It
// must never import kwsim, which must be able to disagree with it.
package kiteworks
