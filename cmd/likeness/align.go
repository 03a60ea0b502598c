package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"likeness/align"
	"likeness/faces"
	"likeness/finder"
	"likeness/pix"
)

// straightPrep is how pictures are read to be straightened: as for search, but
// in the size that LFW's have there, so that nothing is lost.
var straightPrep = pix.Prep{W: 180, H: 180, Auto: true, Wide: true}

// faceField is the part of such a picture that LFW's crop of 80 pixels a side
// leaves.
const faceField = 0.5

// straightened is one picture that 'align' has written.
type straightened struct {
	Image string `json:"image"`
	Out   string `json:"out"`
	align.Found
}

func newAlign(a *app) *cobra.Command {
	var data dataName
	var out string
	var size, threads int
	c := &cobra.Command{
		Use:   "align FINDER [IMAGE...]",
		Short: "Straighten faces",
		Long: `Straighten the faces of pictures, or of a whole set with --data: each is shifted,
turned and brought to size as the finder ('likeness train finder') has learned,
cut out as LFW's crop would, and written to a folder as PNG. A picture that this
would not make more like a face stays as it is.

Search with a finder straightens by itself. For everything else, train and use
models on the folder that is written here: a sub-folder's name is the person's,
as in LFW. Straighten a query the same way before giving it to such a model.`,
		Example: `  likeness align finder.safetensors me.jpg you.jpg --out straight
  likeness align finder.safetensors --data lfw --attributes lfw-attributes --out straight-lfw
  likeness train conv --data straight-lfw`,
		Args:              exactly("a FINDER file, then pictures or --data", 1, 0),
		ValidArgsFunction: modelThenPictures,
	}
	addDataFlags(c, &data, "the pictures named")
	c.Flags().StringVar(&out, "out", "", "the `folder` to write to; it is made, and pictures of the same names in it are replaced")
	c.Flags().IntVar(&size, "size", 64, "side of the pictures written, in pixels")
	addThreads(c, &threads)
	c.RunE = func(cmd *cobra.Command, args []string) error {
		switch {
		case out == "":
			return usagef("expected --out FOLDER")
		case (len(args) == 1) == (data.source == ""):
			return usagef("expected what to straighten: either pictures or --data")
		case size < 8 || size > 1024:
			return usagef("--size %d: expected 8 to 1024 pixels", size)
		}
		if threads > 0 {
			runtime.GOMAXPROCS(threads)
		}
		f, err := finder.Open(args[0])
		if err != nil {
			return err
		}
		if f.Describer.Aligner == nil {
			return fmt.Errorf("%s was fitted with --no-align, so it cannot straighten faces", args[0])
		}
		s := &straightener{a: a, aligner: f.Describer.Aligner, out: out, size: size}
		var all []straightened
		if data.source != "" {
			all, err = s.set(cmd.Context(), data, threads)
		} else {
			all, err = s.pictures(cmd.Context(), args[1:])
		}
		if err != nil {
			return err
		}
		return a.emit(struct {
			Finder  string         `json:"finder"`
			Folder  string         `json:"folder"`
			Results []straightened `json:"results"`
		}{args[0], out, all}, func(w io.Writer) { printStraightened(w, out, all) })
	}
	return c
}

func printStraightened(w io.Writer, out string, all []straightened) {
	var before, after float64
	moved := 0
	for _, s := range all {
		before += s.Before / float64(len(all))
		after += s.Unexplained / float64(len(all))
		if s.Pose != (align.Pose{}) {
			moved++
		}
	}
	if len(all) <= 20 {
		for _, s := range all {
			fmt.Fprintln(w, s.Out)
		}
	}
	fmt.Fprintf(w, "%s: %s, %d of them moved; unexplained %.3f, before %.3f\n", out, count(len(all), "picture"), moved, after, before)
}

// straightener writes straightened pictures.
type straightener struct {
	a       *app
	aligner *align.Aligner
	out     string
	size    int
}

// pictures straightens files.
func (s *straightener) pictures(ctx context.Context, paths []string) ([]straightened, error) {
	var all []straightened
	seen := map[string]bool{}
	for _, path := range paths {
		name := title(path)
		if seen[name] {
			return nil, usagef("two pictures are called %s: straighten them one by one, into different folders", name)
		}
		seen[name] = true
	}
	for _, path := range paths {
		m, err := preparePicture(ctx, straightPrep, path)
		if err != nil {
			return nil, err
		}
		r, err := s.write(m, path, title(path)+".png", path)
		if err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, nil
}

// set straightens a whole set, on all processors.
func (s *straightener) set(ctx context.Context, data dataName, threads int) ([]straightened, error) {
	set, err := s.a.load(ctx, data, straightPrep, threads)
	if err != nil {
		return nil, err
	}
	s.a.tellSet(set)
	p := s.a.progress()
	defer p.clear()
	all := make([]straightened, set.Len())
	var next atomic.Int64
	var lock sync.Mutex
	done := 0
	g, ctx := errgroup.WithContext(ctx)
	for range runtime.GOMAXPROCS(0) {
		g.Go(func() error {
			for {
				if err := ctx.Err(); err != nil {
					return err
				}
				i := int(next.Add(1) - 1)
				if i >= set.Len() {
					return nil
				}
				var err error
				if all[i], err = s.write(set.Image(i), set.IDs[i], nameInFolder(set, i)); err != nil {
					return err
				}
				lock.Lock()
				done++
				p.count("Straightening", done, set.Len())
				lock.Unlock()
			}
		})
	}
	return all, g.Wait()
}

// nameInFolder is where a picture of a set goes, so that its person is known
// there.
func nameInFolder(set *faces.Set, i int) string {
	name := filepath.FromSlash(set.IDs[i]) + ".png"
	if person, _, ok := faces.ParseName(set.IDs[i]); ok && filepath.Base(name) == name {
		return filepath.Join(person, name)
	}
	return name
}

// write straightens one picture and writes it. Inputs are not replaced.
func (s *straightener) write(m *pix.Image, image, name string, inputs ...string) (straightened, error) {
	if !filepath.IsLocal(name) {
		return straightened{}, fmt.Errorf("%s cannot be the name of a picture in %s", name, s.out)
	}
	path := filepath.Join(s.out, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return straightened{}, err
	}
	if err := keepInputs(path, inputs...); err != nil {
		return straightened{}, err
	}
	found := s.aligner.Find(m)
	err := writePNG(path, align.Straighten(m, found.Pose, faceField, s.size))
	return straightened{image, path, found}, err
}
