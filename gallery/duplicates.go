package gallery

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"slices"

	"likeness/faces"
	"likeness/faces/copies"
	"likeness/parallel"
	"likeness/pix"
	"likeness/search"
)

// codesWithin is how near codes of copies are by default, in parts of the usual distance.
const codesWithin = 0.35

// DuplicateOptions say what counts as a duplicate.
type DuplicateOptions struct {
	// Within is how near duplicates are, from 0 (equal) to below 1 (unrelated); nil
	// means copies.Within for pixels and 0.35 for codes.
	Within  *float64 `json:"within,omitempty"`
	Threads int      `json:"threads,omitempty"` // 0: as ctx says, see package parallel
}

func (o *DuplicateOptions) within(usual float64) (float64, error) {
	if o.Within == nil {
		return usual, nil
	}
	if w := *o.Within; !(w >= 0 && w < 1) {
		return 0, fmt.Errorf("within %g: expected 0 to 1, such as 0.1", w)
	}
	return *o.Within, nil
}

// Duplicates are pictures that are there more than once.
type Duplicates struct {
	Data     string  `json:"data"`
	By       string  `json:"by"` // what was compared: pixels, or the name of a space
	Within   float64 `json:"within"`
	Pictures int     `json:"pictures"`
	Spare    int     `json:"spare"` // pictures beyond the first of each group
	Groups   []Group `json:"groups"`
}

// Duplicates groups the members of the index whose codes are nearly equal. So crops of
// one photograph are found too, and now and then two photographs taken in one moment.
// Distances are in parts of the median distance of two members.
func (g *Gallery) Duplicates(ctx context.Context, opt DuplicateOptions) (*Duplicates, error) {
	done, err := g.use()
	if err != nil {
		return nil, err
	}
	defer done()
	ctx = parallel.WithThreads(g.context(ctx), opt.Threads)
	within, err := opt.within(codesWithin)
	if err != nil {
		return nil, err
	}
	c, err := g.collection(ctx)
	if err != nil {
		return nil, err
	}
	unrelated := c.usualDistance()
	number, err := search.Near(ctx, c.points, c.width, within*unrelated)
	if err != nil {
		return nil, err
	}
	d := &Duplicates{Data: g.path, By: c.space.Name(), Within: within, Pictures: len(c.ids)}
	d.Groups, _ = c.group(number, func(i, j int) float64 {
		return c.distance(i, j) / max(unrelated, math.SmallestNonzeroFloat64)
	})
	d.finish(func(i, j int) bool {
		return slices.Equal(c.codes[i*c.dim:(i+1)*c.dim], c.codes[j*c.dim:(j+1)*c.dim])
	})
	return d, nil
}

// DuplicatesPrep returns how pictures are prepared for FindDuplicates: squeezed to the
// size of thumbnails, so that a copy of another size comes out alike.
func DuplicatesPrep() pix.Prep { return pix.Prep{W: copies.Side, H: copies.Side} }

// FindDuplicates groups the pictures of a set that DuplicatesPrep has prepared: equal
// ones, whatever they are called, and those that were saved again, made smaller, brighter
// or grey; see package copies.
func FindDuplicates(ctx context.Context, set *faces.Set, opt DuplicateOptions) (*Duplicates, error) {
	ctx = parallel.WithThreads(ctx, opt.Threads)
	within, err := opt.within(copies.Within)
	if err != nil {
		return nil, err
	}
	thumbs := make([]*copies.Thumb, set.Len())
	if err := parallel.Each(ctx, set.Len(), func(i int) { thumbs[i] = copies.NewThumb(set.Image(i)) }); err != nil {
		return nil, err
	}
	// The engine takes 0 for its default.
	number, err := copies.Group(ctx, thumbs, copies.Options{Within: max(within, math.SmallestNonzeroFloat64), Flat: true})
	if err != nil {
		return nil, err
	}
	d := &Duplicates{Data: set.Source, By: "pixels", Within: within, Pictures: set.Len()}
	c := &collection{ids: set.IDs, people: namesOf(set)}
	d.Groups, _ = c.group(number, func(i, j int) float64 { return thumbs[i].Distance(thumbs[j]) })
	d.finish(func(i, j int) bool { return bytes.Equal(set.Image(i).Pix, set.Image(j).Pix) })
	return d, nil
}

// finish fills in what follows from the groups.
func (d *Duplicates) finish(equal func(i, j int) bool) {
	for _, g := range d.Groups {
		d.Spare += len(g.Pictures) - 1
		for i := range g.Pictures {
			same := equal(g.Pictures[0].row, g.Pictures[i].row)
			g.Pictures[i].Equal = &same
		}
	}
}

// usualDistance returns the median distance of pictures that have nothing to do with
// each other: of pairs spread evenly over all.
func (c *collection) usualDistance() float64 {
	const pairs = 2000
	n := len(c.ids)
	var all []float64
	for k := range pairs {
		if i, j := k*7919%n, (k*104729+n/2)%n; i != j {
			all = append(all, c.distance(i, j))
		}
	}
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all)
	return all[len(all)/2]
}
