// Package latent works in the space of a model's codes: it edits faces along directions
// of attributes, walks from face to face, and draws new faces.
//
// An Atlas describes the codes of one model. OpenOrFit opens the one beside a model or
// fits it. An Editor changes attributes of faces, MorphFaces turns faces into one another,
// and Sample makes new ones; below them lie functions on codes alone. Codes are whitened
// first (Whitening), so that lengths and scores are in standard deviations.
package latent

import (
	"errors"
	"fmt"
)

// Weights returns the weights of a morph's steps, evenly from 0 to 1 as
// numpy.linspace(0, 1, steps) returns them. Fewer than 2 steps are an error.
func Weights(steps int) ([]float64, error) {
	if steps < 2 {
		return nil, fmt.Errorf("a morph of %d steps, expected at least 2", steps)
	}
	w := make([]float64, steps)
	step := 1 / float64(steps-1)
	for i := range w {
		w[i] = float64(i) * step
	}
	w[steps-1] = 1 // whatever the rounding
	return w, nil
}

// Morph returns the codes on the straight line from one code to another, both included:
// from*(1-a) + to*a for each a of Weights(steps), in the float32 arithmetic of NumPy.
// Fewer than 2 steps and codes of different lengths are errors.
func Morph(from, to []float32, steps int) ([][]float32, error) {
	return MorphMany([][]float32{from, to}, steps)
}

// MorphMany is Morph along several codes, with the given number of steps from each to
// the next. The last code of one line is the first of the next, so n codes give
// (n-1)*(steps-1)+1. A path is closed when its last code is its first.
func MorphMany(codes [][]float32, steps int) ([][]float32, error) {
	weights, err := Weights(steps)
	if err != nil {
		return nil, err
	}
	if len(codes) < 2 {
		return nil, errors.New("a morph needs at least 2 codes")
	}
	for i, c := range codes {
		if len(c) != len(codes[0]) {
			return nil, fmt.Errorf("a morph between codes of %d and %d numbers: code %d is of another model than the first", len(codes[0]), len(c), i)
		}
	}
	path := [][]float32{mix(codes[0], codes[1], 0)}
	for i, to := range codes[1:] {
		for _, a := range weights[1:] {
			path = append(path, mix(codes[i], to, a))
		}
	}
	return path, nil
}

// mix returns from*(1-a) + to*a. Each product is rounded to float32, which keeps
// compilers from fusing it with the sum.
func mix(from, to []float32, a float64) []float32 {
	rest, part := float32(1-a), float32(a)
	code := make([]float32, len(from))
	for i := range code {
		code[i] = float32(from[i]*rest) + float32(to[i]*part)
	}
	return code
}
