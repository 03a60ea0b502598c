package main

import (
	"cmp"
	"fmt"
	"strings"

	"likeness/autoencoder"
)

func (r *score) kind() string {
	kind := map[string]string{"pca": "linear autoencoder", "conv": "convolutional autoencoder", autoencoder.Residual: "residual autoencoder"}[r.Architecture]
	if r.Architecture == autoencoder.Residual && r.Code == 0 {
		kind = "residual denoiser"
	}
	kind = cmp.Or(kind, r.Architecture+" autoencoder")
	if r.Task == autoencoder.Denoise {
		kind += " against " + r.Corruption
	}
	return kind
}

// codeInWords is for models without a code as well.
func codeInWords(code int) string {
	if code == 0 {
		return "no code"
	}
	return fmt.Sprintf("code %d", code)
}

// verdict says plainly whether the training was worth it.
func (r *score) verdict() (text string, good bool) {
	if strings.HasPrefix(r.Corruption, "noise(") && len(r.Levels) > 0 {
		return r.levelsVerdict()
	}
	best := r.rival()
	if best.name == "" {
		return "", false
	}
	ours := *r.TestMSE
	linear := r.Architecture == "pca" && r.Yardsticks.PCA != nil && best.mse == *r.Yardsticks.PCA
	switch share := ours / best.mse; {
	case ours < best.mse && !r.hard():
		return fmt.Sprintf("It learned something: %.3g %% less error than %s.\nWhether it was worth it is open: %s, harder to beat, was not measured for %s.",
			100*(1-share), best.name, r.harder(), r.unmeasured()), true
	case ours < best.mse && !(share > 0.9995):
		return fmt.Sprintf("Worth it: %.3g %% less error than %s, the best that needs no training.", 100*(1-share), best.name) + r.otherSeeds(best), true
	case linear && share < 1.1:
		return fmt.Sprintf("As it should be: a linear autoencoder can at best do what exact PCA does.\nThis one has %.2g %% more error.", 100*max(share-1, 0)), true
	case share < 1.02:
		return fmt.Sprintf("Not worth it so far: no better than %s, which needs no training.\n%s", best.name, r.advice()), false
	default:
		return fmt.Sprintf("Not worth it so far: %.3g times the error of %s, without any training.\n%s", share, best.name, r.advice()), false
	}
}

// harder is the yardstick that is missing.
func (r *score) harder() string {
	switch {
	case r.noise():
		return "the Wiener filter"
	case r.covered():
		return "the gaussian fill of the black rectangles"
	}
	return "exact PCA"
}

// unmeasured says for what there is no closed form.
func (r *score) unmeasured() string {
	switch {
	case r.covered() && r.Width*r.Height*3 <= largestWiener:
		return r.unfilled()
	case len(r.Levels) > 0:
		return "noise of all levels together; see the table of levels"
	case r.noise() && r.Width*r.Height*3 <= largestWiener:
		return "noise as weak as this"
	case r.Code == 0 && r.Corruption == "":
		return "a model without a code"
	}
	return fmt.Sprintf("pictures of %dx%d", r.Width, r.Height)
}

// otherSeeds says that some seeds of several were not worth it.
func (r *score) otherSeeds(best rival) string {
	if r.Seeds == nil {
		return ""
	}
	worse := 0
	for _, mse := range r.Seeds.TestMSE {
		if mse >= best.mse {
			worse++
		}
	}
	if worse == 0 {
		return "\nSo it is with every seed."
	}
	return fmt.Sprintf("\nNot with every seed: %d of %d are no better than that.", worse, len(r.Seeds.TestMSE))
}

// advice says what may help a model that did not pay.
func (r *score) advice() string {
	switch {
	case r.TrainMSE != nil && *r.TestMSE > 1.5**r.TrainMSE:
		return "The error on the training pictures is much lower: more pictures would help."
	case r.Ended == autoencoder.EndedByTime:
		return "Time ran out before the learning rate had fallen: a larger --time-budget would help."
	case r.Ended == autoencoder.EndedEarly:
		return "More epochs would not help, it stopped getting better; another learning rate (--find-lr) or more pictures may."
	}
	return "More epochs, more pictures or another learning rate (--find-lr) may help."
}
