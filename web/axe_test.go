package web

import (
	"encoding/json"
	"fmt"
	"os"
	"testing"

	"github.com/chromedp/chromedp"
)

// axeFlag is the environment variable that names axe-core's axe.min.js, which judges whether everybody can use the pages.
const axeFlag = "LIKENESS_AXE"

// axe has axe-core judge what the page shows, and returns what it finds serious or critical.
func (b *tab) axe(script string) (serious []string) {
	b.t.Helper()
	b.eval("(() => {"+script+"\n; return true})()", nil) // the tool's own way in: the page's policy would refuse it
	var found []struct {
		ID, Impact, Help string
		Nodes            []struct {
			Target         []json.RawMessage
			FailureSummary string
		}
	}
	b.eval("axe.run(document, {resultTypes: ['violations'], preload: false}).then(r => r.violations)", &found)
	for _, v := range found {
		if v.Impact == "serious" || v.Impact == "critical" {
			for _, n := range v.Nodes[:min(3, len(v.Nodes))] {
				serious = append(serious, fmt.Sprintf("%s (%s): %s %s: %s", v.ID, v.Impact, v.Help, n.Target, n.FailureSummary))
			}
		}
	}
	return serious
}

// axe-core finds nothing serious on any page, in either theme, on a desktop and on a phone.
func TestBrowserAxe(t *testing.T) {
	path := os.Getenv(axeFlag)
	if path == "" {
		t.Skipf("set %s to axe-core's axe.min.js to have the pages judged", axeFlag)
	}
	script, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	s, _ := drawnSite(t)
	id := s.members(1)[0]
	b := s.open("/")
	b.expect("Applying inline style violates") // axe-core's own, which the policy refuses
	pages := []string{"/", "/search?index=" + indexName, "/search?index=" + indexName + "&id=" + id, "/search?pictures="}
	for _, name := range pageNames[1:] {
		pages = append(pages, "/"+name)
	}
	for _, theme := range []string{"light", "dark"} {
		for _, page := range pages {
			for _, width := range []int64{1280, 390} {
				if width == 390 && theme == "dark" {
					continue // sizes and colours do not depend on each other
				}
				b.do(chromedp.EmulateViewport(width, 900), chromedp.Navigate(s.URL+page))
				b.theme(theme)
				b.wait("document.querySelector('main h1, main h2, main canvas') && !document.querySelector('main > .state[role=status]')")
				for _, text := range b.axe(string(script)) {
					t.Errorf("%s, %s, %d pixels wide: %s", page, theme, width, text)
				}
			}
		}
	}
	// It would have found something.
	b.eval("{const i = document.createElement('img'); i.src = '/static/icon.svg'; document.querySelector('main').append(i)}", nil)
	if len(b.axe(string(script))) == 0 {
		t.Error("a picture without a text passes")
	}
}
