package pix

import (
	"bytes"
	"image/gif"
	"image/png"
	"testing"
	"time"
)

// Pictures that were written here are told from others, and read as ever.
func TestMade(t *testing.T) {
	m := &Image{W: 3, H: 2, Pix: []byte("abcdefghijklmnopqr")}
	var p, g, other bytes.Buffer
	if err := m.WritePNG(&p); err != nil {
		t.Fatal(err)
	}
	if err := WriteGIF(&g, []*Image{m, m}, time.Second); err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(&other, m.RGBA()); err != nil {
		t.Fatal(err)
	}
	if err := gif.Encode(&other, m.RGBA(), nil); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		data []byte
		want bool
	}{"png": {p.Bytes(), true}, "gif": {g.Bytes(), true}, "another's": {other.Bytes(), false}, "nothing": {nil, false}, "cut": {p.Bytes()[:30], false}} {
		if got := Made(c.data[:min(len(c.data), MadeHead)]); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	back, err := png.Decode(&p)
	if err != nil || !bytes.Equal(FromImage(back).Pix, m.Pix) {
		t.Errorf("read back: %v", err)
	}
	if all, err := gif.DecodeAll(&g); err != nil || len(all.Image) != 2 || all.LoopCount != 0 {
		t.Errorf("read back: %v", err)
	}
	var pieces bytes.Buffer // written byte by byte
	w := &marker{w: &pieces, before: pngHeader}
	for _, b := range other.Bytes()[:60] {
		if _, err := w.Write([]byte{b}); err != nil {
			t.Fatal(err)
		}
	}
	if !Made(pieces.Bytes()) {
		t.Error("written in pieces, the mark is missing")
	}
}
