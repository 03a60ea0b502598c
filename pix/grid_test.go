package pix

import (
	"bytes"
	"testing"
)

func TestGrid(t *testing.T) {
	one := func(v byte) *Image { return &Image{W: 1, H: 1, Pix: []byte{v, v, v}} }
	wide := &Image{W: 3, H: 1, Pix: []byte{3, 3, 3, 4, 4, 4, 5, 5, 5}}
	for _, c := range []struct {
		name             string
		images           []*Image
		cols, scale, gap int
		want             []string // one digit a pixel, dots for white
	}{
		{"row", []*Image{one(1), one(2)}, 2, 1, 0, []string{"12"}},
		{"column", []*Image{one(1), one(2)}, 1, 1, 0, []string{"1", "2"}},
		{"gap and scale", []*Image{one(1), one(2), one(3)}, 2, 2, 1, []string{
			".......", ".11.22.", ".11.22.", ".......", ".33....", ".33....", "......."}},
		{"empty cell, small one centred", []*Image{wide, nil, one(7)}, 2, 1, 0, []string{"345...", ".7...."}},
		{"as square as can be", []*Image{one(1), one(2), one(3), one(4), one(5)}, 0, 0, -1, []string{"123", "45."}},
		{"more columns than pictures", []*Image{one(1)}, 9, 1, 0, []string{"1"}},
		{"nothing", nil, 3, 2, 0, []string{"."}},
	} {
		got := Grid(c.images, c.cols, c.scale, c.gap)
		want := New(len(c.want[0]), len(c.want))
		for y, row := range c.want {
			for x := range row {
				v := byte(255)
				if row[x] != '.' {
					v = row[x] - '0'
				}
				copy(want.Pix[(y*want.W+x)*3:], []byte{v, v, v})
			}
		}
		if got.W != want.W || got.H != want.H || !bytes.Equal(got.Pix, want.Pix) {
			t.Errorf("%s: got %dx%d %v", c.name, got.W, got.H, got.Pix)
		}
	}
}
