package faces

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"

	"likeness/pix"
)

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
		builders[k] = newBuilder(src, opts[i], table)
		builders[k].what = "Reading " + path.Base(filepath.ToSlash(src.Name()))
	}
	err = Process(ctx, src, builders[0].want,
		(&preparer{ctx, opts[missing[0]], preps, table != nil}).prepare,
		func(m File, p []prepared) error {
			enough := fs.SkipAll
			for k, b := range builders {
				var one prepared
				if p != nil {
					one = p[k]
				}
				if !b.complete {
					continue
				}
				if one.err != nil {
					return one.err
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
	src      Source
	table    *AttributeTable // or nil
	opt      Options
	once     Once
	ids      []string    // of the kept pictures, "" where it is not LFW's
	faces    map[int]int // of rows whose file has several: which face it is, from 1
	others   []int       // rows of faces that do not bear the name of their file, since another one does
	found    bool        // a face was looked for
	done     int
	what     string // the work, for Progress
	complete bool   // the source was read to its end

	anyFolder   bool // of Identify
	detector    string
	hashes      [][16]byte
	most        int  // bytes of pictures that are kept; 0: all
	pictureless bool // the set does without pictures
	people      func(files []string) ([]string, Naming, error)
}

func newBuilder(src Source, opt Options, table *AttributeTable) *builder {
	b := &builder{
		set: &Set{W: opt.Prep.W, H: opt.Prep.H, Prep: opt.Prep}, src: src, table: table, opt: opt,
		faces: make(map[int]int), complete: true, anyFolder: table != nil,
	}
	b.people = func(files []string) ([]string, Naming, error) { return NamePeople(src, files, opt) }
	if opt.Framer != nil {
		b.detector = opt.Framer.Fingerprint()
	}
	if table != nil {
		b.set.Attributes = &Attributes{Names: table.Names}
		b.set.Pix = make([]byte, 0, table.Len()*b.set.pixels())
	}
	return b
}

// want keeps pictures that the attribute file does not list from being decoded. It runs beside add and changes nothing.
func (b *builder) want(name string) bool {
	return b.table == nil || b.table.Row(Identify(name, true).ID) >= 0
}

// add takes in the next file of the source. When the limit is reached, b is no longer complete.
func (b *builder) add(m File, p prepared) {
	s := b.set
	skip := func(reason string) { s.Skipped = append(s.Skipped, Skip{m.Name, reason}) }
	if m.Skip != "" {
		skip(m.Skip)
		if m.Unreadable {
			s.Unreadable = append(s.Unreadable, Skip{m.Name, m.Skip})
		}
		return
	}
	if !m.Unwanted {
		b.progress()
	}
	if reason := b.once.Name(m.Name); reason != "" {
		skip(reason)
		return
	}
	who := Identify(m.Name, b.anyFolder)
	if m.Unwanted {
		id := who.ID
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
	if reason := b.once.ID(who.ID, m.Name); reason != "" {
		skip(reason)
		return
	}
	bears := 0
	if len(p.rows) > 1 {
		found := make([]Found, len(p.rows))
		for i, r := range p.rows {
			found[i] = r.Found
		}
		bears = bearer(found)
	}
	for i, r := range p.rows {
		if b.keep(m.Name, who, r); i != bears {
			b.others = append(b.others, s.Len()-1)
		}
		if len(p.rows) > 1 {
			b.faces[s.Len()-1] = i + 1
		}
		if s.Len() == b.opt.Limit {
			b.complete = false
			return
		}
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
func (b *builder) keep(name string, who Identity, r Row) {
	s := b.set
	b.ids = append(b.ids, who.ID)
	s.IDs, s.Files = append(s.IDs, who.ID), append(s.Files, name)
	s.Numbers = append(s.Numbers, who.Number)
	b.hashes = append(b.hashes, r.Hash)
	if b.pictureless = b.pictureless || r.Pix == nil || b.most > 0 && len(s.Pix)+len(r.Pix) > b.most; b.pictureless {
		s.Pix = nil
	} else {
		s.Pix = append(s.Pix, r.Pix...)
	}
	s.Found = append(s.Found, r.Found)
	b.found = b.found || r.Found != Found{}
	if b.table != nil {
		row, n := b.table.Row(who.ID), len(b.table.Names)
		s.Attributes.Values = append(s.Attributes.Values, b.table.Values[row*n:(row+1)*n]...)
	}
}

// finish names the pictures and looks for what is missing.
func (b *builder) finish() (*Set, error) {
	s := b.set
	if s.Len() == 0 {
		return nil, b.nothing()
	}
	s.IDs = b.name()
	var err error
	if s.People, s.Naming, err = b.people(s.Files); err != nil {
		return nil, err
	}
	for _, row := range b.others {
		s.People[row] = ""
	}
	if !b.found {
		s.Found = nil
	} else {
		s.Detector = b.detector
	}
	if b.table != nil && b.complete {
		for i, person := range b.table.People {
			if id := PictureID(person, b.table.Numbers[i]); !b.once.has(id) {
				s.Missing = append(s.Missing, id)
			}
		}
	}
	s.Hashes = b.hashes
	s.Digest = s.digest()
	if !b.pictureless {
		s.Hashes, s.Fingerprint = nil, s.fingerprint()
	}
	return s, nil
}

// name returns the ids of the pictures: those of their files, and the place of the face where a file has several.
func (b *builder) name() []string {
	var files, given []string // of each file once; its rows follow one another
	for i, file := range b.set.Files {
		if b.faces[i] <= 1 {
			files, given = append(files, file), append(given, b.ids[i])
		}
	}
	ids, at := uniqueIDs(files, given), -1
	all := make([]string, len(b.set.Files))
	for i := range all {
		face := b.faces[i]
		if face <= 1 {
			at++
		}
		if all[i] = ids[at]; face > 0 {
			all[i] = FaceID(ids[at], face)
		}
	}
	return all
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
