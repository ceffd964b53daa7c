package pages

import (
	"context"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/kw-onboarder/kw-onboarder/internal/proctest"
)

var shots = flag.String("screenshots", "", "folder for a picture of each page, in both schemes")

const axeFile = "../../tools/axe/node_modules/axe-core/axe.min.js"

// browser is a Chromium of the test's own, and what it complained of.
type browser struct {
	context.Context
	axe string

	mu     sync.Mutex
	errors []string
}

func openBrowser(t *testing.T) *browser {
	t.Helper()
	program := proctest.Program(t, "chromium")
	axe, err := os.ReadFile(axeFile)
	if err != nil {
		proctest.Missing(t, "axe-core is not installed: run scripts/install-servers.sh")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program), chromedp.NoSandbox,
		chromedp.Flag("disable-dev-shm-usage", true), chromedp.UserDataDir(t.TempDir()), chromedp.WSURLReadTimeout(time.Minute))
	allocator, end := chromedp.NewExecAllocator(context.WithoutCancel(t.Context()), options...)
	t.Cleanup(end)
	ctx, stop := chromedp.NewContext(allocator)
	t.Cleanup(stop)
	b := &browser{Context: ctx, axe: string(axe)}
	do(t, chromedp.Do(ctx, chromedp.Navigate("about:blank"))) // the browser lives as long as this context
	go b.hear()
	return b
}

// hear keeps what the browser writes into its console: what the policy has refused, and
// what a script says. That a page is missing, or a ledger broken, is what those pages are about.
func (b *browser) hear() {
	for message, err := range chromedp.Console(b.Context) {
		if err != nil || strings.Contains(message.Text, "Failed to load resource: the server responded with a status of") {
			continue
		}
		b.mu.Lock()
		b.errors = append(b.errors, string(message.Type)+": "+message.Text+" "+message.URL)
		b.mu.Unlock()
	}
}

func (b *browser) do(t *testing.T, actions ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	see(t, b, chromedp.Steps(actions...))
}

// see is what an action finds.
func see[T any](t *testing.T, b *browser, action chromedp.Action[T]) T {
	t.Helper()
	ctx, cancel := context.WithTimeout(b.Context, 2*time.Minute)
	defer cancel()
	v, err := chromedp.Run(ctx, action)
	do(t, err)
	return v
}

// like is a scheme and a width in which pages are seen.
func like(scheme string, width int64) chromedp.Action[chromedp.Void] {
	media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}}}
	return chromedp.Steps(chromedp.EmulateViewport(width, 900), chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, media)
		return err
	}))
}

// axeRun finds barriers by all rules of WCAG 2.2, A and AA, and by what is good practice, and
// also what axe cannot decide; but for the contrast of texts in a picture, or out of view in
// a table that scrolls, whose colours are those of texts beside them.
const axeRun = `axe.run(document, {resultTypes: ["violations", "incomplete"]}).then(r => ({
	checked: r.passes.length,
	found: r.violations.concat(r.incomplete.filter(v => v.id !== "color-contrast" || v.nodes.some(n => !document.querySelector(n.target[0]).closest("svg, .scroll")))).map(v => v.id + ": " + v.help + ": " + v.nodes.map(n => n.html.slice(0, 200) + " " + n.failureSummary).join("; "))
}))`

// check looks for barriers on the page that is open.
func (b *browser) check(t *testing.T, where string) {
	t.Helper()
	type barriers struct {
		Checked int      `json:"checked"`
		Found   []string `json:"found"`
	}
	see(t, b, chromedp.Evaluate[chromedp.Void](b.axe+"; undefined"))
	got := see(t, b, chromedp.Evaluate[barriers](axeRun, chromedp.EvalAwaitPromise))
	if got.Checked < 15 {
		t.Errorf("%s: axe has passed %d rules only", where, got.Checked)
	}
	for _, f := range got.Found {
		t.Errorf("%s: %s", where, f)
	}
}

func (b *browser) shoot(t *testing.T, name string) {
	t.Helper()
	if *shots == "" {
		return
	}
	png := see(t, b, chromedp.FullScreenshot(100))
	do(t, os.MkdirAll(*shots, 0o700))
	do(t, os.WriteFile(filepath.Join(*shots, name+".png"), png, 0o600))
}

// In a real browser no page has a barrier, in either scheme, whatever its state and
// whoever chose the names in it; nothing is refused by the policy, and nothing runs.
func TestBrowser_NoPageHasABarrier(t *testing.T) {
	b := openBrowser(t)
	towns := map[string]*town{"": build(t, ordinary, 12), "hostile-": build(t, everywhere(`<b>"'אנה`+"\u202e"+strings.Repeat("W", 300)), 3), "empty-": found(t, ordinary), "broken-": found(t, ordinary)}
	towns["broken-"].broken = errors.New("open ledger /var/lib/kw-onboarder/ledger.db: disk I/O error")
	towns["empty-"].acting = false
	checked := 0
	for prefix, w := range towns {
		url, pages := w.open().URL, everyPage(w.names)
		if prefix == "broken-" {
			pages = map[string]string{"now": "/"}
		}
		for name, path := range pages {
			schemes := []string{"light", "dark"}
			if prefix == "hostile-" { // the colours are the same, whatever the names
				schemes = schemes[:1]
			}
			for _, scheme := range schemes {
				where := prefix + name + "-" + scheme
				b.do(t, like(scheme, 1280), chromedp.Navigate(url+path))
				b.check(t, where)
				b.shoot(t, where)
				checked++
			}
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.errors) > 0 {
		t.Errorf("the browser says: %q", b.errors)
	}
	t.Logf("axe has looked at %d pages, light and dark counted apart", checked)
}

// On a narrow screen, or enlarged four times, nothing but tables scrolls sideways.
func TestBrowser_PagesFitANarrowScreen(t *testing.T) {
	b := openBrowser(t)
	for prefix, n := range map[string]names{"": ordinary, "hostile-": everywhere(strings.Repeat("W", 300))} {
		url := build(t, n, 12).open().URL
		for name, path := range everyPage(n) {
			for _, width := range []int64{320, 1280} {
				b.do(t, like("light", width), chromedp.Navigate(url+path))
				if wide := see(t, b, chromedp.Evaluate[int](`document.documentElement.scrollWidth`)); wide > int(width) {
					t.Errorf("%s%s: %d wide on a screen of %d", prefix, name, wide, width)
				}
			}
			b.shoot(t, prefix+name+"-wide")
			b.do(t, like("light", 320))
			b.shoot(t, prefix+name+"-narrow")
		}
	}
}

// By keyboard alone everything is reached, in the order of the page, and it is seen where one is.
func TestBrowser_PagesWorkByKeyboard(t *testing.T) {
	b := openBrowser(t)
	url := build(t, ordinary, 12).open().URL
	const focus = `(() => { const e = document.activeElement, s = getComputedStyle(e);
		return (e.id || e.textContent.trim().slice(0, 40)) + "|" + (s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2) })()`
	b.do(t, like("light", 1280), chromedp.Navigate(url+"/people"))
	var got []string
	for range 10 {
		b.do(t, chromedp.KeyEvent("\t"))
		got = append(got, see(t, b, chromedp.Evaluate[string](focus)))
	}
	want := "Skip to the content|true Now|true Runs|true People|true Folders|true Parked|true Quarantine|true f-who|true f-at|true Show|true"
	if strings.Join(got, " ") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(got, " "), want)
	}
	b.do(t, chromedp.Navigate(url+"/people"), chromedp.Focus(chromedp.CSS("#f-who")), chromedp.KeyEvent("anna.lang@corp.example\r"), chromedp.WaitVisible(chromedp.CSS("caption")))
	title, where := see(t, b, chromedp.Title()), see(t, b, chromedp.Location())
	if title != "Anna Lang - kw-onboarder" || !strings.Contains(where, "who=anna.lang%40corp.example") {
		t.Errorf("asked by keyboard: %q at %s", title, where)
	}
	b.do(t, chromedp.Navigate(url+"/runs"), chromedp.KeyEvent("\t"), chromedp.KeyEvent("\r"))
	if at := see(t, b, chromedp.Evaluate[string](`document.activeElement.id`)); at != "main" {
		t.Errorf("skipping leads to %q, want main", at)
	}
}
