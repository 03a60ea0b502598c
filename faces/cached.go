package faces

import (
	"context"
)

// Cached is the place of a source's set in the cache.
type Cached struct {
	Set   *Set // that lies there; nil: none does
	src   Source
	opt   Options
	entry *cacheEntry // nil: nothing is cached
	why   error
}

// OpenCached looks for the set that Load would return in the cache.
func OpenCached(ctx context.Context, src Source, opt Options) (*Cached, error) {
	opt, err := opt.Resolve()
	if err != nil {
		return nil, err
	}
	c := &Cached{src: src, opt: opt}
	entries, err := findCache(ctx, src, []Options{opt})
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if c.why = err; err != nil || entries == nil {
		return c, nil
	}
	c.entry = entries[0]
	if c.Set = c.entry.load(); c.Set != nil {
		return c, c.complete(c.Set)
	}
	return c, nil
}

// complete fills in what is not in the cache, since it follows from the files.
func (c *Cached) complete(s *Set) (err error) {
	s.Source, s.Prep = c.src.Name(), c.opt.Prep
	if s.Naming.By == "" {
		_, s.Naming, err = NamePeople(c.src, s.Files, c.opt)
	}
	return err
}

// Keep caches a set that was read in the meantime, as Load does; what is wrong becomes one of its Warnings. A set without
// pictures, and one of which something could not be read this time, is not cached.
func (c *Cached) Keep(s *Set) {
	if s.Pix != nil {
		c.entry.keep(s, c.why)
	}
}
