package rules

// Rule is one mapping rule as the administrator writes it: who, and what they get.
type Rule struct {
	Name    string    `yaml:"name"`
	Label   string    `yaml:"label"` // metrics show the rule under it; left out: they do not name it
	When    Condition `yaml:"when"`
	Account *Account  `yaml:"account"` // nil: the rule asks for no account
	Grants  []Grant   `yaml:"grants"`

	// At is where the rule stands, for problems, if that is not rules[n]: a list of
	// rules may come from several files.
	At string `yaml:"-"`
}

// Condition says whom a rule is about. All parts that are given must hold.
type Condition struct {
	Everyone  bool   `yaml:"everyone"`   // stands alone
	Group     string `yaml:"group"`      // name or DN; nested membership counts
	NotGroup  string `yaml:"not_group"`  // name or DN
	GroupLike string `yaml:"group_like"` // pattern of names; the rule holds once for each group
	Under     string `yaml:"under"`      // DN; the person's entry is that or lies below it
	Filter    string `yaml:"filter"`     // RFC 4515
}

// Account asks for an account.
type Account struct {
	Profile string `yaml:"profile"` // by name; "": Kiteworks chooses
	Name    string `yaml:"name"`    // what it is called, may hold templates; "": as in the directory
	Notify  bool   `yaml:"notify"`  // Kiteworks sends the owner of a new account a mail
}

// Grant asks for a role on one folder, named by its path or by its id.
type Grant struct {
	Folder   string `yaml:"folder"` // path, each segment may hold templates
	FolderID string `yaml:"folder_id"`
	Role     string `yaml:"role"`
	Create   bool   `yaml:"create"` // the folder may be made, below a root
	As       string `yaml:"as"`     // identity; "": identities.folders
	From     *Date  `yaml:"from"`   // not given before it; nil: no such limit
	Until    *Date  `yaml:"until"`  // not given behind it; nil: no such limit
}

// Date is a moment that the person's entry holds.
type Date struct {
	From    string  `yaml:"from"` // attribute
	IfEmpty IfEmpty `yaml:"if_empty"`
}

// Tables are what `lookup` looks up: table -> key -> value.
type Tables map[string]map[string]string

// Problem is one mistake in the rules.
type Problem struct {
	Path    string // where: rules[2].grants[0].folder
	Message string // what is wrong
	Hint    string // what to do; "" where the message says it
}
