package web

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// browserFlag is the environment variable that has the pages tried in a real Chromium, which takes a while.
const browserFlag = "LIKENESS_BROWSER"

// browserTime is how long a page may take for what a test waits for, on a busy machine.
const browserTime = 60 * time.Second

const (
	settled      = time.Second     // of a page that shows what it has
	trainingTime = 6 * time.Minute // of the first page's training
)

// chrome is one browser for all tests.
var chrome = sync.OnceValues(func() (context.Context, error) {
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.NoSandbox, // a container has no user namespaces
		chromedp.Flag("use-gl", "angle"), chromedp.Flag("use-angle", "swiftshader"), chromedp.Flag("enable-unsafe-swiftshader", true),
	)
	ctx, _ := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, _ = chromedp.NewContext(ctx)
	return ctx, chromedp.Do(ctx, chromedp.Navigate("about:blank"))
})

// tab is a page in a browser. It fails its test when the page reports an error, or asks anybody but its own server.
type tab struct {
	t   *testing.T
	s   *site
	ctx context.Context

	lock     sync.Mutex
	over     bool
	expected []string // parts of errors that the test provokes
}

// open opens a page of a site.
func (s *site) open(path string) *tab {
	s.t.Helper()
	if os.Getenv(browserFlag) == "" {
		s.t.Skipf("set %s=1 to try the pages in Chromium", browserFlag)
	}
	parent, err := chrome()
	if err != nil {
		s.t.Fatalf("Chromium: %v", err)
	}
	ctx, cancel := chromedp.NewContext(parent)
	b := &tab{t: s.t, s: s, ctx: ctx}
	var heard sync.WaitGroup
	s.t.Cleanup(func() {
		if s.t.Failed() {
			b.picture("failed")
		}
		b.lock.Lock()
		b.over = true
		b.lock.Unlock()
		cancel()
		heard.Wait()
	})
	b.do(chromedp.EmulateViewport(1280, 900))
	console, requests := chromedp.Console(ctx), chromedp.Events(ctx, network.RequestWillBeSent)
	heard.Go(func() {
		for m, err := range console {
			if err == nil && (m.Type == chromedp.ConsoleError || m.Type == chromedp.ConsoleWarning || m.Type == chromedp.ConsoleException) {
				b.complain(fmt.Sprintf("the browser says: %s %s", m.Text, m.URL))
			}
		}
	})
	heard.Go(func() {
		for e, err := range requests {
			if err != nil {
				return
			}
			if u := e.Request.URL; !strings.HasPrefix(u, s.URL+"/") && !strings.HasPrefix(u, "data:") && !strings.HasPrefix(u, "blob:"+s.URL) {
				b.complain("the page asks " + u)
			}
		}
	})
	b.do(chromedp.Navigate(s.URL + path))
	b.wait(`document.querySelector('main')`)
	return b
}

func (b *tab) complain(text string) {
	b.lock.Lock()
	defer b.lock.Unlock()
	if b.over { // a tab that closes says so
		return
	}
	for _, part := range b.expected {
		if strings.Contains(text, part) {
			return
		}
	}
	b.t.Error(text)
}

// expect lets errors with a text pass, which the test provokes.
func (b *tab) expect(part string) {
	b.lock.Lock()
	defer b.lock.Unlock()
	b.expected = append(b.expected, part)
}

func (b *tab) do(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx := b.ctx
	if chromedp.FromContext(ctx).Target != nil { // the first action opens the tab, which would end with a limit of its own
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, browserTime)
		defer cancel()
	}
	if err := chromedp.Do(ctx, actions...); err != nil {
		b.t.Fatal(err)
	}
}

// eval returns the value of an expression, or of the promise that it is.
func (b *tab) eval(expression string, to any) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, browserTime)
	defer cancel()
	raw, err := chromedp.Run(ctx, chromedp.Evaluate[[]byte](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatalf("%s: %v", expression, err)
	}
	if to != nil {
		if err := json.Unmarshal(raw, to); err != nil {
			b.t.Fatalf("%s: %v in %s", expression, err, raw)
		}
	}
}

// wait waits until an expression is true.
func (b *tab) wait(expression string) {
	b.t.Helper()
	b.waitFor(browserTime, expression)
}

// waitFor is wait for something that takes longer.
func (b *tab) waitFor(long time.Duration, expression string) {
	b.t.Helper()
	for end := time.Now().Add(long); ; time.Sleep(50 * time.Millisecond) {
		var ok bool
		b.eval("!!("+expression+")", &ok)
		if ok {
			return
		}
		if time.Now().After(end) {
			b.t.Fatalf("this never came true: %s\nthe page shows: %.1000s", expression, b.text("main"))
		}
	}
}

// text returns what an element shows.
func (b *tab) text(selector string) (text string) {
	b.t.Helper()
	b.eval(fmt.Sprintf("document.querySelector(%q)?.innerText ?? ''", selector), &text)
	return text
}

// shows waits until the page shows a text.
func (b *tab) shows(text string) {
	b.t.Helper()
	b.wait(fmt.Sprintf("document.querySelector('main').innerText.includes(%q)", text))
}

// button is the expression of a button or a link by its text or label.
func button(name string) string {
	return fmt.Sprintf("[...document.querySelectorAll('button, a, summary, label')].find(e => (e.getAttribute('aria-label') ?? e.innerText).trim().startsWith(%q) && !e.disabled)", name)
}

// press presses a button or a link.
func (b *tab) press(name string) {
	b.t.Helper()
	b.wait(button(name))
	b.eval(button(name)+".click()", nil)
}

// theme has the browser prefer light or dark.
func (b *tab) theme(name string) {
	b.t.Helper()
	b.do(func(ctx context.Context, t *chromedp.Target) (v chromedp.Void, err error) {
		_, err = cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}}})
		return v, err
	})
	b.wait(fmt.Sprintf("document.documentElement.dataset.theme === %q", name))
}

// path returns the page's address without its host.
func (b *tab) path() (path string) {
	b.t.Helper()
	b.eval("location.pathname + location.search", &path)
	return path
}

// picture takes a screenshot into the folder that LIKENESS_SHOTS names, if it does.
func (b *tab) picture(name string) {
	dir := os.Getenv("LIKENESS_SHOTS")
	if dir == "" {
		return
	}
	body, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		b.t.Log(err)
		return
	}
	file := filepath.Join(dir, strings.ReplaceAll(b.t.Name(), "/", "-")+"-"+name+".png")
	if err := os.WriteFile(file, body, 0o644); err != nil {
		b.t.Log(err)
	}
}
