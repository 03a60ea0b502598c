package main

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

// Where nobody watches a bar, work on large pieces is told in plain lines, and not
// too often.
func TestPartlyPlain(t *testing.T) {
	var b bytes.Buffer
	p := &progress{w: &b}
	late := func() { p.last = time.Now().Add(-2 * plainEvery) }
	p.partly("Denoising", 0, 1, 0, 1)
	p.partly("Denoising", 0, 1, 10, 40)
	late()
	p.partly("Denoising", 0, 1, 11, 40)
	p.partly("Denoising", 0, 1, 12, 40)
	late()
	p.partly("Denoising", 3, 1200, 0, 1)
	late()
	p.partly("Denoising", 3, 1200, 1, 2)
	late()
	p.partly("Denoising", 3, 1200, 2, 2)
	want := "Denoising: 27 %\nDenoising: 3 of 1,200\nDenoising: 3 of 1,200, and 50 % of the next\nDenoising: 4 of 1,200\n"
	if b.String() != want {
		t.Errorf("%q, want %q", b.String(), want)
	}
	var none *progress // of --quiet
	none.partly("Denoising", 0, 1, 0, 1)
}

// On a terminal there is one bar over all pieces, and it only goes forward.
func TestPartlyBar(t *testing.T) {
	var b bytes.Buffer
	p := &progress{w: &b, terminal: true}
	p.partly("Denoising", 0, 2, 0, 1)
	bar := p.bar
	for _, done := range []int{0, 3, 6} {
		p.partly("Denoising", 1, 2, done, 6)
	}
	if p.bar != bar || p.done != 2000 || p.full != 2000 {
		t.Errorf("%d of %d, a bar for each: %t", p.done, p.full, p.bar != bar)
	}
	p.clear()
	if !strings.Contains(b.String(), "Denoising 1 of 2") {
		t.Errorf("the bar says %q", b.String())
	}
}

// A spinner, of work whose end is not known, is gone when it is cleared.
func TestSpinnerEnds(t *testing.T) {
	var b bytes.Buffer
	p := &progress{w: &b, terminal: true}
	p.count("Reading faces", 1, 0)
	p.count("Reading faces", 2, 0)
	p.clear()
	if !strings.Contains(b.String(), "Reading faces 1") {
		t.Errorf("the spinner says %q", b.String())
	}
	b.Reset()
	time.Sleep(250 * time.Millisecond)
	if b.Len() > 0 {
		t.Errorf("cleared, it goes on with %q", b.String())
	}
}
