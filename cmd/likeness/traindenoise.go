package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"likeness/autoencoder"
	"likeness/pix"
	"likeness/recipe"
)

// denoiseFlags are those that only training a denoiser has.
type denoiseFlags struct {
	arch    choiceFlag
	noise   noiseFlag
	occlude occludeFlag
	weigh   float64
}

func (d *denoiseFlags) add(cmd *cobra.Command) {
	addChoice(cmd, &d.arch, "arch", "the network: with a code between two halves, or a residual one without")
	cmd.Flags().Var(&d.noise, "noise", "standard deviation of the gaussian noise, or from which to which it is drawn, mostly near the middle; a picture's range is 1")
	cmd.Flags().Var(&d.occlude, "occlude", "black rectangles instead: how many, and their longest side in pixels")
	cmd.Flags().Float64Var(&d.weigh, "weigh", 0, "with --arch residual, let pictures count by this power of their noise, such as 0.9; 0: alike, with errors in units of the noise; 2: with errors as they are")
}

// settleDenoise gives a residual denoiser its own defaults, where the command
// line says nothing else.
func (f *trainFlags) settleDenoise(cmd *cobra.Command) error {
	f.arch = f.denoise.arch.value
	set := cmd.Flags().Changed
	levels := f.arch == autoencoder.Residual && f.denoise.occlude.count == 0
	switch w := f.denoise.weigh; {
	case !(w >= 0 && w <= 2):
		return usagef("--weigh %g: expected a number from 0 to 2, such as 0.9", w)
	case w > 0 && !levels:
		return usagef("--weigh is for a model that is told the level of noise: --arch %s without --occlude", autoencoder.Residual)
	}
	if f.arch != autoencoder.Residual {
		return nil
	}
	if set("code") {
		return usagef("--code does not go with --arch %s, which has none", f.arch)
	}
	f.code = 0
	for _, d := range denoiserDefaults() {
		if set(d.flag) || d.flag == "weigh" && !levels {
			continue
		}
		if err := cmd.Flags().Lookup(d.flag).Value.Set(d.value); err != nil {
			return fmt.Errorf("--%s %s: %w", d.flag, d.value, err)
		}
	}
	return nil
}

// flagDefault is what a flag is set to where the command line says nothing else.
type flagDefault struct{ flag, value string }

// denoiserDefaults is the recipe of a residual denoiser as flags.
func denoiserDefaults() []flagDefault {
	r, _ := recipe.Named("denoiser")
	noise := r.Corruption.(pix.Noise)
	return []flagDefault{
		{"noise", (&noiseFlag{decimal(noise.Min), decimal(noise.Max)}).String()},
		{"weigh", fmt.Sprint(r.Weigh)},
		{"epochs", fmt.Sprint(r.Epochs)},
		{"batch", fmt.Sprint(r.Batch)},
		{"optimizer", string(r.Optimizer)},
		{"lr", fmt.Sprint(r.Rate)},
		{"schedule", string(r.Schedule)},
		{"warmup", fmt.Sprint(r.Warmup)},
		{"decay", fmt.Sprint(r.Decay)},
		{"average", fmt.Sprint(r.Average)},
		{"mirror", fmt.Sprint(r.Mirror)},
		{"jitter", fmt.Sprint(r.Jitter)},
	}
}

// inHelp writes flags as one gives them, in lines of the help, without those that
// are 0, for none.
func inHelp(defaults []flagDefault) string {
	text, width := "", 0
	for _, d := range defaults {
		word := "--" + d.flag + " " + d.value
		switch d.value {
		case "0", "false":
			continue
		case "true":
			word = "--" + d.flag
		}
		if width += 1 + len(word); text == "" || width > 78 {
			text, width = text+"\n  "+word, 2+len(word)
			continue
		}
		text += " " + word
	}
	return strings.TrimPrefix(text, "\n")
}

// corruption is what the inputs suffer, nil for a plain autoencoder.
func (f *trainFlags) corruption(noiseAsked bool) pix.Corruption {
	if f.kind != "denoise" {
		return nil
	}
	noise := f.denoise.noise.corruption()
	black := pix.Occlusion{Count: f.denoise.occlude.count, Size: f.denoise.occlude.size}
	switch {
	case f.denoise.occlude.count == 0:
		return noise
	case noiseAsked:
		return pix.Sequence{noise, black}
	}
	return black
}

// noiseFlag is a level of noise, or two that others are drawn between.
type noiseFlag struct{ least, most float64 }

func (n *noiseFlag) Type() string { return "SIGMA|MIN-MAX" }

func (n *noiseFlag) String() string {
	if n.least == n.most {
		return strconv.FormatFloat(n.least, 'g', -1, 64)
	}
	return fmt.Sprintf("%g-%g", n.least, n.most)
}

func (n *noiseFlag) Set(text string) error {
	low, high, both := strings.Cut(text, "-")
	if !both {
		high = low
	}
	a, err1 := strconv.ParseFloat(low, 64)
	b, err2 := strconv.ParseFloat(high, 64)
	if err1 != nil || err2 != nil || !(a > 0) || !(b >= a) || math.IsInf(b, 0) {
		return fmt.Errorf("expected a number above 0, such as 0.1, or two such as 0.02-0.55")
	}
	*n = noiseFlag{a, b}
	return nil
}

func (n noiseFlag) corruption() pix.Corruption {
	if n.least == n.most {
		return pix.Gaussian{Sigma: float32(n.least)}
	}
	return pix.Noise{Min: float32(n.least), Max: float32(n.most), Middle: true}
}

// decimal is a float32 as it is written: 0.1, not what it is in more digits.
func decimal(v float32) float64 {
	x, _ := strconv.ParseFloat(strconv.FormatFloat(float64(v), 'g', -1, 32), 64)
	return x
}
