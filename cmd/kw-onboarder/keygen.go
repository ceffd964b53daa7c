package main

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/config"
	"github.com/kw-onboarder/kw-onboarder/internal/firsthour"
)

type keygenCmd struct {
	Out  string `help:"Where the private key goes; if not given, where kiteworks.jwt.private_key says. No file is overwritten." type:"path" placeholder:"FILE"`
	Bits int    `help:"Length of the key." enum:"2048,3072,4096" default:"3072"`
}

// jsonKeygen is what was made, and what to do with it.
type jsonKeygen struct {
	PrivateKey string            `json:"private_key"`
	PublicKey  string            `json:"public_key"`
	Made       bool              `json:"made"` // false: the key was there
	Enter      firsthour.Entries `json:"enter"`
	Steps      []firsthour.Step  `json:"steps"`
}

func (k keygenCmd) Run(c *command) error {
	cfg, err := config.Load(c.cli.Config)
	if err != nil {
		return fixFirst(c.cli.Config, err)
	}
	out := jsonKeygen{PrivateKey: k.Out}
	if out.PrivateKey == "" {
		scheme, name, _ := strings.Cut(cfg.Kiteworks.JWT.PrivateKey.String(), ":")
		if scheme != "file" {
			return usage("keygen: kiteworks.jwt.private_key is %s: say with --out where the key goes, and hand it on from there", cfg.Kiteworks.JWT.PrivateKey)
		}
		out.PrivateKey = name
	}
	out.PublicKey = strings.TrimSuffix(out.PrivateKey, ".pem") + ".pub.pem"
	key, made, err := k.key(out.PrivateKey)
	if err != nil {
		return err
	}
	out.Made = made
	public, err := publish(out.PublicKey, &key.PublicKey)
	if err != nil {
		return err
	}
	out.Enter = firsthour.NewEntries(cfg, public)
	out.Steps = firsthour.Guide(cfg, out.Enter, out.PublicKey)
	if c.cli.Output == "json" {
		return c.json(out)
	}
	k.print(c, out)
	return nil
}

// key reads the key that is there, or makes one.
func (k keygenCmd) key(path string) (key *rsa.PrivateKey, made bool, err error) {
	text, err := os.ReadFile(path)
	switch {
	case err == nil:
		key, err = parseKey(text)
		if err != nil {
			return nil, false, fmt.Errorf("%s is there and is left as it is: %w: name another file with --out, or move it away", path, err)
		}
		return key, false, nil
	case !errors.Is(err, os.ErrNotExist):
		return nil, false, err
	}
	if key, err = rsa.GenerateKey(rand.Reader, k.Bits); err != nil {
		return nil, false, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, false, err
	}
	return key, true, writeNew(path, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600)
}

// parseKey reads an RSA key; an error shows nothing of the text.
func parseKey(text []byte) (*rsa.PrivateKey, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errors.New("it holds no key in PEM")
	}
	if key, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		return key, nil
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if key, is := parsed.(*rsa.PrivateKey); err == nil && is {
		return key, nil
	}
	return nil, errors.New("it holds no RSA private key without a passphrase")
}

// publish writes the public half, unless it is there, and returns it in PEM.
func publish(path string, key *rsa.PublicKey) (string, error) {
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return "", err
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	there, err := os.ReadFile(path)
	switch {
	case err == nil && string(there) == string(text):
		return string(text), nil
	case err == nil:
		return "", fmt.Errorf("%s is there and belongs to another key: move it away", path)
	case !errors.Is(err, os.ErrNotExist):
		return "", err
	}
	return string(text), writeNew(path, text, 0o644)
}

// writeNew writes a file that must not be there yet. What was begun is not left behind.
func writeNew(path string, text []byte, mode os.FileMode) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if errors.Is(err, os.ErrExist) {
		return fmt.Errorf("%s is there, and is left as it is: name another file, or move it away", path)
	}
	if err != nil {
		return err
	}
	_, err = file.Write(text)
	if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return nil
}

func (k keygenCmd) print(c *command, out jsonKeygen) {
	p := newPaint(c.out)
	verb := "was there, and is kept"
	if out.Made {
		verb = fmt.Sprintf("made: RSA, %d bits, readable by its owner alone", k.Bits)
	}
	fmt.Fprintf(c.out, "%s %s\n%s is its public half\n", out.PrivateKey, verb, out.PublicKey)
	for i, s := range out.Steps {
		fmt.Fprintf(c.out, "\n%s\n", p.bold(fmt.Sprintf("%d. %s", i+1, s.Title)))
		for _, line := range s.Lines {
			fmt.Fprintf(c.out, "   %s\n", line)
		}
	}
	fmt.Fprintf(c.out, "\nThen: kw-onboarder doctor --config %s\n", c.cli.Config)
}
