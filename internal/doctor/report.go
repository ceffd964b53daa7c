package doctor

import "slices"

// State is what a check came to.
type State int

// The states. Only Bad keeps the program from working as it is configured.
const (
	Good State = iota + 1
	Advice
	Bad
	Unseen // it could not be looked at, or the server does not tell
)

var stateNames = []string{"ok", "advice", "bad", "unseen"}

func (s State) String() string {
	if s < Good || s > Unseen {
		return "invalid"
	}
	return stateNames[s-1]
}

// MarshalText writes the state for scripts.
func (s State) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Check is one thing that was looked at.
type Check struct {
	Area  string `json:"area"` // such as "directory corp"
	State State  `json:"state"`
	Text  string `json:"text"`         // one line
	Do    string `json:"do,omitempty"` // what to do about it; "" where the text says it
}

// Report is everything that was looked at, in the order in which an administrator mends it:
// what comes later often fails only because of what comes before.
type Report struct {
	Checks []Check
	Scopes Scopes
}

// Sound says whether nothing is bad.
func (r *Report) Sound() bool {
	return !slices.ContainsFunc(r.Checks, func(c Check) bool { return c.State == Bad })
}

// ToDo lists what to do: first what is bad, then what is advised.
func (r *Report) ToDo() (list []string) {
	for _, state := range []State{Bad, Advice} {
		for _, c := range r.Checks {
			if c.State != state {
				continue
			}
			do := c.Do
			if do == "" {
				do = c.Text
			}
			if !slices.Contains(list, do) {
				list = append(list, do)
			}
		}
	}
	return list
}

// area adds checks of one area to a report.
type area struct {
	name   string
	report *Report
}

func (r *Report) area(name string) area { return area{name, r} }

func (a area) add(s State, text, do string) {
	a.report.Checks = append(a.report.Checks, Check{a.name, s, text, do})
}

func (a area) good(text string)       { a.add(Good, text, "") }
func (a area) advise(text, do string) { a.add(Advice, text, do) }
func (a area) bad(text, do string)    { a.add(Bad, text, do) }
func (a area) unseen(text string)     { a.add(Unseen, text, "") }
