package gallery

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func name(s string) *string { return &s }

// Given names come and go, and what they replaced can be given back.
func TestGiveNames(t *testing.T) {
	index := filepath.Join(t.TempDir(), "mine.index.safetensors")
	if got, want := filepath.Base(NamesFile(index)), "mine.names.csv"; got != want {
		t.Fatalf("the file is %s, want %s", got, want)
	}
	if names, err := GivenNames(index); err != nil || len(names) != 0 {
		t.Fatalf("without a file: %v, %v", names, err)
	}
	before, err := GiveNames(t.Context(), index, map[string]*string{"a.jpg": name("Ada  Lovelace"), `b,"c.jpg#2`: name("")})
	if err != nil {
		t.Fatal(err)
	}
	if len(before) != 2 || before["a.jpg"] != nil {
		t.Errorf("before: %v, want two that had no name", before)
	}
	names, err := GivenNames(index)
	if err != nil {
		t.Fatal(err)
	}
	if len(names) != 2 || names["a.jpg"] != "Ada Lovelace" || names[`b,"c.jpg#2`] != "" {
		t.Errorf("names: %q", names)
	}
	second, err := GiveNames(t.Context(), index, map[string]*string{"a.jpg": name("Grace Hopper")})
	if err != nil || second["a.jpg"] == nil || *second["a.jpg"] != "Ada Lovelace" {
		t.Fatalf("before the second: %v, %v", second, err)
	}
	if _, err := GiveNames(t.Context(), index, second); err != nil {
		t.Fatal(err)
	}
	if names, _ := GivenNames(index); names["a.jpg"] != "Ada Lovelace" {
		t.Errorf("taken back: %q", names)
	}
	if _, err := GiveNames(t.Context(), index, before); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(NamesFile(index)); !os.IsNotExist(err) {
		t.Errorf("all is taken back, and the file is still there: %v", err)
	}
}

// A file of somebody's own is not changed.
func TestGiveNamesKeepsForeignFiles(t *testing.T) {
	index := filepath.Join(t.TempDir(), "mine.index.safetensors")
	const own = "photo,who\na.jpg,Ada\n"
	if err := os.WriteFile(NamesFile(index), []byte(own), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := GiveNames(t.Context(), index, map[string]*string{"a.jpg": name("Grace")}); err == nil || !strings.Contains(err.Error(), "mine.names.csv") {
		t.Errorf("error %v, want one that names the file", err)
	}
	if b, _ := os.ReadFile(NamesFile(index)); string(b) != own {
		t.Errorf("the file is changed: %q", b)
	}
}
