package evaluation

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"likeness/autoencoder"
	"likeness/baseline"
)

func TestCompare(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range []struct {
		a, b   float64
		errors Comparison
		shares Comparison
	}{
		{0.005, 0.008, Better, Worse},
		{0.008, 0.005, Worse, Better},
		{0.01, 0.01, Equal, Equal},
		{0.009997, 0.010000, Equal, Equal}, // 0.03 %
		{0.010003, 0.010000, Equal, Equal},
		{0.009995, 0.010000, Equal, Equal}, // 0.05 %
		{0.009994, 0.010000, Better, Equal},
		{0.010006, 0.010000, Worse, Equal},
		{0.00000012, 0.00000049, Equal, Equal}, // both print as 0.000000
		{0.0000014, 0.0000016, Better, Equal},
		{0.113, 0.094, Worse, Better},
		{0.63049, 0.63001, Worse, Equal}, // both print as 63.0 %
		{nan, 0.01, Unknown, Unknown},
		{0.01, nan, Unknown, Unknown},
		{inf, 0.01, Unknown, Unknown},
		{0, 0, Equal, Equal},
		{0, 0.01, Better, Worse},
	} {
		if got := Compare(c.a, c.b); got != c.errors {
			t.Errorf("errors %v and %v: %s, want %s", c.a, c.b, got, c.errors)
		}
		if got := CompareShares(c.a, c.b); got != c.shares {
			t.Errorf("shares %v and %v: %s, want %s", c.a, c.b, got, c.shares)
		}
	}
}

// level returns a row of a table of levels; a filter of 0 was not measured.
func level(sigma, noisy, filter, model float64) baseline.LevelScore {
	l := baseline.LevelScore{Sigma: sigma, Noisy: baseline.Quality{MSE: noisy}, Model: baseline.Quality{MSE: model}}
	if filter > 0 {
		l.Wiener = &baseline.Quality{MSE: filter}
	}
	return l
}

// One rule says whether a training was worth it, and JSON, words and colour follow from
// its value.
func TestVerdict(t *testing.T) {
	f := func(v float64) *float64 { return &v }
	yes, no := f(1), f(0)
	var open *float64
	for _, c := range []struct {
		name   string
		change func(*Score)
		kind   Kind // "": no verdict
		worth  *float64
		text   string
	}{
		// The two disputed cases and their surroundings.
		{"0.03 % better than PCA", func(r *Score) { r.Baselines.PCA, r.TestMSE = f(0.010000), f(0.009997) },
			NoBetter, no, "Not worth it so far: no better than exact PCA with the same code size, which needs no training."},
		{"0.05 % better", func(r *Score) { r.Baselines.PCA, r.TestMSE = f(0.010000), f(0.009995) }, NoBetter, no, "no better than"},
		{"0.06 % better", func(r *Score) { r.Baselines.PCA, r.TestMSE = f(0.010000), f(0.009994) }, WorthIt, yes, "Worth it: 0.06 % less error than exact PCA"},
		{"equal", func(r *Score) { r.Baselines.PCA = f(0.01) }, NoBetter, no, "no better than"},
		{"1.9 % worse", func(r *Score) { r.Baselines.PCA, r.TestMSE = f(0.010000), f(0.010190) }, NoBetter, no, "no better than"},
		{"2 % worse", func(r *Score) { r.Baselines.PCA, r.TestMSE = f(0.010000), f(0.010200) }, Inferior, no, "1.02 times the error"},
		{"linear, 5 % worse than PCA", func(r *Score) { r.Architecture, r.Baselines.PCA, r.TestMSE = "pca", f(0.0100), f(0.0105) },
			AsExpected, open, "As it should be: a linear autoencoder can at best do what exact PCA does.\nThis one has 5 % more error."},
		{"linear, equal", func(r *Score) { r.Architecture, r.Baselines.PCA = "pca", f(0.01) }, AsExpected, open, "0 % more error"},
		{"linear, a hair better", func(r *Score) { r.Architecture, r.Baselines.PCA, r.TestMSE = "pca", f(0.010000), f(0.009997) }, AsExpected, open, "0 % more error"},
		{"linear, better on other pictures", func(r *Score) { r.Architecture, r.Baselines.PCA, r.TestMSE = "pca", f(0.010), f(0.009) }, WorthIt, yes, "Worth it: 10 %"},
		{"linear, 10 % worse", func(r *Score) { r.Architecture, r.Baselines.PCA, r.TestMSE = "pca", f(0.0100), f(0.0111) }, Inferior, no, "1.11 times"},
		{"linear, bad", func(r *Score) { r.Architecture, r.Baselines.PCA, r.TestMSE = "pca", f(0.008), f(0.016) }, Inferior, no, "Not worth it so far: 2 times"},
		{"linear denoiser", func(r *Score) {
			r.Architecture, r.Corruption, r.Baselines.Wiener, r.TestMSE = "pca", "gaussian(sigma=0.1)", f(0.0100), f(0.0105)
		}, Inferior, no, "1.05 times the error of the Wiener filter"},

		{"better", func(r *Score) { r.Baselines.PCA = f(0.0125) }, WorthIt, yes, "Worth it: 20 % less error than exact PCA with the same code size, the best that needs no training."},
		{"worse", func(r *Score) { r.Baselines.PCA = f(0.008) }, Inferior, no, "Not worth it so far: 1.25 times the error of exact PCA"},
		{"the best counts", func(r *Score) { r.Baselines.PCA, r.Baselines.MeanImage = f(0.0125), f(0.005) }, Inferior, no, "2 times the error of always the mean picture"},
		{"nothing to compare with", func(r *Score) {}, "", open, ""},
		{"diverged", func(r *Score) { r.Baselines.PCA, r.TestMSE = f(0.01), f(math.NaN()) }, Inferior, no, ""},

		{"large", func(r *Score) { r.Baselines.MeanImage = f(0.02) }, Promising, open, "It learned something: 50 % less error than always the mean picture.\nWhether it was worth it is open: exact PCA, harder to beat, was not measured for pictures of 96x96."},
		{"large, a hair better", func(r *Score) { r.Baselines.MeanImage, r.TestMSE = f(0.010000), f(0.009997) }, NoBetter, no, "no better than always the mean picture"},
		{"large and bad", func(r *Score) { r.Baselines.MeanImage = f(0.005) }, Inferior, no, "Not worth it so far: 2 times the error of always the mean picture"},
		{"no code", func(r *Score) { r.Code, r.Baselines.MeanImage = 0, f(0.02) }, Promising, open, "for a model without a code"},
		{"large denoiser", func(r *Score) { r.Corruption, r.Baselines.Nothing = "gaussian(sigma=0.1)", f(0.02) }, Promising, open, "is open: the Wiener filter, harder to beat, was not measured for pictures of 96x96"},
		{"weak noise", func(r *Score) {
			r.Width, r.Height, r.Corruption, r.Baselines.Nothing = 32, 32, "gaussian(sigma=0.001)", f(0.02)
		}, Promising, open, "was not measured for noise as weak as this"},
		{"large, covered", func(r *Score) {
			r.Corruption, r.Baselines.MeanFill, r.Baselines.Nothing = "occlusion(count=1, size=20)", f(0.0125), f(0.02)
		}, Promising, open, "It learned something: 20 % less error than the mean picture in the black rectangles.\nWhether it was worth it is open: the gaussian fill of the black rectangles, harder to beat, was not measured for pictures of 96x96."},
		{"covered", func(r *Score) {
			r.Corruption, r.Baselines.GaussianFill, r.Baselines.MeanFill = "occlusion(count=1, size=20)", f(0.0125), f(0.02)
		}, WorthIt, yes, "Worth it: 20 % less error than the gaussian fill, given the mask, the best that needs no training."},
		{"covered all over", func(r *Score) {
			r.Width, r.Height, r.Corruption, r.Baselines.MeanFill = 32, 32, "occlusion(count=1, size=30)", f(0.02)
		}, Promising, open, "was not measured for rectangles as large as these."},
		{"covered, many levels", func(r *Score) {
			r.Width, r.Height, r.Corruption, r.Baselines.MeanFill = 32, 32, "noise(min=0.1, max=0.2, clean=0), then occlusion(count=1, size=3)", f(0.02)
		}, Promising, open, "was not measured for rectangles in noise of many levels."},
		{"covered, elsewhere", func(r *Score) {
			r.Width, r.Height, r.Corruption, r.Baselines.Nothing = 32, 32, "occlusion(count=1, size=3)", f(0.02)
		}, Promising, open, "was not measured: the training pictures are not available."},
		{"covered, weak noise", func(r *Score) {
			split := "random"
			r.Width, r.Height, r.Corruption, r.Baselines.Nothing, r.Split = 32, 32, "gaussian(sigma=0.001), then occlusion(count=1, size=3)", f(0.02), &split
		}, Promising, open, "was not measured for noise as weak as this."},

		{"seeds", func(r *Score) { r.Baselines.PCA, r.Seeds = f(0.02), &Seeds{TestMSE: []float64{0.01, 0.011}} }, WorthIt, yes, "\nSo it is with every seed."},
		{"some seeds", func(r *Score) { r.Baselines.PCA, r.Seeds = f(0.02), &Seeds{TestMSE: []float64{0.01, 0.019995}} }, WorthIt, yes, "\nNot with every seed: 1 of 2 are no better than that."},

		{"levels", func(r *Score) {
			r.Corruption, r.Levels = "noise(min=0.02, max=0.55, clean=0)", []baseline.LevelScore{level(0.1, 0.01, 0.002, 0.0015), level(0.5, 0.25, 0.02, 0.010)}
			r.Baselines.Nothing = f(0.1)
		}, WorthIt, yes, "Worth it: at all levels at least 25 % less error than the Wiener filter for each level, which needs no training."},
		{"levels, a hair at one", func(r *Score) {
			r.Corruption, r.Levels = "noise(min=0.02, max=0.55, clean=0)", []baseline.LevelScore{level(0.1, 0.01, 0.002, 0.0015), level(0.5, 0.25, 0.020000, 0.019995)}
			r.Baselines.Nothing = f(0.1)
		}, NoBetter, no, "Not worth it so far: at sigma 0.5 no better than the Wiener filter for each level, which needs no training."},
		{"levels without a filter", func(r *Score) {
			r.Corruption, r.Levels = "noise(min=0.02, max=0.55, clean=0)", []baseline.LevelScore{level(0.1, 0.01, 0, 0.005), level(0.5, 0.25, 0, 0.05)}
			r.Baselines.Nothing = f(0.1)
		}, Promising, open, "It learned something: at all levels at least 50 % less error than leaving pictures as they are.\nWhether it was worth it is open: the Wiener filter, harder to beat, was not measured."},
		{"levels beside one trained level", func(r *Score) {
			r.Corruption, r.Levels = "gaussian(sigma=0.1)", []baseline.LevelScore{level(0.1, 0.01, 0.002, 0.003)}
			r.Baselines.Wiener = f(0.02)
		}, WorthIt, yes, "Worth it: 50 % less error than the Wiener filter"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := Score{Architecture: "conv", Code: 8, Width: 96, Height: 96, TrainMSE: f(0.009), TestMSE: f(0.01)}
			c.change(&r)
			r.Judge()
			if (r.Verdict == nil) != (c.kind == "") {
				t.Fatalf("verdict %+v", r.Verdict)
			}
			if r.Verdict != nil {
				if text := r.Verdict.String(); r.Verdict.Kind != c.kind || !strings.Contains(text, c.text) {
					t.Errorf("%s: %q, want %s: %q", r.Verdict.Kind, text, c.kind, c.text)
				}
				if bad := c.kind == NoBetter || c.kind == Inferior; r.Verdict.Good() == bad || (r.Verdict.Advice != "") != bad {
					t.Errorf("%s is good: %v, advice %q", c.kind, r.Verdict.Good(), r.Verdict.Advice)
				}
			}
			var worth *float64
			if r.WorthIt != nil {
				worth = map[bool]*float64{true: yes, false: no}[*r.WorthIt]
			}
			if worth != c.worth {
				t.Errorf("worth it: %v, want %v", worth, c.worth)
			}
		})
	}
}

func TestAdvice(t *testing.T) {
	f := func(v float64) *float64 { return &v }
	for want, change := range map[Advice]func(*Score){
		MorePictures: func(r *Score) { r.TrainMSE = f(0.001) },
		MoreTime:     func(r *Score) { r.Ended = autoencoder.EndedByTime },
		OtherRate:    func(r *Score) { r.Ended = autoencoder.EndedEarly },
		MoreTraining: func(r *Score) { r.TrainMSE = nil },
	} {
		r := Score{TrainMSE: f(0.009), TestMSE: f(0.01), Baselines: Baselines{PCA: f(0.005)}}
		change(&r)
		r.Judge()
		if r.Verdict.Advice != want {
			t.Errorf("advice %q, want %q", r.Verdict.Advice, want)
		}
	}
}

// The JSON of a score has the keys of earlier versions and the verdict as a value.
func TestScoreJSON(t *testing.T) {
	f := func(v float64) *float64 { return &v }
	r := Score{TestMSE: f(0.009997), Baselines: Baselines{PCA: f(0.010000)}}
	r.Judge()
	b, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"worth_it":false`, `"verdict":{"kind":"no_better","baseline":"exact PCA with the same code size"`, `"yardsticks":{"mean_image":null,"pca":0.01,`,
		`"train_mse":null`, `"learning_rate":0`, `"split":null`, `"skipped":0`, `"images_per_second":0`} {
		if !strings.Contains(string(b), want) {
			t.Errorf("%s lacks %s", b, want)
		}
	}
}

// A baseline without any error leaves no ratio, which JSON could not hold.
func TestNoRatio(t *testing.T) {
	f := func(v float64) *float64 { return &v }
	for name, c := range map[string]struct {
		change func(*Score)
		kind   Kind
		text   string
	}{
		"worse":         {func(r *Score) {}, Inferior, "Not worth it so far: exact PCA with the same code size has no error at all on these pictures, without any training."},
		"alike":         {func(r *Score) { r.TestMSE = f(1e-9) }, NoBetter, "Not worth it so far: no better than exact PCA with the same code size, which needs no training and has no error at all on these pictures."},
		"both":          {func(r *Score) { r.TestMSE = f(0) }, NoBetter, "has no error at all"},
		"linear":        {func(r *Score) { r.Architecture, r.TestMSE = "pca", f(0) }, AsExpected, "As it should be: a linear autoencoder can at best do what exact PCA does, which has no error at all on these pictures."},
		"linear, worse": {func(r *Score) { r.Architecture = "pca" }, Inferior, "has no error at all"},
		"levels":        {func(r *Score) { r.Corruption, r.Levels = "noise(min=0.02, max=0.55, clean=0)", exactLevels() }, NoBetter, "at sigma 0.1 no better than the Wiener filter for each level"},
		"finite levels": {func(r *Score) { r.Corruption, r.Levels = "noise(min=0.02, max=0.55, clean=0)", exactLevels()[1:] }, WorthIt, "50 % less error"},
	} {
		r := Score{Architecture: "conv", Code: 8, Width: 96, Height: 96, TestMSE: f(0.01), Baselines: Baselines{PCA: f(0)}}
		c.change(&r)
		r.Judge()
		if got := r.Verdict.String(); r.Verdict.Kind != c.kind || !strings.Contains(got, c.text) || strings.Contains(got, "Inf") || strings.Contains(got, "NaN") {
			t.Errorf("%s: %s: %q", name, r.Verdict.Kind, got)
		}
		b, err := json.Marshal(r)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if none := strings.Contains(string(b), `"ratio":null`); none != r.Verdict.Exact {
			t.Errorf("%s: %s", name, b)
		}
	}
	diverged := &Verdict{Kind: Inferior, Baseline: ExactPCA}
	if got := diverged.String(); !strings.Contains(got, "the error of the model is not a finite number") {
		t.Error(got)
	}
}

// exactLevels are two levels; at the first the Wiener filter has no error.
func exactLevels() []baseline.LevelScore {
	first, second := level(0.1, 0.01, 1, 0.005), level(0.5, 0.25, 0.02, 0.01)
	*first.Wiener = baseline.Quality{}
	return []baseline.LevelScore{first, second}
}

func TestSummarise(t *testing.T) {
	s := Seeds{TestMSE: []float64{0.001, 0.003, 0.002}}
	s.summarise()
	if math.Abs(s.Mean-0.002) > 1e-15 || math.Abs(s.StdDev-0.001) > 1e-15 || s.Min != 0.001 || s.Max != 0.003 {
		t.Errorf("%+v", s)
	}
}
