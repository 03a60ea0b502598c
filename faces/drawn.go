package faces

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"likeness/faces/drawn"
	"likeness/internal/atomicfile"
)

// loadDrawn draws faces and loads them like any other archive. The archive and its attributes are kept in the cache
// folder; a damaged one is drawn again. Where nothing can be kept, on a full disk or without a home, the faces are drawn
// each time and the set says so in its warnings.
func loadDrawn(ctx context.Context, opt Options) (*Set, error) {
	if opt.People < 0 || opt.PerPerson < 0 {
		return nil, fmt.Errorf("faces: %d drawn people with %d pictures each", opt.People, opt.PerPerson)
	}
	if opt.NoCache {
		return streamDrawn(ctx, opt)
	}
	archive, attributes, fresh, err := keepDrawn(ctx, opt)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	} else if err != nil {
		s, streamErr := streamDrawn(ctx, opt)
		if streamErr != nil {
			return nil, streamErr
		}
		s.Warnings = append(s.Warnings, notCached(err))
		return s, nil
	}
	own := opt.Attributes == ""
	if own {
		opt.Attributes = attributes
	}
	s, err := loadArchive(ctx, archive, opt)
	var brokenArchive *ArchiveError
	var brokenTable *AttributeError
	if damaged := errors.As(err, &brokenArchive) || own && errors.As(err, &brokenTable); !damaged || fresh {
		return s, err
	}
	if err := writeDrawn(ctx, archive, attributes, opt); err != nil {
		return nil, err
	}
	return loadArchive(ctx, archive, opt)
}

// keepDrawn sees to it that both files are in the cache folder; fresh tells that they were written just now.
func keepDrawn(ctx context.Context, opt Options) (archive, attributes string, fresh bool, err error) {
	if archive, attributes, err = drawnFiles(opt); err != nil {
		return "", "", false, err
	}
	for _, path := range []string{archive, attributes} {
		if _, err := os.Stat(path); err != nil {
			return archive, attributes, true, writeDrawn(ctx, archive, attributes, opt)
		}
		touch(path)
	}
	return archive, attributes, false, nil
}

func loadArchive(ctx context.Context, archive string, opt Options) (*Set, error) {
	src := &tarSource{path: archive, gzip: true, open: opener(archive)}
	return loadSource(ctx, sourceDrawn, src, opt)
}

// drawnOptions translates the options; what is left at zero becomes package drawn's defaults.
func drawnOptions(opt Options) drawn.Options {
	return drawn.Options{People: opt.People, PerPerson: opt.PerPerson, Seed: opt.Seed, Threads: opt.Threads}.Filled()
}

// drawnFiles names the archive and its attributes after everything that they depend on, with the defaults in place of
// zeros: should those change one day, the names do too.
func drawnFiles(opt Options) (archive, attributes string, err error) {
	dir, err := opt.cacheDir()
	if err != nil {
		return "", "", err
	}
	d := drawnOptions(opt)
	base := filepath.Join(dir, "drawn", fmt.Sprintf("drawn-v%d-%dx%d-seed%d", drawn.Version, d.People, d.PerPerson, d.Seed))
	return base + ".tar.gz", base + "-attributes.txt", nil
}

// writeDrawn writes both files. The archive is a gzip file without compression, for the sake of gzip's checksum: JPEGs
// hardly shrink, and damage does not go unnoticed.
func writeDrawn(ctx context.Context, archive, attributes string, opt Options) error {
	d := drawnOptions(opt)
	d.Progress = opt.Progress
	if err := os.MkdirAll(filepath.Dir(archive), 0o777); err != nil {
		return fmt.Errorf("faces: %w", err)
	}
	err := atomicfile.Write(archive, func(w io.Writer) error {
		z, err := gzip.NewWriterLevel(w, gzip.NoCompression)
		if err != nil {
			return err
		}
		if err := drawn.WriteArchive(ctx, z, d); err != nil {
			return err
		}
		return z.Close()
	})
	if err == nil {
		err = atomicfile.Write(attributes, func(w io.Writer) error { return drawn.WriteAttributes(w, d) })
	}
	if err != nil {
		return fmt.Errorf("faces: drawn faces: %w", err)
	}
	return nil
}

// streamDrawn draws faces and reads them at the same time, through a pipe.
func streamDrawn(ctx context.Context, opt Options) (*Set, error) {
	d := drawnOptions(opt)
	var table *AttributeTable
	var err error
	if opt.Attributes != "" {
		table, err = ReadAttributes(opt.Attributes)
	} else {
		var b bytes.Buffer
		if err = drawn.WriteAttributes(&b, d); err == nil {
			table, err = ParseAttributes(&b, "the attributes of drawn faces")
		}
	}
	if err != nil {
		return nil, err
	}
	src := &tarSource{path: "the archive of drawn faces", open: func() (io.ReadCloser, error) {
		r, w := io.Pipe()
		go func() { w.CloseWithError(drawn.WriteArchive(ctx, w, d)) }() // ends when r is closed
		return r, nil
	}}
	return build(ctx, sourceDrawn, src, table, opt)
}
