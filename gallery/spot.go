package gallery

import (
	"context"
	"errors"
	"fmt"
	"math"

	"likeness/autoencoder"
	"likeness/pix"
	"likeness/projection"
	"likeness/search"
)

// ErrNoDecoder means that an index was made by what has no decoder, so that no face can be
// painted from a code.
var ErrNoDecoder = errors.New("made by a finder, which paints no faces")

// Spot is what belongs to a place of a layout where no member lies.
type Spot struct {
	X float32 `json:"x"`
	Y float32 `json:"y"`
	// Code is what the place stands for, and Picture what the decoder makes of it.
	Code    []float32  `json:"code"`
	Picture *pix.Image `json:"-"`
	// Nearest are the members nearest to it in the layout.
	Nearest []Member `json:"nearest"`
}

// besideSpot is how many of the nearest members a spot's code is the mean of.
const besideSpot = 8

// Spot returns the face that a place of a layout stands for. In a layout by principal components
// that is the code to be expected of its two coordinates (by linear regression, which for
// plain codes is the inverse of the projection); in others, whose places have no code of
// their own, the mean of the codes of the nearest members, weighed by 1 over their squared
// distances. Without a decoder it is ErrNoDecoder.
func (g *Gallery) Spot(ctx context.Context, l *Layout, x, y float32) (*Spot, error) {
	done, err := g.use()
	if err != nil {
		return nil, err
	}
	defer done()
	if x-x != 0 || y-y != 0 {
		return nil, fmt.Errorf("a place at %g, %g, expected finite numbers", x, y)
	}
	e := &g.file.Entries
	if len(l.Positions) != 2*e.Len() {
		return nil, fmt.Errorf("a layout of %d members, %s has %d", len(l.Positions)/2, g.path, e.Len())
	}
	m, err := g.decoder()
	if err != nil {
		return nil, err
	}
	near, err := search.NearestTo(ctx, l.Positions, 2, []float32{x, y}, besideSpot)
	if err != nil {
		return nil, err
	}
	s := &Spot{X: x, Y: y, Nearest: []Member{}}
	for _, row := range near.Rows {
		s.Nearest = append(s.Nearest, g.member(int(row)))
	}
	if l.Method == projection.PCA {
		s.Code = regressed(e.Codes, e.Dim, m.Code, l.Positions, x, y)
	} else {
		s.Code = averaged(e.Codes, e.Dim, m.Code, near)
	}
	decoded, err := m.Decode(ctx, s.Code)
	if err != nil {
		return nil, err
	}
	s.Picture = pix.FromFloats(decoded, m.Prep.W, m.Prep.H)
	return s, nil
}

// Decodes reports whether the gallery can paint faces from codes.
func (g *Gallery) Decodes() bool {
	done, err := g.use()
	if err != nil {
		return false
	}
	defer done()
	_, err = g.decoder()
	return err == nil
}

// decoder returns the model that made the index.
func (g *Gallery) decoder() (*autoencoder.Model, error) {
	e, err := g.embed()
	if err != nil {
		return nil, err
	}
	made, ok := e.(*model)
	if !ok {
		return nil, fmt.Errorf("%s was %w", g.path, ErrNoDecoder)
	}
	return made.m, nil
}

// regressed returns the first numbers of the code to be expected at a place: positions have
// mean 0 and do not vary together, so each coordinate has a slope of its own.
func regressed(codes []float32, dim, own int, positions []float32, x, y float32) []float32 {
	n := len(positions) / 2
	mean, slopes, squares := make([]float64, own), [2][]float64{make([]float64, own), make([]float64, own)}, [2]float64{}
	for i := range n {
		code := codes[i*dim : i*dim+own]
		for j, v := range code {
			mean[j] += float64(v) / float64(n)
		}
		for a := range slopes {
			at := float64(positions[2*i+a])
			squares[a] += at * at
			for j, v := range code {
				slopes[a][j] += at * float64(v)
			}
		}
	}
	out := make([]float32, own)
	for j := range out {
		v := mean[j]
		for a, at := range [2]float32{x, y} {
			if squares[a] > 0 {
				v += float64(at) * slopes[a][j] / squares[a]
			}
		}
		out[j] = float32(v)
	}
	return out
}

// averaged returns the mean of the first numbers of the nearest codes, weighed by nearness.
func averaged(codes []float32, dim, own int, near *search.Neighbours) []float32 {
	sums, total := make([]float64, own), 0.0
	for i, row := range near.Rows {
		d := float64(near.Distance[i])
		w := 1 / max(d*d, 1e-12*math.Pow(float64(near.Distance[len(near.Distance)-1]), 2), 1e-300)
		total += w
		for j, v := range codes[int(row)*dim : int(row)*dim+own] {
			sums[j] += w * float64(v)
		}
	}
	out := make([]float32, own)
	for j := range out {
		out[j] = float32(sums[j] / total)
	}
	return out
}
