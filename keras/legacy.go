package keras

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"likeness/hdf5"
)

// The attributes of the files that Keras 2 writes, and Keras 3 where it is asked for .h5.
const (
	layerNames  = "layer_names"
	weightNames = "weight_names"
)

// hasNames reports whether there is a list of names, in one piece or in several.
func hasNames(attributes []hdf5.Attribute, name string) bool {
	for _, a := range attributes {
		if a.Name == name || a.Name == name+"0" {
			return true
		}
	}
	return false
}

// namesOf returns a list of names. One that is longer than an attribute lies in several:
// layer_names0, layer_names1, ...
func namesOf(g *hdf5.Group, name string) ([]string, error) {
	a, err := g.Attribute(name)
	if err == nil {
		return a.Strings()
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var all []string
	for i := 0; ; i++ {
		a, more := g.Attribute(fmt.Sprint(name, i))
		switch {
		case more == nil:
		case !errors.Is(more, fs.ErrNotExist):
			return nil, more
		case i == 0:
			return nil, err
		default:
			return all, nil
		}
		names, err := a.Strings()
		if err != nil {
			return nil, err
		}
		all = append(all, names...)
	}
}

// legacyWeight is an array in a group of a layer, with its name in the file.
type legacyWeight struct {
	name string // such as "conv2d/kernel:0"
	data *hdf5.Dataset
}

// variable returns what a weight is called in its layer: "kernel".
func (w legacyWeight) variable() string {
	name, _, _ := strings.Cut(path.Base(w.name), ":")
	return name
}

// owner returns the layer that the name says, "conv2d"; empty where it says none.
func (w legacyWeight) owner() string {
	if dir := path.Dir(w.name); dir != "." {
		return path.Base(dir)
	}
	return ""
}

func (m *Model) readLegacy(w legacyWeight, name string) (Weight, error) {
	values, err := m.floats(w.data)
	return Weight{Name: name, Shape: w.data.Shape(), Values: values}, err
}

// legacyGroup returns the weights of a layer.
func legacyGroup(root *hdf5.Group, layer string) ([]legacyWeight, error) {
	g, err := root.Group(layer)
	if err != nil {
		return nil, err
	}
	names, err := namesOf(g, weightNames)
	if err != nil {
		return nil, err
	}
	var all []legacyWeight
	for _, name := range names {
		d, err := g.Dataset(name)
		if err != nil {
			return nil, err
		}
		all = append(all, legacyWeight{name, d})
	}
	return all, nil
}

// attachLegacy gives the layers their weights. The weights of a model within the model are
// all in the group of the outermost: they are known by the names that they have in there
// or, where these say nothing, by their order, those that are trained first.
func (m *Model) attachLegacy(root *hdf5.Group) error {
	groups := map[string][]legacyWeight{}
	for i := range m.specs {
		s := &m.specs[i]
		if len(s.vars) == 0 {
			continue
		}
		if s.places != nil {
			if err := m.attachOwn(s, root); err != nil {
				return err
			}
			continue
		}
		if _, read := groups[s.top]; !read {
			all, err := legacyGroup(root, s.top)
			if err != nil {
				return err
			}
			groups[s.top] = all
		}
		found := s.named(groups[s.top])
		if found == nil {
			var err error
			if found, err = m.inOrder(s, groups[s.top]); err != nil {
				return m.errorf("%w", layerError(s.Name, s.Class, err))
			}
		}
		for k, w := range found {
			weight, err := m.readLegacy(w, s.vars[k])
			if err != nil {
				return err
			}
			s.weights = append(s.weights, weight)
		}
	}
	return nil
}

// named returns the layer's weights by their names, nil unless there is one of each.
func (s *spec) named(all []legacyWeight) []legacyWeight {
	found := make([]legacyWeight, len(s.vars))
	own := path.Base(s.Name)
	for _, w := range all {
		for k, name := range s.vars {
			if w.variable() != name || w.owner() != own && s.Name != s.top {
				continue
			}
			if found[k].data != nil {
				return nil
			}
			found[k] = w
		}
	}
	for _, w := range found {
		if w.data == nil {
			return nil
		}
	}
	return found
}

// inOrder returns the layer's weights by their place among all of its outermost layer.
func (m *Model) inOrder(s *spec, all []legacyWeight) ([]legacyWeight, error) {
	type place struct {
		spec *spec
		name string
	}
	var first, last []place
	for i := range m.specs {
		other := &m.specs[i]
		if other.top != s.top {
			continue
		}
		for _, name := range other.vars {
			if strings.HasPrefix(name, "moving_") {
				last = append(last, place{other, name})
			} else {
				first = append(first, place{other, name})
			}
		}
	}
	places := append(first, last...)
	if len(places) != len(all) {
		return nil, fmt.Errorf("%d weights in the group %q, expected %d", len(all), s.top, len(places))
	}
	found := make([]legacyWeight, len(s.vars))
	for i, p := range places {
		if p.spec != s {
			continue
		}
		for k, name := range s.vars {
			if name == p.name {
				found[k] = all[i]
			}
		}
	}
	return found, nil
}

// legacyParts returns the weights of a file without layers: what lies in a group under one
// name belongs together.
func (m *Model) legacyParts(root *hdf5.Group) ([]part, error) {
	names, err := namesOf(root, layerNames)
	if err != nil {
		return nil, err
	}
	if len(names) > mostLayers {
		return nil, fmt.Errorf("%s: %d layers, expected at most %d", root.Path(), len(names), mostLayers)
	}
	var parts []part
	for _, layer := range names {
		all, err := legacyGroup(root, layer)
		if err != nil {
			return nil, err
		}
		before := ""
		for i, w := range all {
			dir := path.Dir(w.name)
			if i == 0 || dir != before {
				name := layer
				if owner := w.owner(); owner != "" && owner != layer {
					name += "/" + owner
				}
				parts = append(parts, part{Name: name})
			}
			before = dir
			weight, err := m.readLegacy(w, w.variable())
			if err != nil {
				return nil, err
			}
			p := &parts[len(parts)-1]
			p.weights = append(p.weights, weight)
		}
	}
	return parts, nil
}
