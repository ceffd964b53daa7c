package config

import _ "embed"

// The schemas are generated from the types: go test ./internal/config -run Schema -update.
var (
	//go:embed schema.json
	schema string
	//go:embed schema-rules.json
	rulesSchema string
)

// Schema is the JSON schema of the configuration, for editors. It knows keys,
// types and choices; what keys mean for one another only Parse knows.
func Schema() string { return schema }

// RulesSchema is the JSON schema of a file that is a list of rules.
func RulesSchema() string { return rulesSchema }
