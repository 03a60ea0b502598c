package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"likeness/autoencoder"
	"likeness/internal/atomicfile"
	"likeness/latent"
	"likeness/pix"
	"likeness/report"
)

func newEdit(a *app) *cobra.Command {
	var from atlasFlags
	var more, less, hold []string
	var steps int
	var both, detail bool
	var out, picture string
	c := &cobra.Command{
		Use:   "edit MODEL IMAGE|FOLDER...",
		Short: "Change what a face shows: more of a smile, no glasses",
		Long: fmt.Sprintf(`Change attributes of a face: its code moves along directions that were learned,
and the decoder paints what comes of it, as a strip of pictures (.png), an
animation (.gif), or both. A folder stands for the pictures in it, %d at most.

--more Smiling=1.5 raises the score of an attribute by 1.5 standard deviations,
--less lowers it; without a number by as much as faces with the attribute lie
from those without. The step is the shortest that does so. Other attributes are
taken along as far as the codes of training faces connect them: --hold keeps
those that it names where they are. Frames are marked as far from the data where
the code's distance from the mean, or its score in what is changed or in the change as
a whole, is beyond that of 99 %% of the training codes.

The directions are those of the model's atlas ('likeness directions'). Without
one they are fitted to the pictures that the model was trained on, which takes
some seconds. --attributes, --tags, or --with and --without give others.`, mostDrawn),
		Example: `  likeness edit conv-32.safetensors me.jpg --more Smiling
  likeness edit conv-32.safetensors me.jpg --more Smiling=1.5 --less Eyeglasses --hold Male,Youth
  likeness edit conv-32.safetensors me.jpg you.jpg --more Senior --both --detail --out older.gif
  likeness edit conv-32.safetensors me.jpg --with beards/ --without shaved/ --name Beard --more Beard`,
		Args:              exactly("a MODEL file and pictures or a folder of them", 2, 0),
		ValidArgsFunction: modelThenPictures,
	}
	from.add(c)
	from.addTags(c)
	c.Flags().StringSliceVar(&more, "more", nil, "raise this `attribute`: NAME or NAME=STRENGTH in standard deviations; several with commas or again")
	c.Flags().StringSliceVar(&less, "less", nil, "lower this `attribute`, likewise")
	c.Flags().StringSliceVar(&hold, "hold", nil, "keep these `attributes` where they are")
	c.Flags().IntVar(&steps, "steps", 5, "pictures from the face as it is to the changed one, both included")
	c.Flags().BoolVar(&both, "both", false, "begin at the opposite of the change")
	c.Flags().BoolVar(&detail, "detail", false, "lay over each picture what the code does not hold of the photograph; large changes leave ghosts")
	c.Flags().StringVar(&out, "out", "", "a .png or .gif `file`; it is replaced (default edit.png and edit.gif)")
	c.Flags().StringVar(&picture, "picture", "", "write the changed face alone, a PNG `file` in the model's size")
	c.RunE = func(cmd *cobra.Command, args []string) error {
		if err := from.check(); err != nil {
			return err
		}
		if steps < 2 || steps > mostSteps {
			return usagef("--steps %d: expected 2 to %d", steps, mostSteps)
		}
		named, err := a.gather(cmd.Context(), args[1:], nil)
		if err != nil {
			return err
		}
		if n := len(named.list); n > mostDrawn {
			return usagef("%s are too many for one strip: name %d at most", count(n, "picture"), mostDrawn)
		}
		if n := len(named.list); picture != "" && n > 1 {
			return usagef("--picture %s: expected one picture to edit, not %d", picture, n)
		}
		inputs := append(named.paths(), args[0])
		files := []string{out}
		if out == "" {
			files = []string{"edit.png", "edit.gif"}
		}
		for _, f := range files {
			if err := checkOut(f, []string{".png", ".gif"}, inputs...); err != nil {
				return err
			}
		}
		if picture != "" {
			if err := checkOut(picture, []string{".png"}, inputs...); err != nil {
				return err
			}
		}
		wanted, err := parseChanges(more, less)
		if err != nil {
			return err
		}
		m, err := openCoder(args[0])
		if err != nil {
			return err
		}
		pictures, err := open(cmd.Context(), m, named, named.list)
		if err != nil {
			return err
		}
		a.tellSkipped(named)
		if len(pictures) == 0 {
			return named.nothing()
		}
		names := append([]string{}, hold...)
		for _, c := range wanted {
			names = append(names, c.name)
		}
		at, err := a.atlas(cmd.Context(), args[0], m, &from, wants{only: names})
		if err != nil {
			return err
		}
		made, err := changes(at, wanted)
		if err != nil {
			return err
		}
		asked := make([]*latent.Direction, len(made))
		for i, c := range made {
			d, err := at.Direction(c.Name)
			if err != nil {
				return err
			}
			asked[i] = d
			if d.Held == nil && (from.tags != "" || from.with != "") {
				a.note("%s: AUC %.3f, cross-validated on %s, of which %s have it", d.Name, d.CrossAUC, count(d.With+d.Without, "picture"), report.Count(d.With))
			}
			if v := d.Judged; v != nil && !v.HeldUp() {
				a.warn("%s: %s", d.Name, noBetter(v))
			}
		}
		step, err := at.Step(made, hold)
		if err != nil {
			return err
		}
		e := edit{m: m, at: at, step: step, made: made, asked: asked, judged: asked, shares: editShares(steps, both), detail: detail}
		if len(made)+len(hold) > 1 {
			if d := at.Along(step); d != nil {
				d.Name = asAWhole
				e.judged = append(slices.Clone(asked), d)
			}
		}
		result := editResult{Model: args[0], Changes: made, Held: append([]string{}, hold...), Length: step.Length, Drags: step.Drags, Far: at.Reach.Far, judged: e.judged, Files: files, Skipped: named.skips()}
		var strips []report.Edit
		var walks []report.Morph
		for _, p := range pictures {
			frames, told, err := e.picture(cmd.Context(), p)
			if err != nil {
				return err
			}
			result.Images = append(result.Images, told)
			strip := report.Edit{Picture: p.image, Title: title(p.path), Frames: frames, Captions: e.captions()}
			for i, f := range told.Frames {
				strip.Far = append(strip.Far, f.IsFar)
				strip.Captions[i] += f.why
			}
			strips = append(strips, strip)
			walks = append(walks, report.Morph{Frames: frames})
			if picture != "" {
				if err := writePNG(picture, frames[len(frames)-1]); err != nil {
					return err
				}
				result.Files = append(result.Files, picture)
			}
		}
		for _, f := range files {
			if strings.HasSuffix(strings.ToLower(f), ".png") {
				err = writePNG(f, report.EditStrip(strips))
			} else {
				err = atomicfile.Write(f, func(w io.Writer) error {
					return pix.WriteGIF(w, report.MorphFrames(walks), frameTime)
				})
			}
			if err != nil {
				return err
			}
		}
		return a.emit(result, func(w io.Writer) { result.print(w) })
	}
	return c
}

// edit changes one picture after the other.
type edit struct {
	m      *autoencoder.Model
	at     *latent.Atlas
	step   *latent.Step
	made   []latent.Change
	asked  []*latent.Direction // of made
	judged []*latent.Direction // asked, and that of the step where it is another
	shares []float64           // of the step, one for each frame
	detail bool
}

// asAWhole stands for all changes together among the attributes.
const asAWhole = "the change as a whole"

// mostNamed is how many changes are written out beneath a frame.
const mostNamed = 4

// editShares goes from 0, or from -1, to 1.
func editShares(steps int, both bool) []float64 {
	shares := make([]float64, steps)
	for i := range shares {
		a := float64(i) / float64(steps-1)
		if both {
			a = 2*a - 1
		}
		shares[i] = a
	}
	return shares
}

// captions tell the changes of each frame, or its share of them where they are too
// many.
func (e *edit) captions() []string {
	out := make([]string, len(e.shares))
	for i, s := range e.shares {
		switch {
		case s == 0:
			out[i] = "as it is"
		case len(e.made) <= mostNamed:
			var lines []string
			for _, c := range e.made {
				lines = append(lines, c.Name+" "+signed(s*c.By))
			}
			out[i] = strings.Join(lines, "\n")
		default:
			out[i] = strings.Replace(fmt.Sprintf("%.0f %%", 100*s), "-", "−", 1)
		}
	}
	return out
}

// picture edits one.
func (e *edit) picture(ctx context.Context, p picture) ([]*pix.Image, editedImage, error) {
	code, err := e.m.Encode(ctx, p.values)
	if err != nil {
		return nil, editedImage{}, err
	}
	codes := e.at.Walk(code, e.step, e.shares)
	var lost []float32 // what the code does not hold
	if e.detail {
		if lost, err = e.m.Decode(ctx, code); err != nil {
			return nil, editedImage{}, err
		}
		for i, v := range lost {
			lost[i] = p.values[i] - v
		}
	}
	var frames []*pix.Image
	var told editedImage
	for k, c := range codes {
		told.Frames = append(told.Frames, e.frame(c, e.shares[k]))
		x, err := e.m.Decode(ctx, c)
		if err != nil {
			return nil, editedImage{}, err
		}
		for i, v := range lost {
			x[i] += v
		}
		frames = append(frames, pix.FromFloats(x, e.m.Prep.W, e.m.Prep.H))
	}
	last := codes[len(codes)-1]
	end := told.Frames[len(told.Frames)-1]
	told.Image, told.Before, told.Distance, told.IsFar = p.path, e.at.Whitening.Distance(code), end.Distance, end.IsFar
	from, to := e.at.Whitening.White(code), e.at.Whitening.White(last)
	for _, d := range e.asked {
		told.Scores = append(told.Scores, editScore{d.Name, d.Score(from), d.Score(to), d.Usual})
	}
	return frames, told, nil
}

// frame tells of the frame of a code.
func (e *edit) frame(code []float32, share float64) editFrame {
	p := e.at.Place(code, e.judged...)
	f := editFrame{Share: share, Distance: p.Distance, IsFar: p.Far()}
	if p.Distant {
		f.why += fmt.Sprintf("\n%.1f sd, far", p.Distance)
	}
	for _, d := range p.Beyond {
		f.Beyond = append(f.Beyond, d.Name)
	}
	switch {
	case len(e.asked) == 1 && slices.Contains(p.Beyond, e.asked[0]):
		score := e.asked[0].Score(e.at.Whitening.White(code))
		f.why += strings.Replace(fmt.Sprintf("\nscore %+.1f, far", score), "-", "−", 1)
	case len(f.Beyond) == 1: // of several: their names are too long for here
		f.why += "\na score, far"
	case len(f.Beyond) > 1:
		f.why += "\nscores, far"
	}
	return f
}
