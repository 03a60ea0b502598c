package report

import (
	"image"
	"strings"

	"likeness/pix"
)

// Edit is one row of pictures of a changing code: a photograph and the decoded frames.
type Edit struct {
	Name     string     // what is changed, at the left; "" for none
	Picture  *pix.Image // the photograph; nil leaves it out
	Title    string     // which picture this is; underscores are printed as spaces
	Frames   []*pix.Image
	Captions []string // one for each frame, of a line or several; or nil
	Far      []bool   // frames far from the data, which get a frame; nil for none
}

// EditStrip draws each edit as a row: its name at the left, the photograph, and the frames
// with their captions. More frames than fit continue below.
func EditStrip(edits []Edit) *pix.Image {
	p := newPen()
	named, pictured := false, false
	var names []string
	for _, e := range edits {
		named, pictured = named || e.Name != "", pictured || e.Picture != nil
		names = append(names, e.Name)
	}
	labels := p.labels(names, tileSmall)
	s := &sheet{gap: 12}
	if pictured {
		if named {
			s.heads = append(s.heads, "")
		}
		s.heads = append(s.heads, "Original")
	}
	for i, e := range edits {
		if e.Captions != nil && len(e.Captions) != len(e.Frames) {
			panic("report: an edit needs one caption for each frame")
		}
		var row []cell
		if named {
			row = append(row, cell{pic: labels[i]})
		}
		if pictured {
			row = append(row, cell{pic: p.tile(e.Picture, tileSmall), below: title(e.Title)})
		}
		lead := len(row)
		for k, f := range e.Frames {
			c := cell{pic: p.tile(f, tileSmall)}
			if e.Captions != nil {
				for line := range strings.SplitSeq(e.Captions[k], "\n") {
					c.below = append(c.below, caption(line)...)
				}
			}
			if e.Far != nil && e.Far[k] {
				c.frame = warning
			}
			row = append(row, c)
		}
		s.rows = append(s.rows, folded(row, lead, 0)...)
	}
	return s.draw(p)
}

// labels draws names in tiles of the given height and equal width, for the left of rows.
func (p *pen) labels(names []string, height int) []*image.RGBA {
	const widest = 220
	lines := make([][]string, len(names))
	width := 1
	for i, n := range names {
		lines[i] = p.wrap(n, headStyle, widest, 4)
		for _, l := range lines[i] {
			width = max(width, p.width(l, headStyle))
		}
	}
	out := make([]*image.RGBA, len(names))
	for i := range names {
		t := newWhite(width+4, height)
		y := (height - len(lines[i])*headStyle.height()) / 2
		for _, l := range lines[i] {
			p.write(t, 0, y, l, headStyle)
			y += headStyle.height()
		}
		out[i] = t
	}
	return out
}

// Path is one walk between the codes of two faces.
type Path struct {
	Name   string // at the left, such as "straight"
	Frames []*pix.Image
	// Distances are those of the frames' codes from the mean code, in standard
	// deviations, written beneath; nil leaves them out. Far marks frames that lie
	// far from the data; it may be nil.
	Distances []float64
	Far       []bool
}

// Paths draws walks between the same two faces below one another, so that they
// can be compared. a and b are the photographs of the ends and may be nil.
func Paths(a, b *pix.Image, from, to string, paths []Path) *pix.Image {
	p := newPen()
	var names []string
	longest := 0
	for _, w := range paths {
		names = append(names, w.Name)
		longest = max(longest, len(w.Frames))
	}
	labels := p.labels(names, tileSmall)
	s := &sheet{gap: 12, heads: make([]string, longest+3)}
	if a != nil || b != nil {
		s.heads[1], s.heads[longest+2] = "Original", "Original"
	}
	end := func(m *pix.Image, who string) cell {
		if m == nil {
			return cell{}
		}
		return cell{pic: p.tile(m, tileSmall), below: title(who)}
	}
	for i, w := range paths {
		row := []cell{{pic: labels[i]}, end(a, from)}
		for k, f := range w.Frames {
			c := cell{pic: p.tile(f, tileSmall)}
			if w.Distances != nil {
				c.below = caption("distance " + distance(w.Distances[k]))
			}
			if w.Far != nil && w.Far[k] {
				c.below = append(c.below, words{text: "far", style: captionStyle})
				c.frame = warning
			}
			row = append(row, c)
		}
		for len(row) < longest+2 {
			row = append(row, cell{})
		}
		s.rows = append(s.rows, append(row, end(b, to)))
	}
	return s.draw(p)
}

// Gathering is a group of pictures under a name.
type Gathering struct {
	Name     string
	Note     string // beneath
	Pictures []*pix.Image
}

// Gatherings draws groups of pictures side by side, each as a grid of cols
// columns: new faces beside real ones.
func Gatherings(groups []Gathering, cols int) *pix.Image {
	const side = 96
	p := newPen()
	s := &sheet{rows: [][]cell{nil}, gap: 56}
	for _, g := range groups {
		var tiles []*pix.Image
		for _, m := range g.Pictures {
			tiles = append(tiles, pix.FromImage(p.tile(m, side)))
		}
		grid := pix.Grid(tiles, cols, 1, 6)
		s.heads = append(s.heads, g.Name)
		c := cell{pic: grid.RGBA()}
		if strings.TrimSpace(g.Note) != "" {
			c.below = caption(g.Note)
		}
		s.rows[0] = append(s.rows[0], c)
	}
	return s.draw(p)
}

// WalkFrames returns the frames of an animation of one walk, enlarged: forwards and
// backwards with a rest at both ends, or in a loop where closed says that the last frame is
// the first.
func WalkFrames(frames []*pix.Image, closed bool) []*pix.Image {
	if !closed || len(frames) < 3 {
		return MorphFrames([]Morph{{Frames: frames}})
	}
	p := newPen()
	var out []*pix.Image
	for _, f := range frames[:len(frames)-1] {
		out = append(out, (&sheet{rows: [][]cell{{{pic: p.tile(f, tileLarge)}}}}).draw(p))
	}
	return out
}
