package gallery

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"likeness/parallel"
	"likeness/progress"
	"likeness/projection"
	"likeness/safetensors"
	"likeness/search"
)

// LayoutOptions say how the members of an index are laid out on a plane.
type LayoutOptions struct {
	projection.Options
	// Keep writes the layout into the index file, in place of one by the same method.
	Keep bool `json:"keep,omitempty"`
	// Again lays out anew, also where the file keeps such a layout.
	Again   bool `json:"again,omitempty"`
	Threads int  `json:"threads,omitempty"` // 0: as ctx says, see package parallel
}

// Layout is the members of an index on a plane, in the order of its rows.
type Layout struct {
	Index   string `json:"index"`
	Space   string `json:"space"`
	Entries int    `json:"entries"`
	projection.Layout
	// Stored says whether the index file has it.
	Stored bool           `json:"stored"`
	Notes  progress.Notes `json:"notes,omitempty"`
}

// storedLayout is what an index file says about a layout.
type storedLayout struct {
	projection.Layout
	// How it was asked for: another question is not answered by it.
	Neighbours int     `json:"neighbours,omitempty"`
	Perplexity float64 `json:"perplexity,omitempty"`
	Rounds     int     `json:"rounds,omitempty"`
	// Entries is the fingerprint of the points that were laid out.
	Entries string `json:"entries"`
}

// Layout lays the members of the index out on a plane, by their distances in the index's
// space. A layout that the file keeps is returned as it is, as long as the same was asked for
// and the entries are those that it was made of.
func (g *Gallery) Layout(ctx context.Context, opt LayoutOptions) (*Layout, error) {
	done, err := g.use()
	if err != nil {
		return nil, err
	}
	defer done()
	if opt.Method == "" {
		opt.Method = projection.PCA
	}
	ctx = parallel.WithThreads(g.context(ctx), opt.Threads)
	print, err := g.print.get(func() (string, error) { return printOf(g.file) })
	if err != nil {
		return nil, err
	}
	if !opt.Again {
		if l, ok := g.stored(opt.Method); ok && l.Entries == print && l.answers(opt.Options) {
			return g.layout(&l.Layout, true), nil
		}
	}
	c, err := g.collection(ctx)
	if err != nil {
		return nil, err
	}
	made, err := projection.Fit(ctx, c.points, c.width, opt.Options)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", g.path, err)
	}
	l := g.layout(made, false)
	if !opt.Keep {
		return l, nil
	}
	return l, g.keepLayout(ctx, l, print, opt)
}

func (g *Gallery) layout(l *projection.Layout, stored bool) *Layout {
	return &Layout{Index: g.path, Space: g.file.Space.Name(), Entries: g.file.Entries.Len(), Layout: *l, Stored: stored}
}

// Layouts returns the methods by which the index file keeps a layout of its members as
// they are.
func (g *Gallery) Layouts() ([]projection.Method, error) {
	done, err := g.use()
	if err != nil {
		return nil, err
	}
	defer done()
	print, err := g.print.get(func() (string, error) { return printOf(g.file) })
	if err != nil {
		return nil, err
	}
	there := []projection.Method{}
	for _, m := range projection.Methods() {
		if l, ok := g.stored(m); ok && l.Entries == print {
			there = append(there, m)
		}
	}
	return there, nil
}

// Fingerprint names what the gallery knows of its members: two galleries with the same one have the same members with the
// same points, names and times in the same order.
func (g *Gallery) Fingerprint() (string, error) {
	done, err := g.use()
	if err != nil {
		return "", err
	}
	defer done()
	return g.all.get(func() (string, error) {
		print, err := g.print.get(func() (string, error) { return printOf(g.file) })
		if err != nil {
			return "", err
		}
		h := sha256.New()
		fmt.Fprintln(h, print)
		for row, person := range g.file.Entries.People {
			fmt.Fprintf(h, "%q %s\n", person, g.member(row).Taken)
		}
		return hex.EncodeToString(h.Sum(nil)[:16]), nil
	})
}

// stored returns what the file keeps by a method. What cannot be read is not there: it is made
// again.
func (g *Gallery) stored(m projection.Method) (storedLayout, bool) {
	g.layouts.Lock()
	kept, ok := g.file.Layouts[string(m)]
	g.layouts.Unlock()
	var l storedLayout
	if !ok || json.Unmarshal(kept.About, &l) != nil || l.Method != m {
		return l, false
	}
	l.Positions = slices.Clone(kept.Positions) // which end with the file
	return l, true
}

// answers reports whether a layout is what somebody asks for.
func (l *storedLayout) answers(o projection.Options) bool {
	return l.Seed == o.Seed && l.Neighbours == o.Neighbours && l.Perplexity == o.Perplexity && l.Rounds == o.Rounds
}

// keepLayout writes a layout into the index file, unless that has got other entries meanwhile.
func (g *Gallery) keepLayout(ctx context.Context, l *Layout, print string, opt LayoutOptions) error {
	about, err := json.Marshal(storedLayout{l.Layout, opt.Neighbours, opt.Perplexity, opt.Rounds, print})
	if err != nil {
		return err
	}
	kept := search.Layout{Positions: l.Positions, About: about}
	err = search.Update(ctx, g.path, nil, func(now *search.File) (*search.File, error) {
		if now == nil {
			l.Notes.Warn("%s is gone, so the layout was not kept", g.path)
			return nil, nil
		}
		there, err := printOf(now)
		if err != nil {
			return nil, err
		}
		if there != print {
			l.Notes.Warn("%s has been changed meanwhile, so the layout was not kept", g.path)
			return nil, nil
		}
		now.Layouts = with(now.Layouts, string(opt.Method), kept)
		l.Stored = true
		return now, nil
	})
	if err != nil {
		l.Stored = false
		return err
	}
	if l.Stored {
		g.layouts.Lock()
		g.file.Layouts = with(g.file.Layouts, string(opt.Method), kept)
		g.layouts.Unlock()
	}
	return nil
}

// with returns a copy of layouts with one more.
func with(all map[string]search.Layout, name string, one search.Layout) map[string]search.Layout {
	all = maps.Clone(all)
	if all == nil {
		all = map[string]search.Layout{}
	}
	all[name] = one
	return all
}

// printOf returns the fingerprint of everything that the points of a file follow from, and
// of their order.
func printOf(f *search.File) (string, error) {
	h := sha256.New()
	space := &safetensors.File{Metadata: map[string]string{}}
	if err := search.AddSpace(space, f.Space); err != nil {
		return "", err
	}
	for _, key := range slices.Sorted(maps.Keys(space.Metadata)) {
		fmt.Fprintf(h, "%q %q\n", key, space.Metadata[key])
	}
	for _, t := range space.Tensors {
		fmt.Fprintf(h, "%q %v\n", t.Name, t.Shape)
		h.Write(t.Data)
	}
	for _, id := range f.Entries.IDs {
		fmt.Fprintf(h, "%q\n", id)
	}
	h.Write(safetensors.FromFloats("codes", []int{len(f.Entries.Codes)}, f.Entries.Codes).Data)
	return hex.EncodeToString(h.Sum(nil)[:16]), nil
}
