package faces

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

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

	// Framer finds the faces of pictures that are not LFW's, where Prep follows the face; see Load. Without one, or with
	// None for Faces, the largest centred square of such a picture is taken.
	Framer Framer
	// Faces says which faces of a picture become rows of the set; the zero value takes the largest one.
	Faces Wanted
	// Names says how the people are found: NamesFolders, NamesFile, NamesNone, or the path of a CSV file as ReadNames reads
	// it. "" takes folders for people but for those that are called after dates, numbers, cameras or programs, and the
	// one folder that all pictures of an archive lie in; Set.Naming has them.
	Names string

	// CacheDir replaces the folder of decoded sets; see CacheDir for the default.
	CacheDir string
	// NoCache neither reads nor writes the cache.
	NoCache bool

	// Threads is the number of pictures decoded at once; 0: as the context says, see package parallel. The set does not depend on it.
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
// Pictures (JPEG, PNG, WebP, GIF, HEIC, AVIF) at any depth are kept in the order of the archive, in a folder in the order of their
// paths. In LFW's layout, ".../Aaron_Eckhart/Aaron_Eckhart_0001.jpg", the name is person and number; elsewhere the
// folder that a picture lies in is the person, unless its name says otherwise (see Options.Names). A picture is LFW's, and
// its face where LFW puts it, if its path is in LFW's layout and it has LFW's 250x250 pixels; drawn faces are such
// pictures too. In others Options.Framer finds the faces where the preparation follows them; a picture without a face is
// skipped (see Skip.NoFace), and of several faces each is a row if Options.Faces is All. Files that hold no usable
// picture are counted in Set.Skipped; hidden
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
	all := make([]Options, len(preps))
	for i, p := range preps {
		var err error
		all[i] = opt
		all[i].Prep = p
		if all[i], err = all[i].Resolve(); err != nil {
			return nil, err
		}
	}
	return loadAll(ctx, src, all)
}

// Resolve returns the options with their defaults in place of zeros and the path of the attribute file in place of its
// name. Sizes out of bounds are an error.
func (opt Options) Resolve() (Options, error) {
	if err := opt.Faces.Check(); err != nil {
		return opt, err
	}
	if opt.Limit < 0 {
		return opt, fmt.Errorf("a limit of %d pictures", opt.Limit)
	}
	var err error
	if opt.Attributes == sourceAttributes {
		if opt.Attributes, err = resolve(sourceAttributes); err != nil {
			return opt, err
		}
	}
	opt.Prep, err = normalPrep(opt.Prep)
	return opt, err
}

// normalPrep fills in the defaults and checks the sizes.
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
		var entry *cacheEntry
		if entries != nil {
			entry = entries[i]
		}
		entry.keep(sets[i], cacheErr)
	}
	for i, s := range sets {
		s.Source, s.Prep = src.Name(), opts[i].Prep
		if s.Naming.By == "" { // it is not in the cache, since it follows from the files
			var err error
			if _, s.Naming, err = NamePeople(src, s.Files, opts[i]); err != nil {
				return nil, err
			}
		}
	}
	return sets, nil
}

// keep puts a set into the cache, unless something of it could not be read, which may be read the next time. What is wrong
// becomes a warning of the set: what hinders or, where c is nil, why there is no cache.
func (c *cacheEntry) keep(s *Set, why error) {
	if c != nil && len(s.Unreadable) == 0 {
		if why = c.save(s); why == nil {
			if err := prune(c.dir, c.path, cacheLimit); err != nil {
				s.Warnings = append(s.Warnings, err.Error())
			}
		}
	}
	if why != nil {
		s.Warnings = append(s.Warnings, notCached(why))
	}
}

// notCached is a warning without the name of a system call in its middle.
func notCached(err error) string {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return fmt.Sprintf("not cached: %s: %v", p.Path, p.Err)
	}
	return "not cached: " + err.Error()
}
