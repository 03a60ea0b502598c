package console

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

// Where there is no terminal, work on large pieces is reported in plain lines, and not
// too often.
func TestPartlyPlain(t *testing.T) {
	var b bytes.Buffer
	p := NewProgress(&b, false)
	late := func() { p.last = time.Now().Add(-2 * plainEvery) }
	p.Partly("Denoising", 0, 1, 0, 1)
	p.Partly("Denoising", 0, 1, 10, 40)
	late()
	p.Partly("Denoising", 0, 1, 11, 40)
	p.Partly("Denoising", 0, 1, 12, 40)
	late()
	p.Partly("Denoising", 3, 1200, 0, 1)
	late()
	p.Partly("Denoising", 3, 1200, 1, 2)
	late()
	p.Partly("Denoising", 3, 1200, 2, 2)
	want := "Denoising: 27 %\nDenoising: 3 of 1,200\nDenoising: 3 of 1,200, and 50 % of the next\nDenoising: 4 of 1,200\n"
	if b.String() != want {
		t.Errorf("%q, want %q", b.String(), want)
	}
	var none *Progress // of --quiet
	none.Partly("Denoising", 0, 1, 0, 1)
}

// On a terminal there is one bar over all pieces, and it only goes forward.
func TestPartlyBar(t *testing.T) {
	var b bytes.Buffer
	p := NewProgress(&b, true)
	p.Partly("Denoising", 0, 2, 0, 1)
	bar := p.bar
	for _, done := range []int{0, 3, 6} {
		p.Partly("Denoising", 1, 2, done, 6)
	}
	if p.bar != bar || p.done != 2000 || p.full != 2000 {
		t.Errorf("%d of %d, a bar for each: %t", p.done, p.full, p.bar != bar)
	}
	p.Clear()
	if !strings.Contains(b.String(), "Denoising 1 of 2") {
		t.Errorf("the bar says %q", b.String())
	}
}

// A spinner, of work whose end is not known, is gone when it is cleared.
func TestSpinnerEnds(t *testing.T) {
	var b bytes.Buffer
	p := NewProgress(&b, true)
	p.Count("Reading faces", 1, 0)
	p.Count("Reading faces", 2, 0)
	p.Clear()
	if !strings.Contains(b.String(), "Reading faces 1") {
		t.Errorf("the spinner says %q", b.String())
	}
	b.Reset()
	time.Sleep(250 * time.Millisecond)
	if b.Len() > 0 {
		t.Errorf("cleared, it still writes %q", b.String())
	}
}
