package gallery

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"slices"
	"strings"

	"likeness/dataset"
	"likeness/faces"
	"likeness/search"
	"likeness/search/engine"
)

// ownHeader is the header of an index.
type ownHeader struct {
	engine.Header
	adopted bool  // the space is not the index's own
	unread  error // why the attributes could not be read; nil where they were, or there are none
}

// header returns what a collection of the index's entries holds.
func (g *Gallery) header(ctx context.Context) (*ownHeader, error) {
	about := &g.file.About
	h := &ownHeader{Header: engine.Header{
		Model: about.Model, Arch: about.Arch, Prep: about.Prep, Faces: about.Faces, Detector: about.Detector, Encoder: about.Encoder,
		Dim: g.file.Entries.Dim, Space: g.file.Space,
	}}
	b, err := h.SpaceBytes() // a copy: the file's space goes when it is closed
	if err != nil {
		return nil, err
	}
	if err := h.SetSpace(g.path, b); err != nil {
		return nil, err
	}
	one, err := h.Space.Points(ctx, make([]float32, h.Dim), h.Dim) // the points of the entries are not needed yet
	if err != nil {
		return nil, err
	}
	h.Width = len(one)
	switch h.Attributes, err = g.attributeNames(ctx); {
	case errors.Is(err, ErrNoAttributes):
		h.Attributes = nil
	case errors.Is(err, dataset.ErrGone), errors.Is(err, fs.ErrNotExist):
		h.Attributes, h.unread = nil, err
	case err != nil:
		return nil, err
	}
	return h, nil
}

// comparable reports whether a collection's entries compare with those of the index: only the space may be another one of
// the same name.
func (h *ownHeader) comparable(there *engine.Header) bool {
	return h.Model == there.Model && h.Arch == there.Arch && h.Prep == there.Prep && h.Encoder == there.Encoder && h.Dim == there.Dim &&
		h.Space.Name() == there.Space.Name()
}

// adopt takes over the header of a collection whose entries are comparable: a space is fitted anew whenever the pictures
// change, and a collection keeps the one that it was made with, as it keeps its attributes.
func (h *ownHeader) adopt(there *engine.Header) error {
	if h.unread != nil && there.Attributes != nil {
		return fmt.Errorf("the attributes that the collection has are not to be read: %w", h.unread)
	}
	h.adopted = h.adopted || !sameSpace(&h.Header, there)
	h.Header = *there
	return nil
}

// sameSpace reports whether two headers have one space.
func sameSpace(a, b *engine.Header) bool {
	one, err1 := a.SpaceBytes()
	two, err2 := b.SpaceBytes()
	return err1 == nil && err2 == nil && bytes.Equal(one, two)
}

// rowsIn returns the entries of the index as a collection has them, but for their sources, and the names of attributes that
// the collection does not have.
func (g *Gallery) rowsIn(ctx context.Context, h *ownHeader) (rows *engine.Rows, leftOut []string, err error) {
	e := &g.file.Entries
	rows = &engine.Rows{
		Entries: search.Entries{Dim: h.Width, IDs: slices.Clone(e.IDs), People: e.People, Taken: e.Taken},
		Hashes:  g.file.Hashes, Frames: g.file.Frames, Sources: make([]string, e.Len()),
	}
	rows.Attributes, leftOut = attributesIn(g.index.Entries().Attributes, h.Attributes, e.Len())
	switch {
	case e.Len() == 0:
	case !h.adopted:
		rows.Codes, err = g.file.Points(ctx)
	default:
		rows.Codes, err = h.Space.Points(ctx, e.Codes, e.Dim)
	}
	if err == nil && len(rows.Codes) != h.Width*e.Len() {
		err = fmt.Errorf("%s: points of %d numbers, the collection has points of %d", g.path, len(rows.Codes)/e.Len(), h.Width)
	}
	return rows, leftOut, err
}

// attributesIn returns the attributes of n entries under the names that a collection has, and those that it does not have.
func attributesIn(a *search.Attributes, names []string, n int) (in *search.Attributes, leftOut []string) {
	if a != nil {
		for _, name := range a.Names {
			if !slices.ContainsFunc(names, func(other string) bool { return search.SameAttribute(name, other) }) {
				leftOut = append(leftOut, name)
			}
		}
	}
	if names == nil || a == nil {
		return nil, leftOut
	}
	columns := make([]int, len(names))
	for j, name := range names {
		columns[j] = a.Column(name)
	}
	in = &search.Attributes{Names: names, Values: make([]float32, 0, n*len(names))}
	for i := range n {
		row := a.Row(i)
		for _, column := range columns {
			v := float32(math.NaN())
			if column >= 0 {
				v = row[column]
			}
			in.Values = append(in.Values, v)
		}
	}
	return in, leftOut
}

// sources names the source of each row, gives the rows the ids that they have in a collection which holds some parts
// already, and returns the parts of the index as the collection keeps them.
func (g *Gallery) sources(rows *engine.Rows, there []engine.Part) ([]engine.Part, error) {
	own := partsOf(g.file)
	list := make([]engine.Part, len(own))
	taken := map[string]bool{} // prefixes
	for _, p := range there {
		taken[p.Prefix] = true
	}
	shard, err := g.shard()
	if err != nil {
		return nil, err
	}
	for i, o := range own {
		p := engine.Part{Data: o.Data, Shard: shard.Number, Shards: shard.Of}
		p.Source = p.Data
		if p.Shards > 0 {
			p.Source = fmt.Sprintf("%s %d/%d", p.Data, p.Shard, p.Shards)
		}
		at := slices.IndexFunc(there, func(q engine.Part) bool { return q.Data == p.Data })
		switch {
		case at >= 0:
			p.Prefix = there[at].Prefix
		case taken[""]:
			p.Prefix = prefixOf(p.Data, taken)
		}
		taken[p.Prefix] = true
		o.Near = "" // as seen from the file
		text, err := json.Marshal(o.Origin)
		if err != nil {
			return nil, err
		}
		p.Origin = text
		list[i] = p
	}
	for i, id := range rows.IDs {
		at := partOf(own, id)
		rows.Sources[i] = list[at].Source
		rows.IDs[i] = list[at].Prefix + strings.TrimPrefix(id, own[at].Prefix)
		list[at].Entries++
	}
	return list, nil
}

// shard returns which shard of its data set the index is a part of; the zero value where it is none.
func (g *Gallery) shard() (faces.Shard, error) {
	if g.file.Part == nil {
		return faces.Shard{}, nil
	}
	var about partAbout
	if err := json.Unmarshal([]byte(g.file.Part.About), &about); err != nil {
		return faces.Shard{}, fmt.Errorf("%s: metadata part: %w", g.path, err)
	}
	if g.file.About.Arch != archWide {
		return faces.Shard{}, fmt.Errorf("%s is a part of an index whose codes are compared in a space that is fitted to all pictures: join the parts, and push the whole", g.path)
	}
	return about.Shard, nil
}

// pick copies some rows.
func pick(r *engine.Rows, places []int) *engine.Rows {
	some := &engine.Rows{Entries: search.Entries{Dim: r.Dim}}
	if r.Attributes != nil {
		some.Attributes = &search.Attributes{Names: r.Attributes.Names}
	}
	for _, i := range places {
		one := r.Slice(i, i+1)
		some.IDs, some.Codes, some.People = append(some.IDs, one.IDs...), append(some.Codes, one.Codes...), append(some.People, one.People...)
		some.Taken, some.Hashes, some.Frames = append(some.Taken, one.Taken...), append(some.Hashes, one.Hashes...), append(some.Frames, one.Frames...)
		some.Sources = append(some.Sources, one.Sources...)
		if one.Attributes != nil {
			some.Attributes.Values = append(some.Attributes.Values, one.Attributes.Values...)
		}
	}
	return some
}
