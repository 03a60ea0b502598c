package main

import (
	"context"
	"runtime"
	"slices"

	"github.com/spf13/cobra"

	"likeness/align"
	"likeness/autoencoder"
	"likeness/describe"
	"likeness/faces"
	"likeness/finder"
	"likeness/report"
	"likeness/search"
	"likeness/search/quality"
)

// evalSearch is what 'eval search' was asked.
type evalSearch struct {
	a         *app
	data      dataName
	split     choiceFlag
	testSize  float64
	validate  float64
	seed      uint32
	space     choiceFlag
	pairs     string
	unaligned bool
	model     string
	threads   int
	sheets    sheets
	album     *report.Album // of the first split
}

// best stands for the space that is taken where none is asked for.
const best = "best"

func newEvalSearch(a *app) *cobra.Command {
	e := &evalSearch{
		a: a, split: choiceFlag{"both", []string{"both", "person", "random"}},
		space: choiceFlag{best, append([]string{best}, search.SpaceNames()...)},
	}
	c := &cobra.Command{
		Use:   "search",
		Short: "Measure how well search finds people",
		Long: `Measure how well search finds people: what 'likeness train finder' fits is fitted
to the training part of a split, and searched with the pictures of the test part.

With --split random a person may be in both parts, as in the tutorial, and test
pictures search among the training pictures. With --split person nobody is in
both, so nothing was fitted to the people who are searched, and test pictures
search among each other. By default both are measured, and the second is told
first, for it is the honest one.

hit1 is the share of queries whose nearest picture shows the same person, hit5
that of those with the person among the five nearest, map the mean average
precision over the whole ranking. Only pictures of people who can be found are
queries. Intervals hold 95 % of a bootstrap over people.

Pairs measure verification: the distance is held against a threshold that was
best on the other folds, and in each fold the space is fitted to people who are
not in it (alignment to people who are in none). --pairs names a list such as
LFW's pairs.txt; without it, pairs in ten folds are drawn by seed.`,
		Example: `  likeness eval search
  likeness eval search --data lfw --attributes lfw-attributes --pairs pairs.txt --json
  likeness eval search --data lfw --space euclidean --model conv-32.safetensors`,
		Args: noArgs("--data"),
	}
	addDataFlags(c, &e.data, `"drawn"`)
	fl := c.Flags()
	fl.SortFlags = false
	addChoice(c, &e.split, "split", "how test pictures are chosen")
	fl.Float64Var(&e.testSize, "test-size", 0.1, "share of the pictures that is only tested on")
	fl.Uint32Var(&e.seed, "split-seed", 42, "seed of the splits, and of pairs that are drawn")
	fl.Float64Var(&e.validate, "validation", 0, "leave the test pictures alone and query with this share of the training pictures, which is not fitted to: for choosing settings; no pairs are measured")
	addChoice(c, &e.space, "space", "how codes are compared; best: within-mirror where names are known, else whitened-mirror")
	fl.StringVar(&e.pairs, "pairs", "", "a `file` of pairs in the layout of LFW's pairs.txt (default pairs drawn by seed)")
	fl.BoolVar(&e.unaligned, "no-align", false, "take faces as they lie")
	fl.StringVar(&e.model, "model", "", "measure this model's code instead of the wide one, a model `file`")
	addSheets(c, &e.sheets, "queries of the first split that found somebody else, some that did not, and what they found,")
	addThreads(c, &e.threads)
	complete(c, "model", filesOf(modelNames))
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		if !(e.testSize > 0 && e.testSize < 1) {
			return usagef("--test-size %g: expected a share between 0 and 1, such as 0.1", e.testSize)
		}
		if !(e.validate >= 0 && e.validate < 1) {
			return usagef("--validation %g: expected a share between 0 and 1, such as 0.1", e.validate)
		}
		if e.data.source == "" {
			e.data.source = "drawn"
		}
		if e.threads > 0 {
			runtime.GOMAXPROCS(e.threads)
		}
		if err := e.sheets.check(); err != nil {
			return err
		}
		r, err := e.run(cmd.Context())
		if err != nil {
			return err
		}
		if e.album != nil {
			if err := e.sheets.write(e.album); err != nil {
				return err
			}
			r.sheets = e.sheets
		}
		return a.emit(r, r.print)
	}
	return c
}

// run measures splits and pairs.
func (e *evalSearch) run(ctx context.Context) (*searchScore, error) {
	var pairs []quality.Pair
	var err error
	if e.pairs != "" {
		if pairs, err = quality.ReadPairs(e.pairs); err != nil {
			return nil, err
		}
	}
	prep := describe.DefaultPrep
	var m *autoencoder.Model
	if e.model != "" {
		if m, err = openCoder(e.model); err != nil {
			return nil, err
		}
		prep = m.Prep
	}
	set, err := e.a.load(ctx, e.data, prep, e.threads)
	if err != nil {
		return nil, err
	}
	e.a.tellSet(set)
	p := e.a.progress()
	defer p.clear()
	r := &searchScore{Data: e.data.String(), Model: e.model, Code: "wide", Aligned: !e.unaligned && m == nil}
	if m != nil {
		r.Code = m.Arch
	}
	for _, by := range []string{"person", "random"} {
		if e.split.value != "both" && e.split.value != by {
			continue
		}
		s, err := e.measureSplit(ctx, p, m, set, by)
		if err != nil {
			return nil, err
		}
		r.Splits = append(r.Splits, s)
	}
	if e.validate > 0 {
		return r.topped(), nil
	}
	if r.PairsFrom = e.pairs; pairs == nil {
		r.PairsFrom = "drawn by seed"
		if pairs, err = quality.MakePairs(set.IDs, set.People, 10, 300, uint64(e.seed)); err != nil {
			e.a.note("No pairs are measured: %v", err)
			return r.topped(), nil
		}
	} else if finder.CheckPairs(set.IDs, pairs) != nil && e.data.attributes != "" {
		// The pairs may show pictures that the attribute file does not list.
		if set, err = e.a.load(ctx, dataName{source: e.data.source}, prep, e.threads); err != nil {
			return nil, err
		}
	}
	if err := finder.CheckPairs(set.IDs, pairs); err != nil {
		return nil, err
	}
	free := finder.InNoFold(set.IDs, set.People, pairs)
	if m == nil && !e.unaligned && len(free) < align.Fewest {
		e.a.note("No pairs are measured: alignment would be fitted to the %s of people in no pair, and needs %d", count(len(free), "picture"), align.Fewest)
		return r.topped(), nil
	}
	v, err := e.verify(ctx, p, m, set, pairs, free)
	if err != nil {
		return nil, err
	}
	r.Verification = &v
	return r.topped(), nil
}

// spaceName is the space's name as package finder has it.
func (e *evalSearch) spaceName() string {
	if e.space.value == best {
		return ""
	}
	return e.space.value
}

// codes gives the codes of all pictures, with what has to be fitted for them
// fitted to some.
func (e *evalSearch) codes(ctx context.Context, p *progress, m *autoencoder.Model, set *faces.Set, fit []int) (finder.Codes, error) {
	if m != nil {
		c, err := finder.ModelCodes(ctx, m, set, set.Rows())
		if e.space.value != best && !slices.Contains([]string{"whitened-mirror", "within-mirror"}, e.space.value) {
			c = c.Plain()
		}
		return c, err
	}
	d, err := finder.FitDescriber(ctx, set, fit, finder.Options{Unaligned: e.unaligned, Progress: p.count})
	if err != nil {
		return finder.Codes{}, err
	}
	c, _, err := finder.Encode(ctx, d, set, set.Rows(), p.count)
	return c, err
}

func (e *evalSearch) measureSplit(ctx context.Context, p *progress, m *autoencoder.Model, set *faces.Set, by string) (splitScore, error) {
	plan := newSplitPlan()
	plan.by.value, plan.testSize, plan.seed, plan.validation = by, e.testSize, e.seed, e.validate
	split, err := plan.split(set)
	if err != nil {
		return splitScore{}, err
	}
	c, err := e.codes(ctx, p, m, set, split.Train)
	if err != nil {
		return splitScore{}, err
	}
	var people []string
	for _, row := range split.Train {
		people = append(people, set.People[row])
	}
	p.count("Measuring", 0, 0)
	space, err := c.FitSpace(ctx, e.spaceName(), split.Train, people)
	if err != nil {
		return splitScore{}, err
	}
	out := splitScore{Split: plan.String(), Space: space.Name(), Fitted: len(split.Train)}
	out.Story = search.StoryOf(space)
	disjoint := by == "person"
	if out.Retrieval, err = c.Retrieve(ctx, space, set.People, split, disjoint); err != nil {
		return splitScore{}, err
	}
	if e.sheets.wanted() && e.album == nil {
		if e.album, err = e.show(ctx, set, c, space, out, split, disjoint); err != nil {
			return splitScore{}, err
		}
	}
	if set.Attributes != nil {
		agreement, err := c.Agree(ctx, space, set, split, disjoint, 5)
		if err != nil {
			return splitScore{}, err
		}
		out.Agreement = &agreement
	}
	return out, nil
}

// verify measures pairs; free are the rows of people who are in none.
func (e *evalSearch) verify(ctx context.Context, p *progress, m *autoencoder.Model, set *faces.Set, pairs []quality.Pair, free []int) (quality.Verification, error) {
	c, err := e.codes(ctx, p, m, set, free)
	if err != nil {
		return quality.Verification{}, err
	}
	return c.Verify(ctx, e.spaceName(), set.IDs, set.People, pairs, func(fold, folds int) { p.count("Fitting to nine folds", fold, folds) })
}
