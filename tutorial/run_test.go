package tutorial_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"image/gif"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"likeness/autoencoder"
	"likeness/baseline"
	"likeness/describe"
	"likeness/faces"
	"likeness/pix"
	"likeness/report"
	"likeness/search"
	"likeness/train"
	"likeness/tutorial"
)

// set makes n pictures of 32x32 of n/4 people who look like themselves.
func set(n int) *faces.Set { return sized(n, 32, tutorial.Prep()) }

func sized(n, side int, prep pix.Prep) *faces.Set {
	s := &faces.Set{W: side, H: side, Source: "waves", Fingerprint: fmt.Sprint("waves", n), Prep: prep}
	for i := range n {
		who := i / 4
		for p := range side * side * 3 {
			x, y := p*32/side%96, p/(3*side)*32/side
			v := math.Sin(float64(who)+float64(x)/(7+float64(who%5))) * math.Cos(float64(y)/5+float64(i%4)/9)
			s.Pix = append(s.Pix, byte(128+100*v))
		}
		s.IDs = append(s.IDs, fmt.Sprintf("Wave_%d_%04d", who, i%4+1))
		s.People = append(s.People, fmt.Sprint("Wave ", who))
		s.Numbers = append(s.Numbers, i%4+1)
	}
	return s
}

func TestWholeTutorial(t *testing.T) {
	out, data := t.TempDir(), set(80)
	data.Attributes = &faces.Attributes{Names: []string{"Even"}}
	for i := range data.Len() {
		data.Attributes.Values = append(data.Attributes.Values, float32(1-2*(i/4%2)))
	}
	run := tutorial.Run{Data: data, Out: out, Epochs: 1, Command: "likeness reproduce <test>",
		Wide: func(context.Context) (*faces.Set, error) { return sized(80, 128, describe.DefaultPrep()), nil }}
	r, err := run.Do(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(filepath.Join(out, "report.html"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"likeness reproduce &lt;test&gt;", "exact PCA, 32 numbers", "the Wiener filter", "leaving the rectangle", "the gaussian fill (given the mask)", "the mean face in the rectangle", "0.005865", "0.002949",
		"Original | Code | Reconstructed", "Search by likeness", "the tutorial’s way: the code of 32, euclidean", "the finder: faces straightened", "Morphing",
		"Beyond the tutorial", "Noise by level", "Faces of nobody", "data:image/gif;base64,", "80 pictures, not the tutorial’s 13,143",
	} {
		if !strings.Contains(string(page), want) {
			t.Errorf("the page does not have %q", want)
		}
	}
	animation, err := os.Open(filepath.Join(out, "figures", "morph.gif"))
	if err != nil {
		t.Fatal(err)
	}
	defer animation.Close()
	walk, err := gif.DecodeAll(animation)
	if err != nil {
		t.Fatal(err)
	}
	// 13 steps there, the 11 between back again, and three more to rest at the
	// ends; the page holds them all, so they must be few and small.
	if b := walk.Image[0].Bounds(); len(walk.Image) != 27 || b.Dx() > 600 || b.Dy() > 160 {
		t.Errorf("an animation of %d frames of %dx%d", len(walk.Image), b.Dx(), b.Dy())
	}
	if len(page) > 6<<20 {
		t.Errorf("the page weighs %d bytes", len(page))
	}
	var stages []string
	split, err := faces.RandomSplit(80, 0.1, 42)
	if err != nil {
		t.Fatal(err)
	}
	clean := run.Data.AllFloats(split.Test)
	for _, m := range r.Models {
		stages = append(stages, m.Stage)
		if m.NTrain != 72 || m.NTest != 8 || m.Epochs != 1 {
			t.Errorf("%s: %+v", m.Stage, m)
		}
		opened, err := autoencoder.Open(m.Model)
		if err != nil {
			t.Fatal(err)
		}
		if opened.Fingerprint() != m.Fingerprint {
			t.Errorf("%s: the file's model is %s, the results' %s", m.Stage, opened.Fingerprint(), m.Fingerprint)
		}
		input := clean
		if m.Corruption != "" {
			c, err := pix.ParseCorruption(m.Corruption)
			if err != nil {
				t.Fatal(err)
			}
			input = baseline.Corrupted(clean, c, opened.Prep, run.Seed)
		}
		if want := must(opened.MSE(context.Background(), input, clean)); m.TestMSE != want {
			t.Errorf("%s: the results have an error of %g, the file's model %g", m.Stage, m.TestMSE, want)
		}
	}
	if !slices.Equal(stages, []string{"pca", "conv", "denoise", "occlusion", "residual", "denoiser"}) {
		t.Errorf("models of %v", stages)
	}
	// What begins as exact PCA has hardly more error after an epoch.
	if m := r.Models[4]; m.Code != 32 || !(m.TestMSE < r.Yardsticks.MeanImage/100) {
		t.Errorf("the residual autoencoder has an error of %g, exact PCA %g, the mean picture %g", m.TestMSE, r.Yardsticks.PCA, r.Yardsticks.MeanImage)
	}
	if m := r.Models[5]; m.Code != 0 || len(r.Levels) != 4 || r.CleanMSE == nil || r.Latent == nil {
		t.Errorf("beyond the tutorial: %+v, %d levels, %v", m, len(r.Levels), r.Latent)
	}
	// The noise has variance 0.01, and the filter must take some of it away.
	d := r.Models[2]
	if math.Abs(*d.Untouched-0.01) > 0.0005 || !(*d.Wiener < 0.005) {
		t.Errorf("noise of %g is filtered to %g", *d.Untouched, *d.Wiener)
	}
	// What is around a rectangle tells more of it than the mean face, and that more than black.
	if o := r.Models[3]; !(*o.GaussianFill < *o.MeanFill/2 && *o.MeanFill < *o.Untouched) {
		t.Errorf("rectangles are filled to %g and %g, left at %g", *o.GaussianFill, *o.MeanFill, *o.Untouched)
	}
	if l := r.Judged(); l == nil || l.Sigma != 0.1 || !strings.Contains(string(page), "no code, sigma 0.1, 1 epoch; not better at sigma 0.05, 0.1, 0.2, 0.5") || !strings.Contains(string(page), report.MSE(l.Wiener.MSE)) {
		t.Errorf("the summary of the denoiser is not at sigma 0.1: %+v", l)
	}
	if saved := savedResults(t, out); saved.Models[1].TestMSE != r.Models[1].TestMSE {
		t.Errorf("results.json: %+v", saved.Models)
	}
	index, err := search.Open(t.Context(), r.Retrieval.Index)
	if err != nil {
		t.Fatal(err)
	}
	if index.Len() != 72 || index.CheckModel(r.Models[1].Fingerprint) != nil {
		t.Errorf("an index of %d codes", index.Len())
	}
	p := r.Retrieval
	if len(p.Found) != 3 || p.Found[0].Space != "euclidean" || p.Found[0].Code != "conv" || p.Found[2].Code != "wide" {
		t.Errorf("search was measured in %+v", p.Found)
	}
	for _, f := range p.Found {
		if f.Queries == 0 || f.Queries != p.Queries || !(f.Hit1.Low <= f.Hit1.Value && f.Hit1.Value <= f.Hit5.Value && f.MAP.Value > 0) {
			t.Errorf("%+v", f)
		}
	}
	if p.Hit1 != p.Found[0].Hit1.Value || p.MAP != p.Found[0].MAP.Value {
		t.Error("the numbers at the top are not the tutorial's way's")
	}
	wantFigures(t, page, filepath.Join(out, "figures"), []string{
		"faces.png", "data.png", "pca.png", "pca-best-worst.png", "pca-loss.png", "conv.png", "conv-best-worst.png", "conv-loss.png",
		"noise-check.png", "noise-scale.png", "denoise.png", "denoise-loss.png", "occlusion.png", "occlusion-loss.png",
		"retrieval.png", "morph.png", "morph.gif", "residual.png", "residual-best-worst.png", "residual-loss.png", "race.png",
		"denoiser.png", "denoiser-loss.png", "edits.png", "likely.png", "samples.png",
	})
}

// wantFigures checks that a page shows the figures of these names in this order,
// byte for byte as they lie in the folder, and that no others lie there.
func wantFigures(t *testing.T, page []byte, folder string, want []string) {
	t.Helper()
	files, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]string{} // by content
	for _, f := range files {
		b, err := os.ReadFile(filepath.Join(folder, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		names[base64.StdEncoding.EncodeToString(b)] = f.Name()
	}
	var shown []string
	for _, m := range regexp.MustCompile(`src="data:image/[a-z]+;base64,([^"]*)"`).FindAllSubmatch(page, -1) {
		shown = append(shown, names[string(m[1])])
	}
	if d := cmp.Diff(want, shown); d != "" {
		t.Errorf("figures on the page, empty where none is in the folder: %s", d)
	}
	if len(files) != len(want) {
		t.Errorf("%d figures in the folder, want %d: %v", len(files), len(want), files)
	}
}

// A second run takes what the first has trained, and gives the same numbers;
// one with other settings touches nothing.
func TestGoesOn(t *testing.T) {
	out := t.TempDir()
	only := []string{"conv"}
	ctx, cancel := context.WithCancel(context.Background())
	stopped := tutorial.Run{Data: set(80), Out: out, Epochs: 3, Only: only, Events: func(_ string, e train.Event) {
		if e.Epoch == 2 && e.Step == 1 {
			cancel()
		}
	}}
	if _, err := stopped.Do(ctx); !errors.Is(err, train.ErrInterrupted) || !errors.Is(err, context.Canceled) {
		t.Fatalf("interrupted: %v", err)
	}
	if r := savedResults(t, out); !slices.Equal(r.ToCome, only) {
		t.Errorf("the numbers of an interrupted run say that %v is to come, want %v", r.ToCome, only)
	}
	resumed := 0
	again := tutorial.Run{Data: set(80), Out: out, Epochs: 3, Only: only, Events: func(_ string, e train.Event) {
		if e.Resumed {
			resumed++
		}
	}}
	first, err := again.Do(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if resumed != 1 {
		t.Error("the run did not go on from its checkpoint")
	}
	again.Events = func(string, train.Event) { t.Error("a finished model was trained again") }
	second, err := again.Do(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if *first.Models[0] != *second.Models[0] {
		t.Errorf("trained: %+v, taken: %+v", first.Models[0], second.Models[0])
	}
	whole := tutorial.Run{Data: set(80), Out: t.TempDir(), Epochs: 3, Only: only}
	third, err := whole.Do(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if third.Models[0].Fingerprint != first.Models[0].Fingerprint {
		t.Error("a run in two sittings ended in another model than one in one")
	}
	for want, change := range map[string]func(*tutorial.Run){
		"number of epochs is 3 and not 5": func(r *tutorial.Run) { r.Epochs = 5 },
		"seed is 0 and not 1":             func(r *tutorial.Run) { r.Seed = 1 },
		"data is waves80 and not waves84": func(r *tutorial.Run) { r.Data = set(84) },
	} {
		other := tutorial.Run{Data: set(80), Out: out, Epochs: 3, Only: only}
		change(&other)
		if _, err := other.Do(context.Background()); !errors.Is(err, tutorial.ErrOtherRun) || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one that says %q", err, want)
		}
	}
	if r := savedResults(t, out); len(r.ToCome) > 0 || len(r.Models) != 1 || r.Models[0].Epochs != 3 {
		t.Errorf("a run that failed has replaced the numbers of a complete one: %+v", r)
	}
	m, err := autoencoder.Open(first.Models[0].Model)
	if err != nil || m.Fingerprint() != first.Models[0].Fingerprint {
		t.Errorf("the finished model was touched: %v", err)
	}
	anew := tutorial.Run{Data: set(80), Out: out, Epochs: 1, Only: only, Restart: true}
	if fourth, err := anew.Do(context.Background()); err != nil || fourth.Models[0].Epochs != 1 {
		t.Errorf("begun anew: %v", err)
	}
}

// savedResults reads the numbers in a folder.
func savedResults(t *testing.T, out string) *tutorial.Results {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(out, "results.json"))
	if err != nil {
		t.Fatal(err)
	}
	var r tutorial.Results
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatal(err)
	}
	return &r
}

func TestBadRuns(t *testing.T) {
	for want, r := range map[string]tutorial.Run{
		`unknown part "search"`: {Data: set(80), Only: []string{"search"}},
		"must not be negative":  {Data: set(80), Epochs: -1},
		"fewer than one batch":  {Data: set(20)},
		"not a directory":       {Data: set(80), Out: "run_test.go/below"},
	} {
		if r.Out == "" {
			r.Out = t.TempDir()
		}
		if _, err := r.Do(context.Background()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one that says %q", err, want)
		}
	}
}
