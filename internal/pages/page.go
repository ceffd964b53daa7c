package pages

import (
	"net/url"
	"strconv"
)

// page is what a browser is shown.
type page struct {
	Title    string
	Section  string // the path in the navigation that it belongs to; "": none
	Status   int    // of HTTP; 0: 200
	Sections []section
}

// section is a part of a page. What is empty is left out.
type section struct {
	Title string
	Lines []string
	Facts []fact
	Form  *form
	Plot  *plot
	Table *table
	Notes []string // behind the table
}

type fact struct {
	Name string
	cell
}

// table is rows below columns. The first cell of a row names it.
type table struct {
	ID      string // of the caption, one of its kind on the page
	Caption string
	Columns []column
	Rows    [][]cell
	Empty   string // said in place of a table without rows
	Pager   *pager
}

type column struct{ Name, Class string }

// columns are columns of texts, those named with a # of numbers, those with an @ of moments.
func columns(names ...string) (all []column) {
	for _, n := range names {
		switch n[0] {
		case '#':
			all = append(all, column{n[1:], "number"})
		case '@':
			all = append(all, column{n[1:], "moment"})
		default:
			all = append(all, column{n, ""})
		}
	}
	return all
}

// cell is a text, and where it leads to; "": nowhere.
type cell struct{ Text, Href string }

func texts(values ...string) (cells []cell) {
	for _, v := range values {
		cells = append(cells, text(v))
	}
	return cells
}

func text(s string) cell { return cell{Text: orDash(s)} }

func number(n int) cell { return cell{Text: strconv.Itoa(n)} }

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// form asks for what a page is about.
type form struct {
	Action string
	Fields []field
	Submit string
}

type field struct{ Name, Label, Hint, Value string }

func runLink(id int64) cell {
	n := strconv.FormatInt(id, 10)
	return cell{n, "/runs/" + n}
}

// personLink leads to whom a text names; who is an e-mail or an id, "": nobody is named.
func personLink(shown, who string) cell {
	if who == "" {
		return text(shown)
	}
	return cell{orDash(shown), "/people?" + url.Values{"who": {who}}.Encode()}
}

// folderLink leads to a folder by its id, or by its path where that is all there is.
func folderLink(shown, id string) cell {
	if id == "" {
		id = shown
	}
	if id == "" {
		return text("")
	}
	return cell{shown, "/folders?" + url.Values{"folder": {id}}.Encode()}
}
