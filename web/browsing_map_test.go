package web

import (
	"context"
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"likeness/search"
)

// mouse sends an event of the mouse.
func (b *tab) mouse(event input.DispatchMouseEventParams) {
	b.t.Helper()
	b.do(func(ctx context.Context, t *chromedp.Target) (v chromedp.Void, err error) {
		_, err = cdp.Call(ctx, t, input.DispatchMouseEvent, event)
		return v, err
	})
}

// drag drags the mouse along a path of x and y, with keys held: 8 is Shift.
func (b *tab) drag(keys int64, path ...float64) {
	b.t.Helper()
	at := func(kind input.DispatchMouseEventType, x, y float64) {
		b.mouse(input.DispatchMouseEventParams{Type: kind, X: x, Y: y, Button: "left", ClickCount: 1, Modifiers: keys})
	}
	at("mousePressed", path[0], path[1])
	for i := 2; i < len(path); i += 2 {
		at("mouseMoved", path[i], path[i+1])
	}
	at("mouseReleased", path[len(path)-2], path[len(path)-1])
}

// frames is what the map says of the frames since it was asked last.
type frames struct {
	Count  int     `json:"count"`
	Median float64 `json:"median"`
	P95    float64 `json:"p95"`
	Last   struct {
		Points int `json:"points"`
		Faces  int `json:"faces"`
	} `json:"last"`
}

func (b *tab) frames() (f frames) {
	b.t.Helper()
	b.eval("document.querySelector('.map-canvas').frames()", &f)
	return f
}

// The map lays out, says what it keeps, and shows faces; a lasso selects, the selection can be saved, a name is found.
func TestBrowserMap(t *testing.T) {
	s, _ := drawnSite(t)
	b := s.open("/map?index=" + indexName)
	b.shows("nearest neighbours this map keeps")
	b.wait("document.querySelector('.map-switch [aria-pressed=true]').innerText === 'UMAP'")
	b.wait("document.querySelector('.map-canvas').frames().last?.faces > 5")
	b.picture("umap")

	b.drag(8, 320, 70, 1275, 70, 1275, 895, 320, 895)
	b.shows("32 faces selected")
	b.wait("document.querySelectorAll('.map-strip img').length === 24")
	b.eval(`{const was = URL.createObjectURL; URL.createObjectURL = blob => { window.saved = blob.text(); return was.call(URL, blob); }}`, nil)
	b.press("CSV")
	b.wait("window.saved")
	var text string
	b.eval("window.saved", &text)
	if list, err := csv.NewReader(strings.NewReader(text)).ReadAll(); err != nil || len(list) != 33 || strings.Join(list[0], " ") != "id person taken" {
		t.Errorf("the CSV has %d lines, %v", len(list), err)
	}
	b.press("Only these")
	b.press("Clear")
	b.wait("!document.querySelector('.map-tray')")

	person := s.people()[2]
	b.eval(fmt.Sprintf("document.querySelector('.map-find input').value = %q", person), nil)
	b.press("Find")
	b.shows("4 faces")
	b.do(chromedp.Reload())
	b.shows("4 faces")
	b.wait("document.querySelector('.map-find input').value")
	b.press("Clear")
	b.wait("!location.search.includes('text=')")

	b.press("PCA")
	b.shows("of the variance")
	b.press("t-SNE")
	b.wait("document.querySelector('.map-kept-short')?.innerText.startsWith('t-SNE keeps')")
	b.do(chromedp.Reload())
	b.wait("document.querySelector('.map-kept-short')?.innerText.startsWith('t-SNE keeps')")
	b.eval("document.querySelector('.map-by select').value = ''; document.querySelector('.map-by select').dispatchEvent(new Event('change'))", nil)
	b.wait("location.search.includes('by=none') && !document.querySelector('.map-legend')")
}

// From face to face, into the selection and to the search by the keyboard alone.
func TestBrowserMapKeyboard(t *testing.T) {
	s, _ := drawnSite(t)
	b := s.open("/map?layout=pca&index=" + indexName)
	b.shows("nearest neighbours this map keeps")
	b.eval("document.querySelector('.map-canvas').focus()", nil)
	says := func() (name string) {
		b.wait("document.querySelector('#map-says').innerText")
		return b.text("#map-says")
	}
	b.do(chromedp.KeyEvent(kb.ArrowRight))
	first := says()
	b.do(chromedp.KeyEvent("s"))
	b.shows("1 face selected")
	b.do(chromedp.KeyEvent("?"))
	b.wait("document.querySelector('dialog[open]')")
	b.do(chromedp.KeyEvent(kb.Escape))
	b.wait("!document.querySelector('dialog') && document.activeElement.tagName === 'CANVAS'")
	for _, key := range []string{kb.ArrowLeft, kb.ArrowRight, kb.ArrowUp, kb.ArrowDown} {
		b.do(chromedp.KeyEvent(key))
	}
	if says() == "" || first == "" {
		t.Error("the map does not say where it is")
	}
	b.do(chromedp.KeyEvent("/"))
	b.wait("document.activeElement.type === 'search'")
	b.eval("document.querySelector('.map-canvas').focus()", nil)
	b.do(chromedp.KeyEvent(kb.Enter))
	b.wait("location.pathname === '/search' && location.search.includes('id=')")
	u, err := url.Parse(b.path())
	if err != nil || u.Query().Get("index") != indexName {
		t.Errorf("the search is %s, %v", u, err)
	}
}

// An empty place has the face that the decoder paints for it.
func TestBrowserMapSpot(t *testing.T) {
	dir := t.TempDir()
	indexDrawn(t)(dir)
	s := serve(t, dir)
	b := s.open("/map?layout=pca&at=3,3,0.2&index=x.index.safetensors")
	b.shows("nearest neighbours this map keeps")
	b.drag(0, 1000, 800)
	b.shows("painted by the decoder")
	b.wait("document.querySelector('.map-card canvas').width === 16")
	b.picture("spot")
}

// writePoints writes an index of n points that nobody has pictures of.
func writePoints(t *testing.T, path string, n int) {
	t.Helper()
	rng := rand.New(rand.NewPCG(1, 2))
	f := &search.File{
		Entries: search.Entries{Dim: 2, Codes: make([]float32, 2*n), IDs: make([]string, n), People: make([]string, n)},
		About:   search.About{Arch: "wide", Prep: `{"w":32,"h":32}`, Source: "nowhere"},
	}
	for i := range n {
		f.Entries.IDs[i], f.Entries.People[i] = fmt.Sprintf("%07d", i), fmt.Sprintf("Person %d", i%40)
		f.Entries.Codes[2*i], f.Entries.Codes[2*i+1] = float32(rng.NormFloat64()), float32(rng.NormFloat64())
	}
	if err := f.Save(path); err != nil {
		t.Fatal(err)
	}
}

// A frame keeps the page's thread for at most 4 ms, with 13,000 points and with a million.
func TestBrowserMapOfMany(t *testing.T) {
	for _, n := range []int{13_000, 1_000_000} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			dir := t.TempDir()
			writePoints(t, filepath.Join(dir, indexName), n)
			s := serve(t, dir)
			b := s.open("/map?layout=pca&index=" + indexName)
			b.expect("404") // the faces, which nobody has
			b.shows("The pictures are not where they were")
			b.frames() // those of the beginning compile shaders
			for i := range 8 {
				b.drag(0, 900, 400, 890, 390+float64(i), 880, 400)
				b.mouse(input.DispatchMouseEventParams{Type: "mouseWheel", X: 800, Y: 450, DeltaX: 0.01, DeltaY: 60 - 120*float64(i%2)})
			}
			f := b.frames()
			t.Logf("%d frames: median %.2f ms, 95th percentile %.2f ms", f.Count, f.Median, f.P95)
			if f.Count < 10 || f.Last.Points != n || f.Median > 4 {
				t.Errorf("%+v", f)
			}
			b.eval("new Promise(done => setTimeout(done, 1000))", nil)
			b.frames() // the last ones of the camera's move
			b.eval("new Promise(done => setTimeout(done, 1000))", nil)
			if f := b.frames(); f.Count != 0 {
				t.Errorf("%d frames although nothing changes", f.Count)
			}
		})
	}
}

// axe-core finds nothing serious on the map with everything open that can be.
func TestBrowserMapAxe(t *testing.T) {
	path := os.Getenv(axeFlag)
	if path == "" {
		t.Skipf("set %s to axe-core's axe.min.js to have the pages judged", axeFlag)
	}
	script, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	s, _ := drawnSite(t)
	for _, theme := range []string{"light", "dark"} {
		b := s.open("/map?layout=pca&by=person&index=" + indexName)
		b.expect("Applying inline style violates") // axe-core's own, which the policy refuses
		b.theme(theme)
		b.shows("nearest neighbours this map keeps")
		b.drag(8, 320, 70, 1275, 70, 1275, 895, 320, 895)
		b.shows("32 faces selected")
		b.wait("document.querySelectorAll('.map-legend li').length > 5")
		b.eval("document.querySelector('.map-canvas').focus()", nil)
		b.do(chromedp.KeyEvent(kb.ArrowRight))
		b.wait("document.querySelector('.map-card.pinned strong').innerText.trim()")
		for _, text := range b.axe(string(script)) {
			t.Errorf("%s: %s", theme, text)
		}
		b.do(chromedp.KeyEvent("?"))
		b.wait("document.querySelector('dialog[open]')")
		for _, text := range b.axe(string(script)) {
			t.Errorf("%s, with the keys: %s", theme, text)
		}
	}
}
