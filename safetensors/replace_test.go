package safetensors_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"likeness/safetensors"
)

// A file takes the place of its like alone.
func TestSaveReplacesItsKindAlone(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	save := func(name, format string) error {
		f := safetensors.File{Metadata: map[string]string{"format": format}, Tensors: []safetensors.Tensor{safetensors.FromFloats("x", []int{2}, []float32{1, 2})}}
		return f.Save(at(name))
	}
	for _, c := range [][2]string{{"model", "likeness model 1"}, {"index", "likeness index 1"}, {"next", "likeness model 2"}, {"foreign", ""}} {
		if err := save(c[0], c[1]); err != nil {
			t.Fatal(err)
		}
	}
	whole, err := os.ReadFile(at("model"))
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string]string{"text": "Dear diary, ...", "brace": "a note, {and a brace}", "short": "x", "empty": "", "cut": string(whole[:len(whole)-3])} {
		if err := os.WriteFile(at(name), []byte(data), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]bool{
		"new": true, "model": true, "next": true, "empty": true, "cut": true,
		"index": false, "foreign": false, "text": false, "brace": false, "short": false,
	} {
		before, _ := os.ReadFile(at(name))
		err := save(name, "likeness model 1")
		if refused := (*safetensors.ReplaceError)(nil); want != (err == nil) || err != nil && !errors.As(err, &refused) {
			t.Errorf("%s: %v", name, err)
		}
		if after, _ := os.ReadFile(at(name)); !want && string(after) != string(before) {
			t.Errorf("%s has changed", name)
		}
	}
}
