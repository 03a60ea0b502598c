package train

import "testing"

// A preparation is kept as it always was, and told in words.
func TestPrepInWords(t *testing.T) {
	for text, want := range map[string]string{
		"{W:64 H:48 DX:0 DY:0 Auto:true}":  "64x48, automatic crop",
		"{W:64 H:64 DX:0 DY:0 Auto:false}": "64x64, no crop",
		"{W:64 H:64 DX:8 DY:4 Auto:false}": "64x64, a crop of 8,4 pixels",
		"something else":                   "something else",
	} {
		if got := prepInWords(text); got != want {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
}
