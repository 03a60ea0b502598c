package gallery

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"likeness/dataset"
	"likeness/faces"
	"likeness/parallel"
	"likeness/safetensors"
	"likeness/search"
)

// mostKept bounds the pictures that are kept while they are read, in bytes, so that a set of them can be cached.
const mostKept = 1 << 30

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
	r := &reader{embedder: embedder, shard: opt.Shard, src: src, load: load, most: cmp.Or(opt.Piece, pieceRows)}
	if opt.Shard.Of > 0 {
		return r.part(ctx, path, from, opt)
	}
	cached, err := faces.OpenCached(ctx, src, load)
	if err != nil {
		return nil, nil, err
	}
	if cached.Set != nil {
		cached.Set.Source = from.Name.String()
		return updateLoaded(ctx, path, embedder, cached.Set, from, opt)
	}
	set, changes, err := r.whole(ctx, path, from, opt, cached)
	if errors.Is(err, dataset.ErrUntold) { // rare: as many pictures as those that an older model was fitted to
		if set, err = dataset.Load(ctx, from.Name, from.Options); err != nil {
			return nil, nil, err
		}
		return updateLoaded(ctx, path, embedder, set, from, opt)
	}
	return set, changes, err
}

// updateLoaded is UpdateFrom for pictures that were loaded at once.
func updateLoaded(ctx context.Context, path string, embedder Embedder, set *faces.Set, from Reading, opt UpdateOptions) (*faces.Set, *Changes, error) {
	var err error
	if opt.Split, err = splitOf(embedder, set, from, opt); err != nil {
		return nil, nil, err
	}
	changes, err := Update(ctx, path, embedder, set, opt)
	return set, changes, err
}

// splitOf returns the split of the set that an embedder was fitted to where these are the same pictures, nil where they are
// others. It is not looked for where no space is to be fitted to them.
func splitOf(embedder Embedder, set *faces.Set, from Reading, opt UpdateOptions) (*faces.Split, error) {
	fits := embedder.Space() == nil || opt.Space != ""
	if !fits && !from.Own {
		return nil, nil
	}
	pictures, err := embedder.Origin().Of(cmp.Or(opt.ModelFile, "the model"), set, !from.Own)
	if errors.Is(err, dataset.ErrUntold) && !fits {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	return pictures.Split, nil
}

// whole makes an index of all pictures of the reader's source, or brings it up to date.
func (r *reader) whole(ctx context.Context, path string, from Reading, opt UpdateOptions, cached *faces.Cached) (set *faces.Set, changes *Changes, err error) {
	prep := r.embedder.Prep()
	u, err := newUpdate(path, r.embedder, &faces.Set{W: prep.W, H: prep.H, Source: from.Name.String(), Prep: r.load.Prep}, opt)
	if err != nil {
		return nil, nil, err
	}
	old, err := u.openOld() // says before the work begins what is wrong with it
	if err != nil {
		return nil, nil, err
	}
	if old != nil {
		defer old.Close()
		if r.have, err = r.in(ctx, old, opt.Space); err != nil {
			return nil, nil, err
		}
	}
	gatherer, err := faces.NewGatherer(ctx, r.src, r.load, mostKept)
	if err != nil {
		return nil, nil, err
	}
	r.gather = gatherer.Add
	about, err := r.aboutWhole(ctx, from)
	if err != nil {
		return nil, nil, err
	}
	notes, done, err := r.keepJournal(ctx, path, about, opt)
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = done(err) }()
	if err := r.read(ctx); err != nil {
		return nil, nil, err
	}
	if set, err = gatherer.Set(); err != nil {
		return nil, nil, err
	}
	cached.Keep(set)
	set.Source = from.Name.String()
	places := dataset.PlacesOf(r.load) // what cannot be remembered has to be named when it is needed again
	_, _ = places.Remember(set.Digest, from.Name), places.Remember(set.Fingerprint, from.Name)
	if opt.Split, err = splitOf(r.embedder, set, from, opt); err != nil {
		return nil, nil, err
	}
	if u, err = newUpdate(path, r.embedder, set, opt); err != nil {
		return nil, nil, err
	}
	u.encoded = r.codes
	if changes, err = u.run(ctx); err != nil {
		return nil, nil, err
	}
	changes.Encoded, changes.Resumed, changes.Notes = r.counts.encoded, r.counts.known, append(changes.Notes, notes...)
	return set, changes, nil
}

// in returns a function that says whether an index that is there has the code of a picture.
func (r *reader) in(ctx context.Context, old *search.File, space string) (func(search.Hash) bool, error) {
	if space == "" && r.embedder.Space() == nil {
		space = old.Space.Name()
	}
	layout, err := layoutOf(ctx, r.embedder, space)
	if err != nil || layout.Dim != old.Entries.Dim {
		return nil, err
	}
	there := make(map[search.Hash]bool, len(old.Hashes))
	for _, h := range old.Hashes {
		there[h] = true
	}
	return func(h search.Hash) bool { return there[h] }, nil
}

// part makes the part of an index of the reader's shard.
func (r *reader) part(ctx context.Context, path string, from Reading, opt UpdateOptions) (set *faces.Set, changes *Changes, err error) {
	switch {
	case opt.Space != "" || opt.Kind != "":
		return nil, nil, errors.New("how codes are compared and searched is decided where parts are joined, not of a part")
	case opt.Keep || opt.Prune || opt.Rows != nil:
		return nil, nil, errors.New("a part has the pictures of its shard: none is kept that is gone, and none left out")
	case r.load.Limit > 0:
		return nil, nil, errors.New("a shard has no limit")
	}
	about, err := r.aboutWhole(ctx, from)
	if err != nil {
		return nil, nil, err
	}
	layout, err := layoutOf(ctx, r.embedder, fullSpace)
	if err != nil {
		return nil, nil, err
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
	notes, done, err := r.keepJournal(ctx, path, about, opt)
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = done(err) }()
	if err := r.read(ctx); err != nil {
		return nil, nil, err
	}
	if r.listed.Files == 0 { // as where a disk is not mounted: a part that is there stays
		return nil, nil, fmt.Errorf("%s: no file in it", r.src.Name())
	}
	about.Listed = r.listed
	for _, one := range r.records {
		if one.labelled {
			about.Source.Labels[one.Name] = one.label
		}
	}
	if set, err = gatherer.Set(); err != nil {
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
	u.changes.Notes = notes
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

// aboutWhole returns what a part says of itself, or a journal, before anything was read.
func (r *reader) aboutWhole(ctx context.Context, from Reading) (partAbout, error) {
	about := partAbout{Version: partVersion, Shard: r.shard, Asked: !from.Own, Origin: r.embedder.Origin()}
	layout, err := layoutOf(ctx, r.embedder, fullSpace)
	if err != nil {
		return about, err
	}
	own, err := layoutOf(ctx, r.embedder, "")
	if err != nil {
		return about, err
	}
	about.Code, about.Own = layout.Dim, own.Dim
	if about.Source, r.label, err = faces.AboutSource(ctx, r.src, r.load); err != nil {
		return about, err
	}
	public := from.Name.Public()
	about.Source.Name, about.Source.Names = public.String(), public.Names
	if r.src.Kind() != "folder" {
		about.Contents, err = r.src.Fingerprint(ctx)
	}
	return about, err
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
	if p.about.Shard != about.Shard {
		err = cannotUpdate("%s is shard %s, not %s", path, p.about.Shard, about.Shard)
	} else if why := differs(p.about, about); why != "" {
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
		// What could not be read is looked at again, and what another file was taken for. Later records are newer; of two files
		// of one name, as archives may have them, the first counts.
		if !one.Unreadable && !one.dropped && (one.Stamp != "" || r.known[one.Name] == nil) {
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
