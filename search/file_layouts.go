package search

import (
	"encoding/json"
	"maps"
	"slices"

	"likeness/safetensors"
)

// Layout is a place on a plane for each entry of a file. A layout of other entries does not
// fit; only who made it can tell.
type Layout struct {
	Positions []float32       // N x 2, finite
	About     json.RawMessage // what the caller says of it, a JSON value
}

// layoutsKey is the metadata entry with what is said about each layout, as JSON by name;
// layoutPrefix begins the names of their tensors.
const (
	layoutsKey   = "layouts"
	layoutPrefix = "layouts/"
)

// readLayouts reads the layouts. A program that does not know of them may have changed the
// entries, so one of another length is left out.
func readLayouts(f *safetensors.File, n int) (map[string]Layout, error) {
	text, ok := f.Metadata[layoutsKey]
	if !ok {
		return nil, nil
	}
	var about map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &about); err != nil {
		return nil, f.Errorf("metadata %s: %w", layoutsKey, err)
	}
	layouts := map[string]Layout{}
	for name, what := range about {
		t, err := f.Tensor(layoutPrefix + name)
		if err != nil {
			return nil, err
		}
		if !slices.Equal(t.Shape, []int{n, 2}) {
			continue
		}
		positions, err := f.Floats(layoutPrefix+name, n, 2)
		if err != nil {
			return nil, err
		}
		if i := notFinite(positions); i >= 0 {
			return nil, f.Errorf("tensor %q has %v for entry %d, expected finite numbers", t.Name, positions[i], i/2)
		}
		layouts[name] = Layout{positions, what}
	}
	return layouts, nil
}

// addLayouts adds layouts to a file of n entries.
func addLayouts(f *safetensors.File, layouts map[string]Layout, n int) error {
	if len(layouts) == 0 {
		return nil
	}
	about := map[string]json.RawMessage{}
	for _, name := range slices.Sorted(maps.Keys(layouts)) {
		l := layouts[name]
		if len(l.Positions) != 2*n {
			panic("search: not as many places as entries")
		}
		about[name] = l.About
		f.Tensors = append(f.Tensors, safetensors.FromFloats(layoutPrefix+name, []int{n, 2}, l.Positions))
	}
	text, err := json.Marshal(about)
	if err != nil {
		return err
	}
	f.Metadata[layoutsKey] = string(text)
	return nil
}
