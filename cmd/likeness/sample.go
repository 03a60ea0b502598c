package main

import (
	"fmt"
	"io"
	"math"

	"github.com/spf13/cobra"

	"likeness/cmd/likeness/internal/console"
	"likeness/latent"
	"likeness/latent/judge"
	"likeness/models"
	"likeness/parallel"
	"likeness/pix"
)

// mostSamples bounds the faces of one picture.
const mostSamples = 4096

func newSample(a *app) *cobra.Command {
	var from atlasFlags
	var opt latent.SampleOptions
	var columns int
	var out string
	var judged bool
	kind := console.NewChoice(latent.FromMixture, []string{latent.FromMixture, latent.FromGaussian})
	c := &cobra.Command{
		Use:   "sample [MODEL]",
		Short: "Make new faces, of nobody",
		Long: `Draw codes from the distribution of a model's training codes, and decode them:
new faces.

Codes come from a mixture of gaussians, whose number is chosen by the likelihood of
held-out codes, or from one gaussian with the codes' mean and covariance. Both are
fitted to the training pictures, or taken from an atlas.

With --judge half as many new faces as there are test faces are compared with one
half of those, by distances between pictures, and so are the other test faces and
their reconstructions. 'precision' is the share of faces in the neighbourhood of a
real one, 'recall' the share of real faces in the neighbourhood of one of these;
'density' and 'coverage' count the same more robustly. 'to training' is the median
distance to the nearest training face, and 'copies' the share that lies nearer to
one than 99 % of held-out faces do: 1 % where nothing is copied.`,
		Example: `  likeness sample conv-32.safetensors
  likeness sample conv-32.safetensors -n 100 --spread 0.8 --out people.png
  likeness sample conv-32.safetensors --judge`,
		Args:              afterModel("one MODEL file", 0, 0),
		ValidArgsFunction: console.FilesOf(console.ModelNames),
	}
	from.add(c)
	c.Flags().IntVarP(&opt.Number, "number", "n", 64, "how many faces")
	console.AddChoice(c, &kind, "from", "what codes are drawn from")
	c.Flags().Float64Var(&opt.Spread, "spread", 1, "how far from the middle codes fall: less than 1 gives likelier faces, and less varied ones")
	c.Flags().Uint64Var(&opt.Seed, "seed", 42, "another seed, other faces")
	c.Flags().IntVar(&columns, "columns", 0, "faces in a row (default as many as rows)")
	c.Flags().StringVar(&out, "out", "samples.png", "the picture `file`; it is replaced")
	c.Flags().BoolVar(&judged, "judge", false, "compare new faces with held-out ones")
	c.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) > 1 || len(args) == 1 && !models.IsFile(args[0]) {
			return console.Usagef("%q is one argument too many, expected one MODEL file or none", args[len(args)-1])
		}
		args = withModel(args, usualCoder())
		ctx, path := parallel.WithThreads(cmd.Context(), from.threads), args[0]
		if opt.Number < 1 || opt.Number > mostSamples {
			return console.Usagef("-n %d: expected 1 to %d", opt.Number, mostSamples)
		}
		if !(opt.Spread >= 0) || math.IsInf(opt.Spread, 0) {
			return console.Usagef("--spread %g: expected a number of 0 or more", opt.Spread)
		}
		if columns < 0 {
			return console.Usagef("--columns %d: expected a number above 0", columns)
		}
		if err := console.CheckOut(out, []string{".png"}, path, from.file); err != nil {
			return err
		}
		m, err := openCoder(path)
		if err != nil {
			return err
		}
		opt.From = kind.Value
		at, err := a.atlas(ctx, path, m, &from, latent.Source{Mixture: true, Only: []string{}}, false)
		if err != nil {
			return err
		}
		bar := a.Progress()
		defer bar.Clear()
		opt.Progress = bar.Report()
		r, err := latent.Sample(ctx, m, at, opt)
		bar.Clear()
		if err != nil {
			return err
		}
		r.Model, r.File = path, out
		const side = 96 // faces of the usual size are enlarged to about this
		scale := max(1, side/max(m.Prep.W, m.Prep.H))
		if err := console.WritePNG(out, pix.Grid(r.Pictures, columns, scale, 4)); err != nil {
			return err
		}
		if judged {
			d, err := a.modelData(ctx, path, m, from.data, from.threads)
			if err != nil {
				return err
			}
			if err := heldOut(path, d); err != nil {
				return err
			}
			a.Note("Comparing new faces with held-out ones")
			if r.Judged, err = judge.Samples(ctx, latent.NewCoder(m, d.Set), *d.Split, judge.AtlasSources(at, opt.Spread, opt.Seed)); err != nil {
				return err
			}
		}
		return a.Emit(r, func(w io.Writer) {
			from := "one gaussian"
			if r.Components > 1 {
				from = fmt.Sprintf("a mixture of %d gaussians", r.Components)
			}
			fmt.Fprintf(w, "%s: %s, drawn from %s\n", out, count(r.Number, "new face"), from)
			if r.Judged != nil {
				fmt.Fprintln(w)
				console.Table(w, "", qualityRows(r.Judged))
			}
		})
	}
	return c
}

// qualityRows is the table of --judge.
func qualityRows(list []latent.SampleQuality) [][]string {
	rows := [][]string{{"faces", "precision", "recall", "density", "coverage", "to training", "copies"}}
	for _, q := range list {
		rows = append(rows, []string{
			q.Name, fmt.Sprintf("%.3f", q.Precision), fmt.Sprintf("%.3f", q.Recall), fmt.Sprintf("%.3f", q.Density),
			fmt.Sprintf("%.3f", q.Coverage), fmt.Sprintf("%.2f", q.ToTraining), fmt.Sprintf("%.1f %%", 100*q.Copies),
		})
	}
	return rows
}
