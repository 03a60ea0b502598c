package gallery

import (
	"context"
	"math"

	"likeness/finder"
	"likeness/search"
)

// Compare compares the faces in two picture files by an embedder that knows no odds, such as an
// encoder from elsewhere: by the angle between their codes. Without a threshold that is
// finder.ErrNoOdds.
func Compare(ctx context.Context, e Embedder, a, b string, opt finder.CompareOptions) (*finder.Comparison, error) {
	if opt.Threshold == nil {
		return nil, finder.ErrNoOdds
	}
	space := search.Cosine{}
	c := &finder.Comparison{A: a, B: b, Space: space.Name(), Threshold: min(*opt.Threshold, math.MaxFloat64)}
	cutter := opt.Cutter.For(e.Prep())
	var codes []float32
	for i, path := range []string{a, b} {
		cut, err := cutter.OpenOne(ctx, path)
		if err != nil {
			return nil, err
		}
		code, err := e.Code(ctx, cut.Picture, c.Space)
		if err != nil {
			return nil, err
		}
		codes = append(codes, code...)
		*[]*int{&c.FacesA, &c.FacesB}[i] = cut.Of
	}
	points, err := space.Points(ctx, codes, len(codes)/2)
	if err != nil {
		return nil, err
	}
	c.Distance = search.Distance(points[:len(points)/2], points[len(points)/2:])
	c.Same = c.Distance <= *opt.Threshold
	return c, nil
}
