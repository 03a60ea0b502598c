package search

import (
	"context"
	"sync"
)

// mostTogether is how many queries are answered together: beyond it a pass takes longer than waiting for the next.
const mostTogether = 16

// Together answers queries that come at the same time together, as a batch of an index: a batch passes over the entries
// once, and each query costs less. A query that comes alone is answered at once. It is for many callers of one index, such as
// those of a server.
type Together struct {
	index  Index
	places int // batches at once

	lock    sync.Mutex
	running int
	waiting []*asked
}

// asked is a query that waits for its answer.
type asked struct {
	query Query
	ctx   context.Context
	ready chan struct{}
	found []Match
	err   error
}

// NewTogether returns a Together with so many batches at once, at least 1.
func NewTogether(index Index, places int) *Together {
	return &Together{index: index, places: max(1, places)}
}

// Search answers a query as the index does.
func (t *Together) Search(ctx context.Context, q Query) ([]Match, error) {
	mine := &asked{query: q, ctx: ctx, ready: make(chan struct{})}
	t.lock.Lock()
	t.waiting = append(t.waiting, mine)
	if t.running < t.places {
		t.running++
		t.lock.Unlock()
		t.work(ctx)
	} else {
		t.lock.Unlock()
	}
	select {
	case <-mine.ready:
		return mine.found, mine.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// work answers what waits, until nothing does. Whoever finds a free place works for all.
func (t *Together) work(ctx context.Context) {
	for {
		t.lock.Lock()
		if len(t.waiting) == 0 {
			t.running--
			t.lock.Unlock()
			return
		}
		n := min(len(t.waiting), mostTogether)
		group := t.waiting[:n:n]
		t.waiting = t.waiting[n:]
		t.lock.Unlock()
		t.answer(context.WithoutCancel(ctx), group)
	}
}

// answer answers a group; those who have left are not asked for.
func (t *Together) answer(ctx context.Context, group []*asked) {
	var queries []Query
	var who []*asked
	for _, a := range group {
		if a.err = a.ctx.Err(); a.err != nil {
			close(a.ready)
			continue
		}
		queries, who = append(queries, a.query), append(who, a)
	}
	if len(who) == 0 {
		return
	}
	found, err := t.index.SearchBatch(ctx, queries)
	for i, a := range who {
		if err != nil { // of one of them: each gets its own
			a.found, a.err = t.index.Search(ctx, a.query)
		} else {
			a.found = found[i]
		}
		close(a.ready)
	}
}
