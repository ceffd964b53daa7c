package directory_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/directory"
	"github.com/kw-onboarder/kw-onboarder/internal/sambatest"
	"github.com/kw-onboarder/kw-onboarder/internal/slapdtest"
)

func TestValuesAreComparedAsTheSchemaSays(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		options    func(t *testing.T) directory.Options
		attributes []string
		want       map[string]access.Match
	}{
		"OpenLDAP": {
			func(t *testing.T) directory.Options {
				return options(slapdtest.Start(t, slapdtest.Options{LDIF: slapdtest.NewCompany(20, 1).LDIF()}).URL())
			},
			[]string{"department", "title", "uidNumber", "homeDirectory", "createTimestamp", "noSuch", "telephoneNumber", "x121Address", "seeAlso"},
			map[string]access.Match{
				"uidnumber": access.Integer, "homedirectory": access.CaseExact, "createtimestamp": access.Time,
				"telephonenumber": access.Telephone, "x121address": access.NumericString, "seealso": access.DN,
			},
		},
		"389-DS": {
			func(t *testing.T) directory.Options { return ds389Bed(t).options },
			[]string{"title", "uidNumber", "homeDirectory", "telephoneNumber", "manager"},
			map[string]access.Match{"uidnumber": access.Integer, "homedirectory": access.CaseExact, "telephonenumber": access.Telephone, "manager": access.DN},
		},
		"Active Directory": {
			func(t *testing.T) directory.Options { return sambaBed(t, sambatest.ReaderUser).options },
			[]string{"title", "userAccountControl", "accountExpires", "whenCreated", "memberOf"},
			map[string]access.Match{"useraccountcontrol": access.Integer, "accountexpires": access.Integer, "whencreated": access.Time, "memberof": access.DN},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := test.options(t)
			o.Attributes = test.attributes
			if diff := cmp.Diff(test.want, refresh(t, o).Match); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
