package latent

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"likeness/search"
)

// ErrNoAttributes is the error of a look-up in an atlas that knows no attribute at
// all: neither the data it was fitted to nor the user's own pictures had any.
var ErrNoAttributes = errors.New("no attribute is known")

// Direction returns the direction of an attribute. Case, spaces, underscores, hyphens
// and apostrophes of the name are ignored, unless several directions differ in nothing
// else: then only the exact name is accepted. The error of an unknown name lists
// similar ones.
func (a *Atlas) Direction(name string) (*Direction, error) {
	var found []*Direction
	var names []string
	for i := range a.Directions {
		d := &a.Directions[i]
		if d.Name == name {
			return d, nil
		}
		if search.SameAttribute(d.Name, name) {
			found = append(found, d)
		}
		names = append(names, d.Name)
	}
	if len(found) == 1 {
		return found[0], nil
	}
	if len(found) > 1 {
		return nil, fmt.Errorf("%q could mean %s or %s", name, found[0].Name, found[1].Name)
	}
	for _, l := range a.Story.LeftOut {
		if search.SameAttribute(l.Name, name) {
			return nil, fmt.Errorf("there is no direction for %s: %s", l.Name, l.Reason)
		}
	}
	if a.Story.Known != nil {
		names = a.Story.Known
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("%w, not %q either", ErrNoAttributes, name)
	}
	for _, n := range names {
		if search.SameAttribute(n, name) {
			return nil, fmt.Errorf("there is no direction for %s: it was not among the attributes that the atlas was fitted to", n)
		}
	}
	if close := Closest(name, names); len(close) > 0 {
		return nil, fmt.Errorf("no attribute is called %q: did you mean %s?", name, strings.Join(close, " or "))
	}
	return nil, fmt.Errorf("no attribute is called %q, known are %s", name, strings.Join(names, ", "))
}

// Want asks for more or less of an attribute, by its name.
type Want struct {
	Name string `json:"name"`
	// Strength is the change of the score in standard deviations, above 0. With 0 it is
	// the gap between the mean scores of faces with and without the attribute.
	Strength float64 `json:"strength,omitempty"`
	Less     bool    `json:"less,omitempty"` // lower the score
}

// ParseWant parses NAME or NAME=STRENGTH, such as "Smiling=1.5".
func ParseWant(text string) (Want, error) {
	name, strength, given := strings.Cut(text, "=")
	w := Want{Name: strings.TrimSpace(name)}
	if w.Name == "" {
		return w, errors.New("expected the name of an attribute")
	}
	if given {
		v, err := strconv.ParseFloat(strings.TrimSpace(strength), 64)
		if err != nil || !(v > 0 && v <= mostStrength) {
			return w, fmt.Errorf("expected a strength above 0 behind the =, such as %s=1.5", w.Name)
		}
		w.Strength = v
	}
	return w, nil
}

// mostStrength bounds the strength of a wish in words, in standard deviations.
const mostStrength = 100

// Change moves the score along a direction by so many standard deviations.
type Change struct {
	Direction *Direction
	By        float64 // negative: less of it
}

// Resolve finds the directions of wants and sets the strengths that were left open.
func (a *Atlas) Resolve(wants []Want) ([]Change, error) {
	var out []Change
	for _, w := range wants {
		d, err := a.Direction(w.Name)
		if err != nil {
			return nil, err
		}
		by := w.Strength
		switch {
		case by == 0:
			by = d.Gap
		case !(by > 0):
			return nil, fmt.Errorf("%s: a strength of %g, expected a number above 0", d.Name, by)
		}
		if w.Less {
			by = -by
		}
		out = append(out, Change{d, by})
	}
	return out, nil
}

// Find returns the directions of some attributes.
func (a *Atlas) Find(names []string) ([]*Direction, error) {
	var out []*Direction
	for _, name := range names {
		d, err := a.Direction(name)
		if err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, nil
}
