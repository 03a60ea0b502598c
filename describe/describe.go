// Package describe writes down a face for search: the wide code, some 1,400
// numbers that say where in a face there are edges, and in which direction.
// Nothing in them is learned. An autoencoder's code keeps what it takes to paint a
// face again, light and background included; this one keeps what holds still
// when light changes, and is compared in a space that is fitted (package
// search).
//
// What is learned is how to straighten a face before it is described (package
// align).
package describe

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"math"
	"sync"

	"likeness/align"
	"likeness/parallel"
	"likeness/pix"
	"likeness/progress"
)

// Describer turns pictures into wide codes. It is only read once it is made,
// by any number of goroutines.
type Describer struct {
	Prep    pix.Prep       // how photographs are prepared; a square
	Windows []Window       // what is described, one behind the other in a code
	Bins    int            // directions of gradients, an even number
	Aligner *align.Aligner // nil: faces are described without alignment
}

// DefaultPrep returns the preparation of pictures for describers. It leaves a face its
// surroundings, for alignment to move in.
func DefaultPrep() pix.Prep { return pix.Prep{W: 128, H: 128, Auto: true, Wide: true} }

// New returns a describer with the settings that found people best on LFW's training
// pictures; docs/results/search.md lists those that were tried. With a nil aligner faces
// are described without alignment.
func New(a *align.Aligner) *Describer {
	return &Describer{
		Prep:    DefaultPrep(),
		Windows: []Window{{Field: 0.5, Side: 72, Cell: 8}, {Field: 0.667, Side: 48, Cell: 8}},
		Bins:    12,
		Aligner: a,
	}
}

// Dim is how many numbers a code has.
func (d *Describer) Dim() int {
	n := 0
	for _, w := range d.Windows {
		n += w.dim(d.Bins)
	}
	return n
}

// Mirror says how the code of a mirrored face, in its mirrored pose, follows
// from the code of the face: its number i is number Mirror()[i] of that.
func (d *Describer) Mirror() []int {
	var swap []int
	for _, w := range d.Windows {
		swap = w.mirrored(swap, len(swap), d.Bins)
	}
	return swap
}

// Describe returns the code of a picture that was prepared by Prep, and where
// the face was found in it.
func (d *Describer) Describe(m *pix.Image) ([]float32, align.Found) {
	var at align.Found
	if d.Aligner != nil {
		at = d.Aligner.Find(m)
	}
	return d.DescribeAt(m, at.Pose), at
}

// DescribeAt returns the code of a face in a known pose.
func (d *Describer) DescribeAt(m *pix.Image, at align.Pose) []float32 {
	code := make([]float32, d.Dim())
	grey, first := align.Grey(m), 0
	for _, w := range d.Windows {
		n := w.dim(d.Bins)
		w.describe(code[first:first+n], grey, at, d.Bins)
		first += n
	}
	return code
}

// DescribeAll returns the codes of n prepared pictures, n x Dim, and the poses, on as many
// threads as ctx says, see package parallel. It calls picture from several goroutines at
// once, and report with the number of pictures done. It fails when ctx ends.
func (d *Describer) DescribeAll(ctx context.Context, n int, picture func(i int) *pix.Image, report progress.Func) ([]float32, []align.Found, error) {
	dim := d.Dim()
	codes, found := make([]float32, n*dim), make([]align.Found, n)
	var lock sync.Mutex
	done := 0
	err := parallel.Each(ctx, n, func(i int) {
		var code []float32
		code, found[i] = d.Describe(picture(i))
		copy(codes[i*dim:], code)
		lock.Lock()
		defer lock.Unlock()
		done++
		report.Report("Describing faces", done, n)
	})
	if err != nil {
		return nil, nil, err
	}
	return codes, found, nil
}

// Fingerprint names the describer by its contents. Codes of describers with
// different fingerprints do not compare.
func (d *Describer) Fingerprint() string {
	h := sha256.New()
	// None of these holds what JSON cannot write.
	text, _ := json.Marshal([]any{"wide code 1", d.Prep, d.Windows, d.Bins})
	h.Write(text)
	if d.Aligner != nil {
		d.Aligner.Hash(h)
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// sound reports whether the numbers of d make sense together.
func (d *Describer) sound() bool {
	if d.Prep.W != d.Prep.H || d.Prep.W < 8 || d.Prep.W > largest || d.Bins < 2 || d.Bins > 64 || d.Bins%2 != 0 {
		return false
	}
	for _, w := range d.Windows {
		if !(w.Field > 0 && w.Field <= 4) || w.Cell < 2 || w.Side < w.Cell || w.Side > largest || w.Side%w.Cell != 0 || math.IsNaN(w.Field) {
			return false
		}
	}
	return len(d.Windows) > 0 && len(d.Windows) <= 16 && d.Dim() <= longest
}

const (
	largest = 512     // side of a picture or window in pixels
	longest = 1 << 20 // numbers in a code
)
