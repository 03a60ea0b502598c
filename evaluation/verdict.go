package evaluation

import (
	"fmt"
	"math"
	"strings"

	"likeness/autoencoder"
	"likeness/baseline"
	"likeness/pix"
)

// Kind is what a Verdict says.
type Kind string

const (
	// WorthIt: better than all baselines, and one that is hard to beat is among them.
	WorthIt Kind = "worth_it"
	// Promising: better than all baselines that were measured, but the one that is hard to
	// beat was not.
	Promising Kind = "promising"
	// AsExpected: a linear autoencoder about as good as exact PCA, which it cannot beat.
	AsExpected Kind = "as_expected"
	// NoBetter: equal to the best baseline or hardly worse.
	NoBetter Kind = "no_better"
	// Inferior: worse than the best baseline.
	Inferior Kind = "worse"
)

// Advice is what may help a model that was not worth its training.
type Advice string

const (
	MorePictures Advice = "more_pictures" // it is much better on the training pictures
	MoreTime     Advice = "more_time"     // its time budget ended the run
	OtherRate    Advice = "other_rate"    // its error stopped falling
	MoreTraining Advice = "more_training" // any of them
)

// Verdict says whether training a model was worth it. JSON, texts and pages all come from
// this value.
type Verdict struct {
	Kind     Kind   `json:"kind"`
	Baseline string `json:"baseline"` // the best one, or the one for each level of noise
	// Ratio is that of the model's error to the baseline's, by levels the highest; nil
	// where it is not finite, because the baseline has no error at all, as Exact says, or
	// because the model's error is not finite.
	Ratio *float64 `json:"ratio"`
	Exact bool     `json:"exact,omitempty"`
	// Sigmas are the levels of noise at which the model is no better, of a model that is
	// judged by levels.
	Sigmas   []float64 `json:"sigmas,omitempty"`
	ByLevels bool      `json:"by_levels,omitempty"`
	// Missing is the baseline that is hard to beat, and Because the reason why it was not
	// measured, where Kind is Promising.
	Missing string `json:"missing,omitempty"`
	Because string `json:"because,omitempty"`
	// Of several seeds, WorseSeeds are no better than the baseline.
	Seeds      int    `json:"seeds,omitempty"`
	WorseSeeds int    `json:"worse_seeds,omitempty"`
	Advice     Advice `json:"advice,omitempty"` // where Kind is NoBetter or Inferior
}

// Good reports whether the model is as good as can be expected, as far as is known.
func (v *Verdict) Good() bool { return v.Kind != NoBetter && v.Kind != Inferior }

// WorthIt returns whether the training was worth it: nil where that is open, and for a
// linear autoencoder that is as expected, since exact PCA does the same without training.
func (v *Verdict) WorthIt() *bool {
	switch v.Kind {
	case WorthIt:
		return new(true)
	case NoBetter, Inferior:
		return new(false)
	}
	return nil
}

// linearTolerance is the ratio to exact PCA's error below which a linear autoencoder is
// as expected, inferior the one from which any model is worse and not just no better.
const (
	linearTolerance = 1.1
	inferior        = 1.02
)

// Judge sets Verdict and WorthIt by the numbers of the score. A score without baselines
// has no verdict.
func (r *Score) Judge() {
	r.Verdict, r.WorthIt = r.judge(), nil
	if r.Verdict != nil {
		r.WorthIt = r.Verdict.WorthIt()
	}
}

func (r *Score) judge() *Verdict {
	best, ok := r.Baselines.Best()
	if !ok || r.TestMSE == nil {
		return nil
	}
	if _, many := r.corruption().(pix.Noise); many && len(r.Levels) > 0 {
		return r.judgeLevels()
	}
	ours := *r.TestMSE
	ratio := ours / best.MSE
	v := &Verdict{Baseline: best.Name, Ratio: finite(ratio), Exact: best.MSE == 0}
	linear := r.Architecture == "pca" && best.Name == ExactPCA
	switch c := Compare(ours, best.MSE); {
	case c == Unknown:
		v.Kind = Inferior // a diverged model; errors of baselines are finite
	case c == Better && !r.Baselines.hard():
		v.Kind, v.Missing, v.Because = Promising, r.missing(), r.because()
	case c == Better:
		v.Kind = WorthIt
		if r.Seeds != nil {
			v.Seeds = len(r.Seeds.TestMSE)
			for _, mse := range r.Seeds.TestMSE {
				if Compare(mse, best.MSE) != Better {
					v.WorseSeeds++
				}
			}
		}
		return v
	case linear && (ratio < linearTolerance || v.Exact && c == Equal):
		v.Kind = AsExpected
	case c == Equal || ratio < inferior:
		v.Kind = NoBetter
	default:
		v.Kind = Inferior
	}
	if !v.Good() {
		v.Advice = r.advice()
	}
	return v
}

// judgeLevels judges a denoiser of many levels: it has to be better at each.
func (r *Score) judgeLevels() *Verdict {
	v := &Verdict{Kind: WorthIt, Baseline: "the Wiener filter for each level", ByLevels: true}
	if !r.Filtered() {
		v.Kind, v.Baseline = Promising, Unchanged
		v.Missing = WienerFilter
	}
	ratio := 0.0
	for _, l := range r.Levels {
		best := bestAt(l)
		ratio, v.Exact = max(ratio, l.Model.MSE/best), v.Exact || best == 0
		if !BetterAt(l) {
			v.Sigmas = append(v.Sigmas, l.Sigma)
		}
	}
	v.Ratio = finite(ratio)
	if len(v.Sigmas) > 0 {
		v.Kind, v.Missing, v.Advice = NoBetter, "", r.advice()
	}
	return v
}

// finite returns nil for what is not a finite number.
func finite(ratio float64) *float64 {
	if math.IsNaN(ratio) || math.IsInf(ratio, 0) {
		return nil
	}
	return &ratio
}

// BetterAt reports whether a denoiser is better at a level of noise than the noisy
// pictures and the Wiener filter.
func BetterAt(l baseline.LevelScore) bool { return Compare(l.Model.MSE, bestAt(l)) == Better }

// bestAt returns the lowest error at a level without training.
func bestAt(l baseline.LevelScore) float64 {
	if l.Wiener != nil {
		return min(l.Noisy.MSE, l.Wiener.MSE)
	}
	return l.Noisy.MSE
}

// Filtered reports whether the table of levels has the Wiener filter.
func (r *Score) Filtered() bool {
	for _, l := range r.Levels {
		if l.Wiener != nil {
			return true
		}
	}
	return false
}

// corruption returns the corruption of the model's inputs, nil where there is none or
// its text is unknown.
func (r *Score) corruption() pix.Corruption {
	if r.Corruption == "" {
		return nil
	}
	c, err := pix.ParseCorruption(r.Corruption)
	if err != nil {
		return nil
	}
	return c
}

// missing names the baseline that is hard to beat and was not measured.
func (r *Score) missing() string {
	c := r.corruption()
	if _, covered := pix.Covered(c); covered {
		return "the gaussian fill of the black rectangles"
	}
	if c != nil {
		return WienerFilter
	}
	return "exact PCA"
}

// unavailable is the reason where a form cannot be fitted.
const unavailable = "the training pictures are not available"

// because says why it was not measured, or for what.
func (r *Score) because() string {
	c := r.corruption()
	o, covered := pix.Covered(c)
	small := r.Width*r.Height*3 <= largestWiener
	switch {
	case covered && small && baseline.MostHidden(o, r.Width, r.Height) > mostFilled:
		return "rectangles as large as these"
	case covered && small && manyLevels(c):
		return "rectangles in noise of many levels"
	case covered && small && r.Split == nil && r.FittedTo == "":
		return unavailable
	case covered && small:
		return "noise as weak as this"
	case len(r.Levels) > 0:
		return "noise of all levels together; see the table of levels"
	case c != nil && !covered && small:
		return "noise as weak as this"
	case r.Code == 0 && c == nil:
		return "a model without a code"
	}
	return fmt.Sprintf("pictures of %dx%d", r.Width, r.Height)
}

// manyLevels reports whether noise of many levels is part of a corruption.
func manyLevels(c pix.Corruption) bool {
	for _, part := range pix.Parts(c) {
		if _, ok := part.(pix.Noise); ok {
			return true
		}
	}
	return false
}

// advice says what may help.
func (r *Score) advice() Advice {
	switch {
	case r.TrainMSE != nil && *r.TestMSE > 1.5**r.TrainMSE:
		return MorePictures
	case r.Ended == autoencoder.EndedByTime:
		return MoreTime
	case r.Ended == autoencoder.EndedEarly:
		return OtherRate
	}
	return MoreTraining
}

// String returns the verdict in words, in one line or two, without the advice.
func (v *Verdict) String() string {
	ratio := 1.0
	if v.Ratio != nil {
		ratio = *v.Ratio
	}
	less := fmt.Sprintf("%.3g %% less error than %s", 100*(1-ratio), v.Baseline)
	if v.ByLevels {
		less = "at all levels at least " + less
	}
	switch v.Kind {
	case WorthIt:
		text := "Worth it: " + less + ", the best that needs no training."
		if v.ByLevels {
			text = "Worth it: " + less + ", which needs no training."
		}
		switch {
		case v.Seeds > 0 && v.WorseSeeds == 0:
			text += "\nSo it is with every seed."
		case v.Seeds > 0:
			text += fmt.Sprintf("\nNot with every seed: %d of %d are no better than that.", v.WorseSeeds, v.Seeds)
		}
		return text
	case Promising:
		text := fmt.Sprintf("It learned something: %s.\nWhether it was worth it is open: %s, harder to beat, was not measured", less, v.Missing)
		switch v.Because {
		case "":
		case unavailable:
			text += ": " + v.Because
		default:
			text += " for " + v.Because
		}
		return text + "."
	case AsExpected:
		if v.Exact {
			return "As it should be: a linear autoencoder can at best do what exact PCA does, which has no error at all on these pictures."
		}
		return fmt.Sprintf("As it should be: a linear autoencoder can at best do what exact PCA does.\nThis one has %.2g %% more error.", 100*max(ratio-1, 0))
	case NoBetter:
		at := ""
		if len(v.Sigmas) > 0 {
			var sigmas []string
			for _, s := range v.Sigmas {
				sigmas = append(sigmas, fmt.Sprintf("%g", s))
			}
			at = "at sigma " + strings.Join(sigmas, ", ") + " "
		}
		which := "which needs no training"
		if v.Exact && !v.ByLevels {
			which += " and has no error at all on these pictures"
		}
		return fmt.Sprintf("Not worth it so far: %sno better than %s, %s.", at, v.Baseline, which)
	}
	switch {
	case v.Exact:
		return fmt.Sprintf("Not worth it so far: %s has no error at all on these pictures, without any training.", v.Baseline)
	case v.Ratio == nil:
		return fmt.Sprintf("Not worth it so far: the error of the model is not a finite number, that of %s is, without any training.", v.Baseline)
	}
	return fmt.Sprintf("Not worth it so far: %.3g times the error of %s, without any training.", ratio, v.Baseline)
}
