package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"likeness/autoencoder"
	"likeness/cmd/likeness/internal/console"
	"likeness/nn"
	"likeness/pix"
)

// sizeFlag is a picture's size: one number for a square, or WxH.
type sizeFlag struct{ w, h int }

func (s *sizeFlag) Type() string { return "N|WxH" }

func (s *sizeFlag) String() string {
	switch s.w {
	case 0: // none asked for
		return ""
	case s.h:
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

// prepOf is how photographs are prepared.
func prepOf(s sizeFlag, c cropFlag) pix.Prep {
	return c.of(pix.Prep{W: s.w, H: s.h})
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

// newPrecision is the flag for what a training step multiplies in.
func newPrecision() console.Choice {
	return console.NewChoice(nn.Float32, []nn.Precision{nn.Float32, nn.BF16})
}

// addPrecision adds that flag for trainings.
func addPrecision(cmd *cobra.Command, c *console.Choice) {
	console.AddChoice(cmd, c, "precision", "what convolutions multiply in; bf16 is faster on processors that have it")
}
