// Package contract holds the exchanges of a test against the vendor's OpenAPI document, in both directions.
//
// Tests of any package may import it, production code never: it imports testing. It imports no other package of ours.
//
// # The document
//
// It is the vendor's and not part of this repository. It is read from shared/kiteworks/openapi-v28.json beside the
// checkout. Without it nothing is checked: a test says so in its log, and fails if the environment says CI=true.
//
// # What is checked
//
// The operation, the names and values of its parameters, the bearer token, content types, bodies (unknown fields
// included), whether the operation knows the status, and whether the vendor knows the error code with that status. The
// token endpoint is not in the document; it is held to RFC 6749 and RFC 7523.
//
// Where the document contradicts captured responses, the vendor's other pages or itself, a table of exceptions names the
// operation, the fact and its source; everything else that deviates fails the test. Failures name operations, fields and
// rules, never values, headers or bodies.
package contract
