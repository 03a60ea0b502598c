package evaluation

import (
	"context"
	"fmt"

	"likeness/align"
	"likeness/autoencoder"
	"likeness/dataset"
	"likeness/embeddings"
	"likeness/encoder"
	"likeness/faces"
	"likeness/finder"
	"likeness/parallel"
	"likeness/progress"
	"likeness/search"
	"likeness/search/quality"
)

// SearchOptions say how search is measured. The zero value measures the wide code with
// alignment, in the space that was measured best, on DefaultSearch's splits.
type SearchOptions struct {
	// Splits are the ways of dataset.SplitPlan.By to measure, in this order; nil
	// means by person and at random.
	Splits   []string `json:"splits,omitempty"`
	TestSize float64  `json:"test_size,omitempty"` // share of the pictures that is only tested on; 0: a tenth
	Seed     uint32   `json:"seed"`                // of the splits, and of pairs that are drawn
	// Validation, above 0, leaves the test pictures alone and queries with this share
	// of the training pictures; no pairs are measured then.
	Validation float64 `json:"validation,omitempty"`
	Space      string  `json:"space,omitempty"` // "" for the one that was measured best
	Unaligned  bool    `json:"unaligned,omitempty"`
	// Pairs are the pairs of a published list, and PairsFrom its name; nil draws
	// pairs in ten folds.
	Pairs     []quality.Pair `json:"-"`
	PairsFrom string         `json:"pairs,omitempty"`
	// Model measures the code of an autoencoder instead of the wide one, and
	// ModelFile names it.
	Model     *autoencoder.Model `json:"-"`
	ModelFile string             `json:"model,omitempty"`
	// Coder measures the code of an encoder from elsewhere, which ModelFile names.
	Coder finder.Coder `json:"-"`
	// Examples also returns some queries with what they found.
	Examples bool `json:"examples,omitempty"`
	Threads  int  `json:"threads,omitempty"` // 0: as ctx says, see package parallel
	// Framer finds the faces in pictures that are not LFW's, where more of them have to be read.
	Framer   faces.Framer  `json:"-"`
	Progress progress.Func `json:"-"`
}

// SearchScore says how well search finds people. The numbers at the top are those of the
// first split.
type SearchScore struct {
	Hit1     float64    `json:"hit1"` // share of the queries whose nearest picture shows the person
	Hit5     float64    `json:"hit5"` // with the person among the five nearest
	MAP      float64    `json:"map"`  // mean average precision over the whole ranking
	Hit1In   [2]float64 `json:"hit1_interval"`
	Hit5In   [2]float64 `json:"hit5_interval"`
	MAPIn    [2]float64 `json:"map_interval"`
	Queries  int        `json:"n_queries"`
	Split    string     `json:"split"`
	Space    string     `json:"space"`
	Accuracy float64    `json:"pairs_accuracy,omitempty"` // absent where no pairs were measured
	AUC      float64    `json:"pairs_auc,omitempty"`

	Data         string                `json:"data"`
	Code         string                `json:"code"` // "wide", or the model's architecture
	Model        string                `json:"model,omitempty"`
	Aligned      bool                  `json:"aligned"`
	Splits       []SplitScore          `json:"splits"`
	PairsFrom    string                `json:"pairs_from"`
	Verification *quality.Verification `json:"pairs"` // nil where no pairs were measured

	Examples *Examples      `json:"-"` // of the first split, where asked for
	Notes    progress.Notes `json:"-"` // why no pairs were measured
}

// SplitScore is the result on one split.
type SplitScore struct {
	Split     string             `json:"split"`
	Space     string             `json:"space"`
	Fitted    int                `json:"fitted_to"` // pictures
	Story     *search.Story      `json:"space_story,omitempty"`
	Retrieval quality.Retrieval  `json:"retrieval"`
	Agreement *quality.Agreement `json:"attributes,omitempty"`
	// Reliability compares the probabilities that the space tells with what is right, on people whom it was not fitted to;
	// nil at random, and where it tells none.
	Reliability *quality.Reliability `json:"reliability,omitempty"`
}

// Search measures how well search finds the people of a set, which describe.DefaultPrep
// or the model's preparation has prepared. Everything is fitted to the training part of
// a split. At random a person may be in both parts, and test pictures search among the
// training pictures; by person nobody is in both, and test pictures search among each
// other. Pairs measure verification: each fold by a threshold and a space that were
// fitted to the others.
func Search(ctx context.Context, set *faces.Set, opt SearchOptions) (*SearchScore, error) {
	e := &searchEvaluator{opt: opt, set: set, score: &SearchScore{Data: set.Source, Model: opt.ModelFile, Code: "wide", Aligned: !opt.Unaligned && opt.Model == nil && opt.Coder == nil}}
	switch {
	case opt.Model != nil:
		e.score.Code = opt.Model.Arch
	case opt.Coder != nil:
		e.score.Code = encoder.Arch
	}
	return e.run(ctx)
}

// SearchCodes is Search for codes from elsewhere, of a table in which people are known: a space for them is fitted to the
// training part of each split. from names the table.
func SearchCodes(ctx context.Context, t *embeddings.Table, from string, opt SearchOptions) (*SearchScore, error) {
	if err := t.Check(); err != nil {
		return nil, fmt.Errorf("%s: %w", from, err)
	}
	people := t.People
	if people == nil {
		people = make([]string, len(t.IDs))
	}
	if opt.Space == "" {
		opt.Space = finder.ForeignSpace(people)
	}
	if search.Mirrored(opt.Space) {
		return nil, fmt.Errorf("the space %s averages faces with their mirror images, of which codes from elsewhere say nothing", opt.Space)
	}
	set := &faces.Set{IDs: t.IDs, People: people, Source: from}
	codes := &finder.Codes{Dim: t.Dim, Own: t.Dim, Values: t.Codes}
	score := &SearchScore{Data: from, Code: "from elsewhere"}
	return (&searchEvaluator{opt: opt, set: set, fixed: codes, score: score}).run(ctx)
}

type searchEvaluator struct {
	opt   SearchOptions
	set   *faces.Set
	fixed *finder.Codes // of the set, where it is nobody's business how they were made
	score *SearchScore
}

// run measures all splits, and pairs.
func (e *searchEvaluator) run(ctx context.Context) (*SearchScore, error) {
	ctx = parallel.WithThreads(ctx, e.opt.Threads)
	if e.opt.Splits == nil {
		e.opt.Splits = []string{dataset.ByPerson, dataset.ByRandom}
	}
	if e.opt.TestSize == 0 {
		e.opt.TestSize = 0.1
	}
	for _, by := range e.opt.Splits {
		if err := e.split(ctx, by); err != nil {
			return nil, err
		}
	}
	if e.opt.Validation == 0 {
		if err := e.pairs(ctx); err != nil {
			return nil, err
		}
	}
	e.score.top()
	return e.score, nil
}

// split measures one split.
func (e *searchEvaluator) split(ctx context.Context, by string) error {
	plan := dataset.SplitPlan{By: by, TestSize: e.opt.TestSize, Seed: e.opt.Seed, Validation: e.opt.Validation}
	if err := plan.Check(); err != nil {
		return err
	}
	split, _, err := plan.Split(e.set)
	if err != nil {
		return err
	}
	c, err := e.codes(ctx, e.set, split.Train)
	if err != nil {
		return err
	}
	var people []string
	for _, row := range split.Train {
		people = append(people, e.set.People[row])
	}
	e.opt.Progress.Report("Measuring", 0, 0)
	space, err := c.FitSpace(ctx, e.opt.Space, split.Train, people)
	if err != nil {
		return err
	}
	among := by == dataset.ByPerson // test pictures search among each other
	if among {
		if err := c.Calibrate(ctx, space, split.Train, people, e.opt.Progress); err != nil {
			return err
		}
	}
	s := SplitScore{Split: plan.String(), Space: space.Name(), Fitted: len(split.Train), Story: search.StoryOf(space)}
	if among {
		if s.Reliability, err = c.Reliability(ctx, space, e.set.People, split.Test); err != nil {
			return err
		}
	}
	if s.Retrieval, err = c.Retrieve(ctx, space, e.set.People, split, among); err != nil {
		return err
	}
	if e.set.Attributes != nil {
		agreement, err := c.Agree(ctx, space, e.set, split, among, 5)
		if err != nil {
			return err
		}
		s.Agreement = &agreement
	}
	e.score.Splits = append(e.score.Splits, s)
	if e.opt.Examples && e.score.Examples == nil {
		e.score.Examples, err = examples(ctx, e.set, c, space, split, among)
	}
	return err
}

// codes returns the codes of all pictures of a set, with what has to be fitted for them
// fitted to some.
func (e *searchEvaluator) codes(ctx context.Context, set *faces.Set, fit []int) (finder.Codes, error) {
	if e.fixed != nil {
		return *e.fixed, nil
	}
	if e.opt.Model != nil || e.opt.Coder != nil {
		var c finder.Codes
		var err error
		if e.opt.Model != nil {
			c, err = finder.ModelCodes(ctx, e.opt.Model, set, set.Rows(), e.opt.Progress)
		} else {
			c, err = finder.CoderCodes(ctx, e.opt.Coder, set, set.Rows(), e.opt.Progress)
		}
		if e.opt.Space != "" && !search.Mirrored(e.opt.Space) {
			c = c.Plain()
		}
		return c, err
	}
	d, err := finder.FitDescriber(ctx, set, fit, finder.Options{Unaligned: e.opt.Unaligned, Progress: e.opt.Progress})
	if err != nil {
		return finder.Codes{}, err
	}
	c, _, err := finder.Encode(ctx, d, set, set.Rows(), e.opt.Progress)
	return c, err
}

// pairs measures verification.
func (e *searchEvaluator) pairs(ctx context.Context) (err error) {
	set, pairs := e.set, e.opt.Pairs
	e.score.PairsFrom = e.opt.PairsFrom
	if pairs == nil {
		e.score.PairsFrom = "drawn by seed"
		if pairs, err = quality.MakePairs(set.IDs, set.People, 10, 300, uint64(e.opt.Seed)); err != nil {
			e.score.Notes.Add("No pairs are measured: %v", err)
			return nil
		}
	} else if name := dataset.Parse(set.Source); e.fixed == nil && finder.CheckPairs(set.IDs, pairs) != nil && name.Attributes != "" {
		// The pairs may show pictures that the attribute file does not list.
		name.Attributes = ""
		if set, err = dataset.Load(ctx, name, faces.Options{Prep: set.Prep, Framer: e.opt.Framer, Progress: e.opt.Progress}); err != nil {
			return err
		}
	}
	if err := finder.CheckPairs(set.IDs, pairs); err != nil {
		return err
	}
	free := finder.InNoFold(set.IDs, set.People, pairs)
	if e.score.Aligned && len(free) < align.Fewest {
		e.score.Notes.Add("No pairs are measured: alignment would be fitted to the %d pictures of people in no pair, and needs %d", len(free), align.Fewest)
		return nil
	}
	c, err := e.codes(ctx, set, free)
	if err != nil {
		return err
	}
	v, err := c.Verify(ctx, e.opt.Space, set.IDs, set.People, pairs, e.opt.Progress)
	if err != nil {
		return fmt.Errorf("pairs: %w", err)
	}
	e.score.Verification = &v
	return nil
}

// top fills in the numbers at the top.
func (s *SearchScore) top() {
	if len(s.Splits) > 0 {
		first := s.Splits[0]
		interval := func(e quality.Estimate) [2]float64 { return [2]float64{e.Low, e.High} }
		r := first.Retrieval
		s.Split, s.Space, s.Queries = first.Split, first.Space, r.Queries
		s.Hit1, s.Hit5, s.MAP = r.Hit1.Value, r.Hit5.Value, r.MAP.Value
		s.Hit1In, s.Hit5In, s.MAPIn = interval(r.Hit1), interval(r.Hit5), interval(r.MAP)
	}
	if v := s.Verification; v != nil {
		s.Accuracy, s.AUC = v.Accuracy, v.AUC
	}
}
