package cases

import (
	"context"
	"fmt"

	"likeness/faces"
	"likeness/pix"
)

// Drawing returns Images pictures made by a formula in whole numbers, as
// (Images, Side, Side, 3) in [-0.5, 0.5]. The byte of channel c at (x, y) of
// picture p is the mean, rounded down, of a plane wave and of rings, whose
// places and widths come from the bits of
//
//	h = (p+1)*2654435761 mod 2^32, g = (p+1)*2246822519 mod 2^32:
//	wave  = fold((h>>28)*x + (h>>24&15)*y + (h>>15&511) + 40*c)
//	rings = fold(((x-(g>>27))^2 + (y-(g>>22&31))^2)/2 + (g>>13&511))
//	fold(n) = min(n mod 512, 511 - n mod 512)
func Drawing() []float32 {
	out := make([]float32, Images*Side*Side*3)
	m := pix.New(Side, Side)
	for p := range Images {
		h, g := uint32(p+1)*2654435761, uint32(p+1)*2246822519
		for i := range m.Pix {
			x, y, c := i/3%Side, i/3/Side, i%3
			wave := fold(int(h>>28)*x + int(h>>24&15)*y + int(h>>15&511) + 40*c)
			dx, dy := x-int(g>>27), y-int(g>>22&31)
			rings := fold((dx*dx+dy*dy)/2 + int(g>>13&511))
			m.Pix[i] = byte((wave + rings) / 2)
		}
		m.Floats(out[p*len(m.Pix) : (p+1)*len(m.Pix)])
	}
	return out
}

// fold runs from 0 to 255 and back with a period of 512.
func fold(n int) int { return min(n&511, 511-n&511) }

// Faces returns the first Images training pictures of a data set, usually LFW,
// split at random by the tutorial's 0.1 and 42, as (Images, Side, Side, 3) in
// [-0.5, 0.5].
func Faces(ctx context.Context, source string, opt faces.Options) ([]float32, error) {
	opt.Prep = Prep
	set, err := faces.Load(ctx, source, opt)
	if err != nil {
		return nil, err
	}
	split, err := faces.RandomSplit(set.Len(), 0.1, 42)
	if err != nil {
		return nil, err
	}
	if len(split.Train) < Images {
		return nil, fmt.Errorf("%s gives %d training pictures, %d are needed", source, len(split.Train), Images)
	}
	return set.AllFloats(split.Train[:Images]), nil
}
