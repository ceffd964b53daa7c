// Package kwsim plays a strict Kiteworks server over real HTTP or HTTPS sockets, in memory.
//
// The tests, the command `kwsim` and the command `demo` import it. It imports nothing else of this module, and never
// internal/kiteworks: a struct shared with the client would make one mistake on the wire right on both sides.
//
// # Purpose and limits
//
// The simulator serves the operations that onboarding needs (token, users, profiles, roles, folders, folder members) of
// version 28 of the vendor's REST API. Where the vendor's document is silent or contradicts what was seen, [Behaviour]
// has a switch; where no switch is worth its keep it has one opinion, written beside the code that holds it. It is stricter than the real server wherever strictness can reveal a client that
// guesses: unknown query parameters, unknown body fields, wrong content types, reused assertions and repeated parameters
// are refused. It keeps nothing on disk, listens on loopback only, and must never hold real data.
//
// # Layout
//
// A [Server] owns the sockets, the application registration, the tokens, the rate limit and the history of exchanges.
// A [World] is the tenant: users, profiles, roles, folders and members. Every request goes one way through [Server]:
// fault, rate limit, route, parameters and body, token, handler, one place that encodes the answer in the server's
// dialect, history, inspection, one place that sends it. Handlers run while the world is locked, see a consistent tenant,
// and return values; nothing is encoded under the lock. The management port is a second face of the same server.
//
// # Replay
//
// Ids depend on the seed and on what they name (an e-mail address, a name inside a parent), not on the order of calls.
// Two servers with the same seed that end in the same state have the same ids, also when requests run in parallel.
// [Faults] strike by seed, request and how often it was sent, so they meet the same requests in any order. A snapshot
// brings back the tenant with every id.
//
// # Opinions
//
//   - A folder's path is "/Departments/Finance": absolute, as its owner sees it. The base directory's path is "basedir".
//   - A member row's roleId is the effective role; inheritRoleId is the role that comes from a parent folder (0 if none).
//     originFolder is set only on rows that have no grant on the folder itself.
//   - Equal failure codes of one request share one entry of errors.
//   - Several users at once are moved or renamed all or not at all.
//   - Whoever leaves with deleteUnsharedData loses the folders that nobody else is a member of; shared ones stay.
//   - Whoever creates a folder becomes its Owner. The strongest role cannot be granted; the two strongest may manage.
//   - Where captured responses contradict the letter of the vendor's document, they win: metadata.limit and the prototype
//     of built-in profiles may be null, dates carry a time, creating a user answers 201, and writes without
//     returnEntity=true answer with no body.
//   - Parameters that the document knows but onboarding does not need (metadata, created and the like) are refused.
//   - Active, live users take a seat, whatever their profile, except recipients, which are not accounts.
package kwsim
