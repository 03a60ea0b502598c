package main

import (
	"fmt"
	"io"
	"math"

	"github.com/spf13/cobra"

	"likeness/latent"
	"likeness/latent/judge"
	"likeness/pix"
)

// mostSamples bounds the faces of one picture.
const mostSamples = 4096

func newSample(a *app) *cobra.Command {
	var from atlasFlags
	var n, columns int
	var spread float64
	var seed uint64
	var out string
	var judged bool
	kind := choiceFlag{"mixture", []string{"mixture", "gaussian"}}
	c := &cobra.Command{
		Use:   "sample MODEL",
		Short: "Make new faces, of nobody",
		Long: `Draw codes from where a model's training codes lie, and decode them: new faces.

Codes come from a mixture of gaussians, as many as the likelihood of held-out
codes asks for, or from one gaussian with the codes' mean and full covariance.
Both are fitted to the training pictures, or taken from an atlas.

With --judge as many new faces as half of the test faces are compared with that
half, by distances between pictures, and so are the other test faces and their
reconstructions: 'precision' is the share of faces that lie in the neighbourhood
of a real one, 'recall' the share of real faces in the neighbourhood of one of
these; 'density' and 'coverage' count the same more robustly. 'to training' is the
median distance to the nearest training face, and 'copies' the share that lies
nearer to one than 99 % of held-out faces do: 1 % where nothing is copied.`,
		Example: `  likeness sample conv-32.safetensors
  likeness sample conv-32.safetensors -n 100 --spread 0.8 --out people.png
  likeness sample conv-32.safetensors --judge`,
		Args:              exactly("one MODEL file", 1, 1),
		ValidArgsFunction: filesOf(modelNames),
	}
	from.add(c)
	c.Flags().IntVarP(&n, "number", "n", 64, "how many faces")
	addChoice(c, &kind, "from", "what codes are drawn from")
	c.Flags().Float64Var(&spread, "spread", 1, "how far from the middle codes fall: less than 1 gives likelier faces, and less varied ones")
	c.Flags().Uint64Var(&seed, "seed", 42, "another seed, other faces")
	c.Flags().IntVar(&columns, "columns", 0, "faces in a row (default as many as rows)")
	c.Flags().StringVar(&out, "out", "samples.png", "the picture `file`; it is replaced")
	c.Flags().BoolVar(&judged, "judge", false, "compare new faces with held-out ones")
	c.RunE = func(cmd *cobra.Command, args []string) error {
		ctx, path := cmd.Context(), args[0]
		if n < 1 || n > mostSamples {
			return usagef("-n %d: expected 1 to %d", n, mostSamples)
		}
		if !(spread >= 0) || math.IsInf(spread, 0) {
			return usagef("--spread %g: expected a number of 0 or more", spread)
		}
		if columns < 0 {
			return usagef("--columns %d: expected a number above 0", columns)
		}
		if err := checkOut(out, []string{".png"}, path, from.file); err != nil {
			return err
		}
		m, err := openCoder(path)
		if err != nil {
			return err
		}
		at, err := a.atlas(ctx, path, m, &from, wants{mixture: true, only: []string{}})
		if err != nil {
			return err
		}
		mixture := at.Mixture
		if kind.value == "gaussian" {
			mixture = latent.Gaussian(at.Whitening.Width())
		}
		codes := at.Whitening.Draw(mixture, n, spread, seed)
		var pictures []*pix.Image
		painted, err := m.Decode(cmd.Context(), codes)
		if err != nil {
			return err
		}
		for _, x := range rows(painted, n) {
			pictures = append(pictures, pix.FromFloats(x, m.Prep.W, m.Prep.H))
		}
		const side = 96 // a face of usual size is enlarged to about this
		scale := max(1, side/max(m.Prep.W, m.Prep.H))
		if err := writePNG(out, pix.Grid(pictures, columns, scale, 4)); err != nil {
			return err
		}
		r := struct {
			Model      string              `json:"model"`
			File       string              `json:"file"`
			Number     int                 `json:"number"`
			From       string              `json:"from"`
			Components int                 `json:"components"`
			Spread     float64             `json:"spread"`
			Seed       uint64              `json:"seed"`
			Mixture    latent.MixtureStory `json:"mixture"`
			Judged     []judge.Judged      `json:"judged,omitempty"`
		}{Model: path, File: out, Number: n, From: kind.value, Components: mixture.Len(), Spread: spread, Seed: seed, Mixture: at.Mixture.Story}
		if judged {
			d, err := a.modelData(ctx, path, m, from.data, from.threads)
			if err != nil {
				return err
			}
			if r.Judged, err = a.judgeSamples(ctx, path, m, d, sources(at, spread, seed)); err != nil {
				return err
			}
		}
		return a.emit(r, func(w io.Writer) {
			fmt.Fprintf(w, "%s: %s, drawn from %s\n", out, count(n, "new face"), drawnFrom(mixture))
			if r.Judged != nil {
				fmt.Fprintln(w)
				table(w, "", judgedRows(r.Judged))
			}
		})
	}
	return c
}

func drawnFrom(m *latent.Mixture) string {
	if m.Len() == 1 {
		return "one gaussian"
	}
	return fmt.Sprintf("a mixture of %d gaussians", m.Len())
}
