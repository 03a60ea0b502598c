package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"likeness/autoencoder"
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
	var from atlasFlags
	var steps int
	var out string
	var loop bool
	path := choiceFlag{"line", []string{"line", "likely"}}
	c := &cobra.Command{
		Use:   "morph MODEL A B [C...]",
		Short: "Turn one face into another, or many",
		Long: `Walk from the code of picture A to that of picture B, and on to further ones, and
decode what lies between: a figure (.png), an animation (.gif), or both.

--path line goes straight, through the middle, where faces are averages. --path
likely turns around the middle, where codes are as likely as those of real faces:
direction and distance from the mean code change evenly, in standard deviations.

How far each frame lies from the mean code is told where the model's atlas is
there ('likeness directions'), and always for --path likely, which otherwise reads
the pictures that the model was trained on. Frames beyond 99 % of the training
codes are marked as far from the data, those nearer than 99 % as averages; with
--path line only where the model's atlas is there ('likeness directions').`,
		Example: `  likeness morph conv-32.safetensors me.jpg you.jpg
  likeness morph conv-32.safetensors me.jpg you.jpg --path likely --steps 25 --out us.gif
  likeness morph conv-32.safetensors *.jpg --path likely --loop`,
		Args:              exactly("a MODEL file and two pictures or more", 3, 0),
		ValidArgsFunction: modelThenPictures,
	}
	from.add(c)
	addChoice(c, &path, "path", "the way between two codes")
	c.Flags().IntVar(&steps, "steps", 7, "pictures from each face to the next, both included")
	c.Flags().BoolVar(&loop, "loop", false, "end with the first face again; the animation goes round")
	c.Flags().StringVar(&out, "out", "", "a .png or .gif `file`; it is replaced (default morph.png and morph.gif)")
	c.RunE = func(cmd *cobra.Command, args []string) error {
		if steps < 2 || steps > mostSteps {
			return usagef("--steps %d: expected 2 to %d", steps, mostSteps)
		}
		for _, arg := range args[1:] {
			if isFolder(arg) {
				return usagef("%s is a folder: name the pictures one by one, in the order to walk through them, such as %s", arg, filepath.Join(arg, "*.jpg"))
			}
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
		at, err := a.atlas(cmd.Context(), args[0], m, &from, wants{only: []string{}, optional: path.value == "line"})
		if err != nil {
			return err
		}
		w := walk{m: m, at: at, steps: steps, likely: path.value == "likely"}
		if w.pictures, err = w.open(cmd.Context(), args[1:], loop); err != nil {
			return err
		}
		if err := w.decode(cmd.Context()); err != nil {
			return err
		}
		for _, f := range files {
			if err := w.write(f, loop); err != nil {
				return err
			}
		}
		r := morphResult{Model: args[0], From: args[1], To: args[len(args)-1], Pictures: args[1:], Path: path.value, Steps: steps, Frames: w.told, Files: files}
		if at != nil {
			r.Near, r.Far = &at.Reach.Near, &at.Reach.Far
		}
		if at == nil {
			a.note("Frames were not judged by their distance from the data: '%s' makes an atlas to judge them by", "likeness directions "+quote(args[0]))
		}
		return a.emit(r, func(out io.Writer) { r.print(out) })
	}
	return c
}

// walk is a morph under way.
type walk struct {
	m        *autoencoder.Model
	at       *latent.Atlas // or nil
	steps    int
	likely   bool
	pictures []picture
	weights  []float64 // of the next picture, step by step
	frames   []*pix.Image
	told     []morphFrame
}

// morphFrame tells of one frame.
type morphFrame struct {
	From     string   `json:"from"`
	To       string   `json:"to"`
	Share    float64  `json:"a"`                  // of To
	Distance *float64 `json:"distance,omitempty"` // from the mean code, in standard deviations
	Place    string   `json:"place,omitempty"`    // "far" from the data, an "average", or like most
}

// open reads the pictures; a loop ends with the first.
func (w *walk) open(ctx context.Context, paths []string, loop bool) ([]picture, error) {
	var list []named
	for _, path := range paths {
		list = append(list, named{path: path})
	}
	pictures, err := open(ctx, w.m, &namedPictures{}, list)
	if err == nil && loop {
		pictures = append(pictures, pictures[0])
	}
	return pictures, err
}

// decode walks and paints.
func (w *walk) decode(ctx context.Context) error {
	all, err := w.m.Encode(ctx, values(w.pictures))
	if err != nil {
		return err
	}
	ends := rows(all, len(w.pictures))
	codes, err := latent.MorphMany(ends, w.steps)
	if err == nil && w.likely {
		codes, err = w.at.Whitening.Likely(ends, w.steps)
	}
	if err != nil {
		return err
	}
	if w.weights, err = latent.Weights(w.steps); err != nil {
		return err
	}
	for i, code := range codes {
		x, err := w.m.Decode(ctx, code)
		if err != nil {
			return err
		}
		w.frames = append(w.frames, pix.FromFloats(x, w.m.Prep.W, w.m.Prep.H))
		leg, k := i/(w.steps-1), i%(w.steps-1)
		if leg == len(w.pictures)-1 { // the very last
			leg, k = leg-1, w.steps-1
		}
		f := morphFrame{From: w.pictures[leg].path, To: w.pictures[leg+1].path, Share: w.weights[k]}
		if w.at != nil {
			p := w.at.Place(code)
			f.Distance = &p.Distance
			switch {
			case p.Distant:
				f.Place = "far"
			case p.Average:
				f.Place = "average"
			}
		}
		w.told = append(w.told, f)
	}
	return nil
}

// write writes the figure or the animation.
func (w *walk) write(path string, loop bool) error {
	if !strings.HasSuffix(strings.ToLower(path), ".png") {
		return atomicfile.Write(path, func(out io.Writer) error {
			return pix.WriteGIF(out, report.WalkFrames(w.frames, loop), frameTime)
		})
	}
	var legs []report.Morph
	for i := range len(w.pictures) - 1 {
		first := i * (w.steps - 1)
		a, b := w.pictures[i], w.pictures[i+1]
		leg := report.Morph{
			A: a.image, B: b.image, From: title(a.path), To: title(b.path),
			Frames: w.frames[first : first+w.steps], Alphas: w.weights,
		}
		for _, f := range w.told[first : first+w.steps] {
			leg.Notes = append(leg.Notes, f.note())
			leg.Far = append(leg.Far, f.Place == "far")
		}
		legs = append(legs, leg)
	}
	return writePNG(path, report.MorphStrip(legs))
}

// note is written beneath a frame.
func (f morphFrame) note() string {
	if f.Distance == nil {
		return ""
	}
	text := fmt.Sprintf("%.1f sd", *f.Distance)
	if f.Place != "" {
		text += ", " + f.Place
	}
	return text
}

type morphResult struct {
	Model    string       `json:"model"`
	From     string       `json:"from"`
	To       string       `json:"to"`
	Pictures []string     `json:"pictures"`
	Path     string       `json:"path"`
	Steps    int          `json:"steps"`
	Near     *float64     `json:"average_within"` // distance within which codes are averages; null: not known
	Far      *float64     `json:"far_from"`       // beyond which they are far from the data
	Frames   []morphFrame `json:"frames"`
	Files    []string     `json:"files"`
}

func (r *morphResult) print(w io.Writer) {
	fmt.Fprintln(w, strings.Join(r.Files, "\n"))
	if r.Far == nil {
		return
	}
	least, most := *r.Frames[0].Distance, *r.Frames[0].Distance
	places := map[string]int{}
	for _, f := range r.Frames {
		least, most = min(least, *f.Distance), max(most, *f.Distance)
		places[f.Place]++
	}
	fmt.Fprintf(w, "%.2f to %.2f standard deviations from the mean code; 98 %% of training codes: %.2f to %.2f\n", least, most, *r.Near, *r.Far)
	if n := places["far"]; n > 0 {
		fmt.Fprintf(w, "%s far from the data\n", count(n, "frame"))
	}
	if n := places["average"]; n > 0 {
		fmt.Fprintf(w, "%s nearer to the mean than training faces: averages\n", count(n, "frame"))
	}
}
