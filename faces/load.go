package faces

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"

	"likeness/parallel"
	"likeness/pix"
	"likeness/progress"
)

// Options say how a set is loaded. The zero value takes LFW's crop (see pix.Prep.Auto) at 32x32, keeps every picture and
// caches the result.
type Options struct {
	// Prep is how each photograph is prepared. The zero value means Auto at 32x32; without W and H they are 32.
	Prep pix.Prep
	// Attributes is the path of a file in the layout of lfw_attributes.txt: only the pictures that it lists are kept,
	// and its numbers are joined to them. The name "lfw-attributes" means the downloaded file. When it is empty, the
	// source's own attributes are joined (see Attributed), where it has some.
	Attributes string

	// CacheDir replaces the folder of decoded sets; see CacheDir for the default.
	CacheDir string
	// NoCache neither reads nor writes the cache.
	NoCache bool

	// Threads is the number of pictures decoded at once; 0 means one for each processor. The set does not depend on it.
	Threads int
	// Limit keeps only the first pictures; 0 keeps all.
	Limit int
	// Progress receives how many pictures have been read. A set from the cache makes no progress.
	Progress progress.Func
}

// maxSide bounds the sides of prepared pictures.
const maxSide = 4096

// sourceAttributes is the name of LFW's downloaded attributes. A file of the same name is reached as "./lfw-attributes".
const sourceAttributes = "lfw-attributes"

// Load reads a set of faces from the source that Open returns for name. Archives are read as a stream and never unpacked.
//
// Pictures (JPEG, PNG, WebP, GIF) at any depth are kept in the order of the archive, in a folder in the order of their
// paths. In LFW's layout, ".../Aaron_Eckhart/Aaron_Eckhart_0001.jpg", the name is person and number; elsewhere the
// folder that a picture lies in is the person. Files that hold no usable picture are counted in Set.Skipped; hidden
// files are passed over in silence. It is an error when the archive is broken (*ArchiveError) or no picture is left.
//
// The set is the same, byte for byte, for any number of threads and whether it comes from the cache or not.
func Load(ctx context.Context, name string, opt Options) (*Set, error) {
	src, err := Open(name)
	if err != nil {
		return nil, err
	}
	return LoadFrom(ctx, src, opt)
}

// LoadFrom is Load for any source.
func LoadFrom(ctx context.Context, src Source, opt Options) (*Set, error) {
	sets, err := LoadAll(ctx, src, opt, opt.Prep)
	if err != nil {
		return nil, err
	}
	return sets[0], nil
}

// LoadAll returns one set for each preparation, in their order; Options.Prep does not count. What is not cached is
// decoded once for all of them. Each set is the one that LoadFrom would return: a picture that one preparation cannot
// take is skipped in that set alone.
func LoadAll(ctx context.Context, src Source, opt Options, preps ...pix.Prep) ([]*Set, error) {
	ctx = parallel.WithThreads(ctx, opt.Threads)
	if opt.Limit < 0 {
		return nil, fmt.Errorf("a limit of %d pictures", opt.Limit)
	}
	if opt.Attributes == sourceAttributes {
		var err error
		if opt.Attributes, err = resolve(sourceAttributes); err != nil {
			return nil, err
		}
	}
	all := make([]Options, len(preps))
	for i, p := range preps {
		var err error
		all[i] = opt
		if all[i].Prep, err = normalPrep(p); err != nil {
			return nil, err
		}
	}
	return loadAll(ctx, src, all)
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
		return p, fmt.Errorf("pictures of %dx%d: both sides must be from 1 to %d", p.W, p.H, maxSide)
	}
	if !p.Auto && (p.DX < 0 || p.DY < 0) {
		return p, fmt.Errorf("a crop of %d and %d pixels off the sides: both must be 0 or more", p.DX, p.DY)
	}
	return p, nil
}

// loadAll takes sets from the cache, builds the others in one pass and puts them there.
func loadAll(ctx context.Context, src Source, opts []Options) ([]*Set, error) {
	sets := make([]*Set, len(opts))
	entries, cacheErr := findCache(ctx, src, opts)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	var missing []int
	for i := range opts {
		if entries != nil {
			sets[i] = entries[i].load()
		}
		if sets[i] == nil {
			missing = append(missing, i)
		}
	}
	if len(missing) > 0 {
		if err := buildAll(ctx, src, opts, missing, sets); err != nil {
			return nil, err
		}
	}
	for _, i := range missing {
		warning := cacheErr
		if entries != nil {
			if warning = entries[i].save(sets[i]); warning == nil {
				if err := prune(entries[i].dir, entries[i].path, cacheLimit); err != nil {
					sets[i].Warnings = append(sets[i].Warnings, err.Error())
				}
			}
		}
		if warning != nil {
			sets[i].Warnings = append(sets[i].Warnings, notCached(warning))
		}
	}
	for i, s := range sets {
		s.Source, s.Prep = src.Name(), opts[i].Prep
	}
	return sets, nil
}

// notCached is a warning without the name of a system call in its middle.
func notCached(err error) string {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return fmt.Sprintf("not cached: %s: %v", p.Path, p.Err)
	}
	return "not cached: " + err.Error()
}

// prepared is what a worker makes of a picture: its bytes, or why there are none.
type prepared struct {
	pix    []byte
	reason string
	lfw    bool // it had LFW's size and got LFW's crop
}

// prepare decodes a picture once and prepares it in each way.
func prepare(data []byte, preps ...pix.Prep) []prepared {
	all := make([]prepared, len(preps))
	pictures, errs, w, h := pix.Prepare(data, preps...)
	for i, p := range preps {
		if errs[i] != nil {
			all[i] = prepared{reason: errs[i].Error()}
			continue
		}
		all[i] = prepared{pix: pictures[i].Pix, lfw: p.Auto && isLFWSize(w, h) && (w != p.W || h != p.H)}
	}
	return all
}

// isLFWSize reports whether a size is that of LFW's pictures, from which pix.Prep.Auto cuts 80 pixels a side.
func isLFWSize(w, h int) bool { return w == 250 && h == 250 }

// buildAll decodes the whole source once for the missing of the options' sets.
func buildAll(ctx context.Context, src Source, opts []Options, missing []int, sets []*Set) error {
	table, err := attributesOf(ctx, src, opts[missing[0]].Attributes)
	if err != nil {
		return err
	}
	builders, preps := make([]*builder, len(missing)), make([]pix.Prep, len(missing))
	for k, i := range missing {
		preps[k] = opts[i].Prep
		if k > 0 {
			opts[i].Progress = nil // all go the same way
		}
		builders[k] = newBuilder(opts[i], table)
		builders[k].what = "Reading " + path.Base(filepath.ToSlash(src.Name()))
	}
	err = process(ctx, src, builders[0].want,
		func(m File) []prepared { return prepare(m.Data, preps...) },
		func(m File, p []prepared) error {
			var enough error = errEnough{}
			for k, b := range builders {
				var one prepared
				if p != nil {
					one = p[k]
				}
				if !b.complete {
					continue
				}
				if b.add(m, one); b.complete {
					enough = nil
				}
			}
			return enough
		})
	if err != nil {
		return err
	}
	for k, b := range builders {
		if sets[missing[k]], err = b.finish(); err != nil {
			return fmt.Errorf("%s: %w", src.Name(), err)
		}
	}
	return nil
}

// attributesOf reads the table of a file, or the source's own; nil where there is none.
func attributesOf(ctx context.Context, src Source, path string) (*AttributeTable, error) {
	if path != "" {
		return ReadAttributes(path)
	}
	if own, ok := src.(Attributed); ok {
		return own.OwnAttributes(ctx)
	}
	return nil, nil
}

// builder gathers a set, picture by picture.
type builder struct {
	set      *Set
	table    *AttributeTable // or nil
	opt      Options
	seen     map[string]bool   // names of pictures
	taken    map[string]string // name of the picture that has an id of LFW's
	ids      []string          // of the kept pictures, "" where it is not LFW's
	done     int
	what     string // the work, for Progress
	complete bool   // the source was read to its end
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

// add takes in the next file of the source. When the limit is reached, b is no longer complete.
func (b *builder) add(m File, p prepared) {
	s := b.set
	skip := func(reason string) { s.Skipped = append(s.Skipped, Skip{m.Name, reason}) }
	if m.Skip != "" {
		skip(m.Skip)
		return
	}
	if !m.Unwanted {
		b.progress()
	}
	if b.seen[m.Name] {
		skip(sameName)
		return
	}
	b.seen[m.Name] = true
	who := identify(m.Name, b.table != nil)
	if m.Unwanted {
		id := who.id
		if id == "" {
			id = stem(m.Name)
		}
		s.Unlisted = append(s.Unlisted, id)
		return
	}
	if p.reason != "" {
		skip(p.reason)
		return
	}
	if who.id != "" {
		if first, twice := b.taken[who.id]; twice {
			skip("the same person and number as " + first)
			return
		}
		b.taken[who.id] = m.Name
	}
	if p.lfw && who.id == "" {
		s.Cropped++
	}
	b.keep(m.Name, who, p.pix)
	if s.Len() == b.opt.Limit {
		b.complete = false
	}
}

// progress reports that another picture has been looked at.
func (b *builder) progress() {
	b.done++
	total := 0
	if b.table != nil {
		total = max(b.table.Len(), b.done)
	}
	b.opt.Progress.Report(b.what, b.done, total)
}

// keep appends a picture to the set.
func (b *builder) keep(name string, who identity, pixels []byte) {
	s := b.set
	b.ids = append(b.ids, who.id)
	s.IDs, s.Files = append(s.IDs, who.id), append(s.Files, name)
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
	s.IDs = uniqueIDs(s.Files, b.ids)
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
