package finder

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"

	"likeness/align"
	"likeness/faces"
	"likeness/internal/atomicfile"
	"likeness/parallel"
	"likeness/pix"
	"likeness/progress"
)

// StraightPrep returns how pictures are read to be straightened: as for search, but in
// the size that LFW's have there, so that nothing is lost.
func StraightPrep() pix.Prep { return pix.Prep{W: 180, H: 180, Auto: true, Wide: true} }

// faceField is the part of such a picture that LFW's crop of 80 pixels a side
// leaves.
const faceField = 0.5

// The sides of straightened pictures, in pixels.
const (
	SmallestStraight = 8
	LargestStraight  = 1024
)

// StraightenOptions say how faces are straightened.
type StraightenOptions struct {
	Folder string `json:"folder"` // to write to; it is made where it is not there
	// Size is the side of the pictures written, SmallestStraight to LargestStraight
	// pixels.
	Size int `json:"size"`
	// Cutter cuts the face from each picture file, the largest of several; without a Prep as StraightPrep says.
	Cutter faces.Cutter `json:"-"`

	Threads  int           `json:"threads,omitempty"` // 0: as ctx says, see package parallel
	Progress progress.Func `json:"-"`
}

// Straightened is one picture that was written.
type Straightened struct {
	Image string `json:"image"` // a path, or an id
	Out   string `json:"out"`
	align.Found
}

// ErrUnaligned means that a finder was fitted to faces as they are.
var ErrUnaligned = errors.New("it was fitted without alignment, so it cannot straighten faces")

// NameError means that a picture cannot be written under the name that it would get.
type NameError struct{ text string }

func (e *NameError) Error() string { return e.text }

// Straighten returns the face in a picture that StraightPrep has prepared: shifted,
// rotated and scaled as the finder has learned, and cut out as LFW's crop would, with
// size pixels a side. A picture that this would not make more like a face keeps its
// pose.
func (f *Finder) Straighten(m *pix.Image, size int) (*pix.Image, align.Found, error) {
	switch {
	case f.Describer.Aligner == nil:
		return nil, align.Found{}, ErrUnaligned
	case size < SmallestStraight || size > LargestStraight:
		return nil, align.Found{}, fmt.Errorf("straightened pictures of %d pixels a side, expected %d to %d", size, SmallestStraight, LargestStraight)
	}
	found := f.Describer.Aligner.Find(m)
	return align.Straighten(m, found.Pose, faceField, size), found, nil
}

// StraightenFiles straightens picture files and writes PNG files of their names. An
// input is never replaced, and two inputs of one name are an error: both are
// *NameErrors.
func (f *Finder) StraightenFiles(ctx context.Context, paths []string, opt StraightenOptions) ([]Straightened, error) {
	names := make([]string, len(paths))
	seen := map[string]bool{}
	for i, path := range paths {
		base := filepath.Base(path)
		name := strings.TrimSuffix(base, filepath.Ext(base))
		if seen[name] {
			return nil, &NameError{fmt.Sprintf("two pictures are called %s: straighten them one by one, into different folders", name)}
		}
		seen[name] = true
		names[i] = atomicfile.Fit(name, ".png")
	}
	return f.straighten(ctx, len(paths), opt, func(i int) (*pix.Image, string, string, error) {
		if err := notItself(filepath.Join(opt.Folder, names[i]), paths[i]); err != nil {
			return nil, "", "", err
		}
		cut, err := opt.Cutter.For(StraightPrep()).OpenOne(parallel.WithThreads(ctx, 1), paths[i])
		return cut.Picture, paths[i], names[i], err
	})
}

// notItself refuses to replace a file that is read.
func notItself(out, in string) error {
	a, err1 := os.Stat(out)
	b, err2 := os.Stat(in)
	if err1 == nil && err2 == nil && os.SameFile(a, b) {
		return &NameError{fmt.Sprintf("%s would replace the input %s: choose another name", out, in)}
	}
	return nil
}

// StraightenSet straightens a set that StraightPrep has prepared and writes PNG files
// named after its ids, those of a person into a folder of that name.
func (f *Finder) StraightenSet(ctx context.Context, set *faces.Set, opt StraightenOptions) ([]Straightened, error) {
	names := faces.ShortNames(set.IDs)
	return f.straighten(ctx, set.Len(), opt, func(i int) (*pix.Image, string, string, error) {
		folder, base := path.Split(names[i])
		name := filepath.Join(filepath.FromSlash(folder), atomicfile.Fit(base, ".png"))
		if person, _, ok := faces.ParseName(set.IDs[i]); ok && filepath.Base(name) == name {
			name = filepath.Join(person, name)
		}
		return set.Image(i), set.IDs[i], name, nil
	})
}

// straighten writes n pictures; get returns one, what it is called, and its name in the
// folder. The error is that of the first picture that failed.
func (f *Finder) straighten(ctx context.Context, n int, opt StraightenOptions, get func(i int) (m *pix.Image, image, name string, err error)) ([]Straightened, error) {
	ctx, cancel := context.WithCancel(parallel.WithThreads(ctx, opt.Threads))
	defer cancel()
	all, errs := make([]Straightened, n), make([]error, n)
	var lock sync.Mutex
	done := 0
	ended := parallel.Each(ctx, n, func(i int) {
		m, image, name, err := get(i)
		if err == nil {
			all[i], err = f.write(m, image, name, opt)
		}
		if errs[i] = err; err != nil {
			cancel()
			return
		}
		lock.Lock()
		defer lock.Unlock()
		done++
		opt.Progress.Report("Straightening", done, n)
	})
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return all, ended
}

// write straightens and writes one picture.
func (f *Finder) write(m *pix.Image, image, name string, opt StraightenOptions) (Straightened, error) {
	if !filepath.IsLocal(name) {
		return Straightened{}, fmt.Errorf("%s cannot be the name of a picture in %s", name, opt.Folder)
	}
	straight, found, err := f.Straighten(m, opt.Size)
	if err != nil {
		return Straightened{}, err
	}
	path := filepath.Join(opt.Folder, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return Straightened{}, err
	}
	if err := pix.CheckReplace(path); err != nil {
		return Straightened{}, err
	}
	err = atomicfile.Write(path, func(w io.Writer) error { return straight.WritePNG(w) })
	return Straightened{image, path, found}, err
}
