package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"likeness/latent"
)

func newDirections(a *app) *cobra.Command {
	var from atlasFlags
	var out string
	var judged, fresh bool
	c := &cobra.Command{
		Use:   "directions MODEL [ATTRIBUTE...]",
		Short: "Learn which way in a model's codes leads to which attribute",
		Long: `Learn which way in a model's codes leads to more of each attribute, and keep it
in an atlas, which 'likeness edit', 'morph' and 'sample' use. An atlas that lies
beside the model is listed, and your own attributes are added to it; --fresh, --data
or --out fit to the pictures anew.

A direction is fitted to the codes of the training pictures by ridge or logistic
regression, whichever told best in cross-validation, over people where names are
known. Codes are whitened first, so that one step is one standard deviation.
Attributes come from --attributes, drawn faces have their own, and --tags or
--with and --without give your own.

AUC is the chance that a picture with the attribute scores above one without it,
on test pictures; cross-validated where there are none (~). 'gap' is how far, in
standard deviations, those with it lie from those without: the step that 'edit'
takes unless told otherwise. 'takes along' is what else one standard deviation
changes most. With ATTRIBUTE the whole list of that.

With --judge test faces are edited by the gap, and a classifier that sees only
pixels, fitted to other people than the directions, says whether the edited face
shows more of the attribute ('right way') and whether it came over ('flipped',
of those on the other side); in parentheses what random steps as long do. The
verdicts are kept in the atlas, and 'edit' warns of a direction that did no better.`,
		Example: `  likeness directions conv-32.safetensors
  likeness directions conv-32.safetensors Smiling Eyeglasses
  likeness directions conv-32.safetensors --with happy/ --without sad/ --out mine.atlas.safetensors
  likeness edit conv-32.safetensors me.jpg --more Smiling`,
		Args:              exactly("a MODEL file, and attributes to tell more of", 1, 0),
		ValidArgsFunction: filesOf(modelNames),
	}
	from.add(c)
	from.addTags(c)
	c.Flags().Lookup("atlas").Usage = "begin with this atlas `file` in place of fitting to pictures"
	c.Flags().StringVar(&out, "out", "", "the atlas `file` to write (default MODEL with "+atlasSuffix+"; none where an atlas is listed)")
	c.Flags().BoolVar(&fresh, "fresh", false, "fit to the pictures anew, though there is an atlas")
	c.MarkFlagsMutuallyExclusive("fresh", "atlas")
	c.Flags().BoolVar(&judged, "judge", false, "let a classifier of pixels judge edits of test faces; takes some minutes")
	complete(c, "out", filesOf(modelNames))
	c.RunE = func(cmd *cobra.Command, args []string) error {
		ctx, path := cmd.Context(), args[0]
		if err := from.check(); err != nil {
			return err
		}
		listed := false
		if out == "" && from.file == "" {
			out = atlasPath(path)
			listed = !fresh && from.data.source == "" && from.data.attributes == ""
		}
		if out != "" {
			if err := checkOut(out, []string{".safetensors"}, path, from.tags); err != nil {
				return err
			}
			if err := keepAtlases(out); err != nil {
				return err
			}
		}
		m, err := openCoder(path)
		if err != nil {
			return err
		}
		if listed {
			if at, err := latent.Open(out); err == nil && at.CheckModel(m.Fingerprint()) == nil && at.Mixture != nil {
				a.note("%s is there; --fresh fits it anew", out)
				from.file = out
				if from.tags == "" && from.with == "" && !judged {
					out = ""
				}
			}
		}
		at, err := a.atlas(ctx, path, m, &from, wants{mixture: true, whole: true})
		if err != nil {
			return err
		}
		r := directionsResult{Model: path, Atlas: cmp.Or(out, from.file), Fingerprint: at.Model, Reach: at.Reach, Data: at.Story.Data, NTrain: at.Story.NTrain, NTest: at.Story.NTest, Left: at.Story.Left, Mixture: at.Mixture}
		for _, name := range args[1:] {
			drags, err := at.Entangled(name)
			if err != nil {
				return err
			}
			d, err := at.Direction(name)
			if err != nil {
				return err
			}
			r.Detailed = append(r.Detailed, entangled{d.Name, drags})
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
				a.note("The verdicts are not kept: --out names an atlas file to keep them in")
			}
		}
		if out != "" {
			if err := at.Save(out); err != nil {
				return err
			}
		}
		for i := range at.Directions {
			d := &at.Directions[i]
			drags, err := at.Entangled(d.Name)
			if err != nil {
				return err
			}
			r.Directions = append(r.Directions, told{d, drags[:min(len(drags), 5)]})
			if d.Judged != nil {
				r.Judged = append(r.Judged, *d.Judged)
			}
		}
		slices.SortStableFunc(r.Directions, func(x, y told) int { return cmp.Compare(y.auc(), x.auc()) })
		return a.emit(r, func(w io.Writer) { r.print(w) })
	}
	return c
}

// keepAtlases refuses to write an atlas over a model, a finder or anything else.
func keepAtlases(out string) error {
	there, err := exists(out)
	if err != nil || !there {
		return err
	}
	if _, err := latent.Open(out); err != nil {
		return usagef("%s is there and no atlas: choose another name", out)
	}
	return nil
}

type directionsResult struct {
	Model       string           `json:"model"`
	Atlas       string           `json:"atlas"`
	Fingerprint string           `json:"fingerprint"`
	Data        string           `json:"data"`
	NTrain      int              `json:"n_train"`
	NTest       int              `json:"n_test"`
	Reach       latent.Reach     `json:"distances"`
	Directions  []told           `json:"directions"` // the best first
	Left        []latent.Left    `json:"left_out"`
	Detailed    []entangled      `json:"entangled,omitempty"`
	Judged      []latent.Verdict `json:"judged,omitempty"` // those of the directions, now or when the atlas was made
	Mixture     *latent.Mixture  `json:"-"`
}

// told is a direction with what it takes along.
type told struct {
	*latent.Direction
	Drags []latent.Drag `json:"takes_along"`
}

type entangled struct {
	Name  string        `json:"name"`
	Drags []latent.Drag `json:"takes_along"`
}

func (t told) auc() float64 {
	if t.Held != nil {
		return t.Held.AUC
	}
	return t.CrossAUC
}

func (r *directionsResult) print(w io.Writer) {
	if len(r.Detailed) > 0 {
		for _, d := range r.Detailed {
			rows := [][]string{{"one standard deviation of " + d.Name, "takes along"}}
			for _, drag := range d.Drags {
				rows = append(rows, []string{drag.Name, signed(drag.By)})
			}
			table(w, "", rows)
			fmt.Fprintln(w)
		}
	} else if len(r.Directions) > 0 {
		columns(w, "", r.rows(), "AUC", "±", "have it", "gap", "right way", "flipped")
		fmt.Fprintln(w)
	}
	if n := r.chance(); n > 0 && len(r.Detailed) == 0 {
		fmt.Fprintf(w, "chance: edits along %s were no better than random steps; 'likeness edit' warns of that\n", count(n, "direction"))
	}
	for _, l := range r.Left {
		fmt.Fprintf(w, "no direction for %s: %s\n", l.Name, l.Reason)
	}
	if r.Atlas != "" {
		what := count(len(r.Directions), "direction")
		if m := r.Mixture; m != nil {
			what += fmt.Sprintf(" and a mixture of %s", count(m.Len(), "gaussian"))
		}
		fmt.Fprintf(w, "%s: %s, fitted to %s\n", r.Atlas, what, count(r.NTrain, "picture"))
	}
}

// chance counts the directions that were judged no better than random steps.
func (r *directionsResult) chance() int {
	n := 0
	for i := range r.Judged {
		if !r.Judged[i].HeldUp() {
			n++
		}
	}
	return n
}

// rows is the table of directions.
func (r *directionsResult) rows() [][]string {
	head := []string{"attribute", "AUC", "±", "have it", "gap"}
	if r.Judged != nil {
		head = append(head, "right way", "flipped")
	}
	rows := [][]string{append(head, "takes along")}
	for _, d := range r.Directions {
		auc, stderr := fmt.Sprintf("~%.3f", d.CrossAUC), ""
		if d.Held != nil {
			auc, stderr = fmt.Sprintf("%.3f", d.Held.AUC), fmt.Sprintf("%.3f", d.Held.StdErr)
		}
		share := 100 * float64(d.With) / float64(d.With+d.Without)
		row := []string{d.Name, auc, stderr, fmt.Sprintf("%.1f %%", share), fmt.Sprintf("%.2f", d.Gap)}
		if r.Judged != nil {
			right, flipped := "", ""
			if v := d.Judged; v != nil {
				right, flipped = twoShares(v.RightWay, v.RandomWay), twoShares(v.Flipped, v.RandomFlipped)
				if !v.HeldUp() {
					right = "chance: " + right
				}
			}
			row = append(row, right, flipped)
		}
		var along []string
		most := 2
		if r.Judged != nil { // lest lines become too long
			most = 1
		}
		for _, drag := range d.Drags[:min(len(d.Drags), most)] {
			if drag.By*drag.By >= 0.3*0.3 {
				along = append(along, drag.Name+" "+signed(drag.By))
			}
		}
		rows = append(rows, append(row, strings.Join(along, ", ")))
	}
	return rows
}

// twoShares is a share with what chance comes to.
func twoShares(v, chance float64) string {
	return fmt.Sprintf("%.0f %% (%.0f)", 100*v, 100*chance)
}
