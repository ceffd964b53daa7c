package access

// Proof is what a fresh look at one person or group, by its immutable id, has
// found (promise P2). That nothing could be found out is an error instead.
type Proof struct {
	// Standing of a person. A group is Active, OutOfScope or Gone. Unknown: the entry
	// is there and does not say.
	Standing Standing
	DN       string // where it is now; "" if it is nowhere
	Why      string // where it was found or looked for, for a report
	// Person is, of one who was found in place, all that the directory says of them now,
	// but for Groups; nil of others, and of groups.
	Person *Person
}
