package train

import (
	"testing"

	"likeness/pix"
)

// What a checkpoint keeps of a preparation is told in words.
func TestPrepInWords(t *testing.T) {
	for want, p := range map[string]pix.Prep{
		"64x48 of the face":          {W: 64, H: 48, Auto: true},
		"64x48 of the head":          {W: 64, H: 48, Auto: true, Wide: true},
		"64x64 of the whole picture": {W: 64, H: 64},
		"32x32 of all but 80 pixels left and right, 10 above and below": {W: 32, H: 32, DX: 80, DY: 10},
	} {
		if got := prepInWords(asJSON(p)); got != want {
			t.Errorf("%+v: %q, want %q", p, got, want)
		}
	}
	if got := prepInWords("something else"); got != "something else" {
		t.Errorf("%q", got)
	}
}
