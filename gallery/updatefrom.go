package gallery

import (
	"context"
	"errors"
	"fmt"

	"likeness/dataset"
	"likeness/faces"
	"likeness/finder"
	"likeness/parallel"
	"likeness/safetensors"
	"likeness/search"
)

// mostKept bounds the pictures that are kept while they are read, in bytes, so that a set of them can be cached.
const mostKept = 256 << 20

// UpdateFrom is Update for pictures that have not been read yet. It reads and encodes them piece by piece, so that memory
// grows with the codes, not with the pictures; a set that is cached, or whose pictures have to be there at once, is loaded.
// With opt.Shard it reads the files of that shard alone and makes the part of an index that Merge joins with the others.
// Such a part is an index as well, of the shard's pictures, in a space that need not be fitted.
// It returns the set that was indexed, which may be without its pictures.
func UpdateFrom(ctx context.Context, path string, embedder Embedder, from Reading, opt UpdateOptions) (*faces.Set, *Changes, error) {
	ctx = parallel.WithThreads(ctx, opt.Threads)
	if err := opt.Shard.Check(); err != nil {
		return nil, nil, err
	}
	if opt.Fresh {
		if err := safetensors.CheckReplace(path, search.Format); err != nil {
			return nil, nil, err
		}
	}
	src, load, err := dataset.OpenFor(from.Name, from.Options)
	if err != nil {
		return nil, nil, err
	}
	r := &reader{embedder: embedder, shard: opt.Shard, src: src, load: load}
	if opt.Shard.Of > 0 {
		return r.part(ctx, path, from, opt)
	}
	return nil, nil, errors.New("not yet")
}

// part makes the part of an index of the reader's shard.
func (r *reader) part(ctx context.Context, path string, from Reading, opt UpdateOptions) (*faces.Set, *Changes, error) {
	switch {
	case opt.Space != "" || opt.Kind != "":
		return nil, nil, errors.New("how codes are compared and searched is decided where parts are joined, not of a part")
	case opt.Keep || opt.Prune || opt.Rows != nil:
		return nil, nil, errors.New("a part has the pictures of its shard: none is kept that is gone, and none left out")
	case r.load.Limit > 0:
		return nil, nil, errors.New("a shard has no limit")
	}
	layout, err := layoutOf(ctx, r.embedder, fullSpace)
	if err != nil {
		return nil, nil, err
	}
	own, err := layoutOf(ctx, r.embedder, "")
	if err != nil {
		return nil, nil, err
	}
	about := partAbout{Version: partVersion, Shard: opt.Shard, Asked: !from.Own, Origin: r.embedder.Origin(), Code: layout.Dim, Own: own.Dim}
	if about.Source, r.label, err = faces.AboutSource(ctx, r.src, r.load); err != nil {
		return nil, nil, err
	}
	public := from.Name.Public()
	about.Source.Name, about.Source.Names = public.String(), public.Names
	if r.src.Kind() != "folder" {
		if about.Contents, err = r.src.Fingerprint(ctx); err != nil {
			return nil, nil, err
		}
	}
	before, err := r.earlier(path, about, opt)
	if err != nil {
		return nil, nil, err
	}
	if before != nil {
		defer before.Close()
	}
	gatherer := about.Source.Gather(false)
	r.gather = gatherer.Add
	if err := r.read(ctx); err != nil {
		return nil, nil, err
	}
	about.Listed = r.listed
	for _, one := range r.records {
		if one.labelled {
			about.Source.Labels[one.Name] = one.label
		}
	}
	set, err := gatherer.Set()
	if err != nil {
		return nil, nil, err
	}
	set.Source = from.Name.String()
	_ = dataset.PlacesOf(r.load).Remember(set.Digest, from.Name) // what cannot be remembered has to be named
	u, err := newUpdate(path, r.embedder, set, opt)
	if err != nil {
		return nil, nil, err
	}
	f, err := u.asPart(ctx, r.codes)
	if err != nil {
		return nil, nil, err
	}
	if before != nil {
		u.count(before.file)
	}
	if err := markPart(f, about, r.records, layout, r.codes, u.dated); err != nil {
		return nil, nil, err
	}
	u.changes.Written, u.changes.Encoded = true, r.counts.encoded
	u.changes.Shard = &ShardChanges{Shard: opt.Shard, Files: r.counts.files, Listed: r.listed.Files, Known: r.counts.known}
	return set, u.finish(f), f.Save(path)
}

// asPart returns the index of a shard's pictures.
func (u *update) asPart(ctx context.Context, codes map[search.Hash][]float32) (*search.File, error) {
	u.encoded = codes
	u.settle(nil)
	if u.embedder.Space() == nil { // one that need not be fitted
		u.space = u.embedder.DefaultSpace(nil)
	}
	if err := u.encode(ctx, nil); err != nil {
		return nil, err
	}
	if u.opt.Kind = search.KindExact; len(u.opt.Rows) > 0 {
		return u.merge(ctx, nil)
	}
	f := &search.File{Entries: search.Entries{Dim: u.codes.Dim}, About: u.about}
	var err error
	if f.Space, err = u.fitSpace(ctx, &f.Entries, nil); err != nil {
		return nil, err
	}
	parts, _ := u.join(nil)
	f.About.Origin, f.About.Source, err = describeParts(parts, u.path)
	return f, err
}

// count says how a part differs from the one that was there.
func (u *update) count(before *search.File) {
	there := map[string]search.Hash{}
	for i, id := range before.Entries.IDs {
		there[id] = before.Hashes[i]
	}
	c := &u.changes
	c.Added = 0
	for i, row := range u.opt.Rows {
		switch hash, ok := there[u.set.IDs[row]]; {
		case !ok:
			c.Added++
		case hash == u.hashes[i]:
			c.Unchanged++
		default:
			c.Changed++
		}
	}
	c.Removed = len(there) - c.Unchanged - c.Changed
}

// earlier opens the part that is there and takes in what it knows of files; nil where there is none. Another file than a
// part of the same index is an error, unless it is to be replaced.
func (r *reader) earlier(path string, about partAbout, opt UpdateOptions) (*partFile, error) {
	if opt.Fresh || !exists(path) {
		return nil, nil
	}
	p, err := openPart(path)
	if err != nil {
		return nil, notUpdatable{err}
	}
	f := p.file.About
	if why := differs(p.about, about); why != "" {
		err = cannotUpdate("%s is a part that was made otherwise: %s", path, why)
	} else if f.Model != r.embedder.Fingerprint() || f.Encoder != specOf(r.embedder) {
		err = cannotUpdate("%s was made with model %s, this is model %s", path, f.Model, r.embedder.Fingerprint())
	} else if f.Faces != string(opt.Faces) {
		err = cannotUpdate("%s was made with the faces %q, not %q", path, f.Faces, opt.Faces)
	}
	if err != nil {
		return nil, errors.Join(err, p.Close())
	}
	if p.about.Contents != about.Contents {
		return p, nil // the archive has changed: nothing is known of its files
	}
	r.remember(p.records)
	return p, nil
}

// remember takes in what is known of files.
func (r *reader) remember(records []record) {
	if r.known == nil {
		r.known = map[string]*record{}
	}
	for i, one := range records {
		// What could not be read is looked at again, and what another file was taken for.
		if _, twice := r.known[one.Name]; !twice && !one.Unreadable && !one.dropped {
			r.known[one.Name] = &records[i]
		}
	}
}

// differs says in what two parts cannot be those of one index; "" where they can. Their shards and listings may differ.
func differs(a, b partAbout) string {
	for _, d := range []struct{ what, a, b string }{
		{"the number of shards", fmt.Sprint(a.Shard.Of), fmt.Sprint(b.Shard.Of)},
		{"the pictures", a.Source.Name + " (" + a.Source.Kind + ")", b.Source.Name + " (" + b.Source.Kind + ")"},
		{"the way people are named", a.Source.Names, b.Source.Names},
		{"the detector of faces", a.Source.Detector, b.Source.Detector},
		{"the preparation", a.Source.Prep.Words(), b.Source.Prep.Words()},
		{"the attributes", fmt.Sprint(a.Source.AnyFolder), fmt.Sprint(b.Source.AnyFolder)},
		{"the codes", fmt.Sprint(a.Code, a.Own), fmt.Sprint(b.Code, b.Own)},
	} {
		if d.a != d.b {
			return fmt.Sprintf("%s: %q and %q", d.what, d.a, d.b)
		}
	}
	return ""
}

var _ finder.Codes
