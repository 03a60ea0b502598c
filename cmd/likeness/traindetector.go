package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"likeness/cmd/likeness/internal/console"
	"likeness/dataset"
	"likeness/detect"
	"likeness/detect/training"
)

// detectorResult is what 'train detector' reports.
type detectorResult struct {
	Detector string `json:"detector"`
	*training.Result
}

func newTrainDetector(a *app) *cobra.Command {
	var data dataset.Name
	var out string
	var opt training.Options
	splits := newSplitFlags()
	c := &cobra.Command{
		Use:   "detector",
		Short: "Train what finds faces in photographs",
		Long: `Train a detector: two small networks that find every face from 24 pixels up in a photograph of
any size, and its eyes, nose and mouth.

It learns from photographs that are composed while it trains: the pictures of --data, which must
be framed as LFW's are with one face in the middle, and drawn faces, cut out, scaled, turned, lit
and pasted on backgrounds of many kinds, then blurred and compressed. No file tells where eyes,
noses and mouths are: faces are straightened first, as a finder does, and each eye, nose and mouth
is followed through all pictures. One person in twelve is left out to measure on.

The program comes with a detector that was trained on LFW. Train another one for other faces.`,
		Example: `  likeness train detector --data lfw --attributes lfw-attributes
  likeness index finder --data ~/Pictures --detector detector.safetensors`,
		Args: console.NoArgs("--data"),
	}
	addDataFlags(c, &data, `"drawn"`)
	splits.add(c)
	fl := c.Flags()
	fl.SortFlags = false
	fl.IntVar(&opt.Drawn, "drawn", 1500, "drawn faces to learn from besides")
	fl.IntVar(&opt.ProposerSteps, "proposer-steps", 4000, "steps of the network that looks at whole photographs, each with 64 examples")
	fl.IntVar(&opt.RefinerSteps, "refiner-steps", 7000, "steps of the network that looks at what that one proposes")
	fl.IntVar(&opt.Photographs, "photographs", 200, "composed photographs to measure on")
	fl.Uint64Var(&opt.Seed, "seed", 42, "of weights and photographs")
	console.AddThreads(c, &opt.Threads)
	fl.StringVar(&out, "out", "detector.safetensors", "the detector's `file`; another detector is replaced")
	console.Complete(c, "out", console.FilesOf(console.ModelNames))
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		if err := splits.check(); err != nil {
			return err
		}
		if err := console.CheckOut(out, []string{".safetensors"}); err != nil {
			return err
		}
		if err := console.CheckReplace(out, detect.Format); err != nil {
			return err
		}
		if data.Source == "" {
			data.Source = "drawn"
		}
		opt.Data, opt.Split = data, splits.plan()
		p := a.Progress()
		defer p.Clear()
		opt.Progress = p.Report()
		d, result, err := training.Train(cmd.Context(), opt)
		if err != nil {
			return err
		}
		if err := d.Save(out); err != nil {
			return err
		}
		p.Clear()
		r := detectorResult{out, result}
		return a.Emit(r, func(w io.Writer) { r.print(w) })
	}
	return c
}

func (r *detectorResult) print(w io.Writer) {
	c := r.Counts
	console.Facts(w, [][2]string{
		{"detector", r.Detector},
		{"trained on", fmt.Sprintf("%s of %s and %s", count(r.NTrain, "picture"), r.Data, count(r.Drawn, "drawn face"))},
		{"measured on", fmt.Sprintf("%s, composed of %s of people left out", count(c.Photographs, "photograph"), count(r.NTest, "picture"))},
		{"found", fmt.Sprintf("%d of %s (%.1f %%)", c.Found, count(c.Faces, "face"), 100*r.Recall)},
		{"false boxes", fmt.Sprintf("%.3f a photograph", r.False)},
		{"landmarks", fmt.Sprintf("%.3f of the distance of the eyes away, on average", r.LandmarkError)},
		{"without a face", fmt.Sprintf("none found in %d of %s", c.Quiet, count(c.Empty, "photograph"))},
	})
}
