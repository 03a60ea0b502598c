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
	Spare    int     `json:"spare"` // pictures beyond the one of each group that is kept, links aside
	// Links are further names of one file, symbolic or hard, and SpareBytes what the spare files take; both are known once
	// the files were looked at, see Judge.
	Links      int     `json:"links"`
	SpareBytes int64   `json:"spare_bytes"`
	Groups     []Group `json:"groups"`

	// compare compares two pictures by their rows: their distance, what makes the first the second, and whether they equal.
	compare func(i, j int) (distance float64, how string, equal bool)
	// shows has the numbers of the groups of each picture's faces, where these are members; nil where pictures are.
	shows map[string][]int
	fates map[string]bool // of pictures that were judged: kept or not
}

// Duplicates groups the members of the index whose codes are nearly equal. So crops of
// one photograph are found too, and now and then two photographs taken in one moment.
// Distances are in parts of the median distance of two members. Where several faces of a picture are members, a group
// has each picture once, and one that shows a face which the picture to keep does not show is no spare.
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
	d.compare = func(i, j int) (float64, string, bool) {
		equal := slices.Equal(c.codes[i*c.dim:(i+1)*c.dim], c.codes[j*c.dim:(j+1)*c.dim])
		return c.distance(i, j) / max(unrelated, math.SmallestNonzeroFloat64), "", equal
	}
	if faces.Wanted(g.file.About.Faces) == faces.All {
		d.shows = map[string][]int{}
		for i, id := range c.ids {
			picture, _ := faces.SplitFaceID(id)
			d.shows[picture] = append(d.shows[picture], number[i])
		}
	}
	d.finish(c, number)
	return d, nil
}

// DuplicatesPrep returns how pictures are prepared for FindDuplicates: squeezed to the
// size of thumbnails, so that a copy of another size comes out alike.
func DuplicatesPrep() pix.Prep { return pix.Prep{W: copies.Side, H: copies.Side} }

// FindDuplicates groups the pictures of a set that DuplicatesPrep has prepared: equal
// ones, whatever they are called, and those that were saved again, made smaller, brighter
// or grey, mirrored or turned by quarters; see package copies.
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
	number, err := copies.Group(ctx, thumbs, copies.Options{Within: max(within, math.SmallestNonzeroFloat64), Flat: true, Moved: true})
	if err != nil {
		return nil, err
	}
	d := &Duplicates{Data: set.Source, By: "pixels", Within: within, Pictures: set.Len()}
	c := &collection{ids: set.IDs, people: namesOf(set)}
	d.compare = func(i, j int) (float64, string, bool) {
		if thumbs[i].Flat() || thumbs[j].Flat() {
			return thumbs[i].Distance(thumbs[j]), "", bytes.Equal(set.Image(i).Pix, set.Image(j).Pix)
		}
		how := copies.Between(thumbs[i], thumbs[j])
		return thumbs[i].Turned(how).Distance(thumbs[j]), how.String(), bytes.Equal(set.Image(i).Pix, set.Image(j).Pix)
	}
	d.finish(c, number)
	return d, nil
}

// finish fills in the groups by the numbers of the pictures.
func (d *Duplicates) finish(c *collection, number []int) {
	d.Groups, _ = c.group(number, func(i, j int) float64 {
		distance, _, _ := d.compare(i, j)
		return distance
	})
	d.onePerPicture()
	d.fates = map[string]bool{}
	for _, g := range d.Groups {
		d.Spare += d.count(&g)
		d.beside(&g, 0)
	}
}

// beside compares the pictures of a group with one of them.
func (d *Duplicates) beside(g *Group, first int) {
	one := g.Pictures[first]
	g.Pictures = slices.Insert(slices.Delete(g.Pictures, first, first+1), 0, one)
	for i := range g.Pictures {
		m := &g.Pictures[i]
		var equal bool
		m.Distance, m.How, equal = d.compare(one.row, m.row)
		m.Equal = &equal
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
