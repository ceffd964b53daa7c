package directory

import (
	"context"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
	"github.com/kw-onboarder/kw-onboarder/internal/directory/wire"
)

// Greeting is what a server of which nothing is known says of itself.
type Greeting struct {
	Server  string // its URL
	Kind    Kind   // Generic: it shows no sign of being one of the others
	Context string // DN below which it keeps its entries; of several the one that it names first; "": not told
}

// Greet connects, whatever the kind of the server is, and finds that out.
func Greet(ctx context.Context, o Options) (Greeting, error) {
	o.Kind = Generic
	c, err := stranger(ctx, &o)
	if err != nil {
		return Greeting{}, err
	}
	defer c.Close()
	g := Greeting{Server: c.Server(), Kind: kindOf(c.Root()), Context: c.Root().One("defaultnamingcontext")}
	if contexts := c.Root().Values("namingcontexts"); g.Context == "" && len(contexts) > 0 {
		g.Context = contexts[0]
	}
	return g, nil
}

// stranger connects without looking at the kind.
func stranger(ctx context.Context, o *Options) (*wire.Conn, error) {
	// Nothing is read by these.
	o.People = People{Bases: []string{"o=none"}, EmailFrom: []string{"mail"}, Filter: o.Kind.UsualPeople()}
	if o.Name == "" {
		o.Name = "new"
	}
	full, err := o.complete()
	if err != nil {
		return nil, err
	}
	reach := full.wire()
	reach.Check = func(*wire.Entry) error { return nil }
	return wire.Dial(ctx, &reach, "")
}

// kindOf is the kind of which a server shows signs.
func kindOf(root *wire.Entry) Kind {
	for _, k := range kinds() {
		if k != Generic && k.traits().is(root) {
			return k
		}
	}
	return Generic
}

// UsualPeople is the filter for people where nothing better is known.
func (k Kind) UsualPeople() string {
	if k == ActiveDirectory {
		return "(&(objectCategory=person)(objectClass=user))"
	}
	return "(objectClass=inetOrgPerson)"
}

// Land is what a directory holds, counted: enough to propose a configuration, and nobody's name.
type Land struct {
	People     int
	Addressed  map[string]int            // people with an address, by the DN of the place that they lie in
	Domains    map[string]int            // of their addresses
	Attributes map[string]map[string]int // of each attribute looked at, how many have which value; see manyValues
	Groups     []Tribe                   // in the order of the server
}

// Tribe is a group of a land.
type Tribe struct {
	DN, Name string
	Members  int // as many as the entry shows at once
}

// manyValues is how many values an attribute may have before it is no longer counted: it
// then names people, not where they belong.
const manyValues = 300

// Explore reads people and groups below a DN and counts. attributes are those that may say
// where somebody belongs.
func Explore(ctx context.Context, o Options, below string, attributes []string) (*Land, error) {
	c, err := stranger(ctx, &o)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	l := &Land{Addressed: map[string]int{}, Domains: map[string]int{}, Attributes: map[string]map[string]int{}}
	e := wire.NewEntry()
	err = c.Each(ctx, wire.Search{Of: "people", Base: below, Filter: o.Kind.UsualPeople(), Attributes: append([]string{"mail"}, attributes...)}, func(found *ldap.Entry) error {
		e.Fill(found)
		l.meet(e, attributes)
		return nil
	})
	if err != nil {
		return nil, err
	}
	traits := o.Kind.traits()
	err = c.Each(ctx, wire.Search{Of: "groups", Base: below, Filter: traits.groupFilter, Attributes: append([]string{"cn"}, traits.members...)}, func(found *ldap.Entry) error {
		e.Fill(found)
		l.gather(e, traits.members)
		return nil
	})
	return l, err
}

// meet counts one person.
func (l *Land) meet(e *wire.Entry, attributes []string) {
	l.People++
	email, err := access.ParseEmail(e.One("mail"))
	if err != nil {
		return
	}
	l.Addressed[Parent(e.DN)]++
	l.Domains[email.Domain()]++
	for _, a := range attributes {
		values := e.Values(strings.ToLower(a))
		if len(values) != 1 || len(l.Attributes[a]) > manyValues {
			continue
		}
		if l.Attributes[a] == nil {
			l.Attributes[a] = map[string]int{}
		}
		l.Attributes[a][values[0]]++
	}
}

// gather counts one group.
func (l *Land) gather(e *wire.Entry, members []string) {
	g := Tribe{DN: e.DN, Name: e.One("cn")}
	for _, a := range members {
		g.Members += len(e.Values(a))
	}
	for _, part := range e.Ranged {
		g.Members += len(part.Values)
	}
	l.Groups = append(l.Groups, g)
}

// Distinct are the values of an attribute with how many have each; nil if there are so many
// that it says nothing about where somebody belongs.
func (l *Land) Distinct(attribute string) map[string]int {
	if len(l.Attributes[attribute]) > manyValues {
		return nil
	}
	return l.Attributes[attribute]
}

// Parent is the DN of the entry above, spelt as the DN is; "" above the uppermost.
func Parent(dn string) string {
	for i := 0; i < len(dn); i++ {
		switch dn[i] {
		case '\\':
			i++
		case ',':
			return strings.TrimLeft(dn[i+1:], " ")
		}
	}
	return ""
}
