package gallery

import (
	"path/filepath"
	"testing"
)

// A model's path is kept relative to the index, so that both can move together.
func TestModelPaths(t *testing.T) {
	kept := pathBeside(filepath.Join("out", "x.index.safetensors"), filepath.Join("out", "models", "x.safetensors"))
	if kept != "models/x.safetensors" {
		t.Errorf("the model beside the index is kept as %s", kept)
	}
	if got, want := pathFrom(filepath.Join("elsewhere", "x.index.safetensors"), kept), filepath.Join("elsewhere", "models", "x.safetensors"); got != want {
		t.Errorf("%s was found at %s, want %s", kept, got, want)
	}
	// One that lies elsewhere has no path in an index that is given away.
	if got := pathBeside(filepath.Join("out", "x.index.safetensors"), filepath.Join("home", "ada", "x.safetensors")); got != "x.safetensors" {
		t.Errorf("a model elsewhere is kept as %s", got)
	}
	if got := pathBeside("x.safetensors", ""); got != "" {
		t.Errorf("an unknown model is kept as %q", got)
	}
	if got := pathFrom("x.safetensors", ""); got != "" {
		t.Errorf("an unknown model was found at %q", got)
	}
}
