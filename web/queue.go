package web

import (
	"context"
	"errors"
	"net/http"
	"sync"

	"likeness/parallel"
)

const (
	mostWaiting = 1024 // pieces of work that wait, of all pages together
	retryAfter  = 2    // seconds, when more are asked for
)

// errFull means that so much work waits that no more is taken.
var errFull = errors.New("too much work is waiting: try again in some seconds")

// queue runs heavy work of several pages, some pieces at once, each on one thread. The pages take turns, so that one that
// asks for much does not hold up the others.
type queue struct {
	lock    sync.Mutex
	free    int // places
	waiting int
	pages   []*turn // that have work waiting, in the order of their turns
	byPage  map[string]*turn
}

// turn is the work of one page that waits.
type turn struct {
	page    string
	tickets []*ticket
}

type ticket struct{ begin chan struct{} }

func newQueue(places int) *queue { return &queue{free: places, byPage: map[string]*turn{}} }

// do runs work once a place is free, for the page that the context belongs to. It fails with errFull where too much is
// waiting, and when ctx ends before its turn.
func (q *queue) do(ctx context.Context, work func(ctx context.Context) error) error {
	if err := q.enter(ctx); err != nil {
		return err
	}
	defer q.leave()
	return work(parallel.WithThreads(ctx, 1))
}

func (q *queue) enter(ctx context.Context) error {
	q.lock.Lock()
	if q.free > 0 && q.waiting == 0 {
		q.free--
		q.lock.Unlock()
		return nil
	}
	if q.waiting >= mostWaiting {
		q.lock.Unlock()
		return errFull
	}
	q.waiting++
	mine := &ticket{make(chan struct{})}
	page := pageOf(ctx)
	t := q.byPage[page]
	if t == nil {
		t = &turn{page: page}
		q.byPage[page] = t
		q.pages = append(q.pages, t)
	}
	t.tickets = append(t.tickets, mine)
	q.lock.Unlock()
	select {
	case <-mine.begin:
		return nil
	case <-ctx.Done():
	}
	q.lock.Lock()
	defer q.lock.Unlock()
	for i, other := range t.tickets {
		if other == mine {
			t.tickets = append(t.tickets[:i], t.tickets[i+1:]...)
			q.waiting--
			q.forgetEmpty(t)
			return ctx.Err()
		}
	}
	q.next() // its turn had come at the same moment: the place goes on
	return ctx.Err()
}

func (q *queue) leave() {
	q.lock.Lock()
	defer q.lock.Unlock()
	q.next()
}

// next gives a place to the page whose turn it is. The caller holds the lock.
func (q *queue) next() {
	if len(q.pages) == 0 {
		q.free++
		return
	}
	t := q.pages[0]
	first := t.tickets[0]
	t.tickets = t.tickets[1:]
	q.waiting--
	q.pages = append(q.pages[1:], t)
	q.forgetEmpty(t)
	close(first.begin)
}

// forgetEmpty drops a page that waits for nothing.
func (q *queue) forgetEmpty(t *turn) {
	if len(t.tickets) > 0 {
		return
	}
	delete(q.byPage, t.page)
	for i, other := range q.pages {
		if other == t {
			q.pages = append(q.pages[:i], q.pages[i+1:]...)
			return
		}
	}
}

// length returns how much waits.
func (q *queue) length() int {
	q.lock.Lock()
	defer q.lock.Unlock()
	return q.waiting
}

type pageKey struct{}

// pageHeader is a name that a page gives itself, so that its requests share its turns.
const pageHeader = "X-Page"

// withPage returns a context that belongs to the page of a request; without a name that is its connection.
func withPage(r *http.Request) context.Context {
	page := r.Header.Get(pageHeader)
	if page == "" || len(page) > 64 {
		page = r.RemoteAddr
	}
	return context.WithValue(r.Context(), pageKey{}, page)
}

func pageOf(ctx context.Context) string {
	page, _ := ctx.Value(pageKey{}).(string)
	return page
}
