package pix_test

import (
	"slices"
	"testing"

	"likeness/pix"
)

func TestMirror(t *testing.T) {
	x := []float32{
		1, 2, 3, 4, 5, 6, 7, 8, 9,
		11, 12, 13, 14, 15, 16, 17, 18, 19,
	}
	want := []float32{
		7, 8, 9, 4, 5, 6, 1, 2, 3,
		17, 18, 19, 14, 15, 16, 11, 12, 13,
	}
	pix.Mirror(x, 3)
	if !slices.Equal(x, want) {
		t.Errorf("got %v, want %v", x, want)
	}
	defer func() {
		if recover() == nil {
			t.Error("half a row was taken")
		}
	}()
	pix.Mirror(x, 4)
}
