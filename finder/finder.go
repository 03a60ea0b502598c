// Package finder finds people. A Finder is what search needs to know about
// faces, fitted to a collection: how to straighten them, how to describe them
// (package describe, the wide code), and how to compare the descriptions
// (package search). It lies in one file, as a model does.
package finder

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"likeness/align"
	"likeness/dataset"
	"likeness/describe"
	"likeness/faces"
	"likeness/pix"
	"likeness/safetensors"
	"likeness/search"
)

// Finder is fitted once and only read afterwards.
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
	// Space is the space's name. "" takes what was measured best: within-mirror
	// where names are known, else whitened-mirror.
	Space string
	// Unaligned takes faces as they lie.
	Unaligned bool
	// Progress, if set, is told what goes on; done and total count within it.
	Progress func(what string, done, total int)
}

// fewestPeople is how many people with two pictures it takes before what varies
// within a person is learned from their names by default.
const fewestPeople = 20

// withNames is the space that was measured best where names are known.
const withNames = "within-mirror"

// SpaceFor is the space that Fit takes where none was asked for.
func SpaceFor(people []string) string {
	seen, twice := map[string]int{}, 0
	for _, p := range people {
		if p == "" {
			continue
		}
		if seen[p]++; seen[p] == 2 {
			twice++
		}
	}
	if twice >= fewestPeople {
		return withNames
	}
	return "whitened-mirror"
}

// Fit fits a finder to rows of a set that was prepared by
// describe.DefaultPrep; names are used where the space wants them. The result
// follows from the pictures and the names alone.
func Fit(ctx context.Context, data *faces.Set, rows []int, opt Options) (*Finder, error) {
	if data.W != describe.DefaultPrep.W || data.H != describe.DefaultPrep.H {
		return nil, fmt.Errorf("finder: pictures of %dx%d, expected %dx%d", data.W, data.H, describe.DefaultPrep.W, describe.DefaultPrep.H)
	}
	if len(rows) == 0 {
		return nil, errors.New("finder: no pictures to fit to")
	}
	d, err := FitDescriber(ctx, data, rows, opt)
	if err != nil {
		return nil, err
	}
	c, found, err := Encode(ctx, d, data, rows, opt.Progress)
	if err != nil {
		return nil, err
	}
	f := &Finder{Describer: d, Training: &Training{Origin: dataset.Origin{Data: data.Source, DataHash: data.Fingerprint, NTrain: len(rows)}}}
	for _, p := range found {
		if p.Pose != (align.Pose{}) {
			f.Training.Moved += 1 / float64(len(rows))
		}
		f.Training.Before += p.Before / float64(len(rows))
		f.Training.After += p.Unexplained / float64(len(rows))
	}
	opt.tell("Fitting the space", 0, 0)
	people := pick(data.People, rows)
	if f.Space, err = c.FitSpace(ctx, opt.Space, all(len(rows)), people); err != nil {
		return nil, err
	}
	return f, c.Calibrate(ctx, f.Space, all(len(rows)), people, opt.Progress)
}

// tell tells Progress, if there is one.
func (o Options) tell(what string, done, total int) {
	if o.Progress != nil {
		o.Progress(what, done, total)
	}
}

// FitDescriber is the first half of Fit: what turns pictures into codes.
func FitDescriber(ctx context.Context, data *faces.Set, rows []int, opt Options) (*describe.Describer, error) {
	var a *align.Aligner
	if !opt.Unaligned {
		var err error
		a, err = align.Fit(ctx, len(rows), func(i int) *pix.Image { return data.Image(rows[i]) },
			align.Options{Progress: func(done, total int) { opt.tell("Learning to align", done, total) }})
		if err != nil {
			return nil, err
		}
	}
	d := describe.New(a)
	d.Prep = data.Prep
	return d, nil
}

// Encode gives the wide codes of rows of a set, and where the faces were found.
func Encode(ctx context.Context, d *describe.Describer, data *faces.Set, rows []int, progress func(what string, done, total int)) (Codes, []align.Found, error) {
	var told func(done int)
	if progress != nil {
		var lock sync.Mutex
		told = func(done int) {
			lock.Lock()
			defer lock.Unlock()
			progress("Describing faces", done, len(rows))
		}
	}
	c := Codes{Dim: d.Dim(), Own: d.Dim(), Swap: d.Mirror()}
	var found []align.Found
	var err error
	c.Values, found, err = d.DescribeAll(ctx, len(rows), func(i int) *pix.Image { return data.Image(rows[i]) }, told)
	return c, found, err
}

// Fingerprint names the finder's codes by what makes them.
func (f *Finder) Fingerprint() string { return f.Describer.Fingerprint() }

// Format is the metadata entry "format" of a finder's file, which
// docs/FORMAT.md describes.
const Format = "likeness finder 1"

// Save writes the finder to one safetensors file: whole, or not at all.
func (f *Finder) Save(path string) error {
	training, err := json.Marshal(f.Training)
	if err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	file := &safetensors.File{Metadata: map[string]string{"format": Format, "training": string(training)}}
	if err := f.Describer.AddTo(file); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	if err := search.AddSpace(file, f.Space); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return file.Save(path)
}

// Open reads a finder. The error names the file and what is wrong.
func Open(path string) (*Finder, error) {
	file, err := safetensors.Open(path)
	if err != nil {
		return nil, err
	}
	return FromFile(file)
}

// FromFile makes the finder that a file holds.
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
