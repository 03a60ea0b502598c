package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/spf13/cobra"

	"likeness/autoencoder"
	"likeness/cmd/likeness/internal/console"
	"likeness/faces"
	"likeness/models"
	"likeness/parallel"
	"likeness/pix"
	steps "likeness/progress"
	"likeness/report"
)

// denoising are the flags of denoise.
type denoising struct {
	out, figure     string
	noise, strength float64
	level           levelFlag
	seed            uint64
	threads         int
	faces           bool
}

func newDenoise(a *app) *cobra.Command {
	f := &denoising{level: levelFlag{auto: true}}
	c := &cobra.Command{
		Use:   "denoise [MODEL] IMAGE|FOLDER...",
		Short: "Remove noise from pictures",
		Long: `Restore pictures with a model made by 'likeness train denoise', or with the one that comes
with the program (denoiser).

A model made with --arch residual takes pictures of any size and keeps it; large
ones are processed in overlapping tiles, which leave no seams. It uses the level of a
picture's noise, the standard deviation where a picture's range is 1. --level auto
estimates it, and a clean picture stays as it is. The estimate is made from colours,
since fine detail is mostly brightness. Black and white pictures and most JPEGs hide
their noise from it: where the brightness looks noisy and the colours do not, nothing
is removed, since it may be detail, and a warning names the --level to give.

A model made with --occlude fills black rectangles. It knows them in the size, in
pixels, that it was trained with: shrink a large picture first.

Results of other models have the size of the model's pictures. Transparent pixels
are drawn on white.

A folder stands for the pictures in it and in its sub-folders; the results have the
same places below the --out folder. Files in it that are no pictures are reported
and skipped.

--faces restores the faces that are found, and leaves the rest as it is. A picture without
a face is an error, or skipped where it lies in a folder.

--add-noise corrupts the pictures first, to see what the model can do: errors before
and after are printed, and --figure draws Original | Noisy | Denoised.`,
		Example: `  likeness denoise old.jpg --out clean.png
  likeness denoise denoise-residual.safetensors *.jpg --out clean/ --level 0.05
  likeness denoise denoise-residual.safetensors ~/Pictures/scans --out clean/
  likeness denoise denoise-512.safetensors me.jpg --add-noise 0.1 --figure noise.png`,
		Args:              afterModel("at least one IMAGE or FOLDER, behind a MODEL where another than the program's own is meant", 1, 0),
		ValidArgsFunction: console.ModelThenPictures,
	}
	c.Flags().StringVar(&f.out, "out", "", "the picture, a PNG `file`, or a folder for several (default NAME-denoised.png here, NAME-denoised/ for a folder)")
	c.Flags().StringVar(&f.figure, "figure", "", "draw this figure as well, a PNG `file`")
	c.Flags().Var(&f.level, "level", "standard deviation of the pictures' noise")
	c.Flags().Float64Var(&f.strength, "strength", 1, "share of the correction that is applied, from 0 to 1")
	c.Flags().Float64Var(&f.noise, "add-noise", 0, "add gaussian noise of this standard deviation first")
	c.Flags().Uint64Var(&f.seed, "seed", 42, "seed of that noise")
	c.Flags().BoolVar(&f.faces, "faces", false, "restore the faces alone, and leave the rest of each picture as it is")
	c.MarkFlagsMutuallyExclusive("faces", "add-noise")
	console.AddThreads(c, &f.threads)
	c.RunE = func(cmd *cobra.Command, args []string) error {
		args = withModel(args, models.Denoiser)
		if cmd.Flags().Changed("add-noise") && !(f.noise > 0) || math.IsInf(f.noise, 0) {
			return console.Usagef("--add-noise %g: expected a number above 0, such as 0.1", f.noise)
		}
		if !(f.strength >= 0 && f.strength <= 1) {
			return console.Usagef("--strength %g: expected a number from 0 to 1", f.strength)
		}
		pictures, err := a.list(cmd.Context(), args[1:], func(folder string) string {
			return denoisedFolder(f.out, folder, len(args) == 2)
		})
		if err != nil {
			return err
		}
		targets, err := denoiseTargets(f.out, pictures)
		if err != nil {
			return err
		}
		inputs := append([]string{args[0]}, pictures.Paths()...)
		if f.figure != "" {
			if err := console.CheckOut(f.figure, []string{".png"}, inputs...); err != nil {
				return err
			}
			if slices.Contains(targets, filepath.Clean(f.figure)) {
				return console.Usagef("--figure %s: a result is to be written there", f.figure)
			}
		}
		if len(targets) == 1 && targets[0] == f.out {
			err = console.CheckOut(f.out, []string{".png"}, inputs...)
		} else {
			err = checkTargets(targets, inputs...)
		}
		if err != nil {
			return err
		}
		return a.denoise(parallel.WithThreads(cmd.Context(), f.threads), f, args[0], pictures, targets)
	}
	return c
}

// options are the flags as the library takes them.
func (f *denoising) options(path string, m *autoencoder.Model) (autoencoder.RestoreOptions, error) {
	opt := autoencoder.RestoreOptions{Strength: &f.strength, AddNoise: f.noise, Seed: f.seed}
	if !f.level.auto {
		if m.Level == 0 {
			return opt, console.Usagef("--level is for models that use the level of the noise, and %s does not", path)
		}
		opt.Level = &f.level.level
	}
	return opt, nil
}

func (a *app) denoise(ctx context.Context, f *denoising, path string, g *faces.Listing, targets []string) error {
	m, err := autoencoder.Open(path)
	if err != nil {
		return err
	}
	d, err := autoencoder.NewDenoiser(m)
	if err != nil {
		return fmt.Errorf("%s was not trained to remove noise: 'likeness train denoise' makes such models", path)
	}
	opt, err := f.options(path, m)
	if err != nil {
		return err
	}
	if f.faces {
		opt.Framer = a.framer()
	}
	bar := a.Progress()
	defer bar.Clear()
	opt.Progress = func(s steps.Step) {
		const parts = 1000
		bar.Partly(s.What, int(s.Done), int(s.Total), int(s.Part*parts), parts)
	}
	var drawn []report.Restoration
	result, err := d.RestoreListing(ctx, g, opt, func(place int, r *autoencoder.Restored) error {
		if f.figure != "" && len(drawn) < mostDrawn {
			drawn = append(drawn, restoration(r))
		}
		r.Out = targets[place]
		return writeTarget(r.Out, r.Picture)
	})
	bar.Clear()
	if err != nil {
		if n := len(result.Results); n > 0 && ctx.Err() != nil {
			return fmt.Errorf("%w; %s written before", err, count(n, "picture"))
		}
		return err
	}
	a.noteSkipped(g)
	result.Model, result.Figure = path, f.figure
	if f.figure != "" {
		if n := len(result.Results); n > len(drawn) {
			a.Note("The first %d of %s pictures are drawn in %s", len(drawn), report.Count(n), f.figure)
		}
		restored := "Denoised"
		if c, _ := m.Training.Inputs(); c != nil {
			if _, covers := pix.Parts(c)[0].(pix.Occlusion); covers {
				restored = "Filled in"
			}
		}
		if err := console.WritePNG(f.figure, report.Restorations("Noisy", restored, drawn)); err != nil {
			return err
		}
	}
	for _, r := range result.Results {
		if r.Hidden != nil {
			a.Warn("%s: its brightness varies as by noise of %.2f, its colours by %.2f only; if that is noise and not fine detail, --level %.2f removes it", r.Image, *r.Hidden, *r.Level, *r.Hidden)
		}
	}
	return a.Emit(result, func(w io.Writer) {
		printRestored(w, result.Results)
		if f.figure != "" {
			fmt.Fprintln(w, "figure:", f.figure)
		}
	})
}

// restoration is a result's row of the figure.
func restoration(r *autoencoder.Restored) report.Restoration {
	row := report.Restoration{Corrupted: r.Noisy, Restored: r.Picture, Title: title(r.Image)}
	if r.NoisyMSE != nil {
		row.Original = r.Original
		row.CorruptedMSE, row.RestoredMSE = report.Measured(*r.NoisyMSE), report.Measured(*r.DenoisedMSE)
	}
	return row
}

// levelFlag is a level of noise, or auto.
type levelFlag struct {
	auto  bool
	level float64
}

func (l *levelFlag) Type() string { return "auto|SIGMA" }

func (l *levelFlag) String() string {
	if l.auto {
		return "auto"
	}
	return strconv.FormatFloat(l.level, 'g', -1, 64)
}

func (l *levelFlag) Set(text string) error {
	if text == "auto" {
		*l = levelFlag{auto: true}
		return nil
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || !(v >= 0) || math.IsInf(v, 0) {
		return fmt.Errorf("expected auto or a standard deviation such as 0.1, where a picture's range is 1")
	}
	*l = levelFlag{level: v}
	return nil
}
