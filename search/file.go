package search

import (
	"context"
	"crypto/sha256"
	"fmt"
	"math"
	"strings"
	"time"

	"likeness/safetensors"
)

// Format is the metadata entry "format" of an index file, which docs/FORMAT.md
// describes.
const Format = "likeness index 1"

// The tensors of an index file.
const (
	codesName  = "codes"
	rowsName   = "rows"
	idsName    = "ids"
	peopleName = "people"
	hashesName = "hashes"
	takenName  = "taken"
	framesName = "frames"
	// Metadata entries that older files lack.
	originName   = "origin"
	facesName    = "faces"
	detectorName = "detector"
	encoderName  = "encoder"
)

// File is what an index file holds: everything that an index of any kind is made of.
// The attributes of its entries are not written.
type File struct {
	Entries Entries
	// Hashes are those of what was encoded, N of them, so that a later run need
	// not encode it again; nil where they were not kept.
	Hashes []Hash
	// Frames are where in its picture each entry's face lies, N x FrameNumbers: x and y of the middle of its frame, the
	// frame's side and turn, and how sure that is; all 0 where nobody looked for a face. Nil: nobody looked at all.
	Frames []float32
	Space  Space // nil is Euclidean
	About  About
	// Built is what an index has made of the entries; nil: all are compared. See
	// Build.
	Built *Built
	// Layouts are places of the entries on planes, by the names of the layouts. Who changes
	// the entries or the space takes them out.
	Layouts map[string]Layout
	// Part says which part of an index this one is; nil: a whole one.
	Part *Part

	file *safetensors.File // that it was read from
}

// FrameNumbers is how many numbers a frame has.
const FrameNumbers = 5

// Frame returns the numbers of an entry's frame, nil where there are none.
func (f *File) Frame(row int) []float32 {
	if f.Frames == nil {
		return nil
	}
	return f.Frames[row*FrameNumbers : (row+1)*FrameNumbers]
}

// Hash names contents.
type Hash [16]byte

// HashOf returns the first half of the SHA-256 of b.
func HashOf(b []byte) Hash {
	sum := sha256.Sum256(b)
	return Hash(sum[:])
}

// CheckModel returns an error that names both fingerprints when the codes were
// made with another model: codes of two models mean nothing to each other,
// even where they are equally long.
func (f *File) CheckModel(fingerprint string) error {
	if fingerprint == f.About.Model {
		return nil
	}
	return fmt.Errorf("the index was made with model %s, this is model %s: use that model, or index the pictures again",
		f.About.Model, fingerprint)
}

// Exact returns the exact index of f, whose entries it shares: where f is mapped,
// the index must not be used after f is closed.
func (f *File) Exact(ctx context.Context) (*Exact, error) {
	return f.builtEntries(ctx, f.builtFile())
}

// Save writes the file: whole, or not at all. It waits for others that are
// changing it and then replaces what they wrote; Update merges instead. A space that
// OpenFile would not know is an error. Lists of different lengths are a programming
// mistake.
func (f *File) Save(path string) error {
	return changeFile(context.Background(), path, nil, func() (*File, *state, error) { return f, nil, nil })
}

// Save writes the index to path as one safetensors file: whole, or not at all.
// A space that Open would not know is an error.
func (ix *Exact) Save(path string) error {
	return (&File{Entries: ix.Entries(), Space: ix.Space(), About: ix.About()}).Save(path)
}

// tensors returns f in the form in which it is written. Equal codes are written
// once.
func (f *File) tensors() (*safetensors.File, error) {
	e := f.Entries
	if err := e.Check(); err != nil {
		return nil, err
	}
	if f.Hashes != nil && len(f.Hashes) != e.Len() {
		panic("search: not as many hashes as entries")
	}
	people := e.People
	if people == nil {
		people = make([]string, e.Len())
	}
	codes, rows := once(e.Codes, e.Dim)
	out := &safetensors.File{
		Metadata: map[string]string{
			"format":       Format,
			"model":        f.About.Model,
			"architecture": f.About.Arch,
			"prep":         f.About.Prep,
			// A path may be any bytes; the file's texts are UTF-8.
			"source":     strings.ToValidUTF8(f.About.Source, "\uFFFD"),
			"model_file": strings.ToValidUTF8(f.About.ModelFile, "\uFFFD"),
		},
		Tensors: []safetensors.Tensor{safetensors.FromFloats(codesName, []int{len(codes) / e.Dim, e.Dim}, codes)},
	}
	if f.About.Origin != "" {
		out.Metadata[originName] = strings.ToValidUTF8(f.About.Origin, "\uFFFD")
	}
	for name, text := range map[string]string{facesName: f.About.Faces, detectorName: f.About.Detector, encoderName: f.About.Encoder} {
		if text != "" {
			out.Metadata[name] = text
		}
	}
	if rows != nil {
		out.Tensors = append(out.Tensors, safetensors.FromInts(rowsName, []int{len(rows)}, rows))
	}
	out.Tensors = append(out.Tensors, safetensors.FromStrings(idsName, e.IDs)...)
	out.Tensors = append(out.Tensors, safetensors.FromStrings(peopleName, people)...)
	if f.Hashes != nil {
		b := make([]byte, 0, len(f.Hashes)*len(Hash{}))
		for _, h := range f.Hashes {
			b = append(b, h[:]...)
		}
		out.Tensors = append(out.Tensors, safetensors.FromBytes(hashesName, []int{len(f.Hashes), len(Hash{})}, b))
	}
	if f.Frames != nil {
		if len(f.Frames) != e.Len()*FrameNumbers {
			panic("search: not as many frames as entries")
		}
		out.Tensors = append(out.Tensors, safetensors.FromFloats(framesName, []int{e.Len(), FrameNumbers}, f.Frames))
	}
	if e.Taken != nil {
		out.Tensors = append(out.Tensors, safetensors.FromInts(takenName, []int{len(e.Taken)}, fromTimes(e.Taken)))
	}
	if f.Built != nil {
		if err := f.Built.addTo(out); err != nil {
			return nil, err
		}
	}
	if err := addLayouts(out, f.Layouts, e.Len()); err != nil {
		return nil, err
	}
	f.Part.addTo(out)
	return out, AddSpace(out, f.space())
}

// unknownTime stands for a zero time in a file.
const unknownTime = math.MinInt64

// fromTimes returns seconds since the beginning of 1970.
func fromTimes(times []time.Time) []int64 {
	seconds := make([]int64, len(times))
	for i, t := range times {
		if seconds[i] = unknownTime; !t.IsZero() {
			seconds[i] = t.Unix()
		}
	}
	return seconds
}

// toTimes reverses fromTimes. Years outside of 0 to 9999 are unknown.
func toTimes(seconds []int64) []time.Time {
	times := make([]time.Time, len(seconds))
	for i, s := range seconds {
		if t := time.Unix(s, 0).UTC(); s != unknownTime && t.Year() >= 0 && t.Year() <= 9999 {
			times[i] = t
		}
	}
	return times
}

// errorf returns an error that names the file, where f was read from one.
func (f *File) errorf(format string, args ...any) error {
	if f.file == nil {
		return fmt.Errorf(format, args...)
	}
	return f.file.Errorf(format, args...)
}
