package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"likeness/cmd/likeness/internal/console"
	"likeness/dataset"
	"likeness/describe"
	"likeness/faces"
	"likeness/finder"
	"likeness/search"
)

// finderResult is what 'train finder' reports.
type finderResult struct {
	Finder string        `json:"finder"`
	Data   string        `json:"data"`
	Split  string        `json:"split"`
	Space  string        `json:"space"`
	Story  *search.Story `json:"space_story,omitempty"`
	*finder.Training
}

func newTrainFinder(a *app) *cobra.Command {
	var data dataset.Name
	var out string
	var opt finder.Options
	splits := newSplitFlags()
	space := console.Choice{Value: best, Choices: append([]string{best}, search.SpaceNames()...)}
	c := &cobra.Command{
		Use:   "finder",
		Short: "Fit what search needs to find people",
		Long: `Fit a finder: what search needs to know about faces to find people.

It learns three things from the training pictures: how to straighten a face, by the
small shift, rotation and scale under which it looks most like the others, without names
or marked points; how its wide code, gradients in cells, varies, so that what varies
most among all faces counts no more than the rest; and, where names are known, what
varies between the pictures of one person, which then counts less. Give the result to
'likeness index' instead of a model.

A finder needs thousands of faces. For a small collection fit it to LFW or to drawn
faces, and only index your own pictures.`,
		Example: `  likeness train finder --data lfw --attributes lfw-attributes
  likeness index finder.safetensors --data ~/Pictures/faces --out mine.index.safetensors
  likeness search mine.index.safetensors --image me.jpg`,
		Args: console.NoArgs("--data"),
	}
	addDataFlags(c, &data, `"drawn"`)
	splits.add(c)
	fl := c.Flags()
	fl.SortFlags = false
	console.AddChoice(c, &space, "space", "how codes are compared; best: within-mirror where names are known, else whitened-mirror")
	fl.BoolVar(&opt.Unaligned, "no-align", false, "take faces as they are")
	console.AddThreads(c, &opt.Threads)
	fl.StringVar(&out, "out", "finder.safetensors", "the finder's `file`; another finder is replaced")
	console.Complete(c, "out", console.FilesOf(console.ModelNames))
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := splits.check(); err != nil {
			return err
		}
		plan := splits.plan()
		if err := console.CheckOut(out, []string{".safetensors"}); err != nil {
			return err
		}
		if err := console.CheckReplace(out, finder.Format); err != nil {
			return err
		}
		if data.Source == "" {
			data.Source = "drawn"
		}
		set, err := a.load(cmd.Context(), data, faces.Options{Prep: describe.DefaultPrep(), Threads: opt.Threads})
		if err != nil {
			return err
		}
		a.noteSet(set)
		split, _, err := plan.Split(set)
		if err != nil {
			return err
		}
		p := a.Progress()
		defer p.Clear()
		opt.Progress = p.Report()
		if space.Value != best {
			opt.Space = space.Value
		}
		f, err := finder.Fit(cmd.Context(), set, split.Train, opt)
		if err != nil {
			return err
		}
		f.Training.Split, f.Training.NTest = plan.String(), len(split.Test)
		if err := f.Save(out); err != nil {
			return err
		}
		p.Clear()
		r := finderResult{Finder: out, Data: set.Source, Split: plan.String(), Space: f.Space.Name(), Training: f.Training}
		r.Story = search.StoryOf(f.Space)
		return a.Emit(r, func(w io.Writer) { r.print(w) })
	}
	return c
}

func (r *finderResult) print(w io.Writer) {
	lines := [][2]string{
		{"finder", r.Finder},
		{"fitted to", fmt.Sprintf("%s of %s (%s)", count(r.NTrain, "picture"), r.Data, r.Split)},
		{"space", r.Space},
	}
	if s := r.Story; s != nil {
		text := fmt.Sprintf("%d components with %.1f %% of the variance", s.Components, 100*s.Kept)
		if s.People > 0 {
			text += fmt.Sprintf("; what varies within %s", count(s.People, "person"))
		}
		lines = append(lines, [2]string{"learned", text})
		if o := s.Odds; o != nil {
			lines = append(lines, [2]string{"odds", fmt.Sprintf("of one person, learned from %s of one person and as many of two: %.1f %% of them classified correctly", count(o.Pairs, "pair"), 100*o.Right)})
		}
		for _, g := range s.Groups {
			lines = append(lines, [2]string{"groups", fmt.Sprintf("of %d people in %d pictures, cut at distance %.3f: precision %.3f, recall %.3f", g.People, g.Pictures, g.Distance, g.Precision, g.Recall)})
		}
	}
	if r.After > 0 {
		lines = append(lines, [2]string{"alignment", fmt.Sprintf("moved %.1f %% of the faces; unexplained %.3f, before %.3f", 100*r.Moved, r.After, r.Before)})
	}
	console.Facts(w, lines)
	fmt.Fprintf(w, "\nIndex pictures with:\n  likeness index %s --data PICTURES\n", console.Quote(r.Finder))
}
