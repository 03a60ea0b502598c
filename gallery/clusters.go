package gallery

import (
	"context"
	"errors"
	"fmt"
	"math"

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

func (c *collection) cluster(ctx context.Context, opt ClusterOptions) (*Clusters, error) {
	threshold, known := search.CalibrationOf(c.space).GroupDistance(len(c.ids))
	if opt.Threshold != nil {
		threshold, known = *opt.Threshold, true
	}
	switch {
	case !known:
		return nil, fmt.Errorf("%s in the space %s: %w", c.name, c.space.Name(), ErrNoThreshold)
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
