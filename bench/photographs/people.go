package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"math/rand/v2"

	"likeness/detect"
	"likeness/detect/scene"
	"likeness/pix"
	"likeness/search"
)

// people measures search among the faces of composed photographs: the faces are found, cut by what was found, and each person
// is searched for by another picture of theirs. It also searches for photographs of 250x250 by themselves at 249x249.
func (b *bench) people(ctx context.Context, w io.Writer) error {
	rng := rand.New(rand.NewPCG(3, 4))
	var names []string
	var points [][]float32
	var queries []int // of b.several
	shown := b.several[:min(len(b.several), 150)]
	for first := 0; first < len(shown); {
		n := min(1+rng.IntN(4), len(shown)-first)
		for k, p := range shown[first : first+n] {
			c := scene.New(p.pictures[:1], nil)
			photo := c.Compose(firstNumber+3<<40+uint64(first+k), scene.Plan{W: 600, H: 450, Smallest: detect.Smallest, Largest: 300, People: 1})
			if len(photo.Faces) == 0 {
				continue
			}
			queries = append(queries, first+k)
			found, err := b.detector.Find(ctx, photo.Image)
			if err != nil {
				return err
			}
			for _, f := range found {
				name := "" // somebody else, or a false box
				if f.Overlap(photo.Faces[0]) >= 0.4 {
					name = p.name
				}
				point, err := b.point(ctx, photo.Image, f)
				if err != nil {
					return err
				}
				names, points = append(names, name), append(points, point)
			}
		}
		first += n
	}
	hits := 0
	for _, q := range queries {
		p := b.several[q]
		m := p.pictures[1].Image
		point, err := b.largest(ctx, m)
		if err != nil {
			return err
		}
		if point == nil {
			continue
		}
		if names[nearest(points, point)] == p.name {
			hits++
		}
	}
	fmt.Fprintf(w, "Each of %d people searched for by another picture among %d faces found in composed photographs: the person first for %.3f.\n\n",
		len(queries), len(points), float64(hits)/float64(max(1, len(queries))))

	var whole [][]float32
	some := b.strangers[:min(50, len(b.strangers))]
	for _, p := range some {
		point, err := b.largest(ctx, p.Image)
		if err != nil {
			return err
		}
		whole = append(whole, point)
	}
	same := 0
	for i, p := range some {
		point, err := b.largest(ctx, p.Image.Resize(249, 249))
		if err != nil {
			return err
		}
		if point != nil && nearest(whole, point) == i {
			same++
		}
	}
	fmt.Fprintf(w, "%d photographs of 250x250 searched for by themselves at 249x249: the very photograph first for %d.\n", len(some), same)
	return nil
}

// largest returns the point of the largest face of a picture; nil where none is found.
func (b *bench) largest(ctx context.Context, m *pix.Image) ([]float32, error) {
	found, err := b.detector.Find(ctx, m)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return b.point(ctx, m, found[0])
}

// point returns a face's place in the finder's space.
func (b *bench) point(ctx context.Context, m *pix.Image, f detect.Face) ([]float32, error) {
	cut, err := b.finder.Describer.Prep.ApplyTo(m, f.Frame())
	if err != nil {
		return nil, err
	}
	code, _ := b.finder.Describer.Describe(cut)
	return b.finder.Space.Points(ctx, code, b.finder.Describer.Dim())
}

func nearest(points [][]float32, q []float32) int {
	best, at := math.Inf(1), 0
	for i, p := range points {
		if p == nil {
			continue
		}
		if d := search.Distance(p, q); d < best {
			best, at = d, i
		}
	}
	return at
}
