package kwsim

import (
	"net/http"
	"slices"
	"strings"
)

// wireFolder is Folder of the vendor's document.
type wireFolder struct {
	ID       string `json:"id"`
	ParentID string `json:"parentId,omitempty"`
	Name     string `json:"name"`
	Type     string `json:"type"`
	Deleted  bool   `json:"deleted"`
	*folderDetail
	Path            string    `json:"path,omitempty"`            // only if asked for
	CurrentUserRole *wireRole `json:"currentUserRole,omitempty"` // only if asked for
}

// folderDetail is what compact mode leaves out.
type folderDetail struct {
	UserID             string     `json:"userId"`
	Creator            *basicUser `json:"creator"`
	Created            string     `json:"created"`
	Modified           string     `json:"modified"`
	Description        string     `json:"description"`
	Secure             bool       `json:"secure"`
	Syncable           bool       `json:"syncable"`
	IsShared           bool       `json:"isShared"`
	IsRoot             bool       `json:"isRoot"`
	RootID             string     `json:"rootId,omitempty"`
	PermDeleted        bool       `json:"permDeleted"`
	InheritanceEnabled bool       `json:"inheritanceEnabled"`
}

func (c *call) wireFolder(f *folder) wireFolder {
	out := wireFolder{ID: f.ID, ParentID: f.ParentID, Name: f.Name, Type: "d", Deleted: f.Deleted}
	if !c.query.compact() {
		creator := c.world.users[f.CreatorID]
		out.folderDetail = &folderDetail{
			UserID: creator.ID, Creator: newBasicUser(creator),
			Created: wireTime(f.Created), Modified: wireTime(f.Modified),
			Description: f.Description, Secure: f.Secure, Syncable: f.Syncable,
			IsShared: len(f.members) > 1, IsRoot: f.parent == nil, InheritanceEnabled: f.Inherit,
		}
		if f.parent != nil {
			out.RootID = f.root().ID
		}
	}
	if c.query.wants("path") {
		out.Path = f.path()
	}
	if c.query.wants("currentUserRole") {
		if role, ok := c.world.role(c.world.roleOf(f, c.actor)); ok {
			out.CurrentUserRole = c.world.does().wireRole(role)
		}
	}
	return out
}

// baseDir is the acting user's base directory, which is a folder only to look at.
func (c *call) baseDir() wireFolder {
	out := wireFolder{ID: c.actor.BaseDirID, Name: "basedir", Type: "d"}
	if c.query.wants("path") {
		out.Path = "basedir"
	}
	return out
}

// folder returns the live folder that the path names, if the acting user is a member.
func (c *call) folder() (*folder, error) {
	id := c.ids["id"]
	if dir, ok := c.world.systemDirs[id]; ok && dir.user == c.actor {
		return nil, refuse(dir.refusal)
	}
	f := c.world.folders[id]
	switch {
	case f == nil, c.world.roleOf(f, c.actor) == 0:
		return nil, c.world.unknown()
	case f.gone():
		return nil, c.world.deletedFolder()
	}
	return f, nil
}

// managedFolder is folder for operations that only the strongest members may do.
func (c *call) managedFolder() (*folder, error) {
	f, err := c.folder()
	if err != nil {
		return nil, err
	}
	if !c.world.mayManage(c.world.roleOf(f, c.actor)) {
		return nil, refuse(errAccessUser)
	}
	return f, nil
}

// listTopFolders serves the acting user's own top level and what others share with the user: every folder whose
// parent is out of the user's sight.
func listTopFolders(c *call) (answer, error) {
	var rows []*folder
	for f := range c.actor.granted {
		if f.parent == nil || c.world.roleOf(f.parent, c.actor) == 0 {
			rows = append(rows, f)
		}
	}
	return c.folderPage(rows), nil
}

func getFolder(c *call) (answer, error) {
	if c.ids["id"] == c.actor.BaseDirID {
		return answer{body: c.baseDir()}, nil
	}
	f, err := c.folder()
	if err != nil {
		return answer{}, err
	}
	return answer{body: c.wireFolder(f)}, nil
}

func listFolders(c *call) (answer, error) {
	if c.ids["id"] == c.actor.BaseDirID {
		return c.folderList(c.folderPage(slices.Clone(c.actor.top.all))), nil
	}
	f, err := c.folder()
	if err != nil {
		return answer{}, err
	}
	rows := slices.DeleteFunc(slices.Clone(f.sub.all), func(sub *folder) bool {
		return c.world.roleOf(sub, c.actor) == 0
	})
	return c.folderList(c.folderPage(rows)), nil
}

// listChildren serves what lies in a folder. There are no files.
func listChildren(c *call) (answer, error) {
	if c.query.text("type") == "f" {
		if _, err := c.folder(); err != nil {
			return answer{}, err
		}
		return c.folderList(c.folderPage(nil)), nil
	}
	return listFolders(c)
}

// treeItem is FolderTreeItem of the vendor's document.
type treeItem struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// getTree serves the folder and what lies above it, as far as the acting user sees it, from the top down.
func getTree(c *call) (answer, error) {
	f, err := c.folder()
	if err != nil {
		return answer{}, err
	}
	var rows []any
	for at := f; at != nil && c.world.roleOf(at, c.actor) != 0; at = at.parent {
		rows = append(rows, treeItem{at.ID, at.Name})
	}
	if c.query.isTrue("includeOwner") {
		rows = append(rows, treeItem{f.root().ParentID, "basedir"})
	}
	slices.Reverse(rows)
	return answer{body: list{rows, metadata{Total: len(rows)}}}, nil
}

// folderPut is FolderUpdatePutRequest of the vendor's document, as far as onboarding needs it.
type folderPut struct {
	Name *string `json:"name"`
}

func putFolder(c *call) (answer, error) {
	in, err := decode[folderPut](c)
	if err != nil {
		return answer{}, err
	}
	f, err := c.managedFolder()
	if err != nil {
		return answer{}, err
	}
	if err := c.world.renameFolder(f, given(in.Name, f.Name)); err != nil {
		return answer{}, err
	}
	if !c.query.isTrue("returnEntity") {
		return answer{}, nil
	}
	return answer{body: c.wireFolder(f)}, nil
}

func deleteFolder(c *call) (answer, error) {
	f, err := c.managedFolder()
	if err != nil {
		return answer{}, err
	}
	c.world.deleteFolder(f)
	return answer{status: http.StatusNoContent}, nil
}

// folderPage filters, sorts and pages the rows, which it may reorder.
func (c *call) folderPage(rows []*folder) answer {
	field, descending := c.query.order("name")
	slices.SortFunc(rows, func(a, b *folder) int {
		order := strings.Compare(fold(a.Name), fold(b.Name))
		switch field {
		case "created":
			order = a.Created.Compare(b.Created)
		case "modified":
			order = a.Modified.Compare(b.Modified)
		}
		if order == 0 {
			order = strings.Compare(a.ID, b.ID)
		}
		return directed(order, descending)
	})
	keep := every(
		byText(c.query, "name", func(f *folder) string { return f.Name }),
		byFlag(c.query, "deleted", func(f *folder) bool { return f.Deleted }),
	)
	return page(c, rows, keep, func(f *folder) any { return c.wireFolder(f) })
}

// folderPost is FolderCreatePostRequest of the vendor's document. What onboarding never sets is accepted and ignored.
type folderPost struct {
	Name               string  `json:"name"`
	Description        string  `json:"description"`
	Secure             *bool   `json:"secure"`
	Syncable           *bool   `json:"syncable"`
	Expire             *string `json:"expire"`
	FileLifetime       *int    `json:"fileLifetime"`
	Rename             bool    `json:"rename"`
	InheritanceEnabled *bool   `json:"inheritanceEnabled"`
	UseFolderQuota     *bool   `json:"useFolderQuota"`
	Quota              *int    `json:"quota"`
	IsFolderUpload     *bool   `json:"isFolderUpload"`
	ClientID           *string `json:"clientId"`
	VendorDocID        *string `json:"vendorDocId"`
	VendorDocName      *string `json:"vendorDocName"`
}

// topOnly returns the first field that is sent although it is good for folders of the top level only, or "".
func (in folderPost) topOnly() string {
	switch {
	case in.Secure != nil:
		return "secure"
	case in.Syncable != nil:
		return "syncable"
	case in.Expire != nil:
		return "expire"
	case in.FileLifetime != nil:
		return "fileLifetime"
	}
	return ""
}

func postFolder(c *call) (answer, error) {
	in, err := decode[folderPost](c)
	if err != nil {
		return answer{}, err
	}
	parent, err := c.newFolderParent()
	if err != nil {
		return answer{}, err
	}
	if field := in.topOnly(); field != "" && parent != nil {
		return answer{}, refuseField(errInputNotAllowed, field)
	}
	name := in.Name
	if in.Rename {
		name = c.freeName(parent, name)
	}
	f, err := c.world.createFolder(c.actor, parent, Folder{
		Name: name, Description: in.Description, Inherit: given(in.InheritanceEnabled, true),
		Secure: given(in.Secure, false), Syncable: given(in.Syncable, false),
	})
	if err != nil {
		return answer{}, err
	}
	a := answer{status: http.StatusCreated, location: "/rest/folders/" + f.ID}
	if c.wantsCreated() {
		a.body = c.wireFolder(f)
	}
	return a, nil
}

// newFolderParent returns nil for the acting user's top level: the id 0, or that of the base directory.
func (c *call) newFolderParent() (*folder, error) {
	if id := c.ids["id"]; id != "0" && id != c.actor.BaseDirID {
		return c.managedFolder()
	}
	if profile, _ := c.world.profile(c.actor.ProfileID); !profile.FolderCreate {
		return nil, refuse(errAccessUser)
	}
	return nil, nil
}

// freeName returns the name that the folder gets if the client lets the server choose.
func (c *call) freeName(parent *folder, name string) string {
	if parent == nil {
		return c.actor.top.freeName(name)
	}
	return parent.sub.freeName(name)
}
