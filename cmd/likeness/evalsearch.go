package main

import (
	"io"

	"github.com/spf13/cobra"

	"likeness/cmd/likeness/internal/console"
	"likeness/dataset"
	"likeness/describe"
	"likeness/embeddings"
	"likeness/encoder"
	"likeness/evaluation"
	"likeness/faces"
	"likeness/search"
	"likeness/search/quality"
)

// best stands for the space that is taken where none is asked for.
const best = "best"

func newEvalSearch(a *app) *cobra.Command {
	var data dataset.Name
	var opt evaluation.SearchOptions
	var out sheets
	var codes string
	var foreign encoderFlags
	split := console.Choice{Value: "both", Choices: []string{"both", dataset.ByPerson, dataset.ByRandom}}
	space := console.Choice{Value: best, Choices: append([]string{best}, search.SpaceNames()...)}
	c := &cobra.Command{
		Use:   "search",
		Short: "Measure how well search finds people",
		Long: `Measure how well search finds people: what 'likeness train finder' fits is fitted
to the training part of a split, and the pictures of the test part are searched for.

With --split random a person may be in both parts, as in the tutorial, and test
pictures search among the training pictures. With --split person nobody is in both
parts, so nothing was fitted to the people who are searched for, and test pictures
search among each other. By default both are measured; the second is printed first,
because it is the honest one.

hit1 is the share of queries whose nearest picture shows the same person, hit5 the
share with the person among the five nearest, map the mean average precision over the
whole ranking. Only pictures of people who can be found are queries. Intervals hold
95 % of a bootstrap over people.

Pairs measure verification: the distance is compared with the threshold that was best
on the other folds, and for each fold the space is fitted to people who are not in it
(alignment to people who are in none). --pairs names a list such as LFW's pairs.txt;
without it, pairs in ten folds are drawn by seed.`,
		Example: `  likeness eval search
  likeness eval search --data lfw --attributes lfw-attributes --pairs pairs.txt --json
  likeness eval search --data lfw --space euclidean --model conv-32.safetensors
  likeness eval search --codes embeddings.npz`,
		Args: console.NoArgs("--data"),
	}
	addDataFlags(c, &data, `"drawn"`)
	fl := c.Flags()
	fl.SortFlags = false
	console.AddChoice(c, &split, "split", "how test pictures are chosen")
	fl.Float64Var(&opt.TestSize, "test-size", 0.1, "share of the pictures that is only tested on")
	fl.Uint32Var(&opt.Seed, "split-seed", 42, "seed of the splits, and of pairs that are drawn")
	fl.Float64Var(&opt.Validation, "validation", 0, "leave the test pictures alone and query with this share of the training pictures, which is not fitted to: for choosing settings; no pairs are measured")
	console.AddChoice(c, &space, "space", "how codes are compared; best: within-mirror where names are known, else whitened-mirror")
	fl.StringVar(&opt.PairsFrom, "pairs", "", "a `file` of pairs in the layout of LFW's pairs.txt (default pairs drawn by seed)")
	fl.BoolVar(&opt.Unaligned, "no-align", false, "take faces as they are")
	fl.StringVar(&opt.ModelFile, "model", "", "measure this model's code instead of the wide one, a model `file` or an ONNX encoder")
	fl.StringVar(&codes, "codes", "", "measure the codes in this `file` (.npz, .npy, .parquet or .csv), made by any model, with the people that it names, in place of pictures")
	foreign.add(c)
	addSheets(c, &out, "queries of the first split that found somebody else, some that did not, and what they found,")
	console.AddThreads(c, &opt.Threads)
	console.Complete(c, "model", console.FilesOf(console.ModelNames))
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		if !(opt.TestSize > 0 && opt.TestSize < 1) {
			return console.Usagef("--test-size %g: expected a share between 0 and 1, such as 0.1", opt.TestSize)
		}
		if !(opt.Validation >= 0 && opt.Validation < 1) {
			return console.Usagef("--validation %g: expected a share between 0 and 1, such as 0.1", opt.Validation)
		}
		if codes != "" && (data.Source != "" || opt.ModelFile != "" || opt.Unaligned || out.wanted()) {
			return console.Usagef("--codes stands in place of pictures: --data, --model, --no-align, --montage and --html do not go with it")
		}
		if data.Source == "" {
			data.Source = "drawn"
		}
		if err := out.check(); err != nil {
			return err
		}
		if split.Value != "both" {
			opt.Splits = []string{split.Value}
		}
		if space.Value != best {
			opt.Space = space.Value
		}
		var err error
		if opt.PairsFrom != "" {
			if opt.Pairs, err = quality.ReadPairs(opt.PairsFrom); err != nil {
				return err
			}
		}
		if codes != "" {
			return a.evalCodes(cmd, codes, opt)
		}
		prep := describe.DefaultPrep()
		if opt.ModelFile != "" {
			switch {
			case encoder.Is(opt.ModelFile):
				if opt.Coder, err = foreign.coder(a, opt.ModelFile); err != nil {
					return err
				}
				prep = opt.Coder.Preparation()
			default:
				if opt.Model, err = openCoder(opt.ModelFile); err != nil {
					return err
				}
				prep = opt.Model.Prep
			}
		}
		set, err := a.load(cmd.Context(), data, faces.Options{Prep: prep, Threads: opt.Threads})
		if err != nil {
			return err
		}
		a.noteSet(set)
		p := a.Progress()
		defer p.Clear()
		opt.Framer = a.framer()
		opt.Examples, opt.Progress = out.wanted(), p.Report()
		r, err := evaluation.Search(cmd.Context(), set, opt)
		p.Clear()
		if err != nil {
			return err
		}
		for _, n := range r.Notes {
			a.Note("%s", n.Text)
		}
		if r.Examples != nil {
			if err := out.write(a.examplesAlbum(r)); err != nil {
				return err
			}
		}
		return a.Emit(struct {
			*evaluation.SearchScore
			sheets
		}{r, out}, func(w io.Writer) { printSearchScore(w, r); out.print(w) })
	}
	return c
}

// evalCodes measures codes from elsewhere.
func (a *app) evalCodes(cmd *cobra.Command, path string, opt evaluation.SearchOptions) error {
	t, err := readCodes(path, embeddings.ReadOptions{})
	if err != nil {
		return err
	}
	p := a.Progress()
	defer p.Clear()
	opt.Progress = p.Report()
	r, err := evaluation.SearchCodes(cmd.Context(), t, path, opt)
	p.Clear()
	if err != nil {
		return err
	}
	for _, n := range r.Notes {
		a.Note("%s", n.Text)
	}
	return a.Emit(r, func(w io.Writer) { printSearchScore(w, r) })
}
