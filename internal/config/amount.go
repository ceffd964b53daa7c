package config

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/kw-onboarder/kw-onboarder/internal/guard"
)

// Percent is a share, such as 5% or 2.5%: more than none, and at most all.
type Percent float64

const (
	percentHint = "write a percentage above 0% and up to 100%, such as 5%"
	amountHint  = "write a number of changes, such as 50, or a percentage, such as 5%"
	stopHint    = "write a number or a percentage; to stop changes for a time use `kw-onboarder pause`, to stop them for good a `mode` that does less"
)

var (
	percentForm = regexp.MustCompile(`^[0-9]{1,9}([.][0-9]{1,2})?%$`)
	countForm   = regexp.MustCompile(`^[0-9]{1,9}$`)
	nothing     = regexp.MustCompile(`^0+(\.0+)?%?$`)
)

// UnmarshalText reads the share.
func (p *Percent) UnmarshalText(text []byte) error {
	if !percentForm.Match(text) {
		return mistake{"is no percentage", percentHint}
	}
	share, err := strconv.ParseFloat(strings.TrimSuffix(string(text), "%"), 64)
	switch {
	case err != nil || share > 100:
		return mistake{"is more than 100%", percentHint}
	case share == 0:
		return mistake{"is 0%", percentHint}
	}
	*p = Percent(share)
	return nil
}

// MarshalText writes the share as the file has it.
func (p Percent) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

func (p Percent) String() string { return strconv.FormatFloat(float64(p), 'f', -1, 64) + "%" }

// Amount is a number of changes, or a percentage of a base; zero: it is not given.
type Amount guard.Amount

// UnmarshalText reads the amount. None is refused: a budget that never lets anything
// through is a mode in disguise.
func (a *Amount) UnmarshalText(text []byte) (err error) {
	*a = Amount{}
	switch {
	case nothing.Match(text):
		return mistake{"0 lets nothing through", stopHint}
	case strings.HasSuffix(string(text), "%"):
		return (*Percent)(&a.Percent).UnmarshalText(text)
	case !countForm.Match(text):
		return mistake{"is no amount", amountHint}
	}
	a.Count, err = strconv.Atoi(string(text))
	return err
}

// MarshalText writes the amount as the file has it.
func (a Amount) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

func (a Amount) String() string {
	if a.Percent > 0 {
		return Percent(a.Percent).String()
	}
	return strconv.Itoa(a.Count)
}
