package faces

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"likeness/pix"
)

// Options say how a set is loaded. The zero value takes LFW's crop (see pix.Prep.Auto) at 32x32, keeps every picture and
// caches the result.
type Options struct {
	// Prep is how each photograph is prepared. The zero value means Auto at 32x32; without W and H they are 32.
	Prep pix.Prep
	// Attributes is the path of a file in the layout of lfw_attributes.txt: only the pictures that it lists are kept,
	// and its numbers are joined to them. The name "lfw-attributes" means the downloaded file. Drawn faces have
	// attributes of their own when this is empty.
	Attributes string

	// CacheDir replaces the folder of decoded sets and drawn archives; see CacheDir for the default.
	CacheDir string
	// NoCache neither reads nor writes the cache.
	NoCache bool

	// Threads is the number of pictures decoded at once; 0 means one for each processor. The set does not depend on it.
	Threads int
	// Limit keeps only the first pictures; 0 keeps all.
	Limit int
	// Progress, when set, is told how many pictures have been looked at, from one goroutine at a time. total is 0 when
	// it is not known beforehand. Drawn faces are first drawn and then read, each with its own count. A set from the
	// cache makes no progress.
	Progress func(done, total int)

	// People, PerPerson and Seed are for drawn faces: how many are invented, how many pictures each gets, and from
	// what. Zeros stand for the defaults of package drawn.
	People, PerPerson int
	Seed              uint64
}

// maxSide bounds the sides of prepared pictures.
const maxSide = 4096

// Names of sources that are not paths. A file or folder of the same name is reached as "./drawn".
const (
	sourceDrawn      = "drawn"
	sourceAttributes = "lfw-attributes"
)

// Load reads a set of faces. source is "drawn" for drawn faces; "lfw", "lfw-funneled" or "lfw-deepfunneled" for an
// archive that Download has fetched to DataDir; the path of an archive (.tar, .tar.gz, .tgz, .zip, known by its
// contents); or the path of a folder. Archives are read as a stream and never unpacked.
//
// Pictures (JPEG, PNG, WebP, GIF) at any depth are kept in the order of the archive, in a folder in the order of their
// paths. In LFW's layout, ".../Aaron_Eckhart/Aaron_Eckhart_0001.jpg", the name is person and number; elsewhere the
// folder that a picture lies in is the person. Files that hold no usable picture are counted in Set.Skipped; hidden
// files are passed over in silence. It is an error when the archive is broken (*ArchiveError) or no picture is left.
//
// The set is the same, byte for byte, for any number of threads and whether it comes from the cache or not.
func Load(ctx context.Context, source string, opt Options) (*Set, error) {
	prep, err := normalPrep(opt.Prep)
	if err != nil {
		return nil, err
	}
	opt.Prep = prep
	if opt.Limit < 0 {
		return nil, fmt.Errorf("faces: a limit of %d pictures", opt.Limit)
	}
	if source == sourceDrawn {
		return loadDrawn(ctx, opt)
	}
	path, err := resolve(source)
	if err != nil {
		return nil, err
	}
	src, err := openSource(path)
	if err != nil {
		return nil, err
	}
	if opt.Attributes == sourceAttributes {
		if opt.Attributes, err = resolve(sourceAttributes); err != nil {
			return nil, err
		}
	}
	return loadSource(ctx, source, src, opt)
}

// normalPrep fills in the defaults and holds the sizes against their bounds.
func normalPrep(p pix.Prep) (pix.Prep, error) {
	if p == (pix.Prep{}) {
		p.Auto = true
	}
	if p.W == 0 && p.H == 0 {
		p.W, p.H = 32, 32
	}
	if p.W < 1 || p.H < 1 || p.W > maxSide || p.H > maxSide {
		return p, fmt.Errorf("faces: pictures of %dx%d: both sides must be from 1 to %d", p.W, p.H, maxSide)
	}
	if !p.Auto && (p.DX < 0 || p.DY < 0) {
		return p, fmt.Errorf("faces: a crop of %d and %d pixels off the sides: both must be 0 or more", p.DX, p.DY)
	}
	return p, nil
}

// loadSource takes the set from the cache or else builds it and puts it there.
func loadSource(ctx context.Context, name string, src source, opt Options) (*Set, error) {
	var cache *cacheEntry
	var cacheErr error
	if !opt.NoCache {
		if cache, cacheErr = findCache(ctx, src, opt); ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if cacheErr == nil {
			if s := cache.load(); s != nil {
				s.Source, s.Prep = name, opt.Prep
				return s, nil
			}
		}
	}
	var table *AttributeTable
	if opt.Attributes != "" {
		var err error
		if table, err = ReadAttributes(opt.Attributes); err != nil {
			return nil, err
		}
	}
	s, err := build(ctx, name, src, table, opt)
	if err != nil {
		return nil, err
	}
	if cache != nil && cacheErr == nil {
		if cacheErr = cache.save(s); cacheErr == nil {
			if err := prune(cache.dir, cache.path, cacheLimit); err != nil {
				s.Warnings = append(s.Warnings, err.Error())
			}
		}
	}
	if cacheErr != nil {
		s.Warnings = append(s.Warnings, notCached(cacheErr))
	}
	return s, nil
}

// notCached is a warning, without the name of this package or of a system call in its middle.
func notCached(err error) string {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return fmt.Sprintf("not cached: %s: %v", p.Path, p.Err)
	}
	return "not cached: " + strings.TrimPrefix(err.Error(), "faces: ")
}

// prepared is what a worker makes of a picture: its bytes, or why there are none.
type prepared struct {
	pix    []byte
	reason string
	lfw    bool // it had LFW's size and got LFW's crop
}

// prepare decodes and prepares one picture.
func prepare(data []byte, prep pix.Prep) prepared {
	m, w, h, err := prep.Decode(data)
	if err != nil {
		return prepared{reason: err.Error()}
	}
	return prepared{pix: m.Pix, lfw: prep.Auto && isLFWSize(w, h) && (w != prep.W || h != prep.H)}
}

// isLFWSize tells the size of LFW's pictures, from which pix.Prep.Auto cuts 80 pixels a side.
func isLFWSize(w, h int) bool { return w == 250 && h == 250 }

// build decodes the whole source. Without a table everything is kept.
func build(ctx context.Context, name string, src source, table *AttributeTable, opt Options) (*Set, error) {
	b := newBuilder(opt, table)
	err := process(ctx, src, opt.Threads, b.want,
		func(m member) prepared { return prepare(m.data, opt.Prep) }, b.add)
	if err != nil {
		return nil, err
	}
	s, err := b.finish()
	if err != nil {
		return nil, fmt.Errorf("faces: %s: %w", name, err)
	}
	s.Source = name
	return s, nil
}

// builder gathers a set, picture by picture.
type builder struct {
	set      *Set
	table    *AttributeTable // or nil
	opt      Options
	seen     map[string]bool   // names of pictures
	taken    map[string]string // name of the picture that has an id of LFW's
	paths    []string          // of the kept pictures
	ids      []string          // of the kept pictures, "" where it is not LFW's
	done     int
	complete bool // the source was read to its end
}

func newBuilder(opt Options, table *AttributeTable) *builder {
	b := &builder{
		set: &Set{W: opt.Prep.W, H: opt.Prep.H, Prep: opt.Prep}, table: table, opt: opt,
		seen: make(map[string]bool), taken: make(map[string]string), complete: true,
	}
	if table != nil {
		b.set.Attributes = &Attributes{Names: table.Names}
		b.set.Pix = make([]byte, 0, table.Len()*b.set.pixels())
	}
	return b
}

// sameName is why the second of two files is skipped whose names differ in characters that names may not have here.
const sameName = "a picture of the same name came before it"

// want keeps pictures that the attribute file does not list from being decoded. It runs beside add and changes nothing.
func (b *builder) want(name string) bool {
	return b.table == nil || b.table.Row(identify(name, true).id) >= 0
}

// add takes in the next member of the source.
func (b *builder) add(m member, p prepared) error {
	s := b.set
	skip := func(reason string) error {
		s.Skipped = append(s.Skipped, Skip{m.name, reason})
		return nil
	}
	if m.skip != "" {
		return skip(m.skip)
	}
	if !m.unwanted {
		b.progress()
	}
	if b.seen[m.name] {
		return skip(sameName)
	}
	b.seen[m.name] = true
	who := identify(m.name, b.table != nil)
	if m.unwanted {
		id := who.id
		if id == "" {
			id = stem(m.name)
		}
		s.Unlisted = append(s.Unlisted, id)
		return nil
	}
	if p.reason != "" {
		return skip(p.reason)
	}
	if who.id != "" {
		if first, twice := b.taken[who.id]; twice {
			return skip("the same person and number as " + first)
		}
		b.taken[who.id] = m.name
	}
	if p.lfw && who.id == "" {
		s.Cropped++
	}
	b.keep(m.name, who, p.pix)
	if s.Len() == b.opt.Limit {
		b.complete = false
		return errEnough{}
	}
	return nil
}

// progress tells that another picture has been looked at.
func (b *builder) progress() {
	b.done++
	if b.opt.Progress == nil {
		return
	}
	total := 0
	if b.table != nil {
		total = max(b.table.Len(), b.done)
	}
	b.opt.Progress(b.done, total)
}

// keep appends a picture to the set.
func (b *builder) keep(name string, who identity, pixels []byte) {
	s := b.set
	b.paths, b.ids = append(b.paths, name), append(b.ids, who.id)
	s.IDs = append(s.IDs, who.id)
	s.People = append(s.People, who.person)
	s.Numbers = append(s.Numbers, who.number)
	s.Pix = append(s.Pix, pixels...)
	if b.table != nil {
		row, n := b.table.Row(who.id), len(b.table.Names)
		s.Attributes.Values = append(s.Attributes.Values, b.table.Values[row*n:(row+1)*n]...)
	}
}

// finish names the pictures and looks for what is missing.
func (b *builder) finish() (*Set, error) {
	s := b.set
	if s.Len() == 0 {
		return nil, b.nothing()
	}
	s.IDs = uniqueIDs(b.paths, b.ids)
	if b.table != nil && b.complete {
		for i, person := range b.table.People {
			if id := PictureID(person, b.table.Numbers[i]); b.taken[id] == "" {
				s.Missing = append(s.Missing, id)
			}
		}
	}
	s.Fingerprint = s.fingerprint()
	return s, nil
}

// nothing says why no picture is left.
func (b *builder) nothing() error {
	s := b.set
	switch {
	case len(s.Unlisted) > 0:
		return fmt.Errorf("%s lists none of the %d pictures; the first is %s", b.opt.Attributes, len(s.Unlisted), s.Unlisted[0])
	case len(s.Skipped) > 0:
		return fmt.Errorf("no usable picture among %d files; the first is %s: %s", len(s.Skipped), s.Skipped[0].Name, s.Skipped[0].Reason)
	}
	return errors.New("no picture in it")
}
