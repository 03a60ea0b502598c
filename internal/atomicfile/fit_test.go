package atomicfile

import (
	"io"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestFit(t *testing.T) {
	if got := Fit("face", "-denoised.png"); got != "face-denoised.png" {
		t.Errorf("a name that fits becomes %q", got)
	}
	dir, seen := t.TempDir(), map[string]bool{}
	for _, name := range []string{strings.Repeat("a", 255), strings.Repeat("a", 254) + "b", strings.Repeat("\u5199", 85), strings.Repeat("a", 187)} {
		got := Fit(name, "-denoised.png")
		if seen[got] || !utf8.ValidString(got) || !strings.HasSuffix(got, "-denoised.png") || !strings.HasPrefix(name, got[:170]) {
			t.Errorf("%q", got)
		}
		seen[got] = true
		if err := Write(filepath.Join(dir, got), func(w io.Writer) error { return nil }); err != nil {
			t.Error(err)
		}
	}
}
