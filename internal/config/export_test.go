package config

import "errors"

// What the schema shows and the types alone do not say.
var (
	Defaults       = defaults
	DirectoryKinds = directoryKinds
	JWTAlgorithms  = jwtAlgorithms
	LogLevels      = logLevels
	LogFormats     = logFormats
	SecretNames    = secretNames
	PercentForm    = percentForm.String()
	WrittenBudget  = writtenBudget
)

const (
	MaxRequests = maxRequests
	ModeHint    = modeHint
	SecretHint  = secretHint
	AmountHint  = amountHint
	PercentHint = percentHint
	AreaHint    = areaHint
)

// ListedDirectory is what holds of a directory in a list where the file is silent.
func ListedDirectory() Directory { return newDirectory("", "") }

// HintOf is what a type that reads itself says to do about a text that it refuses.
func HintOf(err error) string {
	var m mistake
	_ = errors.As(err, &m) // others have no hint
	return m.hint
}

// Heirs are the manager and the templates that ladders name.
func (c *Config) Heirs() (all []string) {
	for _, h := range c.heirs() {
		all = append(all, h.Text)
	}
	return all
}

// HeirPaths are where each of the Heirs stands first.
func (c *Config) HeirPaths() (paths []string) {
	for _, h := range c.heirs() {
		paths = append(paths, h.Path)
	}
	return paths
}
