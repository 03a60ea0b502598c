package gallery

import (
	"cmp"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"likeness/dataset"
	"likeness/faces"
	"likeness/pix"
)

// mostCached bounds the pictures that a gallery keeps, in bytes.
const mostCached = 32 << 20

// pictures reads single pictures of an index and keeps the latest.
type pictures struct {
	parts []*partPictures
	prep  pix.Prep
	found func(id string) faces.Found // where the face of a member lies

	lock  sync.Mutex
	cache map[pictureKey]*pix.Image
	order []pictureKey // the oldest first
	bytes int
}

// partPictures reads single pictures of one of the data sets of an index.
type partPictures struct {
	prefix string // of the ids of its pictures
	name   dataset.Name
	gone   error // why it is not to be found
	source lazy[faces.Source]

	lock  sync.Mutex
	files map[string]string // of a folder, by id without the prefix; nil until it is needed
}

type pictureKey struct {
	id   string
	side int
}

func (p *pictures) init(g *Gallery) {
	p.prep, p.cache = g.prep, map[pictureKey]*pix.Image{}
	p.found = func(id string) faces.Found {
		if g.far != nil {
			return g.far.found(id)
		}
		row, ok := g.rows()[id]
		if !ok {
			return faces.Found{}
		}
		return foundIn(g.file, row)
	}
	parts := partsOf(g.file)
	asked := g.opt.Data
	for i, o := range parts {
		one := &partPictures{prefix: o.Prefix}
		// Of several sets the one that is named is that of the same name, or else the first.
		mine := len(parts) == 1 || dataset.Parse(o.Data).Source == asked.Public().Source
		if i == 0 && !mine {
			mine = !slices.ContainsFunc(parts, func(o part) bool { return dataset.Parse(o.Data).Source == asked.Public().Source })
		}
		switch {
		case asked.Source != "" && mine:
			one.name = asked
		case g.file.About.Arch == archCodes && g.file.About.Origin == "":
			one.gone = fmt.Errorf("%s was made of codes, and nobody has said where their pictures lie: %w", g.path, dataset.ErrGone)
		default:
			one.name, one.gone = o.Find(g.path, asked.Attributes, dataset.PlacesOf(faces.Options{}))
			if one.gone != nil {
				one.name = dataset.Parse(o.Data)
				one.name.Attributes = cmp.Or(asked.Attributes, one.name.Attributes)
				one.gone = fmt.Errorf("%s was made of %s: %w", g.path, one.name.Source, dataset.ErrGone)
			}
		}
		p.parts = append(p.parts, one)
	}
}

// of returns the part that a picture is of.
func (p *pictures) of(id string) *partPictures {
	for _, part := range p.parts {
		if part.prefix != "" && strings.HasPrefix(id, part.prefix) {
			return part
		}
	}
	for _, part := range p.parts {
		if part.prefix == "" {
			return part
		}
	}
	return p.parts[0]
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
	done, err := g.useAny()
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
	if g.far != nil { // whose frames say where the faces lie
		if _, err := g.far.members(ctx, ids); err != nil {
			return nil, err
		}
	}
	return g.pictures.get(g.context(ctx), ids, side, skipped)
}

const largestSide = 4096

// AllPictures reads the pictures of all members once, in the order in which they lie in their archives, and hands each to
// found. It keeps none of them. Those that cannot be read are left out.
func (g *Gallery) AllPictures(ctx context.Context, side int, found func(row int, m *pix.Image)) error {
	done, err := g.use()
	if err != nil {
		return err
	}
	defer done()
	if side < 0 || side > largestSide {
		return fmt.Errorf("pictures of %d pixels, expected 0 to %d", side, largestSide)
	}
	rows := g.rows()
	return g.pictures.read(g.context(ctx), g.file.Entries.IDs, side, func(id string, m *pix.Image) {
		if row, ok := rows[id]; ok {
			found(row, m)
		}
	}, func(string, error) {})
}

// InArchive reports whether pictures of members lie in an archive, where reading one means reading up to it.
func (g *Gallery) InArchive() bool {
	done, err := g.use()
	if err != nil {
		return false
	}
	defer done()
	return slices.ContainsFunc(g.pictures.parts, func(p *partPictures) bool {
		src, err := p.source.get(p.open)
		return err == nil && src.Kind() != "folder" && src.Kind() != "drawn"
	})
}

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
	err := p.read(ctx, missing, side, func(id string, m *pix.Image) {
		found[id] = m
		p.keep(pictureKey{id, side}, m)
	}, skipped)
	return found, err
}

// read reads pictures and hands each to found.
func (p *pictures) read(ctx context.Context, ids []string, side int, found func(id string, m *pix.Image), skipped func(id string, err error)) error {
	prep := p.sized(side)
	for _, part := range p.parts {
		var own []string
		for _, id := range ids {
			if p.of(id) == part {
				own = append(own, strings.TrimPrefix(id, part.prefix))
			}
		}
		if len(own) == 0 {
			continue
		}
		err := part.get(ctx, own, func(id string, data []byte) error {
			if err := ctx.Err(); err != nil {
				return err
			}
			m, err := p.found(part.prefix+id).Cut(id, data, prep)
			if err != nil {
				skipped(part.prefix+id, fmt.Errorf("%s in %s: %w", id, part.name, err))
				return nil
			}
			found(part.prefix+id, m)
			return nil
		}, func(id string, err error) { skipped(part.prefix+id, err) })
		if err != nil {
			return err
		}
	}
	return nil
}

// get reads pictures by their ids in the part.
func (p *partPictures) get(ctx context.Context, ids []string, read func(id string, data []byte) error, skipped func(id string, err error)) error {
	src, err := p.source.get(p.open)
	if err != nil {
		return err
	}
	if src.Kind() == "folder" {
		return p.readFolder(ctx, src, ids, read, skipped)
	}
	gone := map[string]bool{}
	for _, id := range ids {
		gone[id] = true
	}
	err = faces.ReadByID(ctx, src, ids, func(id string, data []byte) error {
		delete(gone, id)
		return read(id, data)
	})
	for _, id := range ids {
		if err == nil && gone[id] {
			skipped(id, p.notThere(id))
			delete(gone, id)
		}
	}
	return err
}

// readFolder opens the files of pictures one by one: any of them may have gone, or be
// unreadable.
func (p *partPictures) readFolder(ctx context.Context, src faces.Source, ids []string, read func(id string, data []byte) error, skipped func(id string, err error)) error {
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

func (p *partPictures) notThere(id string) error {
	return fmt.Errorf("%s is not in %s%w", id, p.name, noFile{})
}

// open opens the source of the pictures.
func (p *partPictures) open() (faces.Source, error) {
	if p.gone != nil {
		return nil, p.gone
	}
	// Drawn faces are painted one by one, not kept as a whole.
	return dataset.Open(p.name, faces.Options{NoCache: true})
}

// noFile is fs.ErrNotExist for a sentence that has said so already.
type noFile struct{}

func (noFile) Error() string        { return "" }
func (noFile) Is(target error) bool { return target == fs.ErrNotExist }

// locate returns the files of pictures. A picture that is not where it was may be new,
// so the files are then listed again.
func (p *partPictures) locate(ctx context.Context, src faces.Source, ids []string) (map[string]string, error) {
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

// Path returns the file of a member of the index as it can be opened: of a picture in a folder that was found. It is "" for
// members of archives, drawn faces, and folders that are not there.
func (g *Gallery) Path(id string) string {
	done, err := g.useAny()
	if err != nil {
		return ""
	}
	defer done()
	return g.pictures.path(id)
}

func (all *pictures) path(id string) string {
	p := all.of(id)
	info, err := os.Stat(p.name.Source)
	if err != nil || !info.IsDir() || p.gone != nil {
		return ""
	}
	return p.pathOf(strings.TrimPrefix(id, p.prefix))
}

// pathOf returns the file of a picture of a folder by its id there: the id is its path, less what LFW's names and several
// faces of a picture need. An id that leads out of the folder, which no index of ours has, is no file's.
func (p *partPictures) pathOf(id string) string {
	file := id
	if !filepath.IsLocal(filepath.FromSlash(file)) {
		return ""
	}
	if _, err := os.Stat(filepath.Join(p.name.Source, filepath.FromSlash(file))); err != nil {
		src, err := p.source.get(p.open)
		if err != nil {
			return ""
		}
		files, err := p.locate(context.Background(), src, nil)
		if err != nil {
			return ""
		}
		var ok bool
		if file, ok = faces.FileOf(files, id); !ok {
			return ""
		}
	}
	return filepath.Join(p.name.Source, filepath.FromSlash(file))
}
