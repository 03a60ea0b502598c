package search

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"likeness/safetensors"
)

// TestFileLayouts: layouts are read as they were written, and one that an older program has
// left beside other entries is left out.
func TestFileLayouts(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.safetensors")
	f := &File{
		Entries: Entries{Dim: 1, Codes: []float32{1, 2, 3}, IDs: []string{"a", "b", "c"}},
		Layouts: map[string]Layout{
			"umap": {Positions: []float32{1, 2, 3, 4, 5, 6}, About: json.RawMessage(`{"seed":3}`)},
			"pca":  {Positions: []float32{0, 0, 0, 0, 0, 1}, About: json.RawMessage(`null`)},
		},
	}
	if err := f.Save(path); err != nil {
		t.Fatal(err)
	}
	read := func() (*File, error) {
		got, err := OpenFile(path)
		if err == nil {
			t.Cleanup(func() { _ = got.Close() })
		}
		return got, err
	}
	got, err := read()
	if err != nil {
		t.Fatal(err)
	}
	if l := got.Layouts["umap"]; len(got.Layouts) != 2 || !slices.Equal(l.Positions, f.Layouts["umap"].Positions) || string(l.About) != `{"seed":3}` {
		t.Errorf("read %+v", got.Layouts)
	}
	change := func(change func(*safetensors.File)) {
		t.Helper()
		raw, err := f.tensors()
		if err != nil {
			t.Fatal(err)
		}
		change(raw)
		if err := raw.Save(path); err != nil {
			t.Fatal(err)
		}
	}
	tensor := func(raw *safetensors.File, name string) *safetensors.Tensor {
		return &raw.Tensors[slices.IndexFunc(raw.Tensors, func(t safetensors.Tensor) bool { return t.Name == name })]
	}
	change(func(raw *safetensors.File) {
		*tensor(raw, "layouts/pca") = safetensors.FromFloats("layouts/pca", []int{2, 2}, []float32{1, 2, 3, 4})
	})
	if got, err := read(); err != nil || len(got.Layouts) != 1 {
		t.Errorf("a layout of two: %+v, %v", got, err)
	}
	for want, broken := range map[string]func(*safetensors.File){
		`"layouts/none"`:          func(raw *safetensors.File) { raw.Metadata["layouts"] = `{"none":1}` },
		"metadata layouts":        func(raw *safetensors.File) { raw.Metadata["layouts"] = `[` },
		"expected finite numbers": func(raw *safetensors.File) { copy(tensor(raw, "layouts/umap").Data[4:8], []byte{0, 0, 0xc0, 0x7f}) },
	} {
		change(broken)
		if _, err := read(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
		copy(f.Layouts["umap"].Positions, []float32{1, 2, 3, 4, 5, 6}) // which the tensor shares
	}
}
