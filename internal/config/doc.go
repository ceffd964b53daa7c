// Package config decodes, defaults, validates and redacts the YAML of the administrator.
//
// app and cmd import it, nobody else: adapters take their own Options. It
// imports access, guard, plan and rules, never app, sync or an adapter. It reads the file it
// is given and, when asked, a secret; it opens no connection.
package config
