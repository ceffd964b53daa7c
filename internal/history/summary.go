package history

import (
	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/plan"
)

// Summary is what a run leaves in the ledger besides its changes.
type Summary struct {
	Mode       string         `json:"mode"`
	Seconds    float64        `json:"seconds"`
	People     int            `json:"people"`
	Groups     int            `json:"groups"`
	Touched    int            `json:"touched"`
	Full       bool           `json:"full"`
	Named      []string       `json:"named"`
	Due        int            `json:"due"`
	Detours    []int64        `json:"detours"`
	Changes    int            `json:"changes"`
	Withheld   int            `json:"withheld"`
	Unmet      []string       `json:"unmet"`      // why canaries were
	Violations int            `json:"violations"` // of walls
	WouldBe    map[string]int `json:"would_be"`   // of mode observe: how many changes it would have made, by operation
	Would      []Would        `json:"would"`      // the first of them
	Results    map[string]int `json:"results"`
	Notes      map[string]int `json:"notes"`
	Requests   map[string]int `json:"requests"`
	Error      string         `json:"error"`

	Grants   []plan.GrantKey // of a decree
	Accounts []string
}

// Would is a change that a run in mode observe would have made.
type Would struct {
	Key     plan.Key     `json:"key"`
	Op      plan.Op      `json:"op"`
	Source  string       `json:"source"` // of the person
	Person  string       `json:"person"` // id there
	Email   access.Email `json:"email"`
	Account string       `json:"account"` // "": it was still to be created; a folder likewise
	Folder  string       `json:"folder"`
	Path    access.Path  `json:"path"`
	From    string       `json:"from"`
	To      string       `json:"to"`
	Rules   []string     `json:"rules"`
}
