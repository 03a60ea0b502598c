package keras

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"likeness/hdf5"
)

// The groups of Keras 3's files. Those of Keras 2.12 and 2.13 have another name.
const (
	layersGroup    = "layers"
	oldLayersGroup = "_layer_checkpoint_dependencies"
	varsGroup      = "vars"
)

// attachNew gives the layers their weights from a file of Keras 3.
func (m *Model) attachNew(root *hdf5.Group) error {
	old := !root.Has(layersGroup) && root.Has(oldLayersGroup)
	for i := range m.specs {
		s := &m.specs[i]
		if len(s.vars) == 0 {
			continue
		}
		at := s.path
		if old {
			at = strings.ReplaceAll(at, layersGroup+"/", oldLayersGroup+"/")
		}
		g, err := root.Group(at)
		if err != nil {
			return fmt.Errorf("%w (layer %q, %s)", err, s.Name, s.Class)
		}
		weights, err := m.variables(g)
		if err != nil {
			return err
		}
		if len(weights) != len(s.vars) {
			return m.errorf("%w", layerError(s.Name, s.Class, fmt.Errorf("%d weights in %s, expected %d (%s)", len(weights), g.Path(), len(s.vars), strings.Join(s.vars, ", "))))
		}
		for k := range weights {
			weights[k].Name = s.vars[k]
		}
		s.weights = weights
	}
	return nil
}

// variables returns the arrays vars/0, vars/1, ... of a layer's group.
func (m *Model) variables(g *hdf5.Group) ([]Weight, error) {
	vars, err := g.Group(varsGroup)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var weights []Weight
	for i := range vars.Children() {
		name := strconv.Itoa(i)
		d, err := vars.Dataset(name)
		if err != nil {
			return nil, err
		}
		values, err := m.floats(d)
		if err != nil {
			return nil, err
		}
		weights = append(weights, Weight{Name: name, Shape: d.Shape(), Values: values})
	}
	return weights, nil
}

// classOrder is the order in which the tutorial's networks have layers with weights; Keras 3
// numbers each class by itself and does not say how they follow each other.
var classOrder = []string{"sequential", "functional", "conv2d", "dense", "conv2d_transpose"}

// newParts returns the weights of a file without layers.
func (m *Model) newParts(root *hdf5.Group) ([]part, error) {
	var parts []part
	visited := 0 // groups, which may lead to one another many times
	var add func(g *hdf5.Group, prefix string, depth int) error
	add = func(g *hdf5.Group, prefix string, depth int) error {
		if depth > mostNested {
			return fmt.Errorf("%s: models within models, expected at most %d", g.Path(), mostNested)
		}
		layers := layersGroup
		if !g.Has(layersGroup) && g.Has(oldLayersGroup) {
			layers = oldLayersGroup
		}
		in, err := g.Group(layers)
		if err != nil {
			return err
		}
		names := in.Children()
		if visited += len(names); visited > mostLayers {
			return fmt.Errorf("%s: more than %d layers", in.Path(), mostLayers)
		}
		slices.SortStableFunc(names, byClass)
		for _, name := range names {
			l, err := in.Group(name)
			if err != nil {
				return err
			}
			if l.Has(layersGroup) || l.Has(oldLayersGroup) {
				if err := add(l, prefix+name+"/", depth+1); err != nil {
					return err
				}
				continue
			}
			weights, err := m.variables(l)
			if err != nil {
				return err
			}
			if len(weights) > 0 {
				parts = append(parts, part{Name: prefix + name, weights: weights})
			}
		}
		return nil
	}
	return parts, add(root, "", 0)
}

// byClass compares names such as "conv2d_10" by class and number.
func byClass(a, b string) int {
	classA, numberA := numbered(a)
	classB, numberB := numbered(b)
	place := func(class string) int {
		if i := slices.Index(classOrder, class); i >= 0 {
			return i
		}
		return len(classOrder)
	}
	return cmp.Or(cmp.Compare(place(classA), place(classB)), strings.Compare(classA, classB), cmp.Compare(numberA, numberB))
}

// numbered splits the number that tells layers of a class apart from its name.
func numbered(name string) (class string, number int) {
	if i := strings.LastIndexByte(name, '_'); i >= 0 {
		if n, err := strconv.Atoi(name[i+1:]); err == nil {
			return name[:i], n
		}
	}
	return name, 0
}
