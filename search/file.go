package search

import (
	"fmt"
	"strings"

	"likeness/safetensors"
)

// Format is the metadata entry "format" of an index file, which docs/FORMAT.md
// describes.
const Format = "likeness index 1"

// The tensors of an index file.
const (
	codesName  = "codes"
	idsName    = "ids"
	peopleName = "people"
)

// Save writes the index to path as one safetensors file: whole, or not at all.
// A space that Open would not know is an error.
func (ix *Exact) Save(path string) error {
	e := ix.Entries()
	tensors := []safetensors.Tensor{safetensors.FromFloats(codesName, []int{e.Len(), e.Dim}, e.Codes)}
	tensors = append(tensors, safetensors.FromStrings(idsName, e.IDs)...)
	tensors = append(tensors, safetensors.FromStrings(peopleName, e.People)...)
	f := safetensors.File{
		Metadata: map[string]string{
			"format":       Format,
			"model":        ix.about.Model,
			"architecture": ix.about.Arch,
			"prep":         ix.about.Prep,
			// A path may be any bytes; the file's texts are UTF-8.
			"source":     strings.ToValidUTF8(ix.about.Source, "\uFFFD"),
			"model_file": strings.ToValidUTF8(ix.about.ModelFile, "\uFFFD"),
		},
		Tensors: tensors,
	}
	if err := AddSpace(&f, ix.space); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return f.Save(path)
}

// Open reads an index that Save wrote. Errors name path and say what was
// expected: a file cut short, one of another kind or a newer version, codes
// that are not finite, lists of different lengths, an unknown space.
func Open(path string) (*Exact, error) {
	f, err := safetensors.Open(path)
	if err != nil {
		return nil, err
	}
	return fromFile(f)
}

func fromFile(f *safetensors.File) (*Exact, error) {
	switch got := f.Metadata["format"]; got {
	case Format:
	case "":
		return nil, f.Errorf("not a likeness index: the metadata have no format, expected %q", Format)
	default:
		return nil, f.Errorf("not an index this version can read: the format is %q, expected %q", got, Format)
	}
	var about About
	for _, m := range []struct {
		key   string
		value *string
	}{
		{"model", &about.Model},
		{"architecture", &about.Arch},
		{"prep", &about.Prep},
		{"source", &about.Source},
		{"model_file", &about.ModelFile},
	} {
		var err error
		if *m.value, err = f.Meta(m.key); err != nil {
			return nil, err
		}
	}
	codes, err := f.Tensor(codesName)
	if err != nil {
		return nil, err
	}
	if len(codes.Shape) != 2 {
		return nil, f.Errorf("tensor %q has shape %v, expected [entries numbers]", codesName, codes.Shape)
	}
	n := codes.Shape[0]
	e := Entries{Dim: codes.Shape[1]}
	if e.Codes, err = f.Floats(codesName); err != nil {
		return nil, err
	}
	if e.IDs, err = f.Strings(idsName, n); err != nil {
		return nil, err
	}
	if e.People, err = f.Strings(peopleName, n); err != nil {
		return nil, err
	}
	space, err := SpaceFrom(f, e.Dim)
	if err != nil {
		return nil, err
	}
	ix, err := NewExact(space, e, about)
	if err != nil {
		return nil, f.Errorf("%w", err)
	}
	return ix, nil
}
