package kwsim

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// Switch describes one field of [Behaviour].
type Switch struct {
	Name     string    // in files, flags and JSON
	Settings []Setting // the default first
	Number   bool      // whether any number from 0 on is a setting too
	Doc      string
}

// Switches returns every switch, in the order of the fields of [Behaviour].
func Switches() []Switch {
	var out []Switch
	for field := range reflect.TypeFor[Behaviour]().Fields() {
		s := Switch{Name: field.Tag.Get("yaml"), Number: field.Type.Kind() == reflect.Int, Doc: field.Tag.Get("doc")}
		for word := range strings.FieldsSeq(field.Tag.Get("settings")) {
			s.Settings = append(s.Settings, Setting(word))
		}
		out = append(out, s)
	}
	return out
}

// Set turns the named switch. The error lists what there is to choose from.
func (b *Behaviour) Set(name string, to Setting) error {
	switches := Switches()
	i := slices.IndexFunc(switches, func(s Switch) bool { return s.Name == name })
	if i < 0 {
		return fmt.Errorf("set %q: no such switch: choose one of %s", name, names(switches))
	}
	if err := switches[i].check(to); err != nil {
		return err
	}
	field := reflect.ValueOf(b).Elem().Field(i)
	if !switches[i].Number {
		field.SetString(string(to))
		return nil
	}
	n, err := strconv.Atoi(string(to))
	field.SetInt(int64(n))
	return err
}

func names(switches []Switch) string {
	var out []string
	for _, s := range switches {
		out = append(out, s.Name)
	}
	return strings.Join(out, ", ")
}

// check refuses a setting that the switch does not have.
func (s Switch) check(to Setting) error {
	if n, err := strconv.Atoi(string(to)); s.Number && err == nil && n >= 0 || slices.Contains(s.Settings, to) {
		return nil
	}
	if s.Number {
		return fmt.Errorf("set %s to %q: give a number from 0 on", s.Name, to)
	}
	return fmt.Errorf("set %s to %q: choose one of %v", s.Name, to, s.Settings)
}

// Get returns the named switch's setting, the default if it was never turned, and "" if there is no such switch.
func (b Behaviour) Get(name string) Setting {
	for i, s := range Switches() {
		if s.Name == name {
			return s.of(reflect.ValueOf(b).Field(i))
		}
	}
	return ""
}

// of returns the setting that the field holds.
func (s Switch) of(field reflect.Value) Setting {
	switch {
	case s.Number:
		return Setting(strconv.FormatInt(field.Int(), 10))
	case field.String() == "":
		return s.Settings[0]
	}
	return Setting(field.String())
}

// complete returns the behaviour with every default spelled out, or what is wrong with it.
func (b Behaviour) complete() (Behaviour, error) {
	value := reflect.ValueOf(&b).Elem()
	var errs []error
	for i, s := range Switches() {
		to := s.of(value.Field(i))
		errs = append(errs, s.check(to))
		if !s.Number {
			value.Field(i).SetString(string(to))
		}
	}
	return b, errors.Join(errs...)
}

// UnmarshalJSON takes a status also as a number.
func (s *Setting) UnmarshalJSON(data []byte) error {
	if n := json.Number(""); json.Unmarshal(data, &n) == nil {
		*s = Setting(n)
		return nil
	}
	return json.Unmarshal(data, (*string)(s))
}

// ReadBehaviour reads a behaviour as YAML or JSON. It refuses unknown switches and settings.
func ReadBehaviour(r io.Reader) (Behaviour, error) {
	var b Behaviour
	if err := readStrict(r, &b); err != nil {
		return Behaviour{}, fmt.Errorf("read behaviour: %w", err)
	}
	if _, err := b.complete(); err != nil {
		return Behaviour{}, fmt.Errorf("read behaviour: %w", err)
	}
	return b, nil
}

// readStrict decodes one YAML document without unknown fields. No document at all leaves the value as it is.
func readStrict(r io.Reader, into any) error {
	decoder := yaml.NewDecoder(r)
	decoder.KnownFields(true)
	if err := decoder.Decode(into); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if err := decoder.Decode(&yaml.Node{}); !errors.Is(err, io.EOF) {
		return errors.New("there is more than one document: give one")
	}
	return nil
}
