package safetensors

import (
	"strings"
	"testing"
)

func TestExpect(t *testing.T) {
	for format, want := range map[string]string{
		"likeness atlas 1": "",
		"":                 `not a likeness atlas: the metadata have no format, expected "likeness atlas 1"`,
		"likeness atlas 9": `not an atlas this version can read: the format is "likeness atlas 9", expected "likeness atlas 1"`,
	} {
		f := &File{Metadata: map[string]string{"format": format}}
		switch err := f.Expect("atlas", "likeness atlas 1"); {
		case want == "" && err != nil:
			t.Errorf("%q: %v", format, err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("%q: %v, want %s", format, err, want)
		}
	}
}
