package gallery

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"likeness/dataset"
	"likeness/faces"
	"likeness/finder"
	"likeness/parallel"
	"likeness/pix"
	"likeness/progress"
	"likeness/safetensors"
	"likeness/search"
)

// partAbout is what a part of an index says of itself: the metadata entry "part".
type partAbout struct {
	Version int          `json:"version"`
	Shard   faces.Shard  `json:"shard"`
	Source  faces.About  `json:"source"`
	Listed  faces.Listed `json:"listed"` // the files of the whole source
	// Contents is the fingerprint of a source that is one file; "" for a folder, of which each file has a stamp.
	Contents string `json:"contents,omitempty"`
	// Asked says that somebody named the pictures; else they are those that the embedder was fitted to.
	Asked bool `json:"asked"`
	// Origin is what the embedder was fitted to, where a space is to be fitted to the same pictures.
	Origin *dataset.Origin `json:"origin,omitempty"`
	Code   int             `json:"code"` // numbers in a code, with those of the mirror image where there are such
	Own    int             `json:"own"`  // of these, numbers of the picture itself
}

// partVersion is raised when parts of another version could not be joined with these.
const partVersion = 1

// The tensors of a part beside the columns of its records. docs/FORMAT.md describes them.
const (
	partMirror = search.PartPrefix + "mirror" // (N, code - own)
	partSwap   = search.PartPrefix + "swap"
	partDated  = search.PartPrefix + "filedated"
)

// partFile is a part of an index that is open.
type partFile struct {
	path    string
	about   partAbout
	file    *search.File
	records []record
	dates   [][]faces.Date // by record and row
	swap    []int
}

// openPart opens a part of an index, or says that a file is none.
func openPart(path string) (*partFile, error) {
	f, err := search.OpenFile(path)
	if err != nil {
		return nil, err
	}
	p := &partFile{path: path, file: f}
	if err := p.read(); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return p, nil
}

func (p *partFile) Close() error { return p.file.Close() }

// errNoPart means that an index is not one of several parts.
var errNoPart = errors.New("a whole index, expected one of the parts that are made of shards")

func (p *partFile) read() error {
	if p.file.Part == nil {
		return fmt.Errorf("%s is %w", p.path, errNoPart)
	}
	if err := json.Unmarshal([]byte(p.file.Part.About), &p.about); err != nil {
		return fmt.Errorf("%s: metadata part: %w", p.path, err)
	}
	a, e := p.about, p.file.Entries
	if a.Version != partVersion {
		return fmt.Errorf("%s is a part of version %d, expected %d", p.path, a.Version, partVersion)
	}
	if err := a.Shard.Check(); err != nil || a.Shard.Of < 1 {
		return fmt.Errorf("%s: %w", p.path, errors.Join(err, errNoPart))
	}
	in := p.file.PartContents()
	var err error
	if p.records, err = readColumns(in, search.PartPrefix); err != nil {
		return err
	}
	if a.Own != e.Dim || a.Code != a.Own && a.Code != 2*a.Own {
		return in.Errorf("codes of %d numbers of which %d are the pictures' own, the entries have %d", a.Code, a.Own, e.Dim)
	}
	var mirror []float32
	if a.Code > a.Own {
		if mirror, err = in.Floats(partMirror, e.Len(), a.Code-a.Own); err != nil {
			return err
		}
		if slices.ContainsFunc(mirror, func(v float32) bool { return v-v != 0 }) {
			return in.Errorf("tensor %q has a number that is not finite", partMirror)
		}
	}
	swap, err := in.Ints(partSwap, -1)
	if err != nil {
		return err
	}
	if len(swap) != 0 && len(swap) != a.Code {
		return in.Errorf("tensor %q has %d numbers, expected %d", partSwap, len(swap), a.Code)
	}
	for _, v := range swap {
		if v < 0 || int(v) >= len(swap) {
			return in.Errorf("tensor %q has the place %d, expected one below %d", partSwap, v, len(swap))
		}
		p.swap = append(p.swap, int(v))
	}
	dated, err := in.Bytes(partDated, e.Len())
	if err != nil {
		return err
	}
	return p.spread(mirror, dated)
}

// spread gives the records their codes and dates, which the entries have.
func (p *partFile) spread(mirror []float32, dated []byte) error {
	e, at := p.file.Entries, 0
	if p.file.Hashes == nil && e.Len() > 0 {
		return fmt.Errorf("%s: the entries have no hashes", p.path)
	}
	p.dates = make([][]faces.Date, len(p.records))
	for i := range p.records {
		r := &p.records[i]
		for k, row := range r.Rows {
			if at >= e.Len() || p.file.Hashes[at] != row.Hash {
				return fmt.Errorf("%s: file %q has a row %d that is not entry %d", p.path, r.Name, k, at)
			}
			code := e.Codes[at*e.Dim : (at+1)*e.Dim : (at+1)*e.Dim]
			if more := p.about.Code - p.about.Own; more > 0 {
				code = append(code, mirror[at*more:(at+1)*more]...)
			}
			date := faces.Date{File: dated[at] != 0}
			if e.Taken != nil {
				date.Time = e.Taken[at]
			}
			r.codes, p.dates[i] = append(r.codes, code), append(p.dates[i], date)
			at++
		}
	}
	if at != e.Len() {
		return fmt.Errorf("%s: the files have %d rows, the index has %d entries", p.path, at, e.Len())
	}
	return nil
}

// PartInfo says which part of an index a file is.
type PartInfo struct {
	Shard faces.Shard `json:"shard"`
	Data  string      `json:"data"`  // the pictures, as dataset.Name.Public has them
	Files int         `json:"files"` // of the shard
	Model string      `json:"model"` // its file, as an index keeps it
}

// InfoOfPart returns what a part of an index is. A file that is none is an error.
func InfoOfPart(path string) (*PartInfo, error) {
	p, err := openPart(path)
	if err != nil {
		return nil, err
	}
	i := &PartInfo{Shard: p.about.Shard, Data: p.about.Source.Name, Files: len(p.records), Model: p.file.About.ModelFile}
	return i, p.Close()
}

// markPart makes an index of a shard's pictures a part: it keeps what joining needs.
func markPart(f *search.File, about partAbout, records []record, layout finder.Codes, encoded map[search.Hash][]float32, dated map[string]faces.Date) error {
	text, err := json.Marshal(about)
	if err != nil {
		return err
	}
	swap := make([]int64, len(layout.Swap))
	for i, v := range layout.Swap {
		swap[i] = int64(v)
	}
	n := f.Entries.Len()
	byFile := make([]byte, n)
	var mirror []float32
	for i, id := range f.Entries.IDs {
		if dated[id].File {
			byFile[i] = 1
		}
		mirror = append(mirror, encoded[f.Hashes[i]][about.Own:]...)
	}
	f.Part = &search.Part{About: string(text), Tensors: append(columns(search.PartPrefix, records),
		safetensors.FromInts(partSwap, []int{len(swap)}, swap), safetensors.FromBytes(partDated, []int{n}, byFile))}
	if more := about.Code - about.Own; more > 0 {
		f.Part.Tensors = append(f.Part.Tensors, safetensors.FromFloats(partMirror, []int{n, more}, mirror))
	}
	return nil
}

// partWords says of a file which part of an index it is.
func partWords(f *search.File) string {
	var about partAbout
	if f.Part == nil || json.Unmarshal([]byte(f.Part.About), &about) != nil {
		return "it is a part of an index"
	}
	return fmt.Sprintf("it is part %s of an index", about.Shard)
}

// joinedEmbedder is an embedder that is not at hand: all that is needed of it is in the parts of an index.
type joinedEmbedder struct{ p *partFile }

func (e joinedEmbedder) Fingerprint() string     { return e.p.file.About.Model }
func (e joinedEmbedder) Arch() string            { return e.p.file.About.Arch }
func (e joinedEmbedder) Prep() pix.Prep          { return e.p.about.Source.Prep }
func (e joinedEmbedder) Origin() *dataset.Origin { return e.p.about.Origin }

// Space is that of the part where it is the embedder's own.
func (e joinedEmbedder) Space() search.Space {
	if e.Arch() == archWide {
		return e.p.file.Space
	}
	return nil
}

func (e joinedEmbedder) DefaultSpace(people []string) string {
	return defaultSpace(e.Arch(), e.p.about.Own, people)
}

// Codes returns how codes are laid out; there are no pictures that could be encoded.
func (e joinedEmbedder) Codes(_ context.Context, set *faces.Set, rows []int, space string, _ progress.Func) (finder.Codes, error) {
	if len(rows) > 0 {
		return finder.Codes{}, fmt.Errorf("%s: %d pictures have no codes in the parts", set.Source, len(rows))
	}
	c := finder.Codes{Dim: e.p.about.Code, Own: e.p.about.Own, Swap: e.p.swap}
	if c.Own < c.Dim && !search.Mirrored(space) {
		c = c.Plain()
	}
	return c, nil
}

// Code is not there without the embedder.
func (e joinedEmbedder) Code(context.Context, *pix.Image, string) ([]float32, error) {
	return nil, ErrNoModel
}

// hashesOf returns the hashes of a set's rows.
func hashesOf(ctx context.Context, set *faces.Set, rows []int) ([]search.Hash, error) {
	hashes := make([]search.Hash, len(rows))
	return hashes, parallel.Each(ctx, len(rows), func(i int) { hashes[i] = set.Hash(rows[i]) })
}
