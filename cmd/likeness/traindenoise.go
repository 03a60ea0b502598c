package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"likeness/autoencoder"
	"likeness/cmd/likeness/internal/console"
	"likeness/pix"
	"likeness/recipe"
)

// denoiseFlags are those that only training a denoiser has.
type denoiseFlags struct {
	arch    console.Choice
	noise   noiseFlag
	occlude occludeFlag
}

func (d *denoiseFlags) add(cmd *cobra.Command, weigh *float64) {
	console.AddChoice(cmd, &d.arch, "arch", "network: conv (encoder-decoder) or residual (no bottleneck)")
	cmd.Flags().Var(&d.noise, "noise", "standard deviation of the gaussian noise, or the range that it is drawn from, mostly near the middle; a picture's range is 1")
	cmd.Flags().Var(&d.occlude, "occlude", "black rectangles instead: how many, and their longest side in pixels")
	cmd.Flags().Float64Var(weigh, "weigh", 0, "with --arch residual, weigh pictures by this power of their noise, such as 0.9; 0: alike, with errors in units of the noise; 2: with errors as they are")
}

// settleDenoise gives a residual denoiser its own defaults, where the command line says
// nothing else, and sets what the inputs are corrupted by.
func (f *trainFlags) settleDenoise(cmd *cobra.Command) error {
	f.Arch = f.denoise.arch.Value
	set := cmd.Flags().Changed
	noiseAsked := set("noise")
	levels := f.Arch == autoencoder.Residual && f.denoise.occlude.count == 0
	switch {
	case !(f.Weigh >= 0 && f.Weigh <= 2):
		return console.Usagef("--weigh %g: expected a number from 0 to 2, such as 0.9", f.Weigh)
	case f.Weigh > 0 && !levels:
		return console.Usagef("--weigh is for a model that uses the level of noise: --arch %s without --occlude", autoencoder.Residual)
	case f.Arch == autoencoder.Residual && set("code"):
		return console.Usagef("--code does not go with --arch %s, which has none", f.Arch)
	}
	if f.Arch == autoencoder.Residual {
		f.Code = 0
		for _, d := range denoiserDefaults() {
			if set(d.flag) || d.flag == "weigh" && !levels {
				continue
			}
			if err := cmd.Flags().Lookup(d.flag).Value.Set(d.value); err != nil {
				return fmt.Errorf("--%s %s: %w", d.flag, d.value, err)
			}
		}
	}
	f.Corruption = f.denoise.corruption(noiseAsked).String()
	return nil
}

// flagDefault is the value of a flag that the command line does not set.
type flagDefault struct{ flag, value string }

// denoiserDefaults returns the recipe of a residual denoiser as flags.
func denoiserDefaults() []flagDefault {
	r, _ := recipe.Named("denoiser")
	noise := noiseOf(r.Corruption)
	return []flagDefault{
		{"noise", noise.String()},
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

// inHelp writes flags as on a command line, in lines of the help, without those that
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

// corruption returns what the inputs are corrupted by.
func (d *denoiseFlags) corruption(noiseAsked bool) pix.Corruption {
	black := pix.Occlusion{Count: d.occlude.count, Size: d.occlude.size}
	switch {
	case d.occlude.count == 0:
		return d.noise.corruption()
	case noiseAsked:
		return pix.Sequence{d.noise.corruption(), black}
	}
	return black
}

// noiseOf returns the noise of a recipe.
func noiseOf(c pix.Corruption) noiseFlag {
	switch c := c.(type) {
	case pix.Gaussian:
		return noiseFlag{decimal(c.Sigma), decimal(c.Sigma)}
	case pix.Noise:
		return noiseFlag{decimal(c.Min), decimal(c.Max)}
	}
	return noiseFlag{}
}

// noiseFlag is a level of noise, or the range that levels are drawn from.
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

// decimal returns a float32 as it is written: 0.1, not its value in more digits.
func decimal(v float32) float64 {
	x, _ := strconv.ParseFloat(strconv.FormatFloat(float64(v), 'g', -1, 32), 64)
	return x
}
