package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"likeness/faces"
	"likeness/report"
)

// denoising are the flags of denoise.
type denoising struct {
	out, figure     string
	noise, strength float64
	level           levelFlag
	seed            uint64
	threads         int
}

func newDenoise(a *app) *cobra.Command {
	f := &denoising{level: levelFlag{auto: true}}
	c := &cobra.Command{
		Use:   "denoise MODEL IMAGE|FOLDER...",
		Short: "Remove noise from pictures",
		Long: `Mend pictures with a model made by 'likeness train denoise'.

A model made with --arch residual takes pictures of any size, which they keep;
large ones go through it in tiles that overlap, and do not show. It is told the
level of a picture's noise, the standard deviation where a picture's range is 1:
--level auto estimates it, and a clean picture stays as it is. The estimate goes by
colours, for fine detail is mostly of brightness. Black and white pictures and most
JPEGs hide their noise from it: where brightness speaks for noise and colours do
not, nothing is removed that may be detail, and you are told the --level to give.

A model made with --occlude fills black rectangles. It knows them in the size, in
pixels, that it was trained with: make a large picture smaller first.

Results of other models have the size of the model's pictures. Transparent pixels
are laid on white.

A folder stands for the pictures in it and in its sub-folders, whose results have the
same places below the --out folder. Files in it that are no pictures are told and
passed over.

--add-noise spoils the pictures first, to see what the model can do: errors before
and after are printed, and --figure draws Original | Noisy | Denoised.`,
		Example: `  likeness denoise denoise-residual.safetensors old.jpg --out clean.png
  likeness denoise denoise-residual.safetensors *.jpg --out clean/ --level 0.05
  likeness denoise denoise-residual.safetensors ~/Pictures/scans --out clean/
  likeness denoise denoise-512.safetensors me.jpg --add-noise 0.1 --figure noise.png`,
		Args:              exactly("a MODEL file and at least one IMAGE or FOLDER", 2, 0),
		ValidArgsFunction: modelThenPictures,
	}
	c.Flags().StringVar(&f.out, "out", "", "the picture, a PNG `file`, or a folder for several (default NAME-denoised.png here, NAME-denoised/ for a folder)")
	c.Flags().StringVar(&f.figure, "figure", "", "draw this figure as well, a PNG `file`")
	c.Flags().Var(&f.level, "level", "standard deviation of the pictures' noise")
	c.Flags().Float64Var(&f.strength, "strength", 1, "share of the correction that is made, from 0 to 1")
	c.Flags().Float64Var(&f.noise, "add-noise", 0, "add gaussian noise of this standard deviation first")
	c.Flags().Uint64Var(&f.seed, "seed", 42, "seed of that noise")
	addThreads(c, &f.threads)
	c.RunE = func(cmd *cobra.Command, args []string) error {
		if cmd.Flags().Changed("add-noise") && !(f.noise > 0) || math.IsInf(f.noise, 0) {
			return usagef("--add-noise %g: expected a number above 0, such as 0.1", f.noise)
		}
		if !(f.strength >= 0 && f.strength <= 1) {
			return usagef("--strength %g: expected a number from 0 to 1", f.strength)
		}
		if f.threads > 0 {
			runtime.GOMAXPROCS(f.threads)
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
			if err := checkOut(f.figure, []string{".png"}, inputs...); err != nil {
				return err
			}
			if slices.Contains(targets, filepath.Clean(f.figure)) {
				return usagef("--figure %s: a result is to be written there", f.figure)
			}
		}
		if len(targets) == 1 && targets[0] == f.out {
			err = checkOut(f.out, []string{".png"}, inputs...)
		} else {
			err = checkTargets(targets, inputs...)
		}
		if err != nil {
			return err
		}
		return a.denoise(cmd.Context(), f, args[0], pictures, targets)
	}
	return c
}

// denoised is what denoise tells.
type denoised struct {
	Model   string       `json:"model"`
	Figure  string       `json:"figure,omitempty"`
	Results []mended     `json:"results"`
	Skipped []faces.Skip `json:"skipped"` // files of folders, without a usable picture
}

func (a *app) denoise(ctx context.Context, f *denoising, path string, g *faces.Listing, targets []string) error {
	d, err := a.openDenoiser(path, f)
	if err != nil {
		return err
	}
	for _, image := range g.Singles() { // one that is bad, and nothing is written
		if _, err := d.open(ctx, image); err != nil {
			return err
		}
	}
	result := denoised{Model: path, Figure: f.figure, Results: []mended{}}
	var drawn []report.Restoration
	d.bar = a.progress()
	defer d.bar.clear()
	for i, p := range g.Pictures {
		d.place(i, len(g.Pictures))
		original, err := d.open(ctx, p.Path)
		if err != nil {
			if err = g.Skip(ctx, p, err); err != nil {
				return stopped(ctx, err, len(result.Results))
			}
			continue
		}
		r, figure, err := d.picture(ctx, p.Path, targets[i], original, uint64(i))
		if err != nil {
			return stopped(ctx, err, len(result.Results))
		}
		result.Results = append(result.Results, r)
		if f.figure != "" && len(drawn) < mostDrawn {
			drawn = append(drawn, figure)
		}
	}
	d.bar.clear()
	a.noteSkipped(g)
	if len(result.Results) == 0 {
		return g.NoneUsable()
	}
	result.Skipped = g.Skips()
	if f.figure != "" {
		if n := len(result.Results); n > len(drawn) {
			a.note("The first %d of %s pictures are drawn in %s", len(drawn), report.Count(n), f.figure)
		}
		spoilt, made := "Noisy", "Denoised"
		if strings.HasPrefix(d.m.Training.Corruption, "occlusion") {
			made = "Filled in"
		}
		if err := writePNG(f.figure, report.Restorations(spoilt, made, drawn)); err != nil {
			return err
		}
	}
	for _, r := range result.Results {
		if r.Hidden != nil {
			a.warn("%s: its brightness varies as by noise of %.2f, its colours by %.2f only; if that is noise and not fine detail, --level %.2f removes it", r.Image, *r.Hidden, *r.Level, *r.Hidden)
		}
	}
	return a.emit(result, func(w io.Writer) {
		printMended(w, result.Results)
		if f.figure != "" {
			fmt.Fprintln(w, "figure:", f.figure)
		}
	})
}
