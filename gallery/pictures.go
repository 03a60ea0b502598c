package gallery

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"sync"

	"likeness/dataset"
	"likeness/faces"
	"likeness/pix"
)

// mostCached bounds the pictures that a gallery keeps, in bytes.
const mostCached = 32 << 20

// pictures reads single pictures of a source and keeps the latest.
type pictures struct {
	name   dataset.Name
	named  bool   // by the caller, not by the index
	path   string // of the index
	prep   pix.Prep
	found  func(id string) faces.Found // where the face of a member lies
	source lazy[faces.Source]

	lock  sync.Mutex
	files map[string]string // of a folder, by id; nil until it is needed
	cache map[pictureKey]*pix.Image
	order []pictureKey // the oldest first
	bytes int
}

type pictureKey struct {
	id   string
	side int
}

func (p *pictures) init(g *Gallery) {
	p.name, p.named, p.path, p.prep = g.data(), g.opt.Data.Source != "", g.path, g.prep
	p.found = func(id string) faces.Found {
		row, ok := g.rows()[id]
		if !ok {
			return faces.Found{}
		}
		return foundIn(g.file, row)
	}
	p.cache = map[pictureKey]*pix.Image{}
}

// Picture returns one member's picture, cropped as it was for the index: at the
// embedder's size, or with side pixels on its longer side where side is above 0. It reads
// that one picture: a file of a folder, a member of an archive (a tar is read up to it),
// or draws it. Pictures that have moved away since they were indexed are errors that wrap
// dataset.ErrGone, a single one that is gone wraps fs.ErrNotExist.
func (g *Gallery) Picture(ctx context.Context, id string, side int) (*pix.Image, error) {
	var failed error
	found, err := g.Pictures(ctx, []string{id}, side, func(_ string, err error) { failed = err })
	switch {
	case err != nil:
		return nil, err
	case failed != nil:
		return nil, failed
	}
	return found[id], nil
}

// Pictures is Picture for several members, of which an archive is read once. Those that
// cannot be read are left out; skipped, if not nil, is called for each of them.
func (g *Gallery) Pictures(ctx context.Context, ids []string, side int, skipped func(id string, err error)) (map[string]*pix.Image, error) {
	done, err := g.use()
	if err != nil {
		return nil, err
	}
	defer done()
	if side < 0 || side > largestSide {
		return nil, fmt.Errorf("pictures of %d pixels, expected 0 to %d", side, largestSide)
	}
	if skipped == nil {
		skipped = func(string, error) {}
	}
	return g.pictures.get(g.context(ctx), ids, side, skipped)
}

const largestSide = 4096

func (p *pictures) get(ctx context.Context, ids []string, side int, skipped func(id string, err error)) (map[string]*pix.Image, error) {
	found := make(map[string]*pix.Image, len(ids))
	var missing []string
	p.lock.Lock()
	for _, id := range ids {
		if m := p.cache[pictureKey{id, side}]; m != nil {
			found[id] = m
		} else {
			missing = append(missing, id)
		}
	}
	p.lock.Unlock()
	if len(missing) == 0 {
		return found, nil
	}
	src, err := p.source.get(p.open)
	if err != nil {
		return nil, err
	}
	prep := p.sized(side)
	read := func(id string, data []byte) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		m, err := p.found(id).Cut(id, data, prep)
		if err != nil {
			skipped(id, fmt.Errorf("%s in %s: %w", id, p.name, err))
			return nil
		}
		found[id] = m
		p.keep(pictureKey{id, side}, m)
		return nil
	}
	if src.Kind() == "folder" {
		return found, p.readFolder(ctx, src, missing, read, skipped)
	}
	gone := map[string]bool{}
	for _, id := range missing {
		gone[id] = true
	}
	err = faces.ReadByID(ctx, src, missing, func(id string, data []byte) error {
		delete(gone, id)
		return read(id, data)
	})
	for _, id := range missing {
		if err == nil && gone[id] {
			skipped(id, p.notThere(id))
			delete(gone, id)
		}
	}
	return found, err
}

// readFolder opens the files of pictures one by one: any of them may have gone, or be
// unreadable.
func (p *pictures) readFolder(ctx context.Context, src faces.Source, ids []string, read func(id string, data []byte) error, skipped func(id string, err error)) error {
	files, err := p.locate(ctx, src, ids)
	if err != nil {
		return err
	}
	for _, id := range ids {
		file, ok := faces.FileOf(files, id)
		if !ok {
			skipped(id, p.notThere(id))
			continue
		}
		err := faces.ReadFiles(ctx, src, []string{file}, func(_ string, data []byte) error { return read(id, data) })
		if ctx.Err() != nil {
			return ctx.Err()
		} else if err != nil {
			skipped(id, err)
		}
	}
	return nil
}

func (p *pictures) notThere(id string) error {
	return fmt.Errorf("%s is not in %s%w", id, p.name, noFile{})
}

// open opens the source of the pictures.
func (p *pictures) open() (faces.Source, error) {
	// Drawn faces are painted one by one, not kept as a whole.
	src, err := dataset.Open(p.name, faces.Options{NoCache: true})
	if errors.Is(err, fs.ErrNotExist) && !p.named {
		return nil, fmt.Errorf("%s was made of %s: %w", p.path, p.name.Source, dataset.ErrGone)
	}
	return src, err
}

// noFile is fs.ErrNotExist for a sentence that has said so already.
type noFile struct{}

func (noFile) Error() string        { return "" }
func (noFile) Is(target error) bool { return target == fs.ErrNotExist }

// locate returns the files of pictures. A picture that is not where it was may be new,
// so the files are then listed again.
func (p *pictures) locate(ctx context.Context, src faces.Source, ids []string) (map[string]string, error) {
	p.lock.Lock()
	defer p.lock.Unlock()
	if p.files != nil && !slices.ContainsFunc(ids, func(id string) bool {
		_, there := faces.FileOf(p.files, id)
		return !there
	}) {
		return p.files, nil
	}
	files, err := faces.FilesByID(ctx, src)
	if err != nil {
		return nil, err
	}
	p.files = files
	return files, nil
}

// sized is the preparation for a longer side.
func (p *pictures) sized(side int) pix.Prep {
	prep := p.prep
	if longer := max(prep.W, prep.H); side > 0 {
		prep.W, prep.H = max(1, prep.W*side/longer), max(1, prep.H*side/longer)
	}
	return prep
}

// keep puts a picture into the cache, and takes the oldest ones out.
func (p *pictures) keep(key pictureKey, m *pix.Image) {
	p.lock.Lock()
	defer p.lock.Unlock()
	if len(m.Pix) > mostCached/4 || p.cache[key] != nil {
		return
	}
	p.cache[key] = m
	p.order = append(p.order, key)
	p.bytes += len(m.Pix)
	for p.bytes > mostCached {
		oldest := p.order[0]
		p.order = p.order[1:]
		p.bytes -= len(p.cache[oldest].Pix)
		delete(p.cache, oldest)
	}
}
