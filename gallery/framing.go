package gallery

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"likeness/faces"
	"likeness/pix"
	"likeness/search"
)

// frameOf returns where the face of a set's row lies, as an index keeps it; nil where nobody looked.
func frameOf(set *faces.Set, row int) []float32 {
	if set.Found == nil || set.Found[row] == (faces.Found{}) {
		return nil
	}
	f := set.Found[row]
	return []float32{float32(f.Frame.X), float32(f.Frame.Y), float32(f.Frame.Side), float32(f.Frame.Turn), float32(f.Score)}
}

// foundIn is the inverse of frameOf for an entry of an index.
func foundIn(file *search.File, row int) faces.Found { return foundAt(file.Frame(row)) }

// foundAt returns the face that a frame is about.
func foundAt(v []float32) faces.Found {
	if v == nil {
		return faces.Found{}
	}
	return faces.Found{
		Frame: pix.Frame{X: float64(v[0]), Y: float64(v[1]), Side: float64(v[2]), Turn: float64(v[3])}, Score: float64(v[4]),
	}
}

// cutter cuts faces from pictures that are searched for, as those of the index were cut.
func (g *Gallery) cutter(q *Query) faces.Cutter {
	c := faces.Cutter{Prep: q.Prep, Framer: g.opt.Framer, Faces: cmp.Or(q.Faces, faces.Largest)}
	if c.Faces == faces.Largest && q.Faces == "" && faces.Wanted(g.file.About.Faces) == faces.None {
		c.Faces = faces.None
	}
	return c.For(g.prep)
}

// add takes in the faces of one picture: the codes of several are alternatives.
func (a *asked) add(ctx context.Context, g *Gallery, q *Query, cuts []faces.Cut, person string) error {
	embedder, err := g.embed()
	if err != nil {
		return err
	}
	if len(cuts) > 1 && len(q.Images)+len(q.IDs)+len(q.Pictures)+len(q.Codes) > 1 {
		return fmt.Errorf("one of several pictures shows %d faces that are all searched for: search for one picture, or for the largest face of each", len(cuts))
	}
	for _, cut := range cuts {
		code, err := embedder.Code(ctx, cut.Picture, g.file.Space.Name())
		if err != nil {
			return err
		}
		a.codes, a.people = append(a.codes, code), append(a.people, person)
		if g.far == nil && q.ExcludeSelf != nil && *q.ExcludeSelf {
			a.without = append(a.without, equalTo(&g.file.Entries, code)...)
		}
	}
	a.faces += cuts[0].Of
	a.each = len(cuts) > 1
	return nil
}

// nearest finds the members nearest to what is asked for: to the average of several pictures, or to any of the faces of
// one.
func (a *asked) nearest(search1 func(code []float32) ([]search.Match, error), k int) ([]search.Match, map[string]int, error) {
	if !a.each {
		matches, err := search1(a.mean())
		return matches, nil, err
	}
	var all []search.Match
	face := map[string]int{}
	best := map[string]float64{}
	for i, code := range a.codes {
		matches, err := search1(code)
		if err != nil {
			return nil, nil, err
		}
		for _, m := range matches {
			if d, ok := best[m.ID]; !ok || m.Distance < d {
				best[m.ID], face[m.ID] = m.Distance, i+1
			}
			all = append(all, m)
		}
	}
	slices.SortStableFunc(all, func(x, y search.Match) int { return cmp.Compare(x.Distance, y.Distance) })
	var nearest []search.Match
	for _, m := range all {
		if _, first := best[m.ID]; first && len(nearest) < k {
			delete(best, m.ID)
			m.Rank = len(nearest) + 1
			nearest = append(nearest, m)
		}
	}
	return nearest, face, nil
}
