package latent

import (
	"context"
	"fmt"
	"math"
	"slices"
)

// mostBlended bounds the faces of a blend.
const mostBlended = 8

// Blend returns the code between codes at some weights, which are divided by their sum. By
// PathLine it is their weighted mean. By PathLikely, in white coordinates, its direction is
// the weighted mean of the codes' directions on the sphere (Buss and Fillmore 2001), and
// its distance from the mean code the weighted mean of their distances, so that the code
// stays on the shell where codes lie. Of two codes either is the code on the way of
// MorphFaces. Where no direction is the mean, such as between opposite ones, it is
// PathLine's.
func (a *Atlas) Blend(codes [][]float32, weights []float64, path string) ([]float32, error) {
	if len(codes) != len(weights) || len(codes) < 1 || len(codes) > mostBlended {
		return nil, fmt.Errorf("%d codes and %d weights, expected 1 to %d of each", len(codes), len(weights), mostBlended)
	}
	if path != PathLine && path != PathLikely {
		return nil, fmt.Errorf("path %q: expected %s or %s", path, PathLine, PathLikely)
	}
	total := 0.0
	for i, v := range weights {
		if !(v >= 0) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("weight %d is %g, expected a number of 0 or more", i+1, v)
		}
		total += v
	}
	if !(total > 0) {
		return nil, fmt.Errorf("weights with the sum %g, expected more than 0", total)
	}
	var some [][]float32 // without those of weight 0
	var shares []float64
	for i, v := range weights {
		if len(codes[i]) != a.Whitening.Dim() {
			return nil, fmt.Errorf("code %d has %d numbers, expected %d", i+1, len(codes[i]), a.Whitening.Dim())
		}
		if v > 0 {
			some, shares = append(some, codes[i]), append(shares, v/total)
		}
	}
	if len(some) == 1 {
		return slices.Clone(some[0]), nil
	}
	straight := make([]float32, a.Whitening.Dim())
	for i, code := range some {
		part := float32(shares[i])
		for j, v := range code {
			straight[j] += float32(v * part)
		}
	}
	if path == PathLine {
		return straight, nil
	}
	white := make([][]float32, len(some))
	for i, code := range some {
		white[i] = a.Whitening.White(code)
	}
	if len(some) == 2 {
		return a.Whitening.moveTo(straight, turned(white[0], white[1], shares[1])), nil
	}
	if goal := turnedMany(white, shares); goal != nil {
		return a.Whitening.moveTo(straight, goal), nil
	}
	return straight, nil
}

// The rounds of turnedMany, which usually needs fewer than ten, and the length of a step
// after which no other one changes a float32.
const (
	mostTurns = 100
	faintTurn = 1e-9
)

// turnedMany is turned for any number of points, with shares whose sum is 1: the point of
// the sphere from which the weighted sum of the arcs to all directions is 0. It is nil where
// there is none.
func turnedMany(points [][]float32, shares []float64) []float32 {
	n := len(points[0])
	unit := make([][]float64, len(points))
	reach := 0.0
	at := make([]float64, n)
	for i, p := range points {
		size := length(p)
		if size < 1e-6 { // the mean itself has no direction
			return nil
		}
		reach += shares[i] * size
		unit[i] = make([]float64, n)
		for j, v := range p {
			unit[i][j] = float64(v) / size
			at[j] += shares[i] * unit[i][j]
		}
	}
	if !normalise(at) {
		return nil
	}
	step := make([]float64, n)
	for range mostTurns {
		clear(step)
		for i, u := range unit {
			cos := 0.0
			for j, v := range u {
				cos += float64(v * at[j])
			}
			angle := math.Acos(min(max(cos, -1), 1))
			scale := 1.0 // angle/sin(angle) near 0
			if sin := math.Sin(angle); sin > 1e-6 {
				scale = angle / sin
			} else if angle > 1 { // the opposite
				return nil
			}
			for j, v := range u {
				step[j] += float64(shares[i] * scale * (v - float64(cos*at[j])))
			}
		}
		size := 0.0
		for _, v := range step {
			size += float64(v * v)
		}
		if size = math.Sqrt(size); size < faintTurn {
			break
		}
		cos, sin := math.Cos(size), math.Sin(size)/size
		for j, v := range step {
			at[j] = float64(cos*at[j]) + float64(sin*v)
		}
		if !normalise(at) {
			return nil
		}
	}
	out := make([]float32, n)
	for j, v := range at {
		out[j] = float32(reach * v)
	}
	return out
}

// normalise makes a vector's length 1; it reports whether it has any.
func normalise(x []float64) bool {
	sum := 0.0
	for _, v := range x {
		sum += float64(v * v)
	}
	if sum = math.Sqrt(sum); !(sum > 1e-6) {
		return false
	}
	for i := range x {
		x[i] /= sum
	}
	return true
}

// Blend blends faces and paints the result.
func (d *Desk) Blend(ctx context.Context, codes [][]float32, weights []float64, path string) (*Shown, error) {
	if err := d.check(codes...); err != nil {
		return nil, err
	}
	code, err := d.Atlas.Blend(codes, weights, path)
	if err != nil {
		return nil, err
	}
	return d.Show(ctx, code, Move{}, nil)
}

// Morph walks from face to face as MorphFaces does, with the codes of the faces.
func (d *Desk) Morph(ctx context.Context, names []string, codes [][]float32, opt MorphOptions) (*MorphResult, error) {
	if len(names) != len(codes) || len(codes) < 2 {
		return nil, fmt.Errorf("%d codes and %d names, expected two of each at least", len(codes), len(names))
	}
	if err := d.check(codes...); err != nil {
		return nil, err
	}
	if opt.Path == "" {
		opt.Path = PathLine
	}
	if opt.Path != PathLine && opt.Path != PathLikely {
		return nil, fmt.Errorf("path %q: expected %s or %s", opt.Path, PathLine, PathLikely)
	}
	return morphCodes(ctx, d.Model, d.gatherer.Decode, d.Atlas, names, codes, opt)
}
