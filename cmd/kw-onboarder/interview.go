package main

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// interview asks one question after the other. On a terminal it shows them, and asks again
// where an answer makes no sense. Elsewhere each answer is a line of stdin, an empty line or the
// end takes what is proposed, and all that is missing or wrong is told at once.
type interview struct {
	config   string
	terminal bool
	in       *bufio.Reader
	out      io.Writer
	ended    bool
	wrong    []string
}

func newInterview(c *command) *interview {
	return &interview{config: c.cli.Config, terminal: isTerminal(c.in), in: bufio.NewReader(c.in), out: c.errOut}
}

// say tells a human something.
func (v *interview) say(format string, args ...any) {
	if v.terminal {
		fmt.Fprintf(v.out, format, args...)
	}
}

// line reads one answer; "" where there is none.
func (v *interview) line(question, proposed string) string {
	if proposed != "" {
		question += " [" + proposed + "]"
	}
	v.say("%s: ", question)
	if v.ended {
		return proposed
	}
	text, err := v.in.ReadString('\n')
	v.ended = err != nil
	if text = strings.TrimSpace(text); text == "" {
		return proposed
	}
	return text
}

// one asks for one answer, unless a flag gives it.
func (v *interview) one(flag, question, given, proposed string, read func(string) (string, error), to *string) {
	all := []string{}
	v.ask(flag, question, given, proposed, func(s string) (err error) {
		s, err = read(s)
		all = []string{s}
		return err
	})
	if len(all) == 1 {
		*to = all[0]
	}
}

// many asks for one or more: parted by ; where the question says so, as DNs hold blanks.
func (v *interview) many(flag, question string, given, proposed []string, read func(string) (string, error), to *[]string) {
	split, glue := strings.Fields, " "
	if strings.Contains(question, ";") {
		split, glue = bySemicolon, "; "
	}
	v.ask(flag, question, strings.Join(given, glue), strings.Join(proposed, glue), func(s string) error {
		found, err := each(split(s), read)
		if err == nil && len(found) > 0 {
			*to = found
		}
		return err
	})
}

func bySemicolon(s string) (list []string) {
	for item := range strings.SplitSeq(s, ";") {
		if item = strings.TrimSpace(item); item != "" {
			list = append(list, item)
		}
	}
	return list
}

// each reads several.
func each(list []string, read func(string) (string, error)) ([]string, error) {
	var out []string
	for _, item := range list {
		value, err := read(item)
		if err != nil {
			return nil, err
		}
		out = append(out, value)
	}
	return out, nil
}

// ask puts one question until there is an answer that makes sense. Nobody can be asked twice
// where no human sits.
func (v *interview) ask(flag, question, given, proposed string, take func(string) error) {
	for {
		text := given
		if text == "" {
			text = v.line(question, proposed)
		}
		if text == "" {
			if v.terminal && !v.ended {
				v.say("  an answer is needed\n")
				continue
			}
			v.wrong = append(v.wrong, fmt.Sprintf("--%s is missing: %s", flag, question))
			return
		}
		err := take(text)
		if err == nil {
			return
		}
		if given != "" || !v.terminal || v.ended {
			v.wrong = append(v.wrong, fmt.Sprintf("--%s: %v", flag, err))
			return
		}
		v.say("  %v\n", err)
	}
}

// again asks a human once more for what is there.
func (v *interview) again(question, now string, take func(string) error) {
	for !v.ended {
		if err := take(v.line(question, now)); err == nil {
			return
		} else {
			v.say("  %v\n", err)
		}
	}
}

// agrees asks for yes or no; without an answer it is yes.
func (v *interview) agrees(format string, args ...any) bool {
	if !v.terminal {
		return true
	}
	answer := strings.ToLower(v.line(fmt.Sprintf(format, args...), "yes"))
	return strings.HasPrefix(answer, "y")
}

// verdict is an error that names all that is missing or wrong.
func (v *interview) verdict() error {
	if len(v.wrong) == 0 {
		return nil
	}
	return usage("init: give these as flags, or answer on stdin, one line for each:\n  %s", strings.Join(v.wrong, "\n  "))
}
