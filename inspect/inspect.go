// Package inspect says what a file is: which format, what is in it, and who could open it. It
// knows every format that is read here, and some that are only recognised. It believes no file:
// lengths are bounded before memory is taken for them, nothing in a file is run, and what is
// damaged is told with what could still be read.
package inspect

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"likeness/internal/regularfile"
)

// File is what is known of a file.
type File struct {
	Path   string `json:"path"`
	Bytes  int64  `json:"bytes"`
	Format string `json:"format"` // such as "safetensors"; "unknown"
	What   string `json:"what"`   // in words, such as "a model of likeness"
	// Facts are what there is to know at a glance, in their order.
	Facts []Fact `json:"facts"`
	// Tensors are the arrays of the file, in its order, at most MostTensors; Arrays says how many there are.
	Tensors []Tensor `json:"tensors"`
	Arrays  int      `json:"arrays"`
	// Metadata are the texts of the file, by their names. Long ones are cut; Length is that of the whole.
	Metadata []Text `json:"metadata"`
	// Opens says which commands of this program, and which other programs, take the file.
	Opens []Opener `json:"opens"`
	// Problem says what is wrong with the file; "" for nothing that was seen.
	Problem string `json:"problem,omitempty"`
}

// Fact is something to know of a file.
type Fact struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Tensor is an array of a file.
type Tensor struct {
	Name  string `json:"name"`
	Type  string `json:"type"`
	Shape []int  `json:"shape"`
}

// Text is an entry of a file's metadata.
type Text struct {
	Name   string `json:"name"`
	Value  string `json:"value"`
	Length int    `json:"length"` // bytes of the whole
}

// Opener is who opens a file.
type Opener struct {
	Who string `json:"who"` // "likeness", or another program
	How string `json:"how"`
}

// Bounds of what is told.
const (
	MostTensors = 10_000
	MostText    = 4096 // bytes of a text
	mostTexts   = 1000
	mostLine    = 1 << 20 // bytes of a line of text
	headBytes   = 4096
)

// kind is a format that is recognised.
type kind struct {
	name string
	// is reports whether a file that begins with head is of the format.
	is func(head []byte, path string) bool
	// describe fills in what there is to know; an error is the file's problem.
	describe func(ctx context.Context, f *File) error
}

// Inspect says what a file or a folder is. It fails where the file cannot be read at all, or ctx ends; what is wrong inside is
// File.Problem.
func Inspect(ctx context.Context, path string) (*File, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no file or folder %s: %w", path, fs.ErrNotExist)
	} else if err != nil {
		return nil, err
	}
	f := &File{Path: path, Bytes: info.Size(), Facts: []Fact{}, Tensors: []Tensor{}, Metadata: []Text{}, Opens: []Opener{}}
	if info.IsDir() {
		f.Bytes = 0
		return f, f.folder(ctx)
	}
	head, err := regularfile.Head(path, headBytes)
	if err != nil {
		return nil, err
	}
	if len(head) == 0 {
		f.Format, f.What = "empty", "an empty file"
		return f, nil
	}
	for _, k := range kinds {
		if !k.is(head, path) {
			continue
		}
		f.Format = k.name
		if err := k.describe(ctx, f); err != nil {
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			f.Problem = err.Error()
		}
		return f, nil
	}
	f.Format, f.What = "unknown", "nothing that this program knows"
	return f, nil
}

func (f *File) fact(name, format string, args ...any) {
	if value := fmt.Sprintf(format, args...); value != "" {
		f.Facts = append(f.Facts, Fact{name, value})
	}
}

func (f *File) text(name, value string) {
	if len(f.Metadata) == mostTexts {
		return
	}
	t := Text{Name: name, Value: value, Length: len(value)}
	if len(value) > MostText {
		t.Value = value[:MostText]
	}
	f.Metadata = append(f.Metadata, t)
}

func (f *File) tensor(name, kind string, shape []int) {
	f.Arrays++
	if len(f.Tensors) < MostTensors {
		f.Tensors = append(f.Tensors, Tensor{name, kind, slices.Clone(shape)})
	}
}

func (f *File) opens(who, how string) { f.Opens = append(f.Opens, Opener{who, how}) }

// likeness adds commands of this program.
func (f *File) likeness(commands ...string) {
	for _, c := range commands {
		f.opens("likeness", c)
	}
}
