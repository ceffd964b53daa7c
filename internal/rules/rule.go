package rules

// Rule is one mapping rule as the administrator writes it: who, and what they get.
type Rule struct {
	Name    string    `yaml:"name"`
	When    Condition `yaml:"when"`
	Account *Account  `yaml:"account"` // nil: the rule asks for no account
	Grants  []Grant   `yaml:"grants"`
}

// Condition says whom a rule is about. All parts that are given must hold.
type Condition struct {
	Everyone bool   `yaml:"everyone"`  // stands alone
	Group    string `yaml:"group"`     // name or DN; nested membership counts
	NotGroup string `yaml:"not_group"` // name or DN
	Filter   string `yaml:"filter"`    // RFC 4515
}

// Account asks for an account.
type Account struct {
	Profile string `yaml:"profile"` // by name; "": Kiteworks chooses
}

// Grant asks for a role on one folder, named by its path or by its id.
type Grant struct {
	Folder   string `yaml:"folder"` // path, each segment may hold templates
	FolderID string `yaml:"folder_id"`
	Role     string `yaml:"role"`
	Create   bool   `yaml:"create"` // the folder may be made, below a root
	As       string `yaml:"as"`     // identity; "": Options.DefaultAs
}

// Problem is one mistake in the rules.
type Problem struct {
	Path    string // where: rules[2].grants[0].folder
	Message string // what is wrong
	Hint    string // what to do; "" where the message says it
}
