package latent_test

import (
	"slices"
	"testing"

	"likeness/autoencoder"
	"likeness/faces"
	"likeness/latent"
	"likeness/pix"
	"likeness/progress"
)

// The codes of a coder are those that are encoded anew, to the bit, whatever was asked for
// before and in whatever order; each picture is encoded once, and what the caller does
// with an answer changes no later one.
func TestCoder(t *testing.T) {
	m, err := autoencoder.New("conv", pix.Prep{W: 16, H: 16}, 5, 1)
	if err != nil {
		t.Fatal(err)
	}
	data := &faces.Set{W: 16, H: 16}
	for i := range 40 {
		data.IDs = append(data.IDs, string(rune('A'+i)))
		for p := range 768 {
			data.Pix = append(data.Pix, byte(p*(i+3)))
		}
	}
	if err := m.FitCorrection(t.Context(), data.AllFloats(data.Rows()), 2); err != nil {
		t.Fatal(err)
	}
	coder := latent.NewCoder(m, data)
	encoded := 0
	count := func(s progress.Step) { encoded += int(s.Total) }
	for _, rows := range [][]int{{7, 3, 9}, {3}, {1, 9, 2, 7, 30}, {}, data.Rows(), {39, 0}} {
		got, err := coder.Codes(t.Context(), rows, count)
		if err != nil {
			t.Fatal(err)
		}
		want, err := latent.Codes(t.Context(), m, data, rows, nil)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got, want) {
			t.Errorf("rows %v: other codes", rows)
		}
		clear(got)
	}
	if encoded != 40 {
		t.Errorf("%d pictures were encoded of 40", encoded)
	}
	if _, err := latent.NewCoder(m, data).Codes(t.Context(), []int{0, 1}, count); err != nil || encoded != 42 {
		t.Errorf("another coder: %d encoded, error %v", encoded, err)
	}
}
