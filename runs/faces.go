package runs

import (
	"context"
	"slices"

	"likeness/autoencoder"
	"likeness/pix"
	"likeness/train"
)

// FacesShown is how many faces are shown after every epoch.
const FacesShown = 8

// Bounds of the faces that are kept of a run: as many epochs as fit into so many bytes.
const (
	facesMemory = 16 << 20
	mostFrames  = 256
	leastFrames = 16
)

// Faces says which faces of a run there are. Of a long run not all epochs are kept.
type Faces struct {
	Width  int      `json:"width"`
	Height int      `json:"height"`
	Names  []string `json:"names"`
	// Corrupted: what the model is given differs from what it should return.
	Corrupted bool  `json:"corrupted,omitempty"`
	Epochs    []int `json:"epochs"` // 0: before the first step
}

// Pictures are some faces as the model returns them, or as it is given them: raw RGB, one behind the other.
type Pictures []byte

// frames are the same faces through the epochs of a run.
type frames struct {
	*train.Sample
	kept   map[int]Pictures
	stride int // of the epochs that stay
}

func newFrames(s *train.Sample) *frames {
	return &frames{Sample: s, kept: map[int]Pictures{}, stride: 1}
}

// pictures turns numbers into pictures.
func (f *frames) pictures(x []float32) Pictures {
	var all Pictures
	size := f.W * f.H * 3
	for i := range len(x) / size {
		all = append(all, pix.FromFloats(x[i*size:(i+1)*size], f.W, f.H).Pix...)
	}
	return all
}

// look adds the faces as a model returns them after an epoch.
func (f *frames) look(ctx context.Context, m *autoencoder.Model) (Pictures, error) {
	y, err := m.Reconstruct(ctx, f.Given)
	if err != nil {
		return nil, err
	}
	return f.pictures(y), nil
}

// keep keeps the pictures of an epoch. Where there are too many, those of every second epoch go; the first and
// the last always stay.
func (f *frames) keep(epoch int, p Pictures) {
	most := min(max(facesMemory/max(len(p), 1), leastFrames), mostFrames)
	f.kept[epoch] = p
	thin := func() {
		for e := range f.kept {
			if e%f.stride != 0 && e < epoch {
				delete(f.kept, e)
			}
		}
	}
	thin()
	for len(f.kept) > most {
		f.stride *= 2
		thin()
	}
}

// info says what there is.
func (f *frames) info() *Faces {
	i := &Faces{Width: f.W, Height: f.H, Names: f.Names, Corrupted: f.Corrupted}
	for e := range f.kept {
		i.Epochs = append(i.Epochs, e)
	}
	slices.Sort(i.Epochs)
	return i
}
