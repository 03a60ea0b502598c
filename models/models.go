// Package models holds the models that come with the program, so that it finds, compares and changes faces without a
// training and without a network: a detector, a finder, a denoiser, and two autoencoders with what is known of their
// codes. Each has a name and a model card. 'make models' makes the files from Labeled Faces in the Wild.
//
// Whoever opens a model by its path opens these by their names: Open takes both.
package models

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"likeness/internal/regularfile"
	"likeness/safetensors"
)

// The names of the models.
const (
	Detector = "detector" // finds faces in photographs
	Finder   = "finder"   // finds people
	Denoiser = "denoiser" // removes noise from pictures of any size
	Conv     = "conv"     // the exercise's autoencoder
	Residual = "residual" // a better one
)

// AtlasOf returns the name of the atlas of an autoencoder.
func AtlasOf(name string) string { return name + ".atlas" }

// Names returns all names, also those of models that this build does not hold.
func Names() []string {
	return []string{Detector, Finder, Denoiser, Conv, Residual, AtlasOf(Conv), AtlasOf(Residual)}
}

// MostBytes is how large all files together may be.
const MostBytes = 16 << 20

//go:embed files
var embedded embed.FS

// files returns where the models are: the folder that the environment variable LIKENESS_MODELS names, or the program
// itself.
func files() fs.FS {
	if dir := os.Getenv("LIKENESS_MODELS"); dir != "" {
		return os.DirFS(dir)
	}
	sub, err := fs.Sub(embedded, "files")
	if err != nil {
		panic(err) // the folder is in the program
	}
	return sub
}

// ErrMissing means that this build does not hold a model.
var ErrMissing = errors.New("this build does not hold it")

// missing says so in a sentence.
type missing struct{ name string }

func (e missing) Error() string {
	return fmt.Sprintf("this build holds no %s: 'make models' makes those that come with the program, or name a file of your own", e.name)
}

func (missing) Is(target error) bool { return target == ErrMissing || target == fs.ErrNotExist }

// Is reports whether name is that of a model that comes with the program, and no file or folder of that name is there.
func Is(name string) bool {
	if !slices.Contains(Names(), name) {
		return false
	}
	_, err := os.Stat(name)
	return errors.Is(err, fs.ErrNotExist)
}

// Has reports whether this build holds the model of a name.
func Has(name string) bool {
	if !slices.Contains(Names(), name) {
		return false
	}
	_, err := fs.Stat(files(), name+".safetensors")
	return err == nil
}

// Open opens the model that comes with the program under a name, or the model file at a path. A file of the very name goes
// first. A model that this build does not hold is an error that wraps ErrMissing.
func Open(path string) (*safetensors.File, error) {
	if !Is(path) {
		return safetensors.Open(path)
	}
	data, err := fs.ReadFile(files(), path+".safetensors")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, missing{path}
	} else if err != nil {
		return nil, err
	}
	return safetensors.Parse(path, data)
}

// Card returns the model card of a name, a Markdown text: what the model is, what it was fitted to, what it is for and what
// it cannot do.
func Card(name string) (string, error) {
	data, err := fs.ReadFile(files(), name+".md")
	if errors.Is(err, fs.ErrNotExist) {
		return "", missing{name}
	}
	return strings.TrimSpace(string(data)) + "\n", err
}

// IsFile reports whether an argument means a model and not pictures: the name of one that comes with the program, or a file
// in the format of models.
func IsFile(arg string) bool {
	if Is(arg) {
		return true
	}
	switch filepath.Ext(arg) {
	case ".safetensors", ".checkpoint":
		return true
	}
	f, err := regularfile.Open(arg)
	if err != nil {
		return false
	}
	defer f.Close()
	head := make([]byte, 9) // the length of the header, and its first byte
	n, _ := f.Read(head)
	return n == len(head) && head[8] == '{' && head[7] == 0 && head[6] == 0
}
