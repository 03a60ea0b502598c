package latent

import (
	"math"
	"slices"
	"testing"
)

// three are codes at the ends of the first three axes of a space that is white already, at
// distances 3, 6 and 9.
func three() (*Atlas, [][]float32) {
	w := &Whitening{Mean: make([]float32, 4), Axes: make([]float32, 16), Scale: []float32{1, 1, 1, 1}}
	for i := range 4 {
		w.Axes[i*5] = 1
	}
	return &Atlas{Whitening: w}, [][]float32{{3, 0, 0, 0}, {0, 6, 0, 0}, {0, 0, 9, 0}}
}

func TestBlend(t *testing.T) {
	a, codes := three()
	sixth := math.Sqrt(3) // of the diagonal
	for name, c := range map[string]struct {
		codes   [][]float32
		weights []float64
		path    string
		want    []float64
	}{
		"one":                         {codes[:1], []float64{2}, PathLikely, []float64{3, 0, 0, 0}},
		"a corner":                    {codes, []float64{0, 0, 5}, PathLikely, []float64{0, 0, 9, 0}},
		"straight":                    {codes, []float64{1, 1, 2}, PathLine, []float64{0.75, 1.5, 4.5, 0}},
		"two":                         {codes[:2], []float64{1, 1}, PathLikely, []float64{4.5 / math.Sqrt2, 4.5 / math.Sqrt2, 0, 0}},
		"the middle of three":         {codes, []float64{1, 1, 1}, PathLikely, []float64{6 / sixth, 6 / sixth, 6 / sixth, 0}},
		"three with one of no weight": {codes, []float64{1, 1, 0}, PathLikely, []float64{4.5 / math.Sqrt2, 4.5 / math.Sqrt2, 0, 0}},
		"opposite, so straight":       {[][]float32{{2, 0, 0, 0}, {-2, 0, 0, 0}}, []float64{1, 1}, PathLikely, []float64{0, 0, 0, 0}},
		"around, so straight":         {[][]float32{{2, 0, 0, 0}, {-1, 0, 0, 0}, {-1, 0, 0, 0}}, []float64{2, 1, 1}, PathLikely, []float64{0.5, 0, 0, 0}},
	} {
		got, err := a.Blend(c.codes, c.weights, c.path)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for i, v := range c.want {
			if math.Abs(v-float64(got[i])) > 1e-5 {
				t.Errorf("%s: %v, want %v", name, got, c.want)
				break
			}
		}
	}
}

// Where one weight falls to 0 the blend of three goes over into the likely path of two.
func TestBlendIsContinuous(t *testing.T) {
	a, codes := three()
	for _, share := range []float64{0.1, 0.5, 0.7} {
		two, err := a.Blend(codes[:2], []float64{1 - share, share}, PathLikely)
		if err != nil {
			t.Fatal(err)
		}
		near, err := a.Blend(codes, []float64{1 - share, share, 1e-6}, PathLikely)
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range two {
			if math.Abs(float64(v-near[i])) > 1e-4 {
				t.Errorf("at %g: %v of two, %v of three", share, two, near)
				break
			}
		}
	}
}

// The blend of two is the code on the way of a likely morph, to the bit.
func TestBlendIsOnTheWay(t *testing.T) {
	_, a, _ := tiny(t, 1)
	ends := [][]float32{a.Whitening.Draw(a.Mixture, 1, 1, 1), a.Whitening.Draw(a.Mixture, 1, 1, 2)}
	for _, path := range []string{PathLine, PathLikely} {
		way, err := MorphMany(ends, 5)
		if path == PathLikely {
			way, err = a.Whitening.Likely(ends, 5)
		}
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range way {
			got, err := a.Blend(ends, []float64{float64(4 - i), float64(i)}, path)
			if err != nil || !slices.Equal(got, want) {
				t.Errorf("%s, frame %d: %v, want %v, %v", path, i, got, want, err)
			}
		}
	}
}

func TestBlendFails(t *testing.T) {
	a, codes := three()
	for name, c := range map[string]struct {
		codes   [][]float32
		weights []float64
		path    string
	}{
		"nothing":        {nil, nil, PathLine},
		"no weights":     {codes, []float64{1}, PathLine},
		"all 0":          {codes, []float64{0, 0, 0}, PathLine},
		"below 0":        {codes, []float64{1, -1, 1}, PathLine},
		"not a number":   {codes, []float64{1, math.NaN(), 1}, PathLine},
		"another path":   {codes, []float64{1, 1, 1}, "round"},
		"another length": {[][]float32{{1}}, []float64{1}, PathLine},
	} {
		if _, err := a.Blend(c.codes, c.weights, c.path); err == nil {
			t.Errorf("%s is no error", name)
		}
	}
}
