package runs

import (
	"context"
	"slices"

	"likeness/autoencoder"
	"likeness/baseline"
	"likeness/faces"
	"likeness/pix"
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
	names         []string
	w, h          int
	given, wanted []float32 // the same where nothing is corrupted
	corrupted     bool
	kept          map[int]Pictures
	stride        int // of the epochs that stay
}

// newFrames chooses faces among the rows that a run is measured on, evenly spread. Of a denoiser they are corrupted just as
// they are when it is measured.
func newFrames(set *faces.Set, rows []int, c pix.Corruption, seed uint64) *frames {
	f := &frames{w: set.W, h: set.H, kept: map[int]Pictures{}, stride: 1, corrupted: c != nil}
	n := min(FacesShown, len(rows))
	for i := range n {
		place := i * len(rows) / n
		row := rows[place]
		clean := set.AllFloats([]int{row})
		f.names, f.wanted = append(f.names, set.IDs[row]), append(f.wanted, clean...)
		if c != nil {
			f.given = append(f.given, baseline.CorruptedFrom(place, clean, c, set.Prep, seed)...)
		}
	}
	if c == nil {
		f.given = f.wanted
	}
	return f
}

// pictures turns numbers into pictures.
func (f *frames) pictures(x []float32) Pictures {
	var all Pictures
	size := f.w * f.h * 3
	for i := range len(x) / size {
		all = append(all, pix.FromFloats(x[i*size:(i+1)*size], f.w, f.h).Pix...)
	}
	return all
}

// look adds the faces as a model returns them after an epoch.
func (f *frames) look(ctx context.Context, m *autoencoder.Model) (Pictures, error) {
	y, err := m.Reconstruct(ctx, f.given)
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
	i := &Faces{Width: f.w, Height: f.h, Names: f.names, Corrupted: f.corrupted}
	for e := range f.kept {
		i.Epochs = append(i.Epochs, e)
	}
	slices.Sort(i.Epochs)
	return i
}
