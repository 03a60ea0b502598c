package web

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"likeness/detect"
	"likeness/faces"
	"likeness/faces/drawn"
	"likeness/gallery"
	"likeness/models"
	"likeness/pix"
	"likeness/workspace"
)

// drawnSite is a site with an index of drawn faces and the detector that comes with the program.
func drawnSite(t *testing.T) (*site, string) {
	t.Helper()
	dir := folder(t)
	d, err := detect.Open(models.Detector)
	if err != nil {
		t.Fatal(err)
	}
	return serve(t, dir, func(o *Options) {
		w, err := workspace.Open(dir, workspace.Options{Framer: d})
		if err != nil {
			t.Fatal(err)
		}
		if err := o.Workspace.Close(); err != nil {
			t.Fatal(err)
		}
		o.Workspace = w
		t.Cleanup(func() { w.Close() })
	}), dir
}

// Every page opens without an error, in both themes, on a desktop and on a phone, and is found by its tab.
func TestBrowserEveryPage(t *testing.T) {
	s, _ := drawnSite(t)
	b := s.open("/")
	b.shows(indexName)
	for _, name := range pageNames[1:] {
		title := strings.ToUpper(name[:1]) + name[1:]
		b.press(title)
		b.wait(fmt.Sprintf("document.title === %q", title+" · likeness"))
		b.wait("document.querySelector('main h1, main canvas, main .state')")
		var over int
		b.eval("document.documentElement.scrollWidth - innerWidth", &over)
		if over > 0 {
			t.Errorf("%s is %d pixels wider than the window", name, over)
		}
	}
	for _, theme := range []string{"dark", "light"} {
		b.do(chromedp.EmulateViewport(390, 844, chromedp.EmulateMobile))
		b.theme(theme)
		for _, name := range pageNames {
			b.do(chromedp.Navigate(s.URL + "/" + name))
			b.wait("document.querySelector('main h1, main h2, main canvas, main .state')")
			var over int
			b.eval("document.documentElement.scrollWidth - innerWidth", &over)
			if over > 0 {
				t.Errorf("%s is %d pixels wider than a phone", name, over)
			}
			b.picture(theme + "-" + name)
		}
	}
}

// A face that is clicked finds those that the verb finds; the address keeps the question over a reload.
func TestBrowserSearch(t *testing.T) {
	s, dir := drawnSite(t)
	b := s.open("/search?index=" + indexName)
	b.shows("32 faces")
	b.wait("document.querySelectorAll('.results .tile').length === 32")
	b.eval("document.querySelector('.results .tile').click()", nil)
	b.shows("most alike first")
	found := func() (ids []string) {
		b.wait("document.querySelectorAll('.results ol .tile').length > 0")
		b.eval("[...document.querySelectorAll('.results ol .tile')].map(e => e.title)", &ids)
		return ids
	}
	u, err := url.Parse(b.path())
	if err != nil {
		t.Fatal(err)
	}
	want := verbFinds(t, dir, gallery.Query{IDs: u.Query()["id"], K: 24})
	if got := found(); !slices.Equal(got, want) {
		t.Errorf("the page finds %q, the verb %q", got, want)
	}
	b.do(chromedp.Reload())
	b.shows("most alike first")
	if got := found(); !slices.Equal(got, want) {
		t.Errorf("after a reload the page finds %q", got)
	}
	person := s.people()[3]
	b.press("Filters")
	b.eval(fmt.Sprintf(`{const i = document.querySelector('.filters input[type=search]'); i.value = %q; i.dispatchEvent(new Event('change', {bubbles: true}))}`, person), nil)
	b.wait("location.search.includes('person=')")
	b.wait("document.querySelectorAll('.results ol .tile').length <= 4")
	if got := found(); len(got) == 0 || slices.ContainsFunc(got, func(id string) bool { return !strings.HasPrefix(id, strings.ReplaceAll(person, " ", "_")) }) {
		t.Errorf("filtered by %s: %q", person, got)
	}
}

// verbFinds is what the verb finds.
func verbFinds(t *testing.T, dir string, q gallery.Query) (ids []string) {
	t.Helper()
	d, err := detect.Open(models.Detector)
	if err != nil {
		t.Fatal(err)
	}
	g, err := gallery.Open(t.Context(), filepath.Join(dir, indexName), gallery.Options{Framer: d})
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	r, err := g.Search(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range r.Results {
		ids = append(ids, h.ID)
	}
	return ids
}

// A picture that is given finds what its file finds; what is no picture is told.
func TestBrowserUpload(t *testing.T) {
	s, dir := drawnSite(t)
	id := s.members(20)[19]
	g, release, err := s.s.work.Gallery(t.Context(), indexName)
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	m, err := g.Picture(t.Context(), id, 400)
	if err != nil {
		t.Fatal(err)
	}
	path, file := pictureFile(t, m, "me.png")
	b := s.open("/search?index=" + indexName)
	b.shows("32 faces")
	b.expect("422")
	b.do(chromedp.SetUploadFiles(chromedp.CSS("input[type=file]"), []string{filepath.Join(dir, indexName)}))
	b.shows("could not be read")
	b.do(chromedp.SetUploadFiles(chromedp.CSS("input[type=file]"), []string{path}))
	b.shows("most alike first")
	var got []string
	b.eval("[...document.querySelectorAll('.results ol .tile')].map(e => e.title)", &got)
	if want := verbFinds(t, dir, gallery.Query{Images: []string{path}, K: 24, Faces: faces.Largest}); !slices.Equal(got, want) {
		t.Errorf("the page finds %q, the verb %q", got, want)
	}
	// The same by a drop.
	b.do(chromedp.Navigate(s.URL + "/search?index=" + indexName))
	b.shows("32 faces")
	b.eval(fmt.Sprintf(`{const bytes = Uint8Array.from(atob(%q), c => c.charCodeAt(0)), data = new DataTransfer();
		data.items.add(new File([bytes], 'me.png', {type: 'image/png'}));
		window.dispatchEvent(new DragEvent('drop', {dataTransfer: data, bubbles: true, cancelable: true}))}`, base64.StdEncoding.EncodeToString(file)), nil)
	b.shows("most alike first")
}

// Search works by the keyboard alone.
func TestBrowserKeyboard(t *testing.T) {
	s, _ := drawnSite(t)
	b := s.open("/search?index=" + indexName)
	b.wait("document.querySelectorAll('.results .tile').length === 32")
	b.do(chromedp.KeyEvent("\t"), chromedp.KeyEvent("\r"))
	b.wait("document.activeElement.id === 'page'") // the link that skips the bar
	for range 40 {
		var there bool
		b.eval("document.activeElement.classList.contains('tile')", &there)
		if there {
			break
		}
		b.do(chromedp.KeyEvent("\t"))
	}
	var before, after string
	b.eval("document.activeElement.title", &before)
	b.do(chromedp.KeyEvent(kb.ArrowRight))
	b.eval("document.activeElement.title", &after)
	if before == "" || before == after {
		t.Errorf("an arrow moves from %q to %q", before, after)
	}
	var outline string
	b.eval("getComputedStyle(document.activeElement).outlineStyle", &outline)
	if outline == "none" {
		t.Error("the focus is not to be seen")
	}
	b.do(chromedp.KeyEvent("\r"))
	b.shows("most alike first")
	if want := "id=" + url.QueryEscape(after); !strings.Contains(b.path(), want) {
		t.Errorf("Enter leads to %s, want %s", b.path(), want)
	}
}

// Faces are sorted, a group is named, and the name is taken back.
func TestBrowserPeople(t *testing.T) {
	s, _ := drawnSite(t)
	b := s.open("/people?index=" + indexName)
	b.press("Sort the faces by person")
	b.shows("8 people with a name")
	b.eval("document.querySelector('.person .tile').click()", nil)
	b.shows("1 chosen face")
	b.eval(`{const i = document.querySelector('.person input'); i.value = 'Somebody Else'; i.dispatchEvent(new Event('input', {bubbles: true}))}`, nil)
	b.press("Give this name")
	b.shows("9 people with a name")
	b.shows("Somebody Else")
	b.press("Take back")
	b.shows("8 people with a name")
}

// The whole story of an empty folder: an index of drawn faces is made and searched without a terminal.
func TestBrowserFromNothing(t *testing.T) {
	s := serve(t, t.TempDir())
	b := s.open("/search")
	b.press("Find and describe the faces")
	b.shows("200 faces in drawn-40x5.index.safetensors")
	b.eval("[...document.querySelectorAll('main button')].findLast(e => e.innerText === 'Search').click()", nil)
	b.shows("200 faces")
	b.wait("document.querySelectorAll('.results .tile').length > 100")
}

// What was said of two faces is kept and taken back; too few people to measure is told.
func TestBrowserJudgements(t *testing.T) {
	s, dir := drawnSite(t)
	ids := s.members(1)
	b := s.open("/search?" + url.Values{"index": {indexName}, "id": ids}.Encode())
	b.shows("most alike first")
	b.press("Same person: ")
	b.shows("1 pair of one person, 0 pairs of two")
	if list, err := gallery.Judgements(filepath.Join(dir, indexName)); err != nil || len(list) != 1 || !list[0].Same || list[0].ID != ids[0] {
		t.Errorf("kept: %+v, %v", list, err)
	}
	b.do(chromedp.Reload())
	b.wait("document.querySelector('.marks button[aria-pressed=true]')")
	b.press("Learn from it")
	b.shows("are needed to measure")
	b.press("Same person: ")
	b.wait("!document.querySelector('.learning')")
	if list, err := gallery.Judgements(filepath.Join(dir, indexName)); err != nil || len(list) != 0 {
		t.Errorf("taken back: %+v, %v", list, err)
	}
}

// Pages do not dress each other; the form for more pictures opens; an index that goes while it is shown is told.
func TestBrowserWayAround(t *testing.T) {
	s, dir := drawnSite(t)
	data, err := drawnIndex()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "other.index.safetensors"), data, 0o644); err != nil {
		t.Fatal(err)
	}
	b := s.open("/watch")
	b.expect("404") // pictures of the index that goes
	b.wait("document.querySelector('main h1')")
	for _, page := range []string{"Play", "Map", "People", "Copies", "Model", "Search"} {
		b.press(page)
		b.wait(fmt.Sprintf("document.title === %q", page+" · likeness"))
		b.wait("document.querySelector('main h1, main canvas')")
	}
	b.wait("document.querySelectorAll('.results .tile').length === 32")
	b.eval("document.querySelector('.results .tile').click()", nil)
	b.shows("most alike first")
	var sheets []string
	b.eval("[...document.styleSheets].filter(s => !s.disabled && s.href.includes('/page.css')).map(s => new URL(s.href).pathname)", &sheets)
	if !slices.Equal(sheets, []string{"/static/search/page.css"}) {
		t.Errorf("the styles of %q count on the page Search", sheets)
	}
	b.press("Index more pictures")
	b.shows("Described by")
	b.press("Back to search")
	b.shows("most alike first")
	if err := os.Remove(filepath.Join(dir, indexName)); err != nil {
		t.Fatal(err)
	}
	b.do(chromedp.Sleep(3 * settled)) // the folder is looked at now and then
	for _, page := range []string{"search", "people", "map"} {
		b.do(chromedp.Navigate(s.URL + "/" + page + "?index=" + indexName))
		b.shows("is not here any more")
	}
}

// A photograph of several people is searched for the largest face, which is said, or for all of them.
func TestBrowserGroup(t *testing.T) {
	s, _ := drawnSite(t)
	list := drawn.People(drawn.Options{People: 3, PerPerson: 1, Seed: 3})
	group := pix.New(3*drawn.Size, drawn.Size)
	for i := range list {
		shot := list[i].Shot(0)
		m := pix.FromImage(drawn.Draw(&list[i], &shot))
		for y := range drawn.Size {
			copy(group.Pix[(y*group.W+i*drawn.Size)*3:], m.Pix[y*drawn.Size*3:(y+1)*drawn.Size*3])
		}
	}
	path, _ := pictureFile(t, group, "group.png")
	b := s.open("/search?index=" + indexName)
	b.shows("32 faces")
	b.do(chromedp.SetUploadFiles(chromedp.CSS("input[type=file]"), []string{path}))
	b.shows("The picture shows 3 faces; the largest is searched for.")
	b.press("Search for all of them")
	b.shows("from the left")
}
