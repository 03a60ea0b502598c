package gallery

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"likeness/faces"
	"likeness/finder"
	"likeness/parallel"
	"likeness/progress"
	"likeness/search"
	"likeness/search/quality"
)

// ClusterOptions say how pictures are sorted by person.
type ClusterOptions struct {
	// Threshold is the largest mean distance within a group; nil takes what was
	// learned with the space for the number of pictures.
	Threshold *float64      `json:"threshold,omitempty"`
	Threads   int           `json:"threads,omitempty"` // 0: as ctx says, see package parallel
	Progress  progress.Func `json:"-"`
}

// Clusters are pictures sorted by who is in them.
type Clusters struct {
	Data      string   `json:"data"`
	Space     string   `json:"space"`
	Threshold float64  `json:"threshold"`
	Pictures  int      `json:"pictures"`
	Groups    []Group  `json:"groups"`
	Alone     []string `json:"alone"` // ids of the pictures that are in no group
	// AloneMembers are the same with their names.
	AloneMembers []GroupMember `json:"-"`
	// Where names are known: the share of the pairs put together that are of one
	// person, and the share of the pairs of one person that were put together.
	Precision *float64 `json:"precision,omitempty"`
	Recall    *float64 `json:"recall,omitempty"`
}

// ErrNoThreshold means that a space has learned no threshold, because it was fitted
// without names or needs no fitting.
var ErrNoThreshold = errors.New("no threshold was learned")

// NoThresholdError is an ErrNoThreshold with what the pictures of known people say of one.
type NoThresholdError struct {
	Name, Space string
	// Same and Others are the median distances of two pictures of one person, and of two people; both are 0 where too few are
	// known.
	Same, Others float64
}

func (e *NoThresholdError) Error() string {
	return fmt.Sprintf("%s in the space %s: %v", e.Name, e.Space, ErrNoThreshold)
}

func (e *NoThresholdError) Unwrap() error { return ErrNoThreshold }

// mostNamed bounds the pictures whose distances are looked at for a NoThresholdError.
const mostNamed = 1000

func (c *collection) noThreshold(ctx context.Context) error {
	e := &NoThresholdError{Name: c.name, Space: c.space.Name()}
	var rows []int
	for i, p := range c.people {
		if p != "" && len(rows) < mostNamed {
			rows = append(rows, i)
		}
	}
	var same, others []float64
	for k, i := range rows {
		if err := ctx.Err(); err != nil {
			return err
		}
		for _, j := range rows[:k] {
			if d := c.distance(i, j); c.people[i] == c.people[j] {
				same = append(same, d)
			} else {
				others = append(others, d)
			}
		}
	}
	if len(same) > 0 && len(others) > 0 {
		slices.Sort(same)
		slices.Sort(others)
		e.Same, e.Others = same[len(same)/2], others[len(others)/2]
	}
	return e
}

// Clusters groups the members of the index by person (average linkage, see
// search.Cluster). The result does not depend on the number of threads.
func (g *Gallery) Clusters(ctx context.Context, opt ClusterOptions) (*Clusters, error) {
	done, err := g.use()
	if err != nil {
		return nil, err
	}
	defer done()
	ctx = parallel.WithThreads(g.context(ctx), opt.Threads)
	c, err := g.collection(ctx)
	if err != nil {
		return nil, err
	}
	return c.cluster(ctx, opt)
}

// FindClusters groups the pictures of a set by person, with a finder whose
// Describer.Prep has prepared it.
func FindClusters(ctx context.Context, f *finder.Finder, set *faces.Set, opt ClusterOptions) (*Clusters, error) {
	ctx = parallel.WithThreads(ctx, opt.Threads)
	c, err := describe(ctx, f, set, opt.Progress)
	if err != nil {
		return nil, err
	}
	return c.cluster(ctx, opt)
}

// FindClustersBy is FindClusters with an embedder that has no space, such as an encoder from elsewhere: codes are compared by
// their angle, as Compare does.
func FindClustersBy(ctx context.Context, e Embedder, set *faces.Set, opt ClusterOptions) (*Clusters, error) {
	if set.Len() == 0 {
		return nil, fmt.Errorf("%s holds no pictures", set.Source)
	}
	ctx = parallel.WithThreads(ctx, opt.Threads)
	space := search.Cosine{}
	codes, err := e.Codes(ctx, set, set.Rows(), space.Name(), opt.Progress)
	if err != nil {
		return nil, err
	}
	c := &collection{name: set.Source, ids: set.IDs, people: namesOf(set), codes: codes.Values, dim: codes.Dim, space: space}
	if err := c.place(ctx); err != nil {
		return nil, err
	}
	return c.cluster(ctx, opt)
}

func (c *collection) cluster(ctx context.Context, opt ClusterOptions) (*Clusters, error) {
	threshold, known := search.CalibrationOf(c.space).GroupDistance(len(c.ids))
	if opt.Threshold != nil {
		threshold, known = *opt.Threshold, true
	}
	switch {
	case !known:
		return nil, c.noThreshold(ctx)
	case !(threshold >= 0 && !math.IsInf(threshold, 0)):
		return nil, fmt.Errorf("a threshold of %g, expected 0 or more", threshold)
	}
	opt.Progress.Report("Grouping", 0, 0)
	merges, err := search.Cluster(ctx, c.points, c.width, threshold)
	if err != nil {
		return nil, err
	}
	number := search.Cut(len(c.ids), merges, threshold)
	r := &Clusters{Data: c.name, Space: c.space.Name(), Threshold: threshold, Pictures: len(c.ids), Alone: []string{}}
	var alone []int
	r.Groups, alone = c.group(number, c.distance)
	for _, i := range alone {
		r.Alone = append(r.Alone, c.ids[i])
		r.AloneMembers = append(r.AloneMembers, GroupMember{ID: c.ids[i], Person: c.people[i], row: i})
	}
	if g := quality.Groups(number, c.people); g.Pairs > 0 {
		precision, recall := g.Precision(), g.Recall()
		r.Precision, r.Recall = &precision, &recall
	}
	return r, nil
}
