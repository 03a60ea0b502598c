// Package finder finds people. A Finder is fitted to a collection of faces and knows how
// to straighten a face (package align), how to describe it by a wide code (package
// describe), and how to compare codes (package search). It is kept in one file, as a
// model is.
//
// The package also holds the codes of autoencoders, which search compares in the same
// spaces, and measures how well search finds people.
package finder

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"likeness/align"
	"likeness/dataset"
	"likeness/describe"
	"likeness/faces"
	"likeness/models"
	"likeness/parallel"
	"likeness/pix"
	"likeness/progress"
	"likeness/safetensors"
	"likeness/search"
)

// Finder is fitted once and only read afterwards, by any number of goroutines.
type Finder struct {
	Describer *describe.Describer
	Space     search.Space
	Training  *Training
}

// Training says what a finder was fitted to.
type Training struct {
	dataset.Origin
	Moved  float64 `json:"moved"`       // share of the training pictures that alignment moved
	Before float64 `json:"unaligned"`   // mean of what the subspace left unexplained before
	After  float64 `json:"unexplained"` // and after alignment
}

// Options of Fit.
type Options struct {
	// Space is the name of the space; "" takes that of DefaultSpace.
	Space string `json:"space,omitempty"`
	// Unaligned takes faces as they are, without straightening them.
	Unaligned bool `json:"unaligned,omitempty"`
	// Threads is how many threads to work on; 0: as ctx says, see package parallel. The result does not
	// depend on it.
	Threads  int           `json:"threads,omitempty"`
	Progress progress.Func `json:"-"`
}

// Fit fits a finder to rows of a set that was prepared by describe.DefaultPrep. Names
// are used where the space is fitted with them. The result depends on the pictures and
// the names alone.
func Fit(ctx context.Context, data *faces.Set, rows []int, opt Options) (*Finder, error) {
	if data.W != describe.DefaultPrep().W || data.H != describe.DefaultPrep().H {
		return nil, fmt.Errorf("pictures of %dx%d, expected %dx%d", data.W, data.H, describe.DefaultPrep().W, describe.DefaultPrep().H)
	}
	if len(rows) == 0 {
		return nil, errors.New("no pictures to fit to")
	}
	ctx = parallel.WithThreads(ctx, opt.Threads)
	d, err := FitDescriber(ctx, data, rows, opt)
	if err != nil {
		return nil, err
	}
	c, found, err := Encode(ctx, d, data, rows, opt.Progress)
	if err != nil {
		return nil, err
	}
	f := &Finder{Describer: d, Training: &Training{Origin: dataset.OriginOf(data, len(rows), 0)}}
	for _, p := range found {
		if p.Pose != (align.Pose{}) {
			f.Training.Moved += 1 / float64(len(rows))
		}
		f.Training.Before += p.Before / float64(len(rows))
		f.Training.After += p.Unexplained / float64(len(rows))
	}
	opt.Progress.Report("Fitting the space", 0, 0)
	people := pick(data.People, rows)
	if f.Space, err = c.FitSpace(ctx, opt.Space, all(len(rows)), people); err != nil {
		return nil, err
	}
	return f, c.Calibrate(ctx, f.Space, all(len(rows)), people, opt.Progress)
}

// FitDescriber is the first half of Fit: it fits what turns pictures into codes.
func FitDescriber(ctx context.Context, data *faces.Set, rows []int, opt Options) (*describe.Describer, error) {
	ctx = parallel.WithThreads(ctx, opt.Threads)
	var a *align.Aligner
	if !opt.Unaligned {
		var err error
		a, err = align.Fit(ctx, len(rows), func(i int) *pix.Image { return data.Image(rows[i]) },
			align.Options{Progress: opt.Progress.Counter("Learning to align")})
		if err != nil {
			return nil, err
		}
	}
	d := describe.New(a)
	d.Prep = data.Prep
	return d, nil
}

// Encode returns the wide codes of rows of a set, and where the faces were found.
func Encode(ctx context.Context, d *describe.Describer, data *faces.Set, rows []int, report progress.Func) (Codes, []align.Found, error) {
	if err := checkSize(data, d.Prep); err != nil {
		return Codes{}, nil, err
	}
	c := Codes{Dim: d.Dim(), Own: d.Dim(), Swap: d.Mirror()}
	var found []align.Found
	var err error
	c.Values, found, err = d.DescribeAll(ctx, len(rows), func(i int) *pix.Image { return data.Image(rows[i]) }, report)
	return c, found, err
}

// Fingerprint names the finder by what makes its codes: the space does not count.
func (f *Finder) Fingerprint() string { return f.Describer.Fingerprint() }

// Format is the metadata entry "format" of a finder's file, which
// docs/FORMAT.md describes.
const Format = "likeness finder 1"

// Save writes the finder to one safetensors file: whole, or not at all.
func (f *Finder) Save(path string) error {
	kept := f.Training
	if kept != nil {
		t := *kept
		t.Origin = t.Origin.At(path)
		kept = &t
	}
	training, err := json.Marshal(kept)
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	file := &safetensors.File{Metadata: map[string]string{"format": Format, "training": string(training), "fingerprint": f.Fingerprint()}}
	if err := f.Describer.AddTo(file); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	if err := search.AddSpace(file, f.Space); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return file.Save(path)
}

// Open reads a finder from a file, or the one that comes with the program under its name, see package models. The error names the file and what is wrong.
func Open(path string) (*Finder, error) {
	file, err := models.Open(path)
	if err != nil {
		return nil, err
	}
	return FromFile(file)
}

// FromFile returns the finder that a file holds.
func FromFile(file *safetensors.File) (*Finder, error) {
	if err := file.Expect("finder", Format); err != nil {
		return nil, err
	}
	f := &Finder{}
	if err := json.Unmarshal([]byte(file.Metadata["training"]), &f.Training); err != nil {
		return nil, file.Errorf("metadata training: %w", err)
	}
	var err error
	if f.Describer, err = describe.FromFile(file); err != nil {
		return nil, err
	}
	f.Space, err = search.SpaceFrom(file, f.Describer.Dim())
	if err != nil {
		return nil, err
	}
	return f, nil
}
