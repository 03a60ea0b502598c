package dataset

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"likeness/faces"
	"likeness/faces/drawn"
	"likeness/internal/atomicfile"
)

// drawnSource draws faces. Painting takes much longer than decoding, so the photographs are kept as an archive in the
// cache folder, named after all that they depend on; a damaged one is drawn again. Where nothing can be kept, on a full
// disk or without a home, the faces are drawn for each walk.
type drawnSource struct {
	name    string
	opt     drawn.Options // filled
	archive string        // "" where none is kept
}

func newDrawnSource(name string, d drawn.Options, opt faces.Options) (*drawnSource, error) {
	d.Progress = opt.Progress
	s := &drawnSource{name: name, opt: d.Filled()}
	if opt.NoCache {
		return s, nil
	}
	dir := opt.CacheDir
	if dir == "" {
		var err error
		if dir, err = faces.CacheDir(); err != nil {
			return s, nil // loading a set says that nothing can be cached
		}
	}
	s.archive = filepath.Join(dir, "archives", s.id()+".tar.gz")
	return s, nil
}

// id names the photographs. Should a default change one day, it does too.
func (s *drawnSource) id() string {
	return fmt.Sprintf("drawn-v%d-%dx%d-seed%d", drawn.Version, s.opt.People, s.opt.PerPerson, s.opt.Seed)
}

func (s *drawnSource) Name() string { return s.name }

func (s *drawnSource) Kind() string { return "drawn" }

func (s *drawnSource) Fingerprint(context.Context) (string, error) { return s.id(), nil }

func (s *drawnSource) OwnAttributes(context.Context) (*faces.AttributeTable, error) {
	var b bytes.Buffer
	if err := drawn.WriteAttributes(&b, s.opt); err != nil {
		return nil, err
	}
	return faces.ParseAttributes(&b, "the attributes of drawn faces")
}

// Walk reads the kept archive, or paints.
func (s *drawnSource) Walk(ctx context.Context, want func(string) bool, visit func(faces.File) error) error {
	if kept := s.kept(ctx); kept != nil {
		return kept.Walk(ctx, want, visit)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	var all []string // that have not been visited
	unwanted := func(path string) error {
		for len(all) > 0 && all[0] != path {
			if err := visit(faces.File{Name: all[0], Unwanted: true}); err != nil {
				return err
			}
			all = all[1:]
		}
		return nil
	}
	listed := func(path string) bool { all = append(all, path); return want(path) } // before any is visited
	err := drawn.Each(ctx, s.opt, listed, func(path string, jpeg []byte) error {
		if err := unwanted(path); err != nil {
			return err
		}
		all = all[1:]
		return visit(faces.File{Name: path, Data: jpeg})
	})
	if err != nil {
		return err
	}
	return unwanted("")
}

// kept returns the archive, which is written first where it is not there or damaged; nil where none can be kept.
func (s *drawnSource) kept(ctx context.Context) faces.Source {
	if s.archive == "" {
		return nil
	}
	if src := s.open(ctx); src != nil {
		now := time.Now()
		_ = os.Chtimes(s.archive, now, now) // else it only seems older than it is
		return src
	}
	if os.MkdirAll(filepath.Dir(s.archive), 0o777) != nil || s.write(ctx) != nil {
		return nil
	}
	return s.open(ctx)
}

// open returns the archive if it is there and whole.
func (s *drawnSource) open(ctx context.Context) faces.Source {
	src, err := faces.Open(s.archive)
	if err != nil {
		return nil
	}
	files := 0
	err = src.Walk(ctx, func(string) bool { return false }, func(faces.File) error {
		files++
		return nil
	})
	if err != nil || files != s.opt.People*s.opt.PerPerson {
		return nil
	}
	return src
}

// write writes the archive: a gzip file without compression, for the sake of gzip's checksum. JPEGs hardly shrink, and
// damage does not go unnoticed.
func (s *drawnSource) write(ctx context.Context) error {
	return atomicfile.Write(s.archive, func(w io.Writer) error {
		z, err := gzip.NewWriterLevel(w, gzip.NoCompression)
		if err != nil {
			return err
		}
		if err := drawn.WriteArchive(ctx, z, s.opt); err != nil {
			return err
		}
		return z.Close()
	})
}
