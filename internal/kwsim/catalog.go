package kwsim

import "strconv"

// Role is what a member may do in a folder. A higher Rank is stronger; the vendor publishes no ranks, so these are
// the simulator's own.
type Role struct {
	ID   int
	Name string
	Rank int
}

// DefaultRoles returns the roles of an ordinary appliance. The ids are those that clients in production rely on; they
// are not ordered by power.
func DefaultRoles() []Role {
	return []Role{
		{ID: 2, Name: "Downloader", Rank: 3},
		{ID: 3, Name: "Collaborator", Rank: 4},
		{ID: 4, Name: "Manager", Rank: 5},
		{ID: 5, Name: "Owner", Rank: 6},
		{ID: 6, Name: "Viewer", Rank: 1},
		{ID: 7, Name: "Uploader", Rank: 2},
	}
}

// ProfileKind is what the server itself knows about a profile (user type).
type ProfileKind int

// The kinds. All but Custom are built in.
const (
	Standard   ProfileKind = iota + 1 // a full account; the default of created users
	Restricted                        // an account that owns nothing; given to addresses that first appear as members
	Recipient                         // not an account: somebody who once received a mail
	Custom                            // made by an administrator from a prototype
)

// String returns the kind's name.
func (k ProfileKind) String() string {
	switch k {
	case Standard:
		return "Standard"
	case Restricted:
		return "Restricted"
	case Recipient:
		return "Recipient"
	case Custom:
		return "Custom"
	}
	return "ProfileKind(" + strconv.Itoa(int(k)) + ")"
}

// Profile is a user type. FolderCreate allows folders at the top level.
type Profile struct {
	ID           int
	Name         string
	Kind         ProfileKind
	FolderCreate bool
}

// ownsData reports whether users of the profile have folders of their own.
func (p Profile) ownsData() bool { return p.Kind == Standard || p.Kind == Custom }

// DefaultProfiles returns the three built-in profiles and one custom profile.
func DefaultProfiles() []Profile {
	return []Profile{
		{ID: 1, Name: "Standard", Kind: Standard, FolderCreate: true},
		{ID: 4, Name: "Restricted", Kind: Restricted},
		{ID: 5, Name: "Recipient", Kind: Recipient},
		{ID: 11, Name: "External Partner", Kind: Custom},
	}
}
