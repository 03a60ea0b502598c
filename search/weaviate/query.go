package weaviate

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"likeness/parallel"
	"likeness/search"
)

// mostResults is how many objects a server answers to one question, or deletes in one call, unless its
// QUERY_MAXIMUM_RESULTS says another number.
const mostResults = 10000

// smallest is up to how many entries a collection is searched entry by entry, which finds all: the
// graph may lose entries that have many exact copies. It is as fast as the graph up to there.
const smallest = 10000

// asked is a query that was checked.
type asked struct {
	*search.Query
	point  []float32
	filter filter
	left   map[string]bool // ids to leave out of the answer
	nobody bool            // no entry can meet the conditions
}

// Search implements search.Index. It asks the collection that c is, wherever the name has moved to: a
// point of one collection's space means nothing in another's. The error wraps engine.ErrNone when the
// collection was dropped, after another one was published.
func (c *collection) Search(ctx context.Context, q search.Query) ([]search.Match, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	a, err := c.prepare(ctx, &q)
	if err != nil {
		return nil, err
	}
	return c.answer(ctx, a)
}

// SearchBatch implements search.Index. As many queries are under way at once as there are threads.
func (c *collection) SearchBatch(ctx context.Context, queries []search.Query) ([][]search.Match, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	list := make([]*asked, len(queries))
	for i := range queries {
		var err error
		if list[i], err = c.prepare(ctx, &queries[i]); err != nil {
			if len(queries) > 1 {
				err = fmt.Errorf("query %d: %w", i, err)
			}
			return nil, err
		}
	}
	answers := make([][]search.Match, len(queries))
	g, within := errgroup.WithContext(ctx)
	g.SetLimit(parallel.Threads(ctx))
	for i, a := range list {
		g.Go(func() (err error) {
			answers[i], err = c.answer(within, a)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return answers, nil
}

// prepare checks a query, and makes its conditions a filter.
func (c *collection) prepare(ctx context.Context, q *search.Query) (*asked, error) {
	if err := q.Check(c.Dim()); err != nil {
		return nil, err
	}
	a := &asked{Query: q, point: q.Code, left: map[string]bool{}}
	if q.Point != nil { // the space of a collection maps points to themselves
		if a.point = q.Point; len(a.point) != c.Dim() {
			return nil, fmt.Errorf("a point of %d numbers, the space has %d", len(a.point), c.Dim())
		}
	}
	if err := c.check(ctx, &q.Where); err != nil {
		return nil, err
	}
	conditions, nobody := filters(c.header, &q.Where)
	a.nobody = nobody
	n, err := c.size(ctx, recent)
	if err != nil {
		return nil, err
	}
	for _, id := range q.Where.Not {
		a.left[id] = true
	}
	if len(a.left) > 0 && min(q.K, mostResults)+len(a.left) >= mostResults { // too many to be asked for and left out
		conditions = append(conditions, anyOf("_id", opContainsNone, uuidsOf(q.Where.Not)))
		a.left = nil
	}
	if len(conditions) == 0 && n <= smallest {
		conditions = append(conditions, compareInt(propSeq, opGreaterEqual, 0)) // all
	}
	a.filter = both(conditions)
	if q.K > mostResults && n > mostResults {
		return nil, fmt.Errorf("k is %d, and %s answers at most %d of the collection's %d entries to one query", q.K, c.server.location, mostResults, n)
	}
	return a, nil
}

// answer asks for the nearest entries. One more than wanted is asked for: when that is as near as the
// last one wanted, more are needed to know which of those came first.
func (c *collection) answer(ctx context.Context, a *asked) ([]search.Match, error) {
	if a.nobody {
		return []search.Match{}, nil
	}
	wanted := min(a.K, mostResults) + len(a.left)
	for limit := wanted + 1; ; limit *= 2 {
		limit = min(limit, mostResults)
		list, err := c.find(ctx, &lookFor{class: c.class, properties: []string{propID, propPerson, propSeq}, limit: limit, filter: a.filter, near: a.point})
		if err != nil {
			return nil, err
		}
		sortFound(list)
		if tied := len(list) == limit && limit > wanted && wanted > 0 && list[wanted-1].distance == list[limit-1].distance; !tied || limit == mostResults {
			return a.matches(list)
		}
	}
}

// sortFound sorts by distance; equally near entries come in the order in which they were put.
func sortFound(list []found) {
	slices.SortFunc(list, func(x, y found) int {
		return cmp.Or(cmp.Compare(x.distance, y.distance), cmp.Compare(x.numbers[propSeq], y.numbers[propSeq]), cmp.Compare(x.texts[propID], y.texts[propID]))
	})
}

// matches makes an answer of what was found.
func (a *asked) matches(list []found) ([]search.Match, error) {
	matches := make([]search.Match, 0, min(len(list), a.K))
	for _, o := range list {
		id, ok := o.texts[propID]
		if !ok {
			return nil, fmt.Errorf("the object %s has no entry's id: a write has failed in part; compare the collection with its source, and put what differs", o.uuid)
		}
		distance := math.Sqrt(max(0, float64(o.distance)))
		if a.left[id] {
			continue
		}
		if len(matches) == a.K || a.MaxDistance > 0 && distance > a.MaxDistance {
			break
		}
		matches = append(matches, search.Match{Rank: len(matches) + 1, ID: id, Person: o.texts[propPerson], Distance: distance})
	}
	return matches, nil
}

// check checks conditions. What is known of the entries is asked for only where an error may follow.
func (c *collection) check(ctx context.Context, w *search.Where) error {
	known := search.Known{Entries: 1, Dated: true, Attributes: c.header.Attributes}
	err := w.Check(known)
	if timed := !w.From.IsZero() || !w.To.IsZero(); err == nil && timed {
		c.lock.Lock()
		known.Dated = c.dated
		c.lock.Unlock()
		if !known.Dated {
			n, err := c.countOf(ctx, compareInt(propTaken, opGreaterEqual, -largestWhole))
			if err != nil {
				return err
			}
			known.Dated = n > 0
			c.lock.Lock()
			c.dated = known.Dated
			c.lock.Unlock()
		}
	}
	if err == nil && known.Dated {
		return nil
	}
	n, errCount := c.size(ctx, 0)
	if errCount != nil {
		return errCount
	}
	known.Entries = n
	return w.Check(known)
}

// recent is how old the count of entries may be that only decides how to search.
const recent = 10 * time.Second
