package weaviate

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"likeness/search/engine"
)

// whole knows of which hosts it is certain that they answer about all shards of a class. Weaviate
// forgets a shard without an error when all nodes that have a copy of it are gone from its list: a
// search, a count and a deletion then leave it out.
type whole struct {
	shards, copies int

	lock    sync.Mutex
	nodes   int                 // the most that were ever seen
	checked map[*host]time.Time // when all shards were seen last
}

// freshness is for how long a check counts where a shard has several copies, or there is one node only: several
// nodes would have to go at once. Where there is one copy of each shard, every answer is checked.
const freshness = time.Second

// check returns an error when a host does not see a live copy of every shard. It is called with an answer at
// hand that began at some time.
func (w *whole) check(ctx context.Context, c *client, h *host, class string, began time.Time) error {
	w.lock.Lock()
	since := began.Add(-freshness)
	if w.copies == 1 && w.nodes > 1 {
		since = time.Now()
	}
	fresh := w.checked[h].After(since)
	w.lock.Unlock()
	if fresh {
		return nil
	}
	at := time.Now()
	var answer struct {
		Nodes []node `json:"nodes"`
	}
	err := c.rest(ctx, h, "GET", "/v1/nodes/"+class+"?output=verbose", nil, &answer)
	if status(err) == http.StatusNotFound { // one of the nodes, which has just started, does not know the class yet
		err = c.rest(ctx, h, "GET", "/v1/nodes?output=verbose", nil, &answer)
	}
	if status(err) == http.StatusInternalServerError {
		return nil // a node has gone that is in the list yet: what was asked of it has failed, or others have answered
	}
	if err != nil {
		return err
	}
	if missing := w.missing(answer.Nodes, class); missing > 0 {
		return &engine.Temporary{Err: fmt.Errorf("%d of %d shards are on nodes that are away, and their entries would be left out", missing, w.shards)}
	}
	w.lock.Lock()
	defer w.lock.Unlock()
	if w.checked == nil {
		w.checked = map[*host]time.Time{}
	}
	w.checked[h], w.nodes = at, max(w.nodes, len(answer.Nodes))
	return nil
}

// missing returns how many shards have no live copy.
func (w *whole) missing(nodes []node, class string) int {
	seen := map[string]bool{}
	for _, n := range nodes {
		for _, s := range n.Shards {
			if s.Class == class {
				seen[s.Name] = true
			}
		}
	}
	return w.shards - len(seen)
}

// ask makes a call about the collection's class, and checks that the answer is about all of it.
func (c *collection) ask(ctx context.Context, name string, limit time.Duration, call func(ctx context.Context, h *host) error) error {
	return c.server.ask(ctx, name, limit, c.class, func(ctx context.Context, h *host) error {
		began := time.Now()
		if err := call(ctx, h); err != nil {
			return err
		}
		return c.whole.check(ctx, c.server.client, h, c.class, began)
	})
}

// find asks for objects of the collection's class.
func (c *collection) find(ctx context.Context, q *lookFor) ([]found, error) {
	var list []found
	err := c.ask(ctx, "search", 0, func(ctx context.Context, h *host) (err error) {
		list, err = c.server.client.search(ctx, h, q)
		return err
	})
	return list, err
}

// search makes one call.
func (c *client) search(ctx context.Context, h *host, q *lookFor) ([]found, error) {
	b, err := c.call(ctx, h, "Search", q.message())
	if err != nil {
		return nil, err
	}
	return searchReply(b)
}
