package kiteworks

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/kw-onboarder/kw-onboarder/internal/access"
)

// text is an id or a code that some versions write as a number.
type text string

// UnmarshalJSON reads "7", 7 and null.
func (t *text) UnmarshalJSON(b []byte) error {
	b = bytes.TrimSpace(b)
	if string(b) == "null" {
		*t = ""
		return nil
	}
	var s string
	if json.Unmarshal(b, &s) == nil {
		*t = text(s)
		return nil
	}
	var n json.Number
	if err := json.Unmarshal(b, &n); err != nil {
		return fmt.Errorf("want a text or a number: %w", err)
	}
	*t = text(n.String())
	return nil
}

// set says whether the server named something: ids count from one.
func (t text) set() bool { return t != "" && t != "0" }

type wireRole struct {
	ID   text   `json:"id"`
	Name string `json:"name"`
	Rank int    `json:"rank"`
}

type wireProfile struct {
	ID        text   `json:"id"`
	Name      string `json:"name"`
	Prototype text   `json:"prototype"` // the profile it was cloned from; null for built-in ones
}

// wireUser is schema User, as far as it is used.
type wireUser struct {
	ID          text   `json:"id"`
	Email       string `json:"email"`
	Name        string `json:"name"`
	UserTypeID  text   `json:"userTypeId"`
	AdminRoleID text   `json:"adminRoleId"`
	Active      *bool  `json:"active"`
	Verified    *bool  `json:"verified"`
	Suspended   bool   `json:"suspended"`
	Deactivated bool   `json:"deactivated"`
	Deleted     bool   `json:"deleted"`
	ExtDL       bool   `json:"extDL"`
	Flags       int    `json:"flags"`
}

// sharedMailbox is the bit of User.flags that marks one.
const sharedMailbox = 16

func (u wireUser) kind() access.Kind {
	switch {
	case u.AdminRoleID.set():
		return access.Admin
	case u.Flags&sharedMailbox != 0:
		return access.SharedMailbox
	case u.ExtDL:
		return access.DistributionList
	case u.Active != nil && !*u.Active:
		return access.Recipient
	}
	return access.User
}

func (u wireUser) status() access.Status {
	switch {
	case u.Deleted:
		return access.Deleted
	case u.Suspended:
		return access.Suspended
	case u.Deactivated:
		return access.Deactivated
	case u.Verified != nil && !*u.Verified:
		return access.Unverified
	}
	return access.Live
}

// wireFolder is schema Folder1, as far as it is used.
type wireFolder struct {
	ID       text   `json:"id"`
	ParentID text   `json:"parentId"`
	Name     string `json:"name"`
	Type     string `json:"type"`
	Deleted  bool   `json:"deleted"`
	Inherits bool   `json:"inheritanceEnabled"`
}

// wireMember is schema Member, as far as it is used. A row of an LDAP group has
// no user.
type wireMember struct {
	UserID        text            `json:"userId"`
	RoleID        text            `json:"roleId"`
	InheritRoleID text            `json:"inheritRoleId"`
	GroupID       text            `json:"groupId"`
	User          *wireRef        `json:"user"`
	Role          *wireRef        `json:"role"`
	SharedBy      *wireRef        `json:"sharedBy"`
	OriginFolder  json.RawMessage `json:"originFolder"` // the document leaves its type open
	Created       string          `json:"created"`
}

type wireRef struct {
	ID text `json:"id"`
}

func (r *wireRef) id() string {
	if r == nil {
		return ""
	}
	return string(r.ID)
}

func (m wireMember) user() string {
	if m.UserID.set() {
		return string(m.UserID)
	}
	return m.User.id()
}

func (m wireMember) role() string {
	if m.RoleID.set() {
		return string(m.RoleID)
	}
	return m.Role.id()
}

// key tells the rows of one list apart.
func (m wireMember) key() string {
	return "user:" + m.user() + " group:" + string(m.GroupID)
}

// origin is the folder that a role is inherited from; "" if it was given on
// folder. A row that names no origin but holds just what comes from above counts
// as inherited: it is not certain that anything was given here.
func (m wireMember) origin(folder string) string {
	var ref wireRef
	var id text
	switch {
	case json.Unmarshal(m.OriginFolder, &ref) == nil && ref.ID.set():
		id = ref.ID
	case json.Unmarshal(m.OriginFolder, &id) == nil && id.set():
	case m.InheritRoleID.set() && string(m.InheritRoleID) == m.role():
		return access.OriginUnknown
	}
	if string(id) == folder {
		return ""
	}
	return string(id)
}

// parseTime reads the two forms of date that appliances write; the zero time if
// it is neither.
func parseTime(s string) time.Time {
	for _, layout := range []string{"2006-01-02T15:04:05-0700", time.RFC3339} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}

// idOf is the id at the end of a Location header, a full URL or a bare path; ""
// if what stands there cannot be one. The URL itself is never followed.
func idOf(location string) string {
	location, _, _ = strings.Cut(location, "?")
	id := location[strings.LastIndexByte(location, '/')+1:]
	notInID := func(r rune) bool { return !strings.ContainsRune("-0123456789abcdefABCDEF", r) }
	if len(id) > 36 || strings.ContainsFunc(id, notInID) {
		return ""
	}
	return id
}
