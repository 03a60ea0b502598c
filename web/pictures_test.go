package web

import (
	"bytes"
	"context"
	"fmt"
	"image/jpeg"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"likeness/dataset"
	"likeness/describe"
	"likeness/detect"
	"likeness/faces"
	"likeness/faces/drawn"
	"likeness/finder"
	"likeness/models"
	"likeness/pix"
	"likeness/workspace"
)

// picturesFlag is the environment variable that names the folder for the pictures of docs/TOUR.md.
const picturesFlag = "LIKENESS_PICTURES"

// portraits writes photographs of drawn people into a folder: each person's into one of their own, or all into one, where
// nothing says who they are, and some are there twice.
func portraits(t *testing.T, dir string, people, each int, seed uint64, named bool) {
	t.Helper()
	write := func(name string, m *pix.Image, quality int) {
		var b bytes.Buffer
		if err := jpeg.Encode(&b, m.RGBA(), &jpeg.Options{Quality: quality}); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	list := drawn.People(drawn.Options{People: people, PerPerson: each, Seed: seed})
	n := 0
	for i := range list {
		for k := range each {
			shot := list[i].Shot(k)
			m := pix.FromImage(drawn.Draw(&list[i], &shot))
			n++
			name := fmt.Sprintf("IMG_%04d", 1200+7*n)
			if named {
				name = strings.ReplaceAll(list[i].Name, "_", " ") + "/" + name
			}
			write(name+".jpg", m, 92)
			if !named && n%17 == 0 {
				write(name+" (1).jpg", m.Resize(m.W*6/10, m.H*6/10), 75)
			}
		}
	}
}

// drawnFinder fits a finder to other drawn people.
func drawnFinder(t *testing.T, path string) {
	t.Helper()
	set, err := dataset.Load(t.Context(), dataset.Name{Source: "drawn:500x4"}, faces.Options{Prep: describe.DefaultPrep()})
	if err != nil {
		t.Fatal(err)
	}
	f, err := finder.Fit(t.Context(), set, set.Rows(), finder.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Save(path); err != nil {
		t.Fatal(err)
	}
}

// TestBrowserPictures takes the pictures of docs/TOUR.md. It begins with an empty folder and photographs of drawn people, and
// does all else in the browser.
func TestBrowserPictures(t *testing.T) {
	out := os.Getenv(picturesFlag)
	if out == "" {
		t.Skipf("set %s to a folder for the pictures of docs/TOUR.md", picturesFlag)
	}
	out, err := filepath.Abs(filepath.Join("..", out))
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "portraits")
	portraits(t, filepath.Join(dir, "family"), 14, 5, 7, false)
	portraits(t, filepath.Join(dir, "friends"), 60, 5, 11, true)
	drawnFinder(t, filepath.Join(dir, "drawn-finder.safetensors"))
	d, err := detect.Open(models.Detector)
	if err != nil {
		t.Fatal(err)
	}
	s := serve(t, dir, func(o *Options) {
		w, err := workspace.Open(dir, workspace.Options{Framer: d})
		if err != nil {
			t.Fatal(err)
		}
		if err := o.Workspace.Close(); err != nil {
			t.Fatal(err)
		}
		o.Workspace = w
		t.Cleanup(func() { w.Close() })
	})
	b := s.open("/")
	b.do(chromedp.EmulateViewport(1200, 760))
	shoot := func(name string) {
		t.Helper()
		for _, theme := range []string{"dark", "light"} {
			b.theme(theme)
			b.do(chromedp.Sleep(settled))
			var body []byte
			b.do(func(ctx context.Context, target *chromedp.Target) (v chromedp.Void, err error) {
				quality := int64(82)
				r, err := cdp.Call(ctx, target, page.CaptureScreenshot, page.CaptureScreenshotParams{Format: page.CaptureScreenshotFormatWebp, Quality: &quality})
				body = r.Data
				return v, err
			})
			file := "explorer-" + name + ".webp"
			if theme == "dark" {
				file = "explorer-" + name + "-dark.webp"
			}
			if err := os.WriteFile(filepath.Join(out, file), body, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	// A training on drawn faces, to its end.
	b.press("Train on drawn faces and watch")
	b.wait("location.pathname === '/watch'")
	b.waitFor(trainingTime, "document.querySelector('main').innerText.match(/done|finished|saved/i)")
	shoot("watch")
	// An index of people with names, and one of photographs that nobody has named.
	for _, pictures := range []string{"friends", "family"} {
		var task Task
		s.post("/api/index", workspace.IndexOptions{Pictures: pictures, Model: "drawn-finder.safetensors"}, &task)
		s.wait(task, nil)
	}
	visit := func(path string) {
		t.Helper()
		b.do(chromedp.Navigate(s.URL + path))
		b.wait("document.querySelector('main h1, main canvas')")
	}
	visit("/")
	b.shows("family")
	shoot("home")
	named := "friends.index.safetensors"
	visit("/search?index=" + named)
	b.wait("document.querySelectorAll('.results .tile').length > 20")
	b.eval("document.querySelectorAll('.results .tile')[20].click()", nil)
	b.shows("most alike first")
	b.wait("[...document.querySelectorAll('.results img')].slice(0, 12).every(i => i.complete)")
	shoot("search")
	visit("/people?index=family.index.safetensors")
	b.press("Sort the faces by person")
	b.shows("without")
	b.eval(`{const i = document.querySelector('.person input'); i.value = 'Ada'; i.dispatchEvent(new Event('input', {bubbles: true}))}`, nil)
	b.press("Give this name")
	b.shows("1 person with a name")
	b.eval("scrollTo(0, 0)", nil)
	shoot("people")
	visit("/copies?in=family")
	b.press("Find copies")
	b.shows("could go")
	b.press("Tick all that could go")
	shoot("copies")
	visit("/play?model=drawn-32.safetensors")
	b.waitFor(trainingTime, "document.querySelector('main').innerText.includes('Smiling')")
	b.wait(hasColours)
	shoot("play")
	visit("/map?index=" + named)
	b.do(chromedp.Sleep(10 * settled))
	shoot("map")
	visit("/model?model=drawn-32.safetensors")
	b.do(chromedp.Sleep(2 * settled))
	shoot("model")
}
