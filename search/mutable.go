package search

import (
	"context"
	"fmt"
	"slices"
)

// Mutable is an index whose entries come and go. A search that runs meanwhile
// sees the entries from before or from after a change.
type Mutable interface {
	Index
	// Add appends entries, with codes of the index's Dim. When ctx ends it
	// returns ctx's error and the index is as before.
	Add(ctx context.Context, e Entries) error
	// Delete takes out all entries with one of some ids and tells how many
	// those were. When ctx ends it returns ctx's error and the index is as
	// before.
	Delete(ctx context.Context, ids ...string) (int, error)
}

// Add implements Mutable.
func (ix *Exact) Add(ctx context.Context, e Entries) error {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	return ix.add(e)
}

// add appends entries. Slices that were the caller's are copied before they
// grow.
func (ix *Exact) add(e Entries) error {
	if err := e.check(); err != nil {
		return err
	}
	if e.Dim != ix.entries.Dim {
		return fmt.Errorf("codes of %d numbers, the index has codes of %d", e.Dim, ix.entries.Dim)
	}
	if e.Len() == 0 {
		return nil
	}
	if e.People == nil {
		e.People = make([]string, e.Len())
	}
	points := ix.space.Points(e.Codes, e.Dim)
	own := !ix.borrowed
	ix.borrowed = false
	same := sameSlice(ix.points, ix.entries.Codes)
	ix.entries.Codes = appendOwn(ix.entries.Codes, e.Codes, own)
	ix.entries.IDs = appendOwn(ix.entries.IDs, e.IDs, own)
	ix.entries.People = appendOwn(ix.entries.People, e.People, own)
	if ix.width == 0 {
		ix.width = len(points) / e.Len()
		same = sameSlice(points, e.Codes)
	}
	if same {
		ix.points = ix.entries.Codes
	} else {
		ix.points = append(ix.points, points...)
	}
	if ix.dead != nil {
		ix.dead = append(ix.dead, make([]bool, e.Len())...)
	}
	// What the points are rounded to fits those it was made for.
	if ix.coarse == nil || ix.entries.Len() > 2*ix.fitted {
		ix.round()
	} else {
		ix.coarse.add(points)
	}
	return nil
}

func sameSlice(a, b []float32) bool {
	return len(a) == len(b) && len(a) > 0 && &a[0] == &b[0]
}

func appendOwn[T any](to, more []T, own bool) []T {
	if !own {
		to = slices.Clip(to)
	}
	return append(to, more...)
}

// round makes the coarse points.
func (ix *Exact) round() {
	ix.coarse, ix.fitted = newCoarse(ix.points, ix.width), ix.entries.Len()
}

// rounded gives the coarse points, which are made when they are first asked for;
// several searches may ask at once.
func (ix *Exact) rounded() *coarse {
	ix.rounding.Lock()
	defer ix.rounding.Unlock()
	if ix.coarse == nil {
		ix.round()
	}
	return ix.coarse
}

// Delete implements Mutable.
func (ix *Exact) Delete(ctx context.Context, ids ...string) (int, error) {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	n := ix.bury(ids)
	if n > 0 {
		ix.compact()
	}
	return n, nil
}

// bury marks the entries of some ids as deleted.
func (ix *Exact) bury(ids []string) int {
	gone := make(map[string]bool, len(ids))
	for _, id := range ids {
		gone[id] = true
	}
	n := 0
	for place, id := range ix.entries.IDs {
		if gone[id] && !ix.isDead(place) {
			if ix.dead == nil {
				ix.dead = make([]bool, ix.entries.Len())
			}
			ix.dead[place] = true
			n++
		}
	}
	ix.deaths += n
	return n
}

func (ix *Exact) isDead(place int) bool { return ix.dead != nil && ix.dead[place] }

// compact does away with the entries marked as deleted.
func (ix *Exact) compact() {
	if ix.deaths == 0 {
		return
	}
	same := sameSlice(ix.points, ix.entries.Codes)
	points := ix.points
	w := ix.width
	ix.entries = ix.living()
	ix.points = nil
	if same {
		ix.points = ix.entries.Codes
	} else {
		for place := range ix.dead {
			if !ix.dead[place] {
				ix.points = append(ix.points, points[place*w:(place+1)*w]...)
			}
		}
	}
	ix.dead, ix.deaths, ix.borrowed = nil, 0, false
	ix.coarse = nil
	if ix.entries.Len() > 0 {
		ix.round()
	}
}

// living copies the entries that are not deleted.
func (ix *Exact) living() Entries {
	old, n := ix.entries, ix.entries.Len()-ix.deaths
	e := Entries{Dim: old.Dim, Codes: make([]float32, 0, n*old.Dim), IDs: make([]string, 0, n), People: make([]string, 0, n)}
	for place, id := range old.IDs {
		if !ix.isDead(place) {
			e.Codes = append(e.Codes, old.Codes[place*old.Dim:(place+1)*old.Dim]...)
			e.IDs = append(e.IDs, id)
			e.People = append(e.People, old.People[place])
		}
	}
	return e
}

// copied gives an index of the same entries that can change without changing ix.
func (ix *Exact) copied() *Exact {
	return &Exact{
		entries: ix.entries, about: ix.about, space: ix.space, points: slices.Clip(ix.points), width: ix.width,
		dead: slices.Clone(ix.dead), deaths: ix.deaths, borrowed: true,
	}
}

// take makes ix what other is.
func (ix *Exact) take(other *Exact) {
	ix.entries, ix.points, ix.width, ix.coarse, ix.fitted = other.entries, other.points, other.width, other.coarse, other.fitted
	ix.dead, ix.deaths, ix.borrowed = other.dead, other.deaths, other.borrowed
}
