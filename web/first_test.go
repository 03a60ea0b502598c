package web

import (
	"testing"
	"time"
)

// From an empty folder to a trained face under sliders, by two clicks. How long that takes is logged, see
// docs/results/explorer.md.
func TestBrowserFirstFace(t *testing.T) {
	s := serve(t, t.TempDir())
	b := s.open("/")
	begin := time.Now()
	b.press("Train on drawn faces and watch")
	b.wait("location.pathname === '/watch'")
	b.waitFor(trainingTime, "document.querySelector('main canvas.face')")
	t.Logf("the first faces after %.0f s", time.Since(begin).Seconds())
	b.waitFor(trainingTime, button("Play with it"))
	t.Logf("trained after %.0f s", time.Since(begin).Seconds())
	b.press("Play with it")
	b.wait("location.pathname === '/play'")
	b.waitFor(trainingTime, "document.querySelectorAll('main input[type=range]').length > 3")
	b.wait(hasColours)
	t.Logf("under sliders after %.0f s", time.Since(begin).Seconds())
	if name := b.path(); name == "/play" {
		t.Errorf("the page plays with whatever comes first: %s", name)
	}
}

// hasColours says that the page's first face has more than one colour.
const hasColours = `(() => { const c = document.querySelector('main canvas'); if (!c) return false;
	const p = c.getContext('2d').getImageData(0, 0, c.width, c.height).data; return p.some((v, i) => v !== p[i % 4]) })()`
