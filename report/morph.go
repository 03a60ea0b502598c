package report

import (
	"fmt"
	"slices"

	"likeness/pix"
)

// Morph is one walk between two codes: decoded frames with their alphas, the
// share of the second code in each.
type Morph struct {
	Frames   []*pix.Image
	Alphas   []float64  // one for each frame; nil means evenly from 0 to 1
	From, To string     // who the ends are
	A, B     *pix.Image // the photographs the ends were encoded from; may be nil
	Notes    []string   // beneath each frame's alpha; nil for none
	Far      []bool     // frames far from the data, which get a frame; nil for none
}

// alpha returns the share of frame i.
func (m Morph) alpha(i int) float64 {
	switch {
	case m.Alphas != nil:
		if len(m.Alphas) != len(m.Frames) {
			panic("report: a morph needs one alpha for each frame")
		}
		return m.Alphas[i]
	case len(m.Frames) == 1:
		return 0
	}
	return float64(i) / float64(len(m.Frames)-1)
}

// MorphStrip draws each morph as a row of frames, "a=0.00" to "a=1.00", with
// the original photographs at both ends where they are given. More frames than fit
// continue below.
func MorphStrip(morphs []Morph) *pix.Image {
	p := newPen()
	originals, longest := false, 0
	for _, m := range morphs {
		originals = originals || m.A != nil || m.B != nil
		longest = max(longest, len(m.Frames))
	}
	widest := perRow(longest)[0]
	var rows [][]cell
	for _, m := range morphs {
		var row []cell
		if originals {
			row = append(row, cell{pic: p.tile(m.A, tileSmall), below: title(m.From)})
		}
		for k, f := range m.Frames {
			c := cell{pic: p.tile(f, tileSmall)}
			c.below = append(c.below, words{text: fmt.Sprintf("a=%.2f", m.alpha(k)), style: mutedStyle})
			if m.Notes != nil && m.Notes[k] != "" {
				c.below = append(c.below, words{text: m.Notes[k], style: mutedStyle})
			}
			if m.Far != nil && m.Far[k] {
				c.frame = warning
			}
			if !originals && k == 0 && m.From != "" {
				c.below = append(c.below, title(m.From)...)
			}
			if !originals && k == len(m.Frames)-1 && k > 0 && m.To != "" {
				c.below = append(c.below, title(m.To)...)
			}
			row = append(row, c)
		}
		if !originals {
			rows = append(rows, folded(row, 0, 0)...)
			continue
		}
		lines := folded(row, 1, widest+1) // the last column is the photographs'
		last := len(lines) - 1
		lines[last] = append(lines[last], cell{pic: p.tile(m.B, tileSmall), below: title(m.To)})
		rows = append(rows, lines...)
	}
	s := &sheet{rows: rows, gap: 12}
	if originals {
		s.heads = make([]string, widest+2)
		s.heads[0], s.heads[widest+1] = "Original", "Original"
	}
	return s.draw(p)
}

// MorphFrames returns the frames of an animation that shows all morphs forwards and
// backwards with a rest at both ends, enlarged, side by side in rows of eight; write them
// with pix.WriteGIF. Morphs with fewer frames wait at their end.
func MorphFrames(morphs []Morph) []*pix.Image {
	longest := 0
	for _, m := range morphs {
		longest = max(longest, len(m.Frames))
	}
	if longest == 0 {
		return nil
	}
	p := newPen()
	side := tileLarge
	if len(morphs) > 1 {
		// An animation is shown pixel for pixel, so this has the shown size of the strip
		// at a quarter of its pixels, which keeps pages small.
		side = tileSmall / Density
	}
	there := make([]*pix.Image, longest)
	for k := range there {
		var row []cell
		for _, m := range morphs {
			if len(m.Frames) > 0 {
				row = append(row, cell{pic: p.tile(m.Frames[min(k, len(m.Frames)-1)], side)})
			}
		}
		there[k] = (&sheet{rows: slices.Collect(slices.Chunk(row, 8)), gap: 12}).draw(p)
	}
	const rest = 2
	var out []*pix.Image
	for range rest {
		out = append(out, there[0])
	}
	if longest == 1 {
		return out
	}
	out = append(out, there[1:]...)
	for range rest {
		out = append(out, there[longest-1])
	}
	for k := longest - 2; k > 0; k-- {
		out = append(out, there[k])
	}
	return out
}
