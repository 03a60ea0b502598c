package search

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"
)

// mostTogether is how many queries are answered together: beyond it a pass takes longer than waiting for the next.
const mostTogether = 32

// side is how many queries a pass compares side by side.
const side = 4

// errPanicked is the error of queries whose batch has panicked in the goroutine of another one.
var errPanicked = errors.New("a search that was made together with another one has failed")

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

	lead  chan struct{} // closed where it is to answer itself and others
	leads bool
}

// NewTogether returns a Together with so many batches at once, at least 1.
func NewTogether(index Index, places int) *Together {
	return &Together{index: index, places: max(1, places)}
}

// Search answers a query as the index does.
func (t *Together) Search(ctx context.Context, q Query) ([]Match, error) {
	mine := &asked{query: q, ctx: ctx, ready: make(chan struct{}), lead: make(chan struct{})}
	t.lock.Lock()
	if t.running < t.places {
		t.running++
		mine.leads = true
		close(mine.lead)
	} else {
		t.waiting = append(t.waiting, mine)
	}
	t.lock.Unlock()
	select {
	case <-mine.ready:
	case <-mine.lead:
		t.work(mine)
	case <-ctx.Done():
		t.leave(mine)
		return nil, ctx.Err()
	}
	return mine.found, mine.err
}

// work answers a query and some that wait, and hands on to one of the others: whoever works for all is not held up by those
// who come later.
func (t *Together) work(mine *asked) {
	// Callers that are ready to run get here first: on as many threads as there are places each would lead itself alone.
	runtime.Gosched()
	t.lock.Lock()
	n := min(len(t.waiting)+1, mostTogether)
	if n > side {
		n -= n % side
	}
	n-- // it is one of them
	group := append([]*asked{mine}, t.waiting[:n]...)
	t.waiting = slices.Delete(t.waiting, 0, n)
	t.lock.Unlock()
	defer t.next()
	t.answer(context.WithoutCancel(mine.ctx), group)
}

// next lets the first that waits work; without one a place is free.
func (t *Together) next() {
	t.lock.Lock()
	defer t.lock.Unlock()
	if len(t.waiting) == 0 {
		t.running--
		return
	}
	first := t.waiting[0]
	t.waiting = slices.Delete(t.waiting, 0, 1)
	first.leads = true
	close(first.lead)
}

// leave is told that nobody waits for a query any more.
func (t *Together) leave(mine *asked) {
	t.lock.Lock()
	leads := mine.leads
	t.waiting = slices.DeleteFunc(t.waiting, func(a *asked) bool { return a == mine })
	t.lock.Unlock()
	if leads {
		t.next()
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
	answered := 0
	defer func() { // of a panic, that is its caller's, the others learn
		for _, a := range who[answered:] {
			a.err = errPanicked
			close(a.ready)
		}
	}()
	found, err := t.index.SearchBatch(ctx, queries)
	for i, a := range who {
		if err != nil { // of one of them: each gets its own
			a.found, a.err = t.index.Search(ctx, a.query)
		} else {
			a.found = found[i]
		}
		answered++
		close(a.ready)
	}
}
