package report

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"likeness/pix"
)

// Pictures of every size, and none, stay in their places; all text is escaped.
func TestAlbum(t *testing.T) {
	a := Album{Title: "Found <b>", Note: "how to read it", Rows: []AlbumRow{{Title: "Row", Pictures: []AlbumPicture{
		{Picture: pix.New(24, 24), Name: "a & b", Lines: []string{"distance 1"}, Mark: true},
		{Picture: pix.New(128, 128)}, {Picture: pix.New(300, 10)}, {Picture: pix.New(1, 170)}, {},
	}}, {Title: "Nothing"}}}
	p := newPen()
	for _, m := range a.Rows[0].Pictures {
		if c := m.cell(p); c.pic.Rect.Dx() > tileSmall || c.pic.Rect.Dy() > tileSmall {
			t.Errorf("a tile of %v", c.pic.Rect)
		}
	}
	if m := a.Draw(); m.W < 5*tileSmall || m.H < tileSmall {
		t.Errorf("a montage of %dx%d", m.W, m.H)
	}
	id := strings.Repeat("long_", 20) + "0007"
	if got := p.fitMiddle(id, mutedStyle, tileSmall); !strings.HasSuffix(got, "0007") || p.width(got, mutedStyle) > tileSmall {
		t.Errorf("%q", got)
	}
	var b bytes.Buffer
	if err := a.WriteHTML(&b); err != nil {
		t.Fatal(err)
	}
	page := b.String()
	for _, want := range []string{"Found &lt;b&gt;", "a &amp; b", `class="mark"`, "no picture", "data:image/jpeg;base64,", "how to read it"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(page, "<script") || strings.Contains(page, "<b>") {
		t.Error("the page has scripts, or text that is not escaped")
	}
	if err := a.WriteHTML(brokenWriter{}); err == nil {
		t.Error("no error of a writer that fails")
	}
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errors.New("full") }
