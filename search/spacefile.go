package search

import (
	"encoding/json"
	"errors"

	"likeness/safetensors"
)

// The parts of a fitted space in a file.
const (
	spaceMean   = "space/mean"
	spaceMap    = "space/map"
	spaceWithin = "space/within"
	spaceSwap   = "space/swap"
	spaceStory  = "space_story"
)

func (s *Whitened) addTo(f *safetensors.File) error {
	story, err := json.Marshal(s.Story)
	if err != nil {
		return err
	}
	f.Metadata[spaceStory] = string(story)
	w, k := len(s.Mean), s.width()
	f.Tensors = append(f.Tensors,
		safetensors.FromFloats(spaceMean, []int{w}, s.Mean),
		safetensors.FromFloats(spaceMap, []int{k, w}, s.Map))
	if s.Within != nil {
		f.Tensors = append(f.Tensors, safetensors.FromFloats(spaceWithin, []int{k, k}, s.Within))
	}
	if s.Swap != nil {
		swap := make([]int64, len(s.Swap))
		for i, j := range s.Swap {
			swap[i] = int64(j)
		}
		f.Tensors = append(f.Tensors, safetensors.FromInts(spaceSwap, []int{len(swap)}, swap))
	}
	return nil
}

// whitenedFrom reads a fitted space for codes of dim numbers.
func whitenedFrom(f *safetensors.File, name string, dim int) (*Whitened, error) {
	s := &Whitened{}
	if err := json.Unmarshal([]byte(f.Metadata[spaceStory]), &s.Story); err != nil {
		return nil, f.Errorf("metadata %s: %w", spaceStory, err)
	}
	if err := errors.Join(s.Story.Odds.check(), s.Story.Chance.check(), checkGroups(s.Story.Groups)); err != nil {
		return nil, f.Errorf("metadata %s: %w", spaceStory, err)
	}
	t, err := f.Tensor(spaceMap)
	if err != nil {
		return nil, err
	}
	if len(t.Shape) != 2 || t.Shape[0] < 1 || t.Shape[1] < 1 || t.Shape[1] > dim {
		return nil, f.Errorf("tensor %q has shape %v, expected [components numbers] for codes of %d", spaceMap, t.Shape, dim)
	}
	k, w := t.Shape[0], t.Shape[1]
	if s.Map, err = finite(f, spaceMap, k, w); err != nil {
		return nil, err
	}
	if s.Mean, err = finite(f, spaceMean, w); err != nil {
		return nil, err
	}
	if namesMatter(name) {
		if s.Within, err = finite(f, spaceWithin, k, k); err != nil {
			return nil, err
		}
	}
	if Mirrored(name) {
		swap, err := f.Ints(spaceSwap, dim)
		if err != nil {
			return nil, err
		}
		for _, j := range swap {
			s.Swap = append(s.Swap, int(j))
		}
		if err := checkSwap(s.Swap, dim); err != nil {
			return nil, f.Errorf("tensor %q: %w", spaceSwap, err)
		}
	} else if w != dim {
		return nil, f.Errorf("tensor %q is for codes of %d, there are codes of %d", spaceMap, w, dim)
	}
	return s, nil
}

// finite reads a tensor whose numbers must be finite.
func finite(f *safetensors.File, name string, shape ...int) ([]float32, error) {
	v, err := f.Floats(name, shape...)
	if err != nil {
		return nil, err
	}
	if i := notFinite(v); i >= 0 {
		return nil, f.Errorf("tensor %q, value %d: %g is not a finite number", name, i, v[i])
	}
	return v, nil
}
