package models_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"likeness/models"
	"likeness/safetensors"
)

func TestOpen(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(t.TempDir())
	t.Setenv("LIKENESS_MODELS", dir)
	if _, err := models.Open(models.Conv); !errors.Is(err, models.ErrMissing) || !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "holds no conv") {
		t.Errorf("a model that is not there: %v", err)
	}
	if _, err := models.Card(models.Conv); !errors.Is(err, models.ErrMissing) {
		t.Errorf("a card that is not there: %v", err)
	}
	save := func(path, what string) {
		f := safetensors.File{Metadata: map[string]string{"format": what}, Tensors: []safetensors.Tensor{safetensors.FromFloats("x", []int{1}, []float32{1}).Halved()}}
		if err := f.Save(path); err != nil {
			t.Fatal(err)
		}
	}
	save(filepath.Join(dir, "conv.safetensors"), "built in")
	if f, err := models.Open(models.Conv); err != nil || f.Metadata["format"] != "built in" || !models.Has(models.Conv) || !models.Is(models.Conv) || !models.IsFile(models.Conv) {
		t.Errorf("by its name: %v", err)
	}
	if models.Has(models.Residual) || models.Is("other") || models.Has("../conv") || models.Has("README") {
		t.Error("models are there that are not")
	}
	save("conv", "own")
	if f, err := models.Open(models.Conv); err != nil || f.Metadata["format"] != "own" || models.Is(models.Conv) || !models.IsFile("conv") {
		t.Errorf("a file of the name: %v", err)
	}
	if err := errors.Join(os.Remove("conv"), os.Mkdir("conv", 0o777), os.WriteFile("a.jpg", []byte("\xff\xd8\xff\xe0 and so on"), 0o666)); err != nil {
		t.Fatal(err)
	}
	if models.IsFile("conv") || models.IsFile("a.jpg") || models.IsFile("nothing") || !models.IsFile("nothing.safetensors") {
		t.Error("pictures are taken for models")
	}
}

// What comes with the program is whole, has cards, and is not too large.
func TestEmbedded(t *testing.T) {
	t.Setenv("LIKENESS_MODELS", "")
	t.Chdir(t.TempDir())
	for _, name := range models.Names() {
		if !models.Has(name) {
			continue
		}
		if _, err := models.Open(name); err != nil {
			t.Error(err)
		}
		if text, err := models.Card(name); err != nil || !strings.Contains(text, "## Facts") {
			t.Errorf("%s: the card %q, %v", name, text, err)
		}
	}
}
