package gallery

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
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
	adopted bool // the space is not the index's own
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
	points, err := g.file.Points(ctx)
	if err != nil {
		return nil, err
	}
	h.Width = len(points) / g.file.Entries.Len()
	h.Attributes, err = g.attributeNames(ctx)
	if errors.Is(err, ErrNoAttributes) || errors.Is(err, dataset.ErrGone) {
		h.Attributes, err = nil, nil
	}
	return h, err
}

// adopt takes the space and the attributes of a collection that is there, if these are the only things in which it differs: a
// space is fitted anew whenever the pictures change, and a collection keeps the one that it was made with; of pictures without
// attributes none is known. It reports whether the space is another one.
func (h *ownHeader) adopt(there *engine.Header) bool {
	other, err := there.Digest()
	if err != nil {
		return false
	}
	is := func(with *ownHeader) bool {
		digest, err := with.Digest()
		return err == nil && digest == other
	}
	with := *h
	if h.Attributes == nil {
		with.Attributes = there.Attributes
	}
	if is(&with) {
		*h = with
		return false
	}
	with.Space, with.Width, with.adopted = there.Space, there.Width, true
	if h.Space.Name() != there.Space.Name() || !is(&with) {
		return false
	}
	*h = with
	return true
}

// rowsIn returns the entries of the index as a collection has them, but for their sources.
func (g *Gallery) rowsIn(ctx context.Context, h *ownHeader) (*engine.Rows, error) {
	e := &g.file.Entries
	rows := &engine.Rows{
		Entries: search.Entries{Dim: h.Width, IDs: slices.Clone(e.IDs), People: e.People, Taken: e.Taken, Attributes: g.index.Entries().Attributes},
		Hashes:  g.file.Hashes, Frames: g.file.Frames, Sources: make([]string, e.Len()),
	}
	var err error
	if !h.adopted {
		rows.Codes, err = g.file.Points(ctx)
	} else {
		rows.Codes, err = h.Space.Points(ctx, e.Codes, e.Dim)
	}
	if err == nil && len(rows.Codes) != h.Width*e.Len() {
		err = fmt.Errorf("%s: points of %d numbers, the collection has points of %d", g.path, len(rows.Codes)/e.Len(), h.Width)
	}
	return rows, err
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
		case !taken[""]:
		default:
			for n := 1; p.Prefix == "" || taken[p.Prefix]; n++ {
				name := dataset.Parse(p.Data).Source
				if n > 1 {
					name = fmt.Sprintf("%s (%d)", name, n)
				}
				p.Prefix = name + "//"
			}
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
