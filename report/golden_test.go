package report

import (
	"flag"
	"fmt"
	"image/png"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"likeness/faces/drawn"
	"likeness/pix"
)

var update = flag.Bool("update", false, "write testdata/*.png anew; look at them before committing")

// shots returns n drawn faces of 32x32 pixels, two of each person.
func shots(n int) []*pix.Image {
	people := drawn.People(drawn.Options{People: (n + 1) / 2})
	out := make([]*pix.Image, n)
	for i := range out {
		shot := people[i/2].Shot(i%2 + 1)
		m, err := pix.Prep{W: 32, H: 32, Auto: true}.Apply(pix.FromImage(drawn.Draw(&people[i/2], &shot)))
		if err != nil {
			panic(err)
		}
		out[i] = m
	}
	return out
}

// noisy returns a picture with gaussian noise.
func noisy(m *pix.Image, sigma float64, seed uint64) *pix.Image {
	x := make([]float32, m.W*m.H*3)
	m.Floats(x)
	pix.Gaussian{Sigma: float32(sigma)}.Corrupt(x, m.W, m.H, rand.New(rand.NewPCG(seed, 0)))
	return pix.FromFloats(x, m.W, m.H)
}

// blend returns share of b and the rest of a.
func blend(a, b *pix.Image, share float64) *pix.Image {
	out := pix.New(a.W, a.H)
	for i := range out.Pix {
		out.Pix[i] = byte(math.Round(float64(a.Pix[i])*(1-share) + float64(b.Pix[i])*share))
	}
	return out
}

// goldenFigures draws one figure of each kind.
func goldenFigures() map[string]*pix.Image {
	f := shots(8)
	rng := rand.New(rand.NewPCG(7, 7))
	code := func(n int) []float32 {
		c := make([]float32, n)
		for i := range c {
			c[i] = float32(rng.NormFloat64())
		}
		return c
	}
	var walk []*pix.Image
	for i := range 5 {
		walk = append(walk, blend(f[0], f[2], float64(i)/4))
	}
	n0, n1 := noisy(f[0], 0.1, 0), noisy(f[2], 0.1, 1)
	var errs []float64
	var noise []float32
	for range 400 {
		errs = append(errs, 0.005*math.Exp(0.4*rng.NormFloat64()))
	}
	for range 4000 {
		noise = append(noise, float32(rng.NormFloat64()*0.1))
	}
	falling := func(from, to float64) []float64 {
		var v []float64
		for i := range 25 {
			v = append(v, to+(from-to)*math.Exp(-float64(i)/4))
		}
		return v
	}
	return map[string]*pix.Image{
		"reconstructions": Reconstructions([]Reconstruction{
			{Original: f[0], Reconstructed: blend(f[0], f[1], 0.4), Code: code(32), Title: "Test image 247", Note: "MSE 0.005865"},
			{Original: f[2], Reconstructed: blend(f[2], f[3], 0.4), Code: code(32), Title: "Ada_Byron_0001", Note: "MSE 0.003210"},
		}),
		"restorations": Restorations("Noisy", "Denoised", []Restoration{
			{Original: f[0], Corrupted: n0, Restored: blend(n0, f[0], 0.8), CorruptedMSE: Measured(0.01), RestoredMSE: Measured(0.0004), Title: "test image 0", Baseline: blend(n0, f[0], 0.6), BaselineMSE: Measured(0.0016)},
			{Original: f[2], Corrupted: n1, Restored: blend(n1, f[2], 0.8), CorruptedMSE: Measured(0.01), RestoredMSE: Measured(0.0004), Title: "test image 1", Baseline: blend(n1, f[2], 0.6), BaselineMSE: Measured(0.0016)},
		}),
		"restorations-given": Restorations("Noisy", "Denoised", []Restoration{{Corrupted: n0, Restored: f[0], Title: "old_photograph"}}),
		"comparisons": Comparisons([]string{"Wiener filter", "Residual"}, []Comparison{
			{Title: "test image 0", Original: f[0], Noisy: n0, NoisyMSE: Measured(0.01), Results: []*pix.Image{blend(n0, f[0], 0.6), blend(n0, f[0], 0.8)}, MSE: []Number{Measured(0.0016), Measured(0.0004)}},
		}),
		"neighbours": Neighbours([]Query{{Picture: f[0], Person: "Ada_Byron", Note: "test image 247", Matches: []Neighbour{
			{Picture: f[1], Person: "Ada_Byron", Distance: 4.25, Same: true}, {Picture: f[4], Person: "Maximiliana_of_Hohenlohe-Langenburg_the_Younger", Distance: 0.051},
		}}}),
		"morph": MorphStrip([]Morph{
			{Frames: walk, From: "Ada_Byron", To: "Bob_Ross", A: f[0], B: f[2], Far: []bool{false, false, true, false, false}},
			{Frames: walk[:3], From: "Ada_Byron", To: "Bob_Ross", A: f[0], B: f[2], Notes: []string{"first", "", "third"}},
		}),
		"morph-frame": MorphFrames([]Morph{{Frames: walk}, {Frames: walk[2:]}})[3],
		"walk-frame":  WalkFrames(walk, true)[1],
		"edits": EditStrip([]Edit{
			{Name: "Smiling", Picture: f[4], Title: "Ada_Byron_0001", Frames: f[4:7], Captions: []string{"as it is", "+0.75", "+1.50\nfar"}, Far: []bool{false, false, true}},
			{Name: "Eyeglasses, large ones", Picture: f[6], Title: "Bob_Ross_0001", Frames: f[5:8], Captions: []string{"as it is", "+0.75", "+1.50"}},
		}),
		"paths": Paths(f[0], f[2], "Ada_Byron", "Bob_Ross", []Path{
			{Name: "straight", Frames: walk, Distances: []float64{5.1, 4, 0.31, 4, 5.2}, Far: []bool{false, false, true, false, false}},
			{Name: "likely", Frames: walk[:4]},
		}),
		"gatherings":  Gatherings([]Gathering{{Name: "Test faces", Pictures: f[:4]}, {Name: "New faces", Note: "of nobody", Pictures: f[4:7]}}, 2),
		"noise-scale": NoiseScale(f[0], []NoiseLevel{{0.05, noisy(f[0], 0.05, 2)}, {0.5, noisy(f[0], 0.5, 3)}}),
		"montage":     Montage([]*pix.Image{f[0], nil, f[2]}, []string{"first", "second", "third"}, 2),
		"album": (&Album{Title: "Found in the index", Subtitle: "three pictures", Note: "Green: the name is the same.", Rows: []AlbumRow{
			{Title: "Ada Byron", Note: "two of them", Pictures: []AlbumPicture{{Picture: f[0], Name: "Ada Byron", Lines: []string{"Ada_Byron/Ada_Byron_0001", "distance 0.000"}, Mark: true}, {Picture: f[3], Name: "Bob Ross"}, {}}},
		}}).Draw(),
		"loss-curves": LossCurves(Curves{Title: "Error by epoch", Log: true, Series: []Series{{Name: "test", Values: falling(0.03, 0.006)}, {Name: "training", Values: falling(0.04, 0.005), Dashed: true}},
			Baselines: []Baseline{{"exact PCA", Measured(0.0068)}}}),
		"rate-curve":  RateCurve("Loss by learning rate", Series{Epochs: []float64{1e-5, 1e-4, 1e-3, 1e-2, 0.1}, Values: []float64{0.06, 0.04, 0.02, 0.015, 0.07}}, []Mark{{X: 0.003, Name: "suggested 0.003"}}),
		"errors":      ErrorHistogram(Errors{Title: "Errors of single images", Values: errs, Marks: []Baseline{{"tutorial", Measured(0.005865)}}}),
		"noise-check": NoiseCheck(noise, 0.1),
	}
}

// halved averages blocks of 2x2 pixels: the golden pictures are stored at the
// size at which the figures are shown.
func halved(m *pix.Image) *pix.Image {
	out := pix.New(m.W/2, m.H/2)
	for y := range out.H {
		for x := range out.W {
			for c := range 3 {
				at := func(dx, dy int) int { return int(m.Pix[((2*y+dy)*m.W+2*x+dx)*3+c]) }
				out.Pix[(y*out.W+x)*3+c] = byte((at(0, 0) + at(1, 0) + at(0, 1) + at(1, 1) + 2) / 4)
			}
		}
	}
	return out
}

// A figure may differ from its golden picture in the edges of its letters and in
// single levels of colour, as between processors that round differently.
const (
	mostLevels = 40    // by which a channel may differ and still count as equal
	mostShare  = 0.002 // of the pixels that are not white in both
)

// golden compares a figure with its golden picture, both at shown size.
func golden(got, want *pix.Image) error {
	if got.W != want.W || got.H != want.H {
		return fmt.Errorf("%dx%d pixels, want %dx%d", got.W, got.H, want.W, want.H)
	}
	ink, wrong := 0, 0
	for i := 0; i < len(got.Pix); i += 3 {
		white, most := true, 0
		for c := range 3 {
			a, b := int(got.Pix[i+c]), int(want.Pix[i+c])
			white = white && a == 255 && b == 255
			most = max(most, a-b, b-a)
		}
		if !white {
			ink++
		}
		if most > mostLevels {
			wrong++
		}
	}
	if float64(wrong) > mostShare*float64(ink) {
		return fmt.Errorf("%d of %d inked pixels differ", wrong, ink)
	}
	return nil
}

func TestFigures(t *testing.T) {
	figures := goldenFigures()
	for name, m := range figures {
		t.Run(name, func(t *testing.T) {
			marginIsWhite(t, m)
			got, path := halved(m), filepath.Join("testdata", name+".png")
			if *update {
				file, err := os.Create(path)
				if err != nil {
					t.Fatal(err)
				}
				defer file.Close()
				if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(file, got.RGBA()); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := pix.Open(path)
			if err != nil {
				t.Fatalf("%v; 'go test ./report -update' writes it", err)
			}
			if err := golden(got, want); err != nil {
				t.Errorf("%s: %v", path, err)
			}
			for harm, spoil := range harms {
				if golden(halved(spoil(m)), want) == nil {
					t.Errorf("%s: a figure that is %s passes", path, harm)
				}
			}
		})
	}
	stored, err := filepath.Glob(filepath.Join("testdata", "*.png"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range stored {
		if _, ok := figures[strings.TrimSuffix(filepath.Base(path), ".png")]; !ok {
			t.Errorf("%s belongs to no figure", path)
		}
	}
}

// harms are what the comparison must notice in every figure.
var harms = map[string]func(*pix.Image) *pix.Image{
	"blank": func(m *pix.Image) *pix.Image { return pix.FromImage(newWhite(m.W, m.H)) },
	"shifted by two shown pixels": func(m *pix.Image) *pix.Image {
		t := newWhite(m.W, m.H)
		paste(t, m.RGBA(), 4, 0)
		return pix.FromImage(t)
	},
	"without its lower half": func(m *pix.Image) *pix.Image {
		t := m.RGBA()
		r := t.Rect
		r.Min.Y = r.Max.Y / 2
		fill(t, r, white)
		return pix.FromImage(t)
	},
	"larger": func(m *pix.Image) *pix.Image {
		t := newWhite(m.W, m.H+Density)
		paste(t, m.RGBA(), 0, 0)
		return pix.FromImage(t)
	},
}
