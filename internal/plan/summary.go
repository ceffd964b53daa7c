package plan

import "github.com/kw-onboarder/kw-onboarder/internal/access"

// Summary is what the ledger keeps of a run besides its changes, as JSON.
type Summary struct {
	Mode       string         `json:"mode"`
	Seconds    float64        `json:"seconds"`
	People     int            `json:"people"`
	Groups     int            `json:"groups"`
	Touched    int            `json:"touched"`
	Full       bool           `json:"full"`
	Named      []string       `json:"named,omitempty"`
	Due        int            `json:"due,omitempty"`
	Detours    []int64        `json:"detours,omitempty"`
	Changes    int            `json:"changes"`
	Withheld   int            `json:"withheld"`
	Parked     int            `json:"parked,omitempty"`
	Unmet      []string       `json:"unmet,omitempty"` // why canaries are
	Violations int            `json:"violations,omitempty"`
	WouldBe    map[string]int `json:"would_be,omitempty"` // of mode observe: what was withheld, by operation,
	Would      []Would        `json:"would,omitempty"`    // and the first of it
	Results    map[string]int `json:"results"`
	Notes      map[string]int `json:"notes"`
	Requests   map[string]int `json:"requests"`
	Error      string         `json:"error,omitempty"`
}

// Would is a change that a run in mode observe would have made.
type Would struct {
	Key     Key          `json:"key"`
	Op      Op           `json:"op"`
	Source  string       `json:"source,omitempty"` // of the person
	Person  string       `json:"person,omitempty"` // id there
	Email   access.Email `json:"email,omitempty"`
	Account string       `json:"account,omitempty"` // none: it was still to be created; a folder likewise
	Folder  string       `json:"folder,omitempty"`
	Path    access.Path  `json:"path,omitempty"`
	From    string       `json:"from,omitempty"`
	To      string       `json:"to,omitempty"`
	Rules   []string     `json:"rules,omitempty"`
}
