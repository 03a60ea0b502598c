package latent

import (
	"context"
	"errors"
	"fmt"
	"math"

	"likeness/parallel"
	"likeness/progress"
)

// Tagged holds the known attributes of the pictures that codes were made of.
type Tagged struct {
	Names []string
	// Values is N x len(Names), row by row: above 0 the picture has the attribute,
	// NaN means unknown, and with any other value the picture does not have it.
	Values []float32
	// Groups names the person in each picture: cross-validation keeps the pictures
	// of a group in one fold. It is nil, or "" for a picture, where that is unknown.
	Groups []string
}

// Len returns the number of pictures.
func (t Tagged) Len() int {
	if len(t.Names) == 0 {
		return 0
	}
	return len(t.Values) / len(t.Names)
}

// Rows returns the attributes of some pictures.
func (t Tagged) Rows(rows []int) Tagged {
	out := Tagged{Names: t.Names}
	for _, r := range rows {
		out.Values = append(out.Values, t.Values[r*len(t.Names):(r+1)*len(t.Names)]...)
		if t.Groups != nil {
			out.Groups = append(out.Groups, t.Groups[r])
		}
	}
	return out
}

// Direction is the direction in a space of codes along which an attribute
// increases. A picture's score is the position of its code along it, in standard
// deviations of all codes.
type Direction struct {
	Name   string    `json:"name"`
	White  []float32 `json:"-"` // of length 1, in white coordinates
	Recipe           // how it was fitted

	With    int     `json:"with"`    // pictures it was fitted to that have the attribute
	Without int     `json:"without"` // and that have it not
	Gap     float64 `json:"gap"`     // between the mean scores of the two
	Middle  float64 `json:"middle"`  // halfway between them
	Usual   Range   `json:"usual"`   // of the scores of training codes

	CrossAUC float64  `json:"cross_auc"`        // cross-validated on the same pictures
	HeldOut  *Measure `json:"held_out"`         // on held-out pictures; nil: not measured
	Judged   *Verdict `json:"judged,omitempty"` // of edits along it; nil: not judged
}

// Measure is how well scores separate pictures with an attribute from those without.
type Measure struct {
	AUC     float64 `json:"auc"`
	StdErr  float64 `json:"stderr"`
	With    int     `json:"with"`
	Without int     `json:"without"`
}

// Score returns the position of white coordinates along the direction.
func (d *Direction) Score(white []float32) float64 { return dot(d.White, white) }

// LeftOut is an attribute for which no direction was fitted.
type LeftOut struct {
	Name   string `json:"name"`
	Reason string `json:"reason"`
}

// FitOptions say how directions are fitted.
type FitOptions struct {
	// Method restricts the fits to one method; "" tries both.
	Method Method
	// Only are the columns of the attributes to fit; nil fits all.
	Only []int
	// Progress, if set, receives how many attributes are done.
	Progress progress.Func
}

// fewest is the number of pictures with an attribute, and without it, that a direction
// needs.
const fewest = 5

// FitDirections fits a direction for each attribute to white coordinates, width numbers
// a picture. Each attribute gets the recipe with the best cross-validated AUC; folds
// keep people together where they are known. Attributes that too few pictures have, or
// lack, are returned with the reason. The result does not depend on the number of
// threads. It fails when a number is not finite, without pictures, and when ctx ends.
func FitDirections(ctx context.Context, white []float32, width int, t Tagged, opt FitOptions) ([]Direction, []LeftOut, error) {
	if t.Len()*width != len(white) || t.Groups != nil && len(t.Groups) != t.Len() {
		panic("latent: FitDirections: codes and attributes are not equally many")
	}
	for i, v := range white {
		if v-v != 0 {
			return nil, nil, fmt.Errorf("code %d is not finite", i/width)
		}
	}
	if t.Len() == 0 {
		return nil, nil, errors.New("no pictures with attributes to fit directions to")
	}
	columns := opt.Only
	if columns == nil {
		for c := range t.Names {
			columns = append(columns, c)
		}
	}
	f := newFitter(white, width, t, opt)
	fitted, reasons := make([]*Direction, len(columns)), make([]string, len(columns))
	var done counter
	err := parallel.Each(ctx, len(columns), func(i int) {
		fitted[i], reasons[i] = f.fit(columns[i])
		done.next(func(n int) { opt.Progress.Report("Fitting directions", n, len(columns)) })
	})
	if err != nil {
		return nil, nil, err
	}
	var directions []Direction
	var left []LeftOut
	for i, d := range fitted {
		if d == nil {
			left = append(left, LeftOut{t.Names[columns[i]], reasons[i]})
			continue
		}
		directions = append(directions, *d)
	}
	return directions, left, nil
}

// labels returns the rows for which an attribute is known, with the label +1 or -1 of
// each.
func (t Tagged) labels(column int) (rows []int, y []float32, with int) {
	for r := range t.Len() {
		switch v := t.Values[r*len(t.Names)+column]; {
		case math.IsNaN(float64(v)):
			continue
		case v > 0:
			y, with = append(y, 1), with+1
		default:
			y = append(y, -1)
		}
		rows = append(rows, r)
	}
	return rows, y, with
}

// MeasureDirections sets HeldOut of directions by the attributes of the same names of
// held-out pictures.
func MeasureDirections(directions []Direction, white []float32, width int, t Tagged) {
	column := map[string]int{}
	for c, name := range t.Names {
		column[name] = c
	}
	for i := range directions {
		d := &directions[i]
		c, ok := column[d.Name]
		if !ok {
			continue
		}
		rows, y, with := t.labels(c)
		scores, has := make([]float64, len(rows)), make([]bool, len(rows))
		for k, r := range rows {
			scores[k], has[k] = d.Score(white[r*width:(r+1)*width]), y[k] > 0
		}
		if with == 0 || with == len(rows) {
			d.HeldOut = nil
			continue
		}
		auc, stderr := AUC(scores, has)
		d.HeldOut = &Measure{AUC: auc, StdErr: stderr, With: with, Without: len(rows) - with}
	}
}
