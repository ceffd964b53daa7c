// Package pages shows in a browser what the commands `status`, `runs`, `why --at`, `who`,
// `parked` and `quarantine` print: what happens now, what was done, who has what and why.
//
// It only reads, through internal/history, and asks neither a directory nor Kiteworks. The
// pages are whole: no script, nothing from elsewhere. Who may read them is decided in app.
package pages
