package finder_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"likeness/align"
	"likeness/dataset"
	"likeness/describe"
	"likeness/finder"
	"likeness/pix"
	"likeness/safetensors/readtest"
	"likeness/search"
)

// No header and no data make opening a finder, or using it, panic. The two are
// apart so that the fuzzer need not find the header's length.
func FuzzFromFile(f *testing.F) {
	small := tiny(f)
	path := filepath.Join(f.TempDir(), "x")
	if err := small.Save(path); err != nil {
		f.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	header, body := readtest.Split(whole)
	f.Add(header, body)
	f.Fuzz(func(t *testing.T, header, body []byte) {
		file, err := readtest.Read(header, body)
		if err != nil {
			return
		}
		g, err := finder.FromFile(file)
		if err != nil || g.Describer.Dim() > 1<<14 {
			return
		}
		code, _ := g.Describer.Describe(pix.New(g.Describer.Prep.W, g.Describer.Prep.H))
		must(g.Space.Points(context.Background(), code, len(code)))
		_ = g.Fingerprint()
	})
}

// tiny is a finder as small as can be, so that many fit into a second.
func tiny(t testing.TB) *finder.Finder {
	t.Helper()
	stage := align.Stage{Blur: 0.05, Steps: 2, Mean: make([]float32, 16), Components: make([]float32, 2*16)}
	stage.Components[3], stage.Components[16+7] = 1, 1
	d := describe.New(&align.Aligner{Side: 16, Window: 4, Field: 0.6, Pull: 0.02, Pictures: 64, Stages: []align.Stage{stage}})
	d.Prep = pix.Prep{W: 16, H: 16}
	d.Windows, d.Bins = []describe.Window{{Field: 0.5, Side: 4, Cell: 2}}, 2
	var codes []float32
	for i := range 6 * d.Dim() {
		codes = append(codes, float32(i*i%17))
	}
	space, err := search.FitSpace(context.Background(), "within-mirror", codes, d.Dim(),
		search.SpaceOptions{Swap: d.Mirror(), People: []string{"a", "a", "b", "b", "c", "c"}})
	if err != nil {
		t.Fatal(err)
	}
	return &finder.Finder{Describer: d, Space: space, Training: &finder.Training{Origin: dataset.Origin{Data: "nothing"}}}
}
