package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"likeness/internal/atomicfile"
	"likeness/latent"
	"likeness/pix"
	"likeness/report"
)

// mostSteps bounds a morph: a strip of more pictures is of no use.
const mostSteps = 200

// frameTime is how long each frame of an animation is shown.
const frameTime = 150 * time.Millisecond

func newMorph(a *app) *cobra.Command {
	var steps int
	var out string
	c := &cobra.Command{
		Use:   "morph MODEL A B",
		Short: "Turn one face into another",
		Long: `Walk from the code of picture A to that of picture B in a straight line and
decode what lies between: a figure (.png), an animation (.gif), or both.`,
		Example: `  likeness morph conv-32.safetensors me.jpg you.jpg
  likeness morph conv-32.safetensors me.jpg you.jpg --steps 25 --out us.gif`,
		Args:              exactly("a MODEL file and two pictures, A and B", 3, 3),
		ValidArgsFunction: modelThenPictures,
	}
	c.Flags().IntVar(&steps, "steps", 7, "pictures from A to B, both included")
	c.Flags().StringVar(&out, "out", "", "a .png or .gif `file`; it is replaced (default morph.png and morph.gif)")
	c.RunE = func(cmd *cobra.Command, args []string) error {
		if steps < 2 || steps > mostSteps {
			return usagef("--steps %d: expected 2 to %d", steps, mostSteps)
		}
		files := []string{out}
		if out == "" {
			files = []string{"morph.png", "morph.gif"}
		}
		for _, f := range files {
			if err := checkOut(f, []string{".png", ".gif"}, args...); err != nil {
				return err
			}
		}
		m, err := openCoder(args[0])
		if err != nil {
			return err
		}
		pictures, err := open(cmd.Context(), m, args[1:]...)
		if err != nil {
			return err
		}
		ends := rows(m.Encode(values(pictures)), 2)
		codes, err := latent.Morph(ends[0], ends[1], steps)
		if err != nil {
			return err
		}
		weights, err := latent.Weights(steps)
		if err != nil {
			return err
		}
		morph := report.Morph{
			Alphas: weights, A: pictures[0].image, B: pictures[1].image,
			From: title(pictures[0].path), To: title(pictures[1].path),
		}
		for _, code := range codes {
			morph.Frames = append(morph.Frames, pix.FromFloats(m.Decode(code), m.Prep.W, m.Prep.H))
		}
		for _, f := range files {
			if err := writeMorph(f, morph); err != nil {
				return err
			}
		}
		result := struct {
			Model string   `json:"model"`
			From  string   `json:"from"`
			To    string   `json:"to"`
			Steps int      `json:"steps"`
			Files []string `json:"files"`
		}{args[0], args[1], args[2], steps, files}
		return a.emit(result, func(w io.Writer) { fmt.Fprintln(w, strings.Join(files, "\n")) })
	}
	return c
}

func writeMorph(path string, m report.Morph) error {
	if strings.HasSuffix(strings.ToLower(path), ".png") {
		return writePNG(path, report.MorphStrip([]report.Morph{m}))
	}
	return atomicfile.Write(path, func(w io.Writer) error {
		return pix.WriteGIF(w, report.MorphFrames([]report.Morph{m}), frameTime)
	})
}
