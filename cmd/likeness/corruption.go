package main

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"likeness/pix"
)

// sequence is several corruptions, one after the other.
type sequence []pix.Corruption

func (s sequence) Corrupt(x []float32, w, h int, rng *rand.Rand) {
	for _, c := range s {
		c.Corrupt(x, w, h, rng)
	}
}

const then = ", then "

func (s sequence) String() string {
	var names []string
	for _, c := range s {
		names = append(names, c.String())
	}
	return strings.Join(names, then)
}

// parseCorruption is the way back from a corruption's String, which the model
// file of a denoiser keeps.
func parseCorruption(text string) (pix.Corruption, error) {
	var all sequence
	for part := range strings.SplitSeq(text, then) {
		var g pix.Gaussian
		var o pix.Occlusion
		if _, err := fmt.Sscanf(part, "gaussian(sigma=%g)", &g.Sigma); err == nil && g.String() == part {
			all = append(all, g)
		} else if _, err := fmt.Sscanf(part, "occlusion(count=%d, size=%d)", &o.Count, &o.Size); err == nil && o.String() == part {
			all = append(all, o)
		} else {
			return nil, fmt.Errorf("the corruption %q is not one that this program makes", part)
		}
	}
	if len(all) == 1 {
		return all[0], nil
	}
	return all, nil
}
