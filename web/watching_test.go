package web

import (
	"fmt"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"

	"likeness/runs"
	"likeness/workspace"
)

// again is a site that can be ended and begun again at the same address.
func again(t *testing.T, dir string) (s *site, restart func()) {
	t.Helper()
	t.Setenv("LIKENESS_CACHE", t.TempDir())
	address, s := "127.0.0.1:0", &site{t: t}
	var end func()
	begin := func() {
		work, err := workspace.Open(dir, workspace.Options{})
		if err != nil {
			t.Fatal(err)
		}
		server, err := New(Options{Workspace: work, Threads: 2})
		if err != nil {
			t.Fatal(err)
		}
		l, err := net.Listen("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		address = l.Addr().String()
		h := httptest.NewUnstartedServer(nil)
		if err := h.Listener.Close(); err != nil {
			t.Fatal(err)
		}
		h.Listener, h.Config.Handler = l, server.Handler(address)
		h.Start()
		s.Server, s.s = h, server
		end = func() {
			server.stop()
			h.Close()
			if err := server.Close(); err != nil {
				t.Error(err)
			}
			if err := work.Close(); err != nil {
				t.Error(err)
			}
		}
	}
	begin()
	t.Cleanup(func() { end() })
	return s, func() { end(); begin() }
}

// fill fills in a field of a form by its label.
func (b *tab) fill(label string, value any) {
	b.t.Helper()
	field := fmt.Sprintf("[...document.querySelectorAll('label.field')].find(e => e.innerText.trim().startsWith(%q))?.querySelector('input, select')", label)
	b.wait(field)
	b.eval(fmt.Sprintf(`{const i = %s; i.value = %q; i.dispatchEvent(new Event(i.tagName === 'SELECT' ? 'change' : 'input', {bubbles: true}))}`, field, fmt.Sprint(value)), nil)
}

// A training is started from the form, its points and faces come, it is paused, the server is started anew, and it goes on
// while the page stays open.
func TestBrowserWatch(t *testing.T) {
	dir := t.TempDir()
	s, restart := again(t, dir)
	b := s.open("/watch?new=1")
	b.fill("People", 30)
	b.fill("Pictures of each", 4)
	b.fill("Epochs", 400)
	b.fill("Name of the model", "small.safetensors")
	b.shows("likeness train conv --data drawn:30x4 --epochs 400 --out small.safetensors")
	b.press("Start training")
	b.shows("small.safetensors")
	rows := "document.querySelectorAll('.numbers tbody tr').length"
	b.wait(rows + " > 4")
	b.wait("document.querySelectorAll('.grid-faces canvas').length === 16")
	b.wait("document.querySelector('.plot canvas')")
	b.shows("the error of exact PCA with the same code size, which needs no training")
	if path := b.path(); path != "/watch?run=small.safetensors" {
		t.Errorf("the address is %s", path)
	}
	face := "document.querySelector('.model-line canvas').toDataURL()"
	var last, first string
	b.wait("document.querySelector('.slide input').max > 2")
	b.eval(face, &last)
	b.eval("{const i = document.querySelector('.slide input'); i.value = 0; i.dispatchEvent(new Event('input', {bubbles: true}))}", nil)
	b.shows("before the first step")
	b.wait(fmt.Sprintf("%s !== %q", face, last))
	b.eval(face, &first)
	b.press("Play the faces")
	b.wait(fmt.Sprintf("%s !== %q", face, first))

	b.press("Pause")
	b.shows("Paused")
	b.expect("ERR_") // while there is no server
	if _, err := os.Stat(filepath.Join(dir, "small.safetensors.checkpoint")); err != nil {
		t.Fatal(err)
	}
	restart()
	b.wait("!document.querySelector('main').innerText.includes('Connection lost')")
	b.wait("document.querySelectorAll('.grid-faces canvas').length === 16")
	b.wait(button("Resume"))
	var kept int
	b.eval("+document.querySelector('.slide input').max", &kept)
	if kept < 2 {
		t.Errorf("the page has forgotten the faces that it had: %d are left", kept+1)
	}
	b.press("Resume")
	b.shows("Trains")
	b.do(chromedp.Reload())
	b.shows("Trains")
	var before int
	b.eval(rows, &before)
	b.wait(fmt.Sprintf("%s > %d", rows, before+2))
	b.press("Stop and save")
	b.shows("Done, stopped before the last epoch")
	b.wait(button("Play with it"))
	if list, _ := s.s.runs.List(); len(list) != 1 || list[0].State != runs.Done {
		t.Errorf("%+v", list)
	}
}
