package config

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// Secret is a reference to a secret, never the secret itself. It may be
// printed. The zero Secret refers to nothing.
type Secret struct{ scheme, name string }

const secretHint = "refer to it: file:/run/secrets/name, cred:name (systemd credential) or env:NAME"

// secretNames has for each scheme what may be named by it.
var secretNames = map[string]string{
	"file": `^/?[^\x00/]+(/[^\x00/]+)*$`,
	"cred": `^[A-Za-z0-9_][A-Za-z0-9_.-]*$`,
	"env":  `^[A-Za-z_][A-Za-z0-9_]*$`,
}

// UnmarshalText reads a reference. The error does not show the text: it may be
// the secret.
func (s *Secret) UnmarshalText(text []byte) error {
	scheme, name, _ := strings.Cut(string(text), ":")
	pattern, known := secretNames[scheme]
	if !known || !regexp.MustCompile(pattern).MatchString(name) {
		return mistake{"is no reference to a secret; the secret itself must not stand in this file", secretHint}
	}
	*s = Secret{scheme, name}
	return nil
}

// String is the reference as the file has it; "" for the zero Secret.
func (s Secret) String() string {
	if s == (Secret{}) {
		return ""
	}
	return s.scheme + ":" + s.name
}

// GoString is the reference too.
func (s Secret) GoString() string { return s.String() }

// MarshalText writes the reference.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// File is the file that holds the secret; "": it is in none, or in a copy that systemd has made.
func (s Secret) File() string {
	if s.scheme != "file" {
		return ""
	}
	return s.name
}

// Resolve reads the secret, anew each time, so that rotation needs no restart.
// One line feed at its end, and a carriage return before it, are not part of it.
func (s Secret) Resolve() (string, error) { return s.resolve(anyMode) }

// ResolveKey is Resolve for a private key: a file that others may read is refused.
func (s Secret) ResolveKey() (string, error) { return s.resolve(ownerOnly) }

func (s Secret) resolve(allowed func(os.FileInfo) error) (string, error) {
	text, err := s.read(allowed)
	if err != nil {
		return "", fmt.Errorf("read secret %s: %w", s, err)
	}
	text = strings.TrimSuffix(strings.TrimSuffix(text, "\n"), "\r")
	if text == "" {
		return "", fmt.Errorf("read secret %s: it is empty", s)
	}
	return text, nil
}

func (s Secret) read(allowed func(os.FileInfo) error) (string, error) {
	switch s.scheme {
	case "file":
		return readFile(s.name, allowed)
	case "cred":
		folder := os.Getenv("CREDENTIALS_DIRECTORY")
		if folder == "" {
			return "", errors.New("CREDENTIALS_DIRECTORY is not set: add LoadCredential= to the systemd unit")
		}
		return readFile(filepath.Join(folder, s.name), anyMode) // systemd sees to the mode
	case "env":
		text, ok := os.LookupEnv(s.name)
		if !ok {
			return "", errors.New("the environment does not have it")
		}
		return text, nil
	}
	return "", errors.New("it refers to nothing")
}

// maxSecret is far above any password or key: a wrong path must not be read to its end.
const maxSecret = 1 << 20

// readFile looks at the mode of the very file that it reads.
func readFile(path string, allowed func(os.FileInfo) error) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer func() { _ = file.Close() }() // only read
	info, err := file.Stat()
	if err != nil {
		return "", err
	}
	if err := allowed(info); err != nil {
		return "", err
	}
	text, err := io.ReadAll(io.LimitReader(file, maxSecret))
	return string(text), err
}

func anyMode(os.FileInfo) error { return nil }

func ownerOnly(info os.FileInfo) error {
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return fmt.Errorf("a private key must be readable by its owner alone, and its mode is %#o: chmod 0400 it", mode)
	}
	return nil
}
