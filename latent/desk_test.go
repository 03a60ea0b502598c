package latent

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"testing"

	"likeness/parallel"
	"likeness/pix"
)

// desk is a desk of the tiny model, with some faces and their codes.
func desk(t *testing.T) (*Desk, []Face, [][]float32) {
	t.Helper()
	m, a, set := tiny(t, 1)
	d, err := NewDesk(parallel.WithThreads(t.Context(), 2), m, a)
	if err != nil {
		t.Fatal(err)
	}
	var list []Face
	var codes [][]float32
	for i := range 4 {
		f := Face{set.IDs[i], set.Image(i)}
		code, err := d.Encode(t.Context(), f)
		if err != nil {
			t.Fatal(err)
		}
		list, codes = append(list, f), append(codes, code)
	}
	return d, list, codes
}

// A desk paints and judges what an Editor does, for the same wishes.
func TestDeskShowsWhatAnEditorDoes(t *testing.T) {
	d, list, codes := desk(t)
	for name, move := range map[string]Move{
		"more":     {Wants: []Want{{Name: "Bright"}}},
		"held":     {Wants: []Want{{Name: "bright", Strength: 1.5}}, Hold: []string{"Red"}},
		"both":     {Wants: []Want{{Name: "Bright", Strength: 0.5}, {Name: "Red", Strength: 2, Less: true}}},
		"too much": {Wants: []Want{{Name: "Bright", Strength: 30}}, Hold: []string{"Red"}},
	} {
		e, err := NewEditor(d.Model, d.Atlas, EditOptions{Wants: move.Wants, Hold: move.Hold, Steps: 4, Both: true})
		if err != nil {
			t.Fatal(err)
		}
		edited, err := e.Edit(t.Context(), list...)
		if err != nil {
			t.Fatal(err)
		}
		for i, code := range codes {
			want := edited.Images[i]
			got, err := d.Show(t.Context(), code, move, nil)
			if err != nil {
				t.Fatal(err)
			}
			if effects := edited.SideEffects[:min(len(edited.SideEffects), mostListed)]; !slices.Equal(got.TakesAlong, effects) {
				t.Errorf("%s: side effects %v, want %v", name, got.TakesAlong, effects)
			}
			end := want.Frames[len(want.Frames)-1]
			if !slices.Equal(got.Picture.Pix, end.Picture.Pix) || got.Distance != end.Distance || (got.Place == PlaceFar) != end.IsFar || strings.Join(got.Beyond, ",") != strings.Join(end.Beyond, ",") {
				t.Errorf("%s, %s: %g %q %v, want %g %v %v", name, want.Image, got.Distance, got.Place, got.Beyond, end.Distance, end.IsFar, end.Beyond)
			}
			for k, c := range e.Changes {
				for j := range d.Atlas.Directions {
					if &d.Atlas.Directions[j] == c.Direction && got.Scores[j] != float32(end.Scores[k]) {
						t.Errorf("%s: score %g, want %g", name, got.Scores[j], end.Scores[k])
					}
				}
			}
			pictures, err := d.Animate(t.Context(), code, move, 4, true, nil)
			if err != nil {
				t.Fatal(err)
			}
			for k, f := range want.Frames {
				if !slices.Equal(f.Picture.Pix, pictures[k].Pix) {
					t.Errorf("%s: frame %d is another picture", name, k)
				}
			}
		}
	}
}

// With the photograph a desk adds what an Editor adds with Detail.
func TestDeskAddsDetail(t *testing.T) {
	d, list, codes := desk(t)
	move := Move{Wants: []Want{{Name: "Bright", Strength: 0.8}}}
	e, err := NewEditor(d.Model, d.Atlas, EditOptions{Wants: move.Wants, Steps: 3, Detail: true})
	if err != nil {
		t.Fatal(err)
	}
	want, err := e.Edit(t.Context(), list[1])
	if err != nil {
		t.Fatal(err)
	}
	frames, err := d.Animate(t.Context(), codes[1], move, 3, false, list[1].Picture)
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range want.Images[0].Frames {
		if !slices.Equal(f.Picture.Pix, frames[i].Pix) {
			t.Errorf("frame %d is another picture", i)
		}
	}
	shown, err := d.Show(t.Context(), codes[1], move, list[1].Picture)
	if err != nil || !slices.Equal(shown.Picture.Pix, frames[2].Pix) {
		t.Errorf("shown is another picture than the last frame, %v", err)
	}
	if _, err := d.Show(t.Context(), codes[1], move, pix.New(3, 3)); err == nil {
		t.Error("a photograph of another size is no error")
	}
}

// Steps along axes move exactly these white coordinates.
func TestDeskMovesAlongAxes(t *testing.T) {
	d, _, codes := desk(t)
	last := d.Atlas.Whitening.Width() - 1
	got, err := d.Show(t.Context(), codes[0], Move{Along: []AxisStep{{0, 1}, {last, -2}, {0, 0.5}}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := d.Atlas.Whitening.White(codes[0])
	want[0] += 1.5
	want[last] -= 2
	for i, v := range want {
		if math.Abs(float64(v-got.White[i])) > 1e-4 {
			t.Errorf("axis %d at %g, want %g", i, got.White[i], v)
		}
	}
	for _, move := range []Move{{Along: []AxisStep{{-1, 1}}}, {Along: []AxisStep{{last + 1, 1}}}, {Along: []AxisStep{{0, math.NaN()}}}, {Hold: []string{"Nothing"}}} {
		if _, err := d.Show(t.Context(), codes[0], move, nil); err == nil {
			t.Errorf("%v is no error", move)
		}
	}
	for _, code := range [][]float32{codes[0][1:], nil, {1, 2, 3, 4, 5, float32(math.Inf(1))}} {
		if _, err := d.Show(t.Context(), code, Move{}, nil); err == nil {
			t.Errorf("code %v is no error", code)
		}
	}
}

// New faces and morphs are those of Sample and MorphFaces, the axes are in order.
func TestDeskMakesWhatTheVerbsMake(t *testing.T) {
	d, list, codes := desk(t)
	sampled, err := Sample(t.Context(), d.Model, d.Atlas, SampleOptions{Number: 11, Spread: 0.7, Seed: 5})
	if err != nil {
		t.Fatal(err)
	}
	drawn, err := d.Pictures(t.Context(), d.Draw(11, 0.7, 5)...)
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range sampled.Pictures {
		if !slices.Equal(p.Pix, drawn[i].Pix) {
			t.Errorf("new face %d is not Sample's", i)
		}
	}
	for _, opt := range []MorphOptions{{Steps: 5}, {Steps: 4, Path: PathLikely, Loop: true}} {
		want, err := MorphFaces(t.Context(), d.Model, d.Atlas, list, opt)
		if err != nil {
			t.Fatal(err)
		}
		got, err := d.Morph(t.Context(), want.Pictures, codes, opt)
		if err != nil {
			t.Fatal(err)
		}
		if len(got.Frames) != len(want.Frames) || got.From != want.From || got.To != want.To || *got.Far != *want.Far {
			t.Fatalf("%d frames from %s to %s, want %d from %s to %s", len(got.Frames), got.From, got.To, len(want.Frames), want.From, want.To)
		}
		for i, f := range want.Frames {
			if g := got.Frames[i]; !slices.Equal(f.Picture.Pix, g.Picture.Pix) || *f.Distance != *g.Distance || f.Place != g.Place || f.Share != g.Share {
				t.Errorf("frame %d differs", i)
			}
		}
		// A blend of two is the frame between them.
		for k := range opt.Steps - 1 {
			share := want.Frames[k].Share
			one, err := d.Blend(t.Context(), codes[:2], []float64{1 - share, share}, cmp.Or(opt.Path, PathLine))
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(one.Picture.Pix, want.Frames[k].Picture.Pix) {
				t.Errorf("%q: the blend at %g is not the frame of the morph", opt.Path, share)
			}
		}
	}
	if !slices.IsSortedFunc(d.Axes, func(a, b Axis) int { return int(math.Copysign(1, b.Effect-a.Effect)) }) || len(d.Axes) != d.Atlas.Whitening.Width() {
		t.Errorf("axes %v", d.Axes)
	}
}

// An axis's effect is what a step along it changes.
func TestEffectsOfAxes(t *testing.T) {
	d, _, _ := desk(t)
	for _, a := range d.Axes {
		sum, n := 0.0, 0
		for _, code := range d.Draw(max(1, effectProbes/len(d.Axes)), 1, effectSeed) {
			codes, err := d.Walk(code, Move{Along: []AxisStep{{a.Axis, 1}}}, 2, false)
			if err != nil {
				t.Fatal(err)
			}
			x, err := d.Model.Decode(t.Context(), slices.Concat(codes...))
			if err != nil {
				t.Fatal(err)
			}
			for i, v := range x[:d.Model.Values()] {
				change := 255 * float64(x[d.Model.Values()+i]-v)
				sum, n = sum+change*change, n+1
			}
		}
		if want := math.Sqrt(sum / float64(n)); math.Abs(a.Effect-want) > 1e-3*want {
			t.Errorf("axis %d: effect %g, want %g", a.Axis, a.Effect, want)
		}
	}
}

func TestDeskOfAnotherModel(t *testing.T) {
	m, a, _ := tiny(t, 1)
	other, _, _ := tiny(t, 2)
	if _, err := NewDesk(t.Context(), other, a); err == nil || !strings.Contains(err.Error(), m.Fingerprint()) {
		t.Errorf("error %v, want one that names both models", err)
	}
}

// Mending finds the hidden part of a face: nearer than the mean face and than the encoder
// of the face with the mean in its place.
func TestMend(t *testing.T) {
	d, _, _ := desk(t)
	meanPicture, err := d.Pictures(t.Context(), d.Mean())
	if err != nil {
		t.Fatal(err)
	}
	size := d.Model.Values()
	weights := make([]float32, size/3)
	for i := range weights {
		if i%8 >= 3 { // the left columns are hidden
			weights[i] = 1
		}
	}
	hidden := func(a, b *pix.Image) float64 {
		sum := 0.0
		for i, v := range a.Pix {
			if e := float64(v) - float64(b.Pix[i]); weights[i/3] == 0 {
				sum += e * e
			}
		}
		return sum
	}
	for i, code := range d.Draw(6, 1, 9) {
		truth, err := d.Pictures(t.Context(), code)
		if err != nil {
			t.Fatal(err)
		}
		covered := pix.FromFloats(make([]float32, size), 8, 8)
		for j, v := range truth[0].Pix {
			if covered.Pix[j] = v; weights[j/3] == 0 {
				covered.Pix[j] = meanPicture[0].Pix[j]
			}
		}
		first, err := d.Encode(t.Context(), Face{"covered", covered})
		if err != nil {
			t.Fatal(err)
		}
		want := make([]float32, size)
		truth[0].Floats(want)
		mended, err := d.Mend(t.Context(), first, want, weights)
		if err != nil {
			t.Fatal(err)
		}
		pictures, err := d.Pictures(t.Context(), mended, first)
		if err != nil {
			t.Fatal(err)
		}
		if got, coded, mean := hidden(pictures[0], truth[0]), hidden(pictures[1], truth[0]), hidden(meanPicture[0], truth[0]); got >= coded || got >= mean {
			t.Errorf("face %d: error %.0f where it was hidden, %.0f by the encoder, %.0f of the mean", i, got, coded, mean)
		}
	}
	if _, err := d.Mend(t.Context(), d.Mean(), make([]float32, 3), weights); err == nil {
		t.Error("a picture of another size is no error")
	}
	weights[5] = -1
	if _, err := d.Mend(t.Context(), d.Mean(), make([]float32, size), weights); err == nil || !strings.Contains(err.Error(), "pixel 5") {
		t.Errorf("error %v, want one that names pixel 5", err)
	}
}
