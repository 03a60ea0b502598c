package web

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"likeness/dataset"
	"likeness/pix"
	"likeness/recipe"
)

// box is where an element lies in the window, after it has been scrolled to.
func (b *tab) box(expression string) (left, top, width, height float64) {
	b.t.Helper()
	b.wait(expression)
	var at [4]float64
	b.eval(fmt.Sprintf("(e => { e.scrollIntoView({block: 'center'}); const r = e.getBoundingClientRect(); return [r.left, r.top, r.width, r.height]; })(%s)", expression), &at)
	return at[0], at[1], at[2], at[3]
}

// large returns the pixels of the large face, once it is what was asked for, as a text that differs where the pixels do.
func (b *tab) large() (text string) {
	b.t.Helper()
	b.wait("document.querySelector('.large-face canvas') && !document.querySelector('.stand[aria-busy=true]')")
	b.eval("document.querySelector('.large-face canvas').toDataURL()", &text)
	return text
}

// changed waits until the large face is another one.
func (b *tab) changed(from string) {
	b.t.Helper()
	b.eval("document.querySelector('.large-face canvas').seen = "+fmt.Sprintf("%q", from), nil)
	b.wait("document.querySelector('.large-face canvas').toDataURL() !== document.querySelector('.large-face canvas').seen")
}

const slider = "[...document.querySelectorAll('.slider')].find(e => e.querySelector('.slider-name').innerText === %q)"

// In a folder with nothing in it a face is pulled by a slider; the address keeps what was done over a reload.
func TestBrowserPlay(t *testing.T) {
	s := serve(t, t.TempDir())
	b := s.open("/play?face=s:7:0.9:1")
	smiling := fmt.Sprintf(slider, "Smiling")
	b.wait(smiling)
	before := b.large()
	left, top, width, height := b.box(smiling + ".querySelector('input')")
	var thumb float64
	b.eval("(i => (i.value - i.min) / (i.max - i.min))("+smiling+".querySelector('input'))", &thumb)
	x, y := left+8+thumb*(width-16), top+height/2
	path := []float64{x, y}
	for i := range 30 {
		path = append(path, x+float64(i+1)*width/100, y)
	}
	b.drag(0, path...)
	b.wait("location.search.includes('by=Smiling') && !document.querySelector('.stand[aria-busy=true]')")
	var times []float64
	b.eval("performance.getEntriesByName('slider to picture').map(e => e.duration)", &times)
	if len(times) == 0 {
		t.Fatal("the page has not measured how long a picture takes")
	}
	b.changed(before)
	b.shows("Takes along")
	slices.Sort(times)
	t.Logf("%d pictures, half of them within %.1f ms of the slider, the slowest within %.1f", len(times), times[len(times)/2], times[len(times)-1])
	b.picture("pulled")
	pulled, address := b.large(), b.path()
	b.do(chromedp.Reload())
	b.wait("document.querySelector('.slider.moved') && document.querySelector('.along').innerText.includes('Takes along')")
	if b.large() != pulled {
		t.Error("the face is another one after a reload")
	}
	if b.path() != address {
		t.Errorf("the address is %s after a reload, was %s", b.path(), address)
	}
	b.press("Reset")
	b.changed(pulled)
	if b.large() != before {
		t.Error("the face is not as it was after a reset")
	}

	// By keys alone: a step of a slider, a hold, and the numbers.
	b.eval(fmt.Sprintf(slider, "Youth")+".querySelector('input').focus()", nil)
	for range 12 {
		b.do(chromedp.KeyEvent(kb.ArrowRight))
	}
	b.wait("location.search.includes('by=Youth%3A1.2')")
	b.do(chromedp.KeyEvent(kb.Home))
	b.eval(fmt.Sprintf(slider, "Male")+".querySelector('button').focus()", nil)
	b.do(chromedp.KeyEvent(" "))
	b.wait("location.search.includes('hold=Male')")
	b.press("Undo Youth")
	b.wait("!location.search.includes('by=')")
	b.eval("document.querySelector('.numbers summary').focus()", nil)
	b.do(chromedp.KeyEvent(kb.Enter))
	number := fmt.Sprintf(slider, "Number 1")
	b.wait(number)
	was := b.large()
	b.eval(number+".querySelector('input').focus()", nil)
	b.do(chromedp.KeyEvent(kb.ArrowRight), chromedp.KeyEvent(kb.ArrowRight), chromedp.KeyEvent(kb.ArrowRight))
	b.changed(was)
	b.wait("location.search.includes('along=')")
	b.eval(number+".querySelector('input').focus()", nil)
	b.do(chromedp.KeyEvent(kb.End))
	b.press("Mean face")
	b.shows("An average of many faces")
}

// A picture that is chosen becomes a face; the page keeps files, and shows the command that makes them.
func TestBrowserPlayWithAPicture(t *testing.T) {
	s, _ := drawnSite(t)
	b := s.open("/play?model=conv")
	m, err := drawnFace(pix.Prep{W: 250, H: 250, Whole: true}, 2)
	if err != nil {
		t.Fatal(err)
	}
	path, _ := pictureFile(t, m, "me too.png")
	b.wait("document.querySelector('.begin input[type=file]')")
	b.do(chromedp.SetUploadFiles(chromedp.CSS(".begin input[type=file]"), []string{path}))
	b.shows("me too.png")
	b.wait("document.querySelector('.photo canvas')")
	was := b.large()
	b.press("Detail")
	b.changed(was)
	b.eval(fmt.Sprintf(slider, "Senior")+".querySelector('input').focus()", nil)
	for range 10 {
		b.do(chromedp.KeyEvent(kb.ArrowRight))
	}
	b.shows("likeness edit conv 'me too.png' --more Senior=1 --detail --picture face.png --out face.gif --steps 9")
	b.eval("{ const made = URL.createObjectURL.bind(URL); URL.createObjectURL = blob => { window.kept = blob; return made(blob); }; }", nil)
	for _, c := range []struct{ button, begins string }{{"PNG 32", "\x89PNG"}, {"PNG large", "\x89PNG"}, {"GIF", "GIF89a"}} {
		b.eval("window.kept = null", nil)
		b.press(c.button)
		b.wait("window.kept")
		var head []byte
		b.eval("window.kept.arrayBuffer().then(a => btoa(String.fromCharCode(...new Uint8Array(a).slice(0, 8))))", &head)
		if !strings.HasPrefix(string(head), c.begins) {
			t.Errorf("%s keeps a file that begins with %q", c.button, head)
		}
	}

	// What is painted over is filled.
	b.press("Paint")
	b.wait("document.querySelector('.easel')")
	fits := "document.querySelectorAll('.mend canvas')[1].toDataURL()"
	b.eval("window.fitted = "+fits, nil)
	left, top, width, height := b.box("document.querySelector('.easel')")
	var stroke []float64
	for i := range 12 {
		stroke = append(stroke, left+width*(0.2+float64(i)/20), top+height*0.4)
	}
	b.drag(0, stroke...)
	b.wait("window.fitted !== " + fits)
	b.eval("document.querySelector('.easel').focus()", nil)
	b.eval("window.fitted = "+fits, nil)
	b.do(chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(" "))
	b.wait("window.fitted !== " + fits)
	b.press("Take this face")
	b.shows("A changed face")
	b.wait("location.search.includes('face=c')")

	// A member of the collection.
	b.press("From a collection")
	b.wait("document.querySelector('.collection .tile')")
	b.eval("document.querySelector('.collection .tile').click()", nil)
	b.wait("location.search.includes('face=i') && document.querySelector('.photo canvas')")
}

// Faces are mixed on a pad by the mouse and by keys, and new ones are made.
func TestBrowserPlayBetweenFaces(t *testing.T) {
	s := serve(t, t.TempDir())
	b := s.open("/play?view=morph")
	b.wait("document.querySelector('.pad-area')")
	was := b.large()
	left, top, width, height := b.box("document.querySelector('.pad-area')")
	b.drag(0, left+width/2, top+height*0.6, left+width/2, top+height*0.3, left+width/2, top+height*0.1)
	b.changed(was)
	b.wait("location.search.includes('at=')")
	for _, corner := range []struct{ key, says string }{{kb.Home, "100 % New face 11"}, {kb.End, "100 % New face 40"}} {
		b.eval("document.querySelector('.pad-area').focus()", nil)
		b.do(chromedp.KeyEvent(corner.key))
		b.wait(fmt.Sprintf("document.querySelector('.pad-area').getAttribute('aria-valuetext').includes(%q)", corner.says))
	}
	b.do(chromedp.KeyEvent(kb.ArrowUp), chromedp.KeyEvent(kb.ArrowUp), chromedp.KeyEvent(kb.ArrowUp), chromedp.KeyEvent(kb.ArrowUp), chromedp.KeyEvent(kb.ArrowUp))
	b.wait("document.querySelectorAll('.slot').length === 3")
	was = b.large()
	b.press("Straight")
	b.changed(was)
	b.press("Add a face")
	b.wait("document.querySelectorAll('.slot').length === 4 && document.querySelector('.pad.of-4')")
	b.press("Remove New face 11")
	b.press("Remove New face 25")
	b.wait("document.querySelectorAll('.slot').length === 2 && document.querySelector('.pad.of-2')")
	b.press("Change this face")
	b.wait("document.querySelector('.slider') && location.search.includes('face=c')")

	b.press("New faces")
	b.wait("document.querySelectorAll('.sheet .tile canvas').length === 24")
	b.shows("likeness sample conv -n 24")
	b.eval("document.querySelectorAll('.sheet .tile')[5].click()", nil)
	b.wait("document.querySelector('.slider')")
	b.shows("New face 42.6")
}

// A model shows its layers, what they make of a face, and how well it does beside what needs no training.
func TestBrowserModel(t *testing.T) {
	dir := t.TempDir()
	r, _ := recipe.Named("pca")
	o := r.Options()
	o.Data, o.Epochs, o.Code, o.Out = dataset.Drawn(12, 4), 3, 4, filepath.Join(dir, "own.safetensors")
	job, err := recipe.Prepare(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := job.Run(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	s := serve(t, dir)
	b := s.open("/model")
	b.shows("own.safetensors")
	b.wait("document.querySelectorAll('.layer canvas').length >= 6") // of the picture, three layers with values, two with filters
	b.press("Measure it")
	b.wait("document.querySelector('.yardsticks .own')")
	b.shows("Exact PCA, same code")
	b.eval("window.picture = document.querySelector('.layer canvas').toDataURL()", nil)
	b.press("Another drawn face")
	b.wait("location.search.includes('drawn=1') && document.querySelector('.layer canvas').toDataURL() !== window.picture")
	b.do(chromedp.Navigate(s.URL + "/model?model=conv"))
	b.wait("document.querySelectorAll('.layer').length === 17 && document.querySelectorAll('.layer canvas').length > 15")
	b.shows("The convolutional autoencoder")
	b.picture("conv")

	// A model whose numbers nobody has looked at yet is looked at on the way to Play.
	b.do(chromedp.Navigate(s.URL + "/play?model=own.safetensors"))
	b.wait("document.querySelector('.large-face canvas') && document.querySelector('.numbers')")
	if _, err := os.Stat(filepath.Join(dir, "own.atlas.safetensors")); err != nil {
		t.Error(err)
	}
}
