package report

import (
	"bytes"
	"image"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"likeness/pix"
)

// plainFace is a w x h picture whose every pixel differs from its neighbours
// and is far from white and from every ink.
func plainFace(w, h int) *pix.Image {
	m := pix.New(w, h)
	for i := range w * h {
		m.Pix[i*3], m.Pix[i*3+1], m.Pix[i*3+2] = byte(200+i%7), byte(20+i%11), byte(180+i%5)
	}
	return m
}

func isWhite(m *pix.Image, x, y int) bool {
	p := m.Pix[(y*m.W+x)*3:]
	return p[0] == 0xff && p[1] == 0xff && p[2] == 0xff
}

// inkIn counts pixels of r that are not white.
func inkIn(m *pix.Image, r image.Rectangle) int {
	n := 0
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			if !isWhite(m, x, y) {
				n++
			}
		}
	}
	return n
}

// countColour counts pixels of exactly one colour.
func countColour(m *pix.Image, r, g, b byte) int {
	n := 0
	for i := 0; i < len(m.Pix); i += 3 {
		if m.Pix[i] == r && m.Pix[i+1] == g && m.Pix[i+2] == b {
			n++
		}
	}
	return n
}

// marginIsWhite checks that no figure bleeds to its edge.
func marginIsWhite(t *testing.T, m *pix.Image) {
	t.Helper()
	const edge = 8
	for _, r := range []image.Rectangle{
		image.Rect(0, 0, m.W, edge), image.Rect(0, m.H-edge, m.W, m.H),
		image.Rect(0, 0, edge, m.H), image.Rect(m.W-edge, 0, m.W, m.H),
	} {
		if n := inkIn(m, r); n > 0 {
			t.Errorf("%d pixels of ink in the margin %v of a %dx%d figure", n, r, m.W, m.H)
		}
	}
}

func TestReconstructions(t *testing.T) {
	row := Reconstruction{Original: plainFace(32, 32), Reconstructed: plainFace(32, 32), Code: make([]float32, 32), Title: "Test image 247", Note: "MSE 0.005865"}
	for i := range row.Code {
		row.Code[i] = float32(i-16) / 4
	}
	m := Reconstructions([]Reconstruction{row})
	marginIsWhite(t, m)
	// The original stands leftmost under its head, each pixel 8x8.
	at := bytes.Index(m.Pix, bytes.Repeat(row.Original.Pix[:3], 8)) / 3
	left, top := at%m.W, at/m.W
	for y := range 256 {
		for x := range 256 {
			got := m.Pix[((top+y)*m.W+left+x)*3:]
			want := row.Original.Pix[(y/8*32+x/8)*3:]
			if !bytes.Equal(got[:3], want[:3]) {
				t.Fatalf("pixel (%d,%d) is %v, want %v", x, y, got[:3], want[:3])
			}
		}
	}
	if inkIn(m, image.Rect(margin, margin, m.W-margin, margin+headStyle.height())) == 0 {
		t.Error("no column heads")
	}
	below := image.Rect(left, top+256+2, left+256, top+256+gapCaption+captionStyle.height())
	if inkIn(m, below) == 0 {
		t.Error("no title beneath the original")
	}
	row.Title = ""
	if bare := Reconstructions([]Reconstruction{row}); inkIn(bare, below) != 0 {
		t.Error("ink where an empty title would stand")
	}

	one := Reconstructions([]Reconstruction{row})
	two := Reconstructions([]Reconstruction{row, row, row, row})
	if two.W < 2*one.W-2*margin || two.H > 3*one.H {
		t.Errorf("four rows make a %dx%d figure, one row %dx%d: not in two columns", two.W, two.H, one.W, one.H)
	}
}

func TestFiguresKeepTheirMargin(t *testing.T) {
	f := plainFace(32, 32)
	long := "Maximiliana_Theodora_von_und_zu_Hohenlohe-Langenburg_the_Younger"
	figures := map[string]*pix.Image{
		"denoised":      Restorations("Noisy", "Denoised", []Restoration{{Original: f, Corrupted: f, Restored: f, CorruptedMSE: Measured(0.01), RestoredMSE: Measured(0.003), Title: long}}),
		"baseline":      Restorations("Noisy", "Denoised", []Restoration{{Original: f, Corrupted: f, Restored: f, Baseline: f}}),
		"neighbours":    Neighbours([]Query{{Picture: f, Person: long, Note: "test image 247", Matches: []Neighbour{{Picture: f, Person: long, Distance: 1234.5, Same: true}}}}),
		"morph":         MorphStrip([]Morph{{Frames: []*pix.Image{f, f, f}, From: long, To: "B", A: f, B: f}}),
		"noise":         NoiseScale(f, []NoiseLevel{{0.01, f}, {0.5, f}}),
		"montage":       Montage([]*pix.Image{f, f}, []string{long, ""}, 0),
		"missing":       Montage([]*pix.Image{nil}, nil, 0),
		"no rows":       Reconstructions(nil),
		"no pictures":   Montage(nil, nil, 0),
		"large picture": Montage([]*pix.Image{plainFace(900, 700)}, nil, 0),
		"one value":     Reconstructions([]Reconstruction{{Original: f, Reconstructed: f, Code: []float32{-2}}}),
		"no code":       Reconstructions([]Reconstruction{{Original: f, Reconstructed: f}}),
		"many values":   Reconstructions([]Reconstruction{{Original: f, Reconstructed: f, Code: make([]float32, 512)}}),
	}
	for name, m := range figures {
		t.Run(name, func(t *testing.T) { marginIsWhite(t, m) })
	}
	if large := figures["large picture"]; large.W != tileLarge+2*margin {
		t.Errorf("a large picture makes a figure %d wide, want it shrunk to %d", large.W, tileLarge+2*margin)
	}
	if figures["baseline"].W <= figures["denoised"].W {
		t.Error("the baseline has no column of its own")
	}
}

func TestHeadsOfRestorations(t *testing.T) {
	f := plainFace(32, 32)
	given := Restorations("Noisy", "Denoised", []Restoration{{Corrupted: f, Restored: f, Title: "old"}})
	marginIsWhite(t, given)
	if got, want := given.W, 2*tileLarge+gapColumns+2*margin; got != want {
		t.Errorf("a picture and what came of it are %d pixels wide, want %d: nothing stands for the original", got, want)
	}
	rows := []Restoration{{Original: f, Corrupted: f, Restored: f}}
	noise := Restorations("Noisy", "Denoised", rows)
	covered := Restorations("Covered", "Filled in", rows)
	if covered.W != noise.W || covered.H != noise.H {
		t.Fatalf("a figure of %dx%d, want %dx%d", covered.W, covered.H, noise.W, noise.H)
	}
	// Only the heads of the second and the third column differ.
	column := tileLarge + gapColumns
	heads := margin + headStyle.height() + gapHead
	differs := make([]bool, 3)
	for i := range covered.Pix {
		if covered.Pix[i] == noise.Pix[i] {
			continue
		}
		x, y := i/3%covered.W, i/3/covered.W
		if y >= heads {
			t.Fatalf("pixel (%d,%d) under the heads differs", x, y)
		}
		differs[min(max(x-margin, 0)/column, 2)] = true
	}
	if differs[0] || !differs[1] || !differs[2] {
		t.Errorf("heads that differ: %v", differs)
	}
}

func TestSamePersonIsFramedGreen(t *testing.T) {
	f := plainFace(32, 32)
	q := Query{Picture: f, Person: "A", Matches: []Neighbour{{Picture: f, Person: "B"}, {Picture: f, Person: "C"}}}
	if n := countColour(Neighbours([]Query{q}), green.R, green.G, green.B); n != 0 {
		t.Errorf("%d green pixels with no match of the same person", n)
	}
	q.Matches[1].Same = true
	least := 4 * 256 * frameWidth
	if n := countColour(Neighbours([]Query{q}), green.R, green.G, green.B); n < least {
		t.Errorf("%d green pixels, want a frame of at least %d", n, least)
	}
}

func TestMorphFrames(t *testing.T) {
	frames := make([]*pix.Image, 7)
	for i := range frames {
		frames[i] = pix.New(32, 32)
		frames[i].Pix[0] = byte(10 + i)
	}
	out := MorphFrames([]Morph{{Frames: frames}, {Frames: frames[:3]}})
	// Two at each end, five between on each way.
	if len(out) != 2+5+1+2+5 {
		t.Fatalf("%d frames", len(out))
	}
	at := (margin*out[0].W + margin) * 3
	var walk []byte
	for _, m := range out {
		if m.W != out[0].W || m.H != out[0].H {
			t.Fatal("frames of different sizes")
		}
		walk = append(walk, m.Pix[at]-10)
	}
	if want := []byte{0, 0, 1, 2, 3, 4, 5, 6, 6, 6, 5, 4, 3, 2, 1}; !bytes.Equal(walk, want) {
		t.Errorf("frames walk %v, want %v", walk, want)
	}
	// Beside others each face is as large as the page shows one of a strip.
	if want := 2*tileSmall/Density + 2*margin + 12; out[0].W != want {
		t.Errorf("two morphs side by side are %d pixels wide, want %d", out[0].W, want)
	}
	if alone := MorphFrames([]Morph{{Frames: frames}}); alone[0].W != tileLarge+2*margin {
		t.Errorf("one morph is %d pixels wide, want %d", alone[0].W, tileLarge+2*margin)
	}
	many := MorphFrames(slices.Repeat([]Morph{{Frames: frames}}, 20))
	if eight := MorphFrames(slices.Repeat([]Morph{{Frames: frames}}, 8)); many[0].W != eight[0].W || many[0].H < 2*eight[0].H {
		t.Errorf("20 morphs in frames of %dx%d, 8 in %dx%d", many[0].W, many[0].H, eight[0].W, eight[0].H)
	}
	if MorphFrames(nil) != nil {
		t.Error("frames of nothing")
	}
}

func TestWrongLengthsPanic(t *testing.T) {
	f := plainFace(4, 4)
	for name, draw := range map[string]func(){
		"alphas":   func() { MorphStrip([]Morph{{Frames: []*pix.Image{f, f}, Alphas: []float64{0}}}) },
		"captions": func() { Montage([]*pix.Image{f}, []string{"a", "b"}, 0) },
		"epochs":   func() { LossCurves(Curves{Series: []Series{{Values: []float64{1, 2}, Epochs: []float64{1}}}}) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			draw()
		})
	}
}

func TestFiguresAreTheSameEveryTime(t *testing.T) {
	draw := func() *pix.Image {
		return LossCurves(Curves{Title: "loss", Log: true, Series: []Series{{Name: "test", Values: []float64{0.03, 0.01, 0.007}}}, Baselines: []Baseline{{"exact PCA", Measured(0.0068)}}})
	}
	if !bytes.Equal(draw().Pix, draw().Pix) {
		t.Error("two drawings of one chart differ")
	}
}

func TestCharts(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	noise := make([]float32, 5000)
	errs := make([]float64, 500)
	for i := range noise {
		noise[i] = float32(rng.NormFloat64() * 0.1)
	}
	for i := range errs {
		errs[i] = 0.005 * math.Exp(0.4*rng.NormFloat64())
	}
	nan := math.NaN()
	for name, m := range map[string]*pix.Image{
		"curves":       LossCurves(Curves{Title: "loss", Series: []Series{{Name: "test", Values: []float64{3, 2, 1}}}}),
		"gap":          LossCurves(Curves{Log: true, Series: []Series{{Name: "test", Values: []float64{3, nan, -1, 1}}}}),
		"constant":     LossCurves(Curves{Series: []Series{{Name: "test", Values: []float64{1, 1, 1}}}}),
		"constant log": LossCurves(Curves{Log: true, Series: []Series{{Name: "test", Values: []float64{1}}}}),
		"zero":         LossCurves(Curves{Series: []Series{{Name: "test", Values: []float64{0, 0}}}}),
		"none":         LossCurves(Curves{Series: []Series{{Name: "test", Values: []float64{nan}}}}),
		"noise":        NoiseCheck(noise, 0.1),
		"no noise":     NoiseCheck(nil, 0.1),
		"silence":      NoiseCheck(make([]float32, 10), 0),
		"errors":       ErrorHistogram(Errors{Title: "errors", Values: errs, Marks: []Baseline{{"tutorial", Measured(0.005865)}, {"none", Number{}}}}),
		"one error":    ErrorHistogram(Errors{Values: []float64{0.5}}),
		"no errors":    ErrorHistogram(Errors{Values: []float64{nan}}),
	} {
		t.Run(name, func(t *testing.T) {
			if m.W != int(chartWidth)*Density || m.H != int(chartHeight)*Density {
				t.Errorf("a chart of %dx%d", m.W, m.H)
			}
			marginIsWhite(t, m)
			if inkIn(m, image.Rect(0, 0, m.W, m.H)) == 0 {
				t.Error("an empty chart says nothing")
			}
		})
	}
	blue := seriesInks[0]
	if n := countColour(LossCurves(Curves{Series: []Series{{Name: "test", Values: []float64{3, 2, 1}}}}), blue.R, blue.G, blue.B); n < 1000 {
		t.Errorf("a line of %d pixels", n)
	}
}
