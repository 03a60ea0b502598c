package latent

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"likeness/autoencoder"
	"likeness/dataset"
	"likeness/faces"
	"likeness/pix"
	"likeness/progress"
)

// patches are pictures of 8x8 pixels. Some are "Bright", others "Red" in their upper
// half; no picture has "Hat".
func patches(n int, seed uint64) *faces.Set {
	rng := rand.New(rand.NewPCG(seed, 1))
	set := &faces.Set{
		W: 8, H: 8, Source: "patches", Fingerprint: fmt.Sprint("patches ", n, " ", seed), Prep: pix.Prep{W: 8, H: 8},
		Attributes: &faces.Attributes{Names: []string{"Bright", "Red", "Hat"}},
	}
	for i := range n {
		bright, red := rng.Float64() < 0.5, rng.Float64() < 0.5
		for p := range 64 {
			base := 90 + 20*rng.NormFloat64()
			if bright {
				base += 60
			}
			r := base
			if red && p < 32 {
				r += 70
			}
			for _, v := range []float64{r, base, base + 10*rng.NormFloat64()} {
				set.Pix = append(set.Pix, byte(min(max(v, 0), 255)))
			}
		}
		set.IDs, set.People, set.Numbers = append(set.IDs, fmt.Sprintf("p%03d", i)), append(set.People, ""), append(set.Numbers, 0)
		for _, is := range []bool{bright, red, false} {
			v := float32(0)
			if is {
				v = 1
			}
			set.Attributes.Values = append(set.Attributes.Values, v)
		}
	}
	return set
}

// tiny is a new model with a code of 6 numbers, and the atlas of its codes of patches.
func tiny(t testing.TB, seed uint64) (*autoencoder.Model, *Atlas, *faces.Set) {
	t.Helper()
	m, err := autoencoder.New("pca", pix.Prep{W: 8, H: 8}, 6, seed)
	if err != nil {
		t.Fatal(err)
	}
	set := patches(200, 3)
	opened, err := OpenOrFit(t.Context(), m, Source{Model: "none.safetensors", Mixture: true, Pictures: func(context.Context) (*dataset.Pictures, error) {
		return &dataset.Pictures{Set: set}, nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	return m, opened.Atlas, set
}

func TestEditor(t *testing.T) {
	m, a, set := tiny(t, 1)
	bright, err := a.Direction("bright")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		opt    EditOptions
		by     float64 // of Bright
		shares []float64
	}{
		"given strength":   {EditOptions{Wants: []Want{{Name: "Bright", Strength: 1.5}}, Steps: 3}, 1.5, []float64{0, 0.5, 1}},
		"less":             {EditOptions{Wants: []Want{{Name: "BRIGHT", Strength: 2, Less: true}}, Steps: 2}, -2, []float64{0, 1}},
		"default strength": {EditOptions{Wants: []Want{{Name: "Bright"}}, Steps: 2}, bright.Gap, []float64{0, 1}},
		"default, less":    {EditOptions{Wants: []Want{{Name: "Bright", Less: true}}, Steps: 2}, -bright.Gap, []float64{0, 1}},
		"both ways":        {EditOptions{Wants: []Want{{Name: "Bright", Strength: 1}}, Steps: 5, Both: true}, 1, []float64{-1, -0.5, 0, 0.5, 1}},
		"held":             {EditOptions{Wants: []Want{{Name: "Bright", Strength: 1}}, Hold: []string{"red"}, Steps: 2}, 1, []float64{0, 1}},
	} {
		t.Run(name, func(t *testing.T) {
			e, err := NewEditor(m, a, c.opt)
			if err != nil {
				t.Fatal(err)
			}
			r, err := e.Edit(t.Context(), Face{"one", set.Image(0)}, Face{"two", set.Image(1)})
			if err != nil {
				t.Fatal(err)
			}
			if len(r.Images) != 2 || r.Images[1].Image != "two" || r.Changes[0].Name != "Bright" {
				t.Fatalf("%+v", r)
			}
			near(t, "change", r.Changes[0].By, c.by, 1e-9)
			for _, face := range r.Images {
				score := face.Scores[0]
				near(t, "score", score.After-score.Before, c.by, 1e-4)
				var got []float64
				for _, f := range face.Frames {
					got = append(got, f.Share)
					near(t, "score of a frame", f.Scores[0]-score.Before, f.Share*c.by, 1e-4)
					if f.Picture.W != 8 || f.Picture.H != 8 {
						t.Errorf("a frame of %dx%d", f.Picture.W, f.Picture.H)
					}
				}
				if !slices.Equal(got, c.shares) {
					t.Errorf("shares %v, want %v", got, c.shares)
				}
			}
			if c.opt.Hold == nil {
				return
			}
			red, err := a.Direction("Red")
			if err != nil {
				t.Fatal(err)
			}
			near(t, "held score", dot(red.White, e.Step.White), 0, 1e-5)
			if !slices.Equal(r.Held, []string{"Red"}) {
				t.Errorf("held %v", r.Held)
			}
		})
	}
}

// With Detail the frame of the unchanged face is the photograph.
func TestEditorKeepsDetail(t *testing.T) {
	m, a, set := tiny(t, 1)
	for _, detail := range []bool{false, true} {
		e, err := NewEditor(m, a, EditOptions{Wants: []Want{{Name: "Bright"}}, Steps: 2, Detail: detail})
		if err != nil {
			t.Fatal(err)
		}
		r, err := e.Edit(t.Context(), Face{"one", set.Image(0)})
		if err != nil {
			t.Fatal(err)
		}
		most := 0
		for i, v := range r.Images[0].Frames[0].Picture.Pix {
			most = max(most, int(v)-int(set.Pix[i]), int(set.Pix[i])-int(v))
		}
		if detail != (most <= 1) {
			t.Errorf("detail %v: the first frame differs from the photograph by %d levels", detail, most)
		}
	}
}

// Frames far from the data are marked, by distance and by score, and several changes
// are judged together.
func TestEditorMarksFar(t *testing.T) {
	m, a, set := tiny(t, 1)
	e, err := NewEditor(m, a, EditOptions{Wants: []Want{{Name: "Bright", Strength: 50}, {Name: "Red", Strength: 50}}, Steps: 2})
	if err != nil {
		t.Fatal(err)
	}
	r, err := e.Edit(t.Context(), Face{"one", set.Image(0)})
	if err != nil {
		t.Fatal(err)
	}
	first, last := r.Images[0].Frames[0], r.Images[0].Frames[1]
	if first.IsFar || first.Distant || len(first.Beyond) > 0 {
		t.Errorf("the face as it is: %+v", first)
	}
	if !last.IsFar || !last.Distant || !slices.Equal(last.Beyond, []string{"Bright", "Red", AsAWhole}) || !r.Images[0].IsFar {
		t.Errorf("50 standard deviations: %+v", last)
	}
}

func TestParseWant(t *testing.T) {
	for text, want := range map[string]Want{
		"Smiling":         {Name: "Smiling"},
		" Smiling = 1.5 ": {Name: "Smiling", Strength: 1.5},
		"No Beard=100":    {Name: "No Beard", Strength: 100},
	} {
		if got, err := ParseWant(text); err != nil || got != want {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
	}
	for text, want := range map[string]string{
		"": "the name of an attribute", " =1": "the name of an attribute", "Smiling=": "such as Smiling=1.5", "Smiling=much": "a strength above 0",
		"Smiling=0": "a strength above 0", "Smiling=-1": "a strength above 0", "Smiling=101": "a strength above 0", "Smiling=NaN": "a strength above 0",
	} {
		if _, err := ParseWant(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want an error that says %q", text, err, want)
		}
	}
}

func TestEditorErrors(t *testing.T) {
	m, a, set := tiny(t, 1)
	other, _, _ := tiny(t, 2)
	denoiser, err := autoencoder.New(autoencoder.Residual, pix.Prep{W: 8, H: 8}, 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	bright := []Want{{Name: "Bright"}}
	for name, c := range map[string]struct {
		m    *autoencoder.Model
		opt  EditOptions
		want string
	}{
		"unknown":         {m, EditOptions{Wants: []Want{{Name: "Brigt"}}, Steps: 2}, "did you mean Bright?"},
		"left out":        {m, EditOptions{Wants: []Want{{Name: "hat"}}, Steps: 2}, "no direction for Hat: 0 of 200"},
		"unknown held":    {m, EditOptions{Wants: bright, Hold: []string{"Rad"}, Steps: 2}, "did you mean Red?"},
		"changed twice":   {m, EditOptions{Wants: append(bright, bright...), Steps: 2}, "asked for twice"},
		"changed, held":   {m, EditOptions{Wants: bright, Hold: []string{"bright"}, Steps: 2}, "asked for twice"},
		"nothing":         {m, EditOptions{Steps: 2}, "no attribute to change"},
		"one step":        {m, EditOptions{Wants: bright, Steps: 1}, "at least 2"},
		"another model":   {other, EditOptions{Wants: bright, Steps: 2}, "the atlas is of model"},
		"without a code":  {denoiser, EditOptions{Wants: bright, Steps: 2}, "code"},
		"not a number":    {m, EditOptions{Wants: []Want{{Name: "Bright", Strength: math.NaN()}}, Steps: 2}, "above 0"},
		"below 0":         {m, EditOptions{Wants: []Want{{Name: "Bright", Strength: -1}}, Steps: 2}, "above 0"},
		"without an end":  {m, EditOptions{Wants: []Want{{Name: "Bright", Strength: math.Inf(1)}}, Steps: 2}, "not a finite number"},
		"an empty string": {m, EditOptions{Wants: []Want{{Name: ""}}, Steps: 2}, "no attribute is called"},
	} {
		if _, err := NewEditor(c.m, a, c.opt); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want an error that says %q", name, err, c.want)
		}
	}
	e, err := NewEditor(m, a, EditOptions{Wants: bright, Steps: 2})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.Edit(t.Context(), Face{"wide.png", pix.New(9, 8)}); err == nil || !strings.Contains(err.Error(), "wide.png: a picture of 9x8") {
		t.Errorf("a picture of another size: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := e.Edit(ctx, Face{"one", set.Image(0)}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// An edit warns of directions that did no better than random steps.
func TestEditorNotes(t *testing.T) {
	m, a, _ := tiny(t, 1)
	a.Judge([]Verdict{{Name: "Bright", Edits: 100, RightWay: 0.95, RandomWay: 0.5}, {Name: "Red", Edits: 100, RightWay: 0.5, RandomWay: 0.5}})
	e, err := NewEditor(m, a, EditOptions{Wants: []Want{{Name: "Bright"}, {Name: "Red"}}, Steps: 2})
	if err != nil {
		t.Fatal(err)
	}
	if len(e.Notes) != 1 || !e.Notes[0].Warning || !strings.HasPrefix(e.Notes[0].Text, "Red: ") {
		t.Errorf("%+v", e.Notes)
	}
}

// Results do not depend on the number of threads.
func TestFacesAndThreads(t *testing.T) {
	m, a, set := tiny(t, 1)
	list := []Face{{"a", set.Image(0)}, {"b", set.Image(1)}}
	run := func(threads int) []*pix.Image {
		e, err := NewEditor(m, a, EditOptions{Wants: []Want{{Name: "Bright"}}, Steps: 3, Threads: threads})
		if err != nil {
			t.Fatal(err)
		}
		edited, err := e.Edit(t.Context(), list...)
		if err != nil {
			t.Fatal(err)
		}
		walk, err := MorphFaces(t.Context(), m, a, list, MorphOptions{Steps: 3, Path: PathLikely, Threads: threads})
		if err != nil {
			t.Fatal(err)
		}
		drawn, err := Sample(t.Context(), m, a, SampleOptions{Number: 20, Spread: 1, Threads: threads})
		if err != nil {
			t.Fatal(err)
		}
		return append(drawn.Pictures, edited.Images[1].Frames[2].Picture, walk.Frames[1].Picture)
	}
	one, three := run(1), run(3)
	for i, m := range one {
		if !bytes.Equal(m.Pix, three[i].Pix) {
			t.Errorf("picture %d differs", i)
		}
	}
}

// Editing, morphing and drawing report their pieces in order.
func TestProgressOfFaces(t *testing.T) {
	m, a, set := tiny(t, 1)
	list := []Face{{"one", set.Image(0)}, {"two", set.Image(1)}}
	for what, c := range map[string]struct {
		total int64
		do    func(progress.Func) error
	}{
		"Changing faces": {2, func(report progress.Func) error {
			e, err := NewEditor(m, a, EditOptions{Wants: []Want{{Name: "Bright"}}, Steps: 2, Progress: report})
			if err == nil {
				_, err = e.Edit(t.Context(), list...)
			}
			return err
		}},
		"Decoding frames": {5, func(report progress.Func) error {
			_, err := MorphFaces(t.Context(), m, a, list, MorphOptions{Steps: 5, Progress: report})
			return err
		}},
		"Decoding new faces": {int64(m.Piece() + 3), func(report progress.Func) error {
			r, err := Sample(t.Context(), m, a, SampleOptions{Number: m.Piece() + 3, Spread: 1, Progress: report})
			if err == nil && len(r.Pictures) != m.Piece()+3 {
				t.Errorf("%d new faces", len(r.Pictures))
			}
			return err
		}},
	} {
		var steps []progress.Step
		if err := c.do(func(s progress.Step) { steps = append(steps, s) }); err != nil {
			t.Fatal(err)
		}
		if len(steps) < 2 || !slices.IsSortedFunc(steps, func(x, y progress.Step) int { return int(x.Done - y.Done) }) {
			t.Errorf("%s: %v", what, steps)
		}
		for _, s := range steps {
			if s.What != what || s.Total != c.total || s.Done >= c.total {
				t.Errorf("%s: %+v", what, s)
			}
		}
	}
}

func TestMorphFaces(t *testing.T) {
	m, a, set := tiny(t, 1)
	list := []Face{{"a", set.Image(0)}, {"b", set.Image(1)}, {"c", set.Image(2)}}
	for name, c := range map[string]struct {
		a     *Atlas
		opt   MorphOptions
		path  []string // FROM-TO at share of each frame
		place bool
	}{
		"line, no atlas": {nil, MorphOptions{Steps: 3}, []string{"ab 0", "ab 0.5", "bc 0", "bc 0.5", "bc 1"}, false},
		"likely":         {a, MorphOptions{Steps: 2, Path: PathLikely}, []string{"ab 0", "bc 0", "bc 1"}, true},
		"loop":           {a, MorphOptions{Steps: 2, Loop: true}, []string{"ab 0", "bc 0", "ca 0", "ca 1"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := MorphFaces(t.Context(), m, c.a, list, c.opt)
			if err != nil {
				t.Fatal(err)
			}
			var path []string
			for _, f := range r.Frames {
				path = append(path, fmt.Sprint(f.From, f.To, " ", f.Share))
				if (f.Distance != nil) != c.place || f.Picture == nil {
					t.Errorf("frame %+v", f)
				}
			}
			if !slices.Equal(path, c.path) {
				t.Errorf("%q, want %q", path, c.path)
			}
			if (r.Far != nil) != c.place || r.From != "a" || r.To != "c" || len(r.Pictures) != 3 {
				t.Errorf("%+v", r)
			}
			if c.opt.Loop && !bytes.Equal(r.Frames[0].Picture.Pix, r.Frames[len(r.Frames)-1].Picture.Pix) {
				t.Error("the loop does not end where it began")
			}
		})
	}
	for name, c := range map[string]struct {
		a    *Atlas
		list []Face
		opt  MorphOptions
		want string
	}{
		"likely without an atlas": {nil, list, MorphOptions{Steps: 3, Path: PathLikely}, "needs an atlas"},
		"another path":            {a, list, MorphOptions{Steps: 3, Path: "round"}, `path "round"`},
		"one step":                {a, list, MorphOptions{Steps: 1}, "at least 2"},
		"one face":                {a, list[:1], MorphOptions{Steps: 3}, "at least 2"},
		"none":                    {a, nil, MorphOptions{Steps: 3, Loop: true}, "at least 2"},
		"another size":            {a, []Face{list[0], {"wide", pix.New(9, 8)}}, MorphOptions{Steps: 3}, "wide: a picture of 9x8"},
	} {
		if _, err := MorphFaces(t.Context(), m, c.a, c.list, c.opt); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want an error that says %q", name, err, c.want)
		}
	}
}

func TestSampleFaces(t *testing.T) {
	m, a, _ := tiny(t, 1)
	r, err := Sample(t.Context(), m, a, SampleOptions{Number: 3, Spread: 1, Seed: 5})
	if err != nil || len(r.Pictures) != 3 || r.From != FromMixture || r.Components != a.Mixture.Len() {
		t.Fatalf("%+v, %v", r, err)
	}
	again, err := Sample(t.Context(), m, a, SampleOptions{Number: 3, Spread: 1, Seed: 5})
	if err != nil || !bytes.Equal(r.Pictures[2].Pix, again.Pictures[2].Pix) {
		t.Errorf("one seed, two faces: %v", err)
	}
	if r, err = Sample(t.Context(), m, a, SampleOptions{Number: 1, From: FromGaussian, Spread: 1}); err != nil || r.Components != 1 {
		t.Errorf("%+v, %v", r, err)
	}
	bare := *a
	bare.Mixture = nil
	for want, opt := range map[string]SampleOptions{
		"0 new faces":      {Number: 0, Spread: 1},
		"at most":          {Number: 1e9, Spread: 1},
		"a spread of -1":   {Number: 1, Spread: -1},
		`from "nothing"`:   {Number: 1, Spread: 1, From: "nothing"},
		"holds no mixture": {Number: 1, Spread: 1},
		"a spread of NaN":  {Number: 1, Spread: math.NaN()},
	} {
		at := a
		if strings.Contains(want, "mixture") {
			at = &bare
		}
		if _, err := Sample(t.Context(), m, at, opt); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want an error that says %q", opt, err, want)
		}
	}
}

// An atlas is opened where there is one, and fitted where there is none.
func TestOpenOrFit(t *testing.T) {
	m, a, set := tiny(t, 1)
	_, wrong, _ := tiny(t, 2)
	dir := t.TempDir()
	model := filepath.Join(dir, "m.safetensors")
	save := func(name string, a *Atlas, mixture bool) string {
		b := *a
		if !mixture {
			b.Mixture = nil
		}
		path := filepath.Join(dir, name)
		if err := b.Save(path); err != nil {
			t.Fatal(err)
		}
		return path
	}
	named, plain, foreign := save("named.safetensors", a, true), save("plain.safetensors", a, false), save("foreign.safetensors", wrong, true)
	for name, c := range map[string]struct {
		beside string // file that is put beside the model
		src    Source
		fitted bool
		none   bool
		notes  string
		err    string
	}{
		"nothing beside":         {src: Source{}, fitted: true},
		"beside":                 {beside: named, src: Source{}},
		"beside, but fresh":      {beside: named, src: Source{Fresh: true}, fitted: true},
		"no mixture beside":      {beside: plain, src: Source{Mixture: true}, fitted: true},
		"no mixture needed":      {beside: plain, src: Source{}},
		"foreign beside":         {beside: foreign, src: Source{}, fitted: true, notes: "it is left alone"},
		"named":                  {src: Source{File: named}},
		"named goes before":      {beside: foreign, src: Source{File: named, Fresh: true}},
		"named without mixture":  {src: Source{File: plain, Mixture: true}, err: "plain.safetensors: the atlas holds no mixture"},
		"named is foreign":       {src: Source{File: foreign}, err: "the atlas is of model"},
		"named is missing":       {src: Source{File: filepath.Join(dir, "gone.safetensors")}, err: "gone.safetensors"},
		"nothing to fit to":      {src: Source{Pictures: none}, none: true},
		"none, foreign beside":   {beside: foreign, src: Source{Pictures: none}, none: true, notes: "it is left alone"},
		"pictures that fail":     {src: Source{Pictures: failing}, err: "no disk"},
		"pictures of other size": {src: Source{Pictures: wide}, err: "pictures of 9x8 for a model of 8x8"},
	} {
		t.Run(name, func(t *testing.T) {
			os.Remove(Beside(model))
			if c.beside != "" {
				b, err := os.ReadFile(c.beside)
				if err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(Beside(model), b, 0o666); err != nil {
					t.Fatal(err)
				}
			}
			c.src.Model = model
			asked := false
			switch pictures := c.src.Pictures; {
			case c.none:
				c.src.Optional = true
			case pictures == nil:
				c.src.Pictures = func(context.Context) (*dataset.Pictures, error) {
					asked = true
					return &dataset.Pictures{Set: set, Plan: "none"}, nil
				}
			}
			got, err := OpenOrFit(t.Context(), m, c.src)
			if c.err != "" {
				if err == nil || !strings.Contains(err.Error(), c.err) {
					t.Fatalf("%v, want an error that says %q", err, c.err)
				}
				return
			}
			if err != nil || (got.Atlas == nil) != c.none {
				t.Fatalf("%+v, %v", got, err)
			}
			if text := fmt.Sprint(got.Notes); (c.notes != "") != (len(got.Notes) > 0) || !strings.Contains(text, c.notes) {
				t.Errorf("notes %s, want %q", text, c.notes)
			}
			if c.none {
				return
			}
			if asked != c.fitted || (got.File == "") != c.fitted || got.Model != m.Fingerprint() {
				t.Errorf("fitted %v, from %q, of model %s", asked, got.File, got.Model)
			}
			if c.src.Mixture && got.Mixture == nil {
				t.Error("no mixture")
			}
		})
	}
}

func none(context.Context) (*dataset.Pictures, error)    { return nil, nil }
func failing(context.Context) (*dataset.Pictures, error) { return nil, errors.New("no disk") }
func wide(context.Context) (*dataset.Pictures, error) {
	set := patches(10, 1)
	set.W = 9
	return &dataset.Pictures{Set: set}, nil
}

// Directions are fitted to the needed attributes only, and the others are still known.
func TestOpenOrFitOnly(t *testing.T) {
	m, _, set := tiny(t, 1)
	got, err := OpenOrFit(t.Context(), m, Source{Model: "none", Only: []string{"red", "Nonsense"}, Pictures: func(context.Context) (*dataset.Pictures, error) {
		return &dataset.Pictures{Set: set, Split: &faces.Split{Train: []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30}, Test: []int{31, 32, 33, 34, 35, 36, 37, 38, 39}}}, nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Directions) != 1 || got.Directions[0].Name != "Red" || got.Story.NTrain != 31 || got.Story.NTest != 9 {
		t.Errorf("%+v", got.Story)
	}
	if _, err := got.Direction("Brigt"); err == nil || !strings.Contains(err.Error(), "did you mean Bright?") {
		t.Errorf("%v", err)
	}
}

// The user's own pictures add attributes; those of too few pictures are named.
func TestOwnAttributes(t *testing.T) {
	m, _, set := tiny(t, 1)
	dir := t.TempDir()
	write := func(name string, row int) {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := set.Image(row).WritePNG(&b); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	tags := "picture,Mine,Rare\n"
	for i := range 12 {
		kind := []string{"with", "without"}[i%2]
		name := fmt.Sprintf("%s/%02d.png", kind, i)
		write(name, i)
		tags += fmt.Sprintf("%s,%d,%d\n", name, (i+1)%2, max(0, 1-i))
	}
	write("few/1.png", 0)
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good, gone := file("tags.csv", tags), file("gone.csv", "picture,Mine\nwith/none.png,1\n")
	with, without, few := filepath.Join(dir, "with"), filepath.Join(dir, "without"), filepath.Join(dir, "few")
	for name, c := range map[string]struct {
		own   Own
		only  []string
		adds  string
		notes string
		err   string
	}{
		"tags":                  {own: Own{Tags: good}, adds: "Mine", notes: "no direction for Rare: 1 of 12"},
		"folders":               {own: Own{With: with, Without: without}, adds: "with"},
		"folders with a name":   {own: Own{With: with, Without: without, Name: "Odd"}, adds: "Odd"},
		"too few":               {own: Own{With: few, Without: without}, err: "no direction for few: 1 of 7"},
		"too few, but used":     {own: Own{With: few, Without: without}, only: []string{"few"}},
		"too few, and not used": {own: Own{With: few, Without: without}, only: []string{"Bright"}, notes: "no direction for few"},
		"a missing picture":     {own: Own{Tags: gone}, err: "gone.csv, line 2: "},
		"no such file":          {own: Own{Tags: filepath.Join(dir, "none.csv")}, err: "none.csv"},
		"only with":             {own: Own{With: with}, err: with + " holds pictures with an attribute: expected a folder of pictures without it too"},
		"only without":          {own: Own{Without: without}, err: "expected a folder of pictures with it too"},
		"only a name":           {own: Own{Name: "Odd"}, err: "the attribute Odd: expected a folder"},
		"no such folder":        {own: Own{With: with, Without: filepath.Join(dir, "nowhere")}, err: "nowhere"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := OpenOrFit(t.Context(), m, Source{Model: "none", Only: c.only, Own: c.own, Pictures: func(context.Context) (*dataset.Pictures, error) {
				return &dataset.Pictures{Set: set}, nil
			}})
			if c.err != "" {
				if err == nil || !strings.Contains(err.Error(), c.err) {
					t.Fatalf("%v, want an error that says %q", err, c.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if c.adds != "" {
				d, err := got.Direction(c.adds)
				if err != nil || d.With != 6 || d.Without != 6 {
					t.Errorf("%+v, %v", d, err)
				}
			}
			if text := fmt.Sprint(got.Notes); (c.notes != "") != (len(got.Notes) > 0) || !strings.Contains(text, c.notes) {
				t.Errorf("notes %s, want %q", text, c.notes)
			}
		})
	}
}

func TestOverview(t *testing.T) {
	_, a, _ := tiny(t, 1)
	r, err := a.Overview([]string{"red"})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Directions) != 2 || r.Directions[0].BestAUC() < r.Directions[1].BestAUC() || len(r.LeftOut) != 1 || r.LeftOut[0].Name != "Hat" {
		t.Errorf("%+v", r)
	}
	if len(r.Detailed) != 1 || r.Detailed[0].Name != "Red" || r.Detailed[0].SideEffects[0].Name != "Bright" {
		t.Errorf("%+v", r.Detailed)
	}
	if _, err := a.Overview([]string{"Rad"}); err == nil {
		t.Error("an unknown name was no error")
	}
	text, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{`"model":`, `"fingerprint":`, `"takes_along":`, `"cross_auc":`, `"left_out":`, `"entangled":`, `"distances":`} {
		if !strings.Contains(string(text), key) {
			t.Errorf("the JSON lacks %s", key)
		}
	}
}

// NewRange leaves its argument alone.
func TestNewRange(t *testing.T) {
	scores := []float64{3, 1, 2}
	if r := NewRange(scores); r.Low < 1 || r.High > 3 || !r.Holds(2) || r.Holds(4) {
		t.Errorf("%+v", r)
	}
	if !slices.Equal(scores, []float64{3, 1, 2}) {
		t.Errorf("scores are now %v", scores)
	}
}
