package main

import (
	"cmp"
	"io"

	"github.com/spf13/cobra"

	"likeness/cmd/likeness/internal/console"
	"likeness/latent"
	"likeness/parallel"
)

func newDirections(a *app) *cobra.Command {
	var from atlasFlags
	var out string
	var judged, fresh bool
	c := &cobra.Command{
		Use:   "directions [MODEL] [ATTRIBUTE...]",
		Short: "Learn which direction in a model's codes leads to which attribute",
		Long: `Learn the direction in a model's codes that leads to more of each attribute, and
save the directions in an atlas, which 'likeness edit', 'morph' and 'sample' use.
An atlas that lies beside the model is listed, and your own attributes are added to
it; --fresh, --data or --out fit to the pictures anew.

A direction is fitted to the codes of the training pictures by ridge or logistic
regression, whichever does better in cross-validation, over people where names are
known. Codes are whitened first, so that one step is one standard deviation.
Attributes come from --attributes; drawn faces have their own; --tags or --with and
--without add yours.

AUC is the chance that a picture with the attribute scores above one without it,
on test pictures; cross-validated where there are none (~). 'gap' is the distance,
in standard deviations, between the mean scores of pictures with and without it:
the default step of 'edit'. 'takes along' lists the largest side effects of one
standard deviation. With ATTRIBUTE all of them are listed.

With --judge test faces are edited by the gap, and a classifier that sees only
pixels, fitted to other people than the directions, decides whether the edited face
shows more of the attribute ('right way') and whether it changed sides ('flipped',
of those on the other side before); in parentheses the same for random steps of
that length. The verdicts are saved in the atlas, and 'edit' warns of a direction
that did no better.`,
		Example: `  likeness directions conv-32.safetensors
  likeness directions conv-32.safetensors Smiling Eyeglasses
  likeness directions conv-32.safetensors --with happy/ --without sad/ --out mine.atlas.safetensors
  likeness edit conv-32.safetensors me.jpg --more Smiling`,
		Args:              afterModel("attributes to list in full, behind a MODEL where another than the program's own is meant", 0, 0),
		ValidArgsFunction: console.FilesOf(console.ModelNames),
	}
	from.add(c)
	from.addTags(c)
	c.Flags().Lookup("atlas").Usage = "begin with this atlas `file` instead of fitting to pictures"
	c.Flags().StringVar(&out, "out", "", "the atlas `file` to write (default MODEL with "+latent.Suffix+"; none where an atlas is listed)")
	c.Flags().BoolVar(&fresh, "fresh", false, "fit to the pictures anew, even where there is an atlas")
	c.MarkFlagsMutuallyExclusive("fresh", "atlas")
	c.Flags().BoolVar(&judged, "judge", false, "let a classifier of pixels judge edits of test faces; takes some minutes")
	console.Complete(c, "out", console.FilesOf(console.ModelNames))
	c.RunE = func(cmd *cobra.Command, args []string) error {
		args = withModel(args, usualCoder())
		ctx, path := parallel.WithThreads(cmd.Context(), from.threads), args[0]
		if err := from.check(); err != nil {
			return err
		}
		listed := false
		if out == "" && from.file == "" {
			out = latent.Beside(path)
			listed = !fresh && !from.named()
		}
		if out != "" {
			if err := console.CheckOut(out, []string{".safetensors"}, path, from.own.Tags); err != nil {
				return err
			}
			if err := console.CheckReplace(out, latent.Format); err != nil {
				return err
			}
		}
		m, err := openCoder(path)
		if err != nil {
			return err
		}
		if listed {
			if at, err := latent.Open(out); err == nil && at.CheckModel(m.Fingerprint()) == nil && at.Mixture != nil {
				a.Note("%s is there; --fresh fits it anew", out)
				from.file = out
				if from.own == (latent.Own{}) && !judged {
					out = ""
				}
			}
		}
		at, err := a.atlas(ctx, path, m, &from, latent.Source{Mixture: true, Fresh: true}, false)
		if err != nil {
			return err
		}
		if _, err := at.Find(args[1:]); err != nil {
			return knownAttributes(err)
		}
		if judged {
			d, err := a.modelData(ctx, path, m, from.data, from.threads)
			if err != nil {
				return err
			}
			verdicts, err := a.judgeEdits(ctx, path, m, d)
			if err != nil {
				return err
			}
			at.Judge(verdicts)
			if out == "" {
				a.Note("The verdicts are not kept: --out names an atlas file to keep them in")
			}
		}
		if out != "" {
			if err := at.Save(out); err != nil {
				return err
			}
		}
		r, err := at.Overview(args[1:])
		if err != nil {
			return err
		}
		r.Model, r.Atlas = path, cmp.Or(out, from.file)
		return a.Emit(r, func(w io.Writer) { printDirections(w, r) })
	}
	return c
}
