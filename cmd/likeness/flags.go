package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"likeness/autoencoder"
	"likeness/nn"
	"likeness/pix"
)

// sizeFlag is a picture's size: one number for a square, or WxH.
type sizeFlag struct{ w, h int }

func (s *sizeFlag) Type() string { return "N|WxH" }

func (s *sizeFlag) String() string {
	if s.w == s.h {
		return strconv.Itoa(s.w)
	}
	return fmt.Sprintf("%dx%d", s.w, s.h)
}

func (s *sizeFlag) Set(text string) error {
	w, h, both := strings.Cut(strings.ToLower(text), "x")
	if !both {
		h = w
	}
	var err1, err2 error
	s.w, err1 = strconv.Atoi(w)
	s.h, err2 = strconv.Atoi(h)
	if err1 != nil || err2 != nil || s.w < 1 || s.h < 1 || s.w > autoencoder.LargestSide || s.h > autoencoder.LargestSide {
		return fmt.Errorf("expected a size such as 32 or 48x64, from 1 to %d pixels a side", autoencoder.LargestSide)
	}
	return nil
}

// cropFlag is what is cut off a photograph: auto, one number for all sides, or
// DX,DY.
type cropFlag struct {
	auto   bool
	dx, dy int
}

func (c *cropFlag) Type() string { return "auto|N|DX,DY" }

func (c *cropFlag) String() string {
	switch {
	case c.auto:
		return "auto"
	case c.dx == c.dy:
		return strconv.Itoa(c.dx)
	}
	return fmt.Sprintf("%d,%d", c.dx, c.dy)
}

func (c *cropFlag) Set(text string) error {
	if text == "auto" {
		*c = cropFlag{auto: true}
		return nil
	}
	x, y, both := strings.Cut(text, ",")
	if !both {
		y = x
	}
	dx, err1 := strconv.Atoi(x)
	dy, err2 := strconv.Atoi(y)
	if err1 != nil || err2 != nil || dx < 0 || dy < 0 {
		return fmt.Errorf("expected auto, a number of pixels such as 80, or two such as 80,60")
	}
	*c = cropFlag{dx: dx, dy: dy}
	return nil
}

// prepOf is how photographs are prepared.
func prepOf(s sizeFlag, c cropFlag) pix.Prep {
	return pix.Prep{W: s.w, H: s.h, DX: c.dx, DY: c.dy, Auto: c.auto}
}

// occludeFlag is how a denoiser's pictures are covered: COUNTxSIZE.
type occludeFlag struct{ count, size int }

func (o *occludeFlag) Type() string { return "COUNTxSIZE" }

func (o *occludeFlag) String() string {
	if o.count == 0 {
		return ""
	}
	return fmt.Sprintf("%dx%d", o.count, o.size)
}

func (o *occludeFlag) Set(text string) error {
	count, size, both := strings.Cut(strings.ToLower(text), "x")
	c, err1 := strconv.Atoi(count)
	s, err2 := strconv.Atoi(size)
	if !both || err1 != nil || err2 != nil || c < 1 || s < 1 {
		return fmt.Errorf("expected how many black rectangles and their longest side in pixels, such as 3x8")
	}
	*o = occludeFlag{c, s}
	return nil
}

// addThreads adds --threads.
func addThreads(cmd *cobra.Command, n *int) {
	cmd.Flags().IntVar(n, "threads", 0, "threads to work with, 0 for all; the result does not depend on it")
}

// choiceFlag is one of some words.
type choiceFlag struct {
	value   string
	choices []string
}

func (c *choiceFlag) Type() string   { return strings.Join(c.choices, "|") }
func (c *choiceFlag) String() string { return c.value }

func (c *choiceFlag) Set(text string) error {
	if !slices.Contains(c.choices, text) {
		return fmt.Errorf("expected one of %s", strings.Join(c.choices, ", "))
	}
	c.value = text
	return nil
}

// newChoice is the flag for one of the named kinds of something.
func newChoice[T ~string](value T, kinds []T) choiceFlag {
	c := choiceFlag{value: string(value)}
	for _, k := range kinds {
		c.choices = append(c.choices, string(k))
	}
	return c
}

// newPrecision is the flag for what a training step multiplies in.
func newPrecision() choiceFlag {
	return newChoice(nn.Float32, []nn.Precision{nn.Float32, nn.BF16})
}

// addPrecision adds that flag for trainings.
func addPrecision(cmd *cobra.Command, c *choiceFlag) {
	addChoice(cmd, c, "precision", "what convolutions multiply in; bf16 is faster on processors that have it")
}

// addChoice adds a flag for one of some words, with completion.
func addChoice(cmd *cobra.Command, c *choiceFlag, name, usage string) {
	cmd.Flags().Var(c, name, usage)
	complete(cmd, name, cobra.FixedCompletions(c.choices, cobra.ShellCompDirectiveNoFileComp))
}

// complete sets a flag's completion. It can only fail for a flag that is not
// there, which is a mistake in this program.
func complete(cmd *cobra.Command, flag string, f cobra.CompletionFunc) {
	if err := cmd.RegisterFlagCompletionFunc(flag, f); err != nil {
		panic(err)
	}
}

var (
	modelNames   = []string{"safetensors"}
	pictureNames = []string{"jpg", "jpeg", "png", "webp", "gif"}
)

// filesOf completes the names of files with some extensions.
func filesOf(extensions []string) cobra.CompletionFunc {
	return func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return extensions, cobra.ShellCompDirectiveFilterFileExt
	}
}

// modelThenPictures completes a model file first and pictures after it.
func modelThenPictures(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) == 0 {
		return modelNames, cobra.ShellCompDirectiveFilterFileExt
	}
	return pictureNames, cobra.ShellCompDirectiveFilterFileExt
}
