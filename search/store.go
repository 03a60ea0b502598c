package search

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// Add appends entries, whose ids must be new: unlike Upsert it looks for no earlier
// ones.
func (ix *Exact) Add(ctx context.Context, e Entries) error {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	return ix.add(ctx, e)
}

// Get implements Store.
func (ix *Exact) Get(ctx context.Context, ids ...string) (Entries, error) {
	ix.mu.RLock()
	defer ix.mu.RUnlock()
	if err := ctx.Err(); err != nil {
		return Entries{}, err
	}
	return ix.entries.pick(ix.find(ids)), nil
}

// find returns the places of the living entries with some ids.
func (ix *Exact) find(ids []string) []int {
	wanted := make(map[string]bool, len(ids))
	for _, id := range ids {
		wanted[id] = true
	}
	var places []int
	for place, id := range ix.entries.IDs {
		if wanted[id] && !ix.isDead(place) {
			places = append(places, place)
		}
	}
	return places
}

// Upsert implements Store.
func (ix *Exact) Upsert(ctx context.Context, e Entries) error {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	return ix.upsert(ctx, e)
}

// upsert appends entries and deletes those that they replace. When it fails, ix is
// as before.
func (ix *Exact) upsert(ctx context.Context, e Entries) error {
	if err := e.CheckOnce(); err != nil {
		return err
	}
	replaced := ix.find(e.IDs)
	if err := ix.add(ctx, e); err != nil {
		return err
	}
	ix.bury(replaced)
	ix.compact()
	return nil
}

// Delete implements Store.
func (ix *Exact) Delete(ctx context.Context, ids ...string) (int, error) {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	places := ix.find(ids)
	ix.bury(places)
	ix.compact()
	return len(places), nil
}

// add appends entries. It copies slices that belong to the caller before they grow.
func (ix *Exact) add(ctx context.Context, e Entries) error {
	if err := e.Check(); err != nil {
		return err
	}
	if e.Dim != ix.entries.Dim {
		return fmt.Errorf("codes of %d numbers, the index has codes of %d", e.Dim, ix.entries.Dim)
	}
	if err := ctx.Err(); err != nil || e.Len() == 0 {
		return err
	}
	points, err := ix.space.Points(ctx, e.Codes, e.Dim)
	if err != nil {
		return err
	}
	same := sameSlice(ix.points, ix.entries.Codes)
	if err := ix.entries.append(e, !ix.borrowed); err != nil {
		return err
	}
	ix.borrowed = false
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
	// The coarse points were fitted to fewer entries; refit after they have doubled.
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

// round makes the coarse points.
func (ix *Exact) round() {
	ix.coarse, ix.fitted = newCoarse(ix.points, ix.width), ix.entries.Len()
}

// rounded returns the coarse points and makes them on the first call; several
// searches may call it at once.
func (ix *Exact) rounded() *coarse {
	ix.rounding.Lock()
	defer ix.rounding.Unlock()
	if ix.coarse == nil {
		ix.round()
	}
	return ix.coarse
}

// bury marks living entries as deleted.
func (ix *Exact) bury(places []int) {
	if ix.dead == nil && len(places) > 0 {
		ix.dead = make([]bool, ix.entries.Len())
	}
	for _, place := range places {
		ix.dead[place] = true
	}
	ix.deaths += len(places)
}

func (ix *Exact) isDead(place int) bool { return ix.dead != nil && ix.dead[place] }

// compact removes the entries marked as deleted.
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
	places := make([]int, 0, ix.len())
	for place := range ix.entries.IDs {
		if !ix.isDead(place) {
			places = append(places, place)
		}
	}
	return ix.entries.pick(places)
}

// copied returns an index of the same entries that can change without changing ix.
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

// SetAttributes implements Local.
func (ix *Exact) SetAttributes(a *Attributes) error {
	ix.mu.Lock()
	defer ix.mu.Unlock()
	e := ix.entries
	if e.Attributes = a; ix.deaths > 0 {
		return errors.New("attributes cannot be set while deleted entries are kept")
	}
	if err := e.checkLists(); err != nil {
		return err
	}
	ix.entries.Attributes = a
	return nil
}
