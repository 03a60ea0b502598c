package main

import (
	"image/png"
	"os"
	"path"
	"path/filepath"
	"testing"

	"likeness/faces/drawn"
)

// The program runs from a folder of its own, on a folder of drawn portraits.
func TestEmbed(t *testing.T) {
	t.Setenv("LIKENESS_CACHE", t.TempDir())
	folder := t.TempDir()
	err := drawn.Each(t.Context(), drawn.Options{People: 6, PerPerson: 2}, nil, func(name string, jpeg []byte) error {
		return os.WriteFile(filepath.Join(folder, path.Base(name)), jpeg, 0o666)
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	if err := embed(t.Context(), folder); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open("smile.png")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if m, err := png.Decode(f); err != nil || m.Bounds().Dx() != 32 {
		t.Errorf("the changed face: %v, %v", m, err)
	}
}
