package latent

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"likeness/safetensors"
)

func mixedAtlas(t testing.TB) *Atlas {
	a, codes := atlasOf(t, 300)
	var err error
	if a.Mixture, err = FitMixture(t.Context(), a.Whitening.White(codes), 6, MixtureOptions{Components: 2}); err != nil {
		t.Fatal(err)
	}
	a.Story.Data, a.Story.NTrain = "some faces", 300
	other, tagged := painted(100)
	MeasureDirections(a.Directions[:1], a.Whitening.White(other), 6, tagged)
	a.Judge([]Verdict{{Name: "Side", Edits: 9, RightWay: 0.75, SideEffects: []SideEffect{{"Up", 0.5}}}, {Name: "Unheard of"}})
	return a
}

func TestSaveAndOpen(t *testing.T) {
	a := mixedAtlas(t)
	path := filepath.Join(t.TempDir(), "a.safetensors")
	if err := a.Save(path); err != nil {
		t.Fatal(err)
	}
	got, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(a, got, cmpopts.EquateEmpty()); d != "" {
		t.Error(d)
	}
	if v := got.Directions[1].Judged; v == nil || v.RightWay != 0.75 || got.Directions[0].Judged != nil {
		t.Errorf("verdicts: %+v, %+v", v, got.Directions[0].Judged)
	}
	a.Mixture, a.Directions = nil, nil
	if err := a.Save(path); err != nil {
		t.Fatal(err)
	}
	if got, err = Open(path); err != nil || got.Mixture != nil || len(got.Directions) != 0 {
		t.Errorf("an atlas of moments alone: %+v, %v", got, err)
	}
	if err := got.CheckModel("another"); err == nil || !strings.Contains(err.Error(), "another") || !strings.Contains(err.Error(), a.Model) {
		t.Errorf("another model: %v", err)
	}
}

// Files that are no atlases, or lie, are refused with words that help.
func TestOpenBadFiles(t *testing.T) {
	for name, c := range map[string]struct {
		change func(f *safetensors.File)
		want   string
	}{
		"foreign":    {func(f *safetensors.File) { delete(f.Metadata, "format") }, "not a likeness atlas"},
		"newer":      {func(f *safetensors.File) { f.Metadata["format"] = "likeness atlas 9" }, "likeness atlas 9"},
		"reach":      {func(f *safetensors.File) { f.Metadata["reach"] = "{" }, "metadata reach"},
		"code":       {func(f *safetensors.File) { f.Metadata["code"] = "7" }, "for codes of 6"},
		"directions": {func(f *safetensors.File) { f.Metadata["directions"] = "[{}]" }, "shape"},
		"range": {func(f *safetensors.File) {
			f.Metadata["directions"] = `[{"name":"Up"},{"name":"Side","usual":{"low":2,"high":1}},{"name":"Noise"}]`
		}, "Side: scores from 2 to 1"},
		"nameless": {func(f *safetensors.File) { f.Metadata["directions"] = "[{},{},{}]" }, "no name"},
		"mixture":  {func(f *safetensors.File) { f.Metadata["mixture"] = `{"components":3}` }, "shape"},
		"none":     {func(f *safetensors.File) { f.Metadata["mixture"] = `{"components":-1}` }, "-1 components"},
		"missing":  {func(f *safetensors.File) { f.Tensors = f.Tensors[1:] }, "no tensor"},
		"scale":    {func(f *safetensors.File) { zero(f, scaleName) }, "no standard deviation"},
		"weights":  {func(f *safetensors.File) { zero(f, weightsName) }, "no weight"},
		"roots":    {func(f *safetensors.File) { zero(f, rootsName) }, "diagonal"},
		"length":   {func(f *safetensors.File) { zero(f, directionsName) }, "length 0"},
	} {
		f, err := mixedAtlas(t).File()
		if err != nil {
			t.Fatal(err)
		}
		c.change(f)
		path := filepath.Join(t.TempDir(), "a.safetensors")
		if err := f.Save(path); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(path); err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), path) {
			t.Errorf("%s: error %v, want one that names the file and says %q", name, err, c.want)
		}
	}
}

// zero fills a tensor with zeros.
func zero(f *safetensors.File, name string) {
	for i := range f.Tensors {
		if t := &f.Tensors[i]; t.Name == name {
			t.Data = make([]byte, len(t.Data))
		}
	}
}

// Whatever a file holds, it is refused or can be used.
func FuzzAtlas(f *testing.F) {
	small := &Atlas{ // made by hand: fitting takes its time in instrumented code
		Whitening:  &Whitening{Mean: []float32{1, 2}, Axes: []float32{1, 0, 0, 1}, Scale: []float32{2, 1}},
		Directions: []Direction{{Name: "Up", White: []float32{1, 0}}, {Name: "Side", White: []float32{0.6, 0.8}}},
		Mixture:    Gaussian(2),
	}
	file, err := small.File()
	if err != nil {
		f.Fatal(err)
	}
	var b bytes.Buffer
	if err := file.Write(&b); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Fuzz(func(t *testing.T, b []byte) {
		file, err := safetensors.Read(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			return
		}
		a, err := FromFile(file)
		if err != nil {
			return
		}
		code := a.Whitening.Mean
		for i := range a.Directions {
			if step, err := a.Step([]Change{{&a.Directions[i], 1}}, nil); err == nil {
				a.Walk(code, step, []float64{1})
			}
		}
		if a.Mixture != nil {
			a.Whitening.Draw(a.Mixture, 2, 1, 1)
		}
	})
}
