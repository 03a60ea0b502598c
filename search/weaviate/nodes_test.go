package weaviate

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"likeness/search"
	"likeness/search/engine"
)

// A node is killed while others read and write, and started again. Nobody sees an error or a wrong
// answer, an answer that lacks entries is marked, and in the end all nodes have the same. The servers put
// entries into their graphs from a queue on the disk: else one that is killed in the middle of a batch
// may keep entries that it does not find.
func TestServersNodeKilled(t *testing.T) {
	const dim = 16
	c := start(t, 3, "ASYNC_INDEXING=true")
	s := c.open(t, newName(), "")
	s.settling = 8 * time.Second // the servers compare copies every two seconds here
	base := cloud("base", 0, 1500, dim, 0)
	col := published(t, s, "m", engine.MakeOptions{}, base)
	exact, err := search.NewExact(t.Context(), nil, base, search.About{})
	if err != nil {
		t.Fatal(err)
	}
	complete(t, s)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var running sync.WaitGroup
	var searches, written, marked atomic.Int64
	for reader := range 2 {
		running.Go(func() {
			for i := reader; ctx.Err() == nil; i++ {
				q := search.Query{Code: base.Codes[i%1500*dim : (i%1500+1)*dim], K: 10}
				want, err := exact.Search(t.Context(), q)
				if err != nil {
					t.Error(err)
				}
				got, err := col.Search(ctx, q)
				if ctx.Err() != nil {
					return
				}
				if err != nil || len(got) != 10 || !slices.EqualFunc(got, want, func(a, b search.Match) bool { return a.ID == b.ID }) {
					t.Errorf("an answer of %d matches, error %v", len(got), err)
					return
				}
				searches.Add(1)
			}
		})
	}
	// What is written lies far away from the base. Some of it is replaced, some deleted.
	now := map[string]int{} // id to the place of its latest code
	running.Go(func() {
		for i := 0; ctx.Err() == nil; i += 40 {
			e := cloud("late", i, 40, dim, 1000)
			if i >= 40 { // these were there
				again := cloud("late", i-40, 10, dim, 1000)
				for j := range again.Codes {
					again.Codes[j] += 50
				}
				e.IDs, e.People, e.Codes = append(e.IDs, again.IDs...), append(e.People, again.People...), append(e.Codes, again.Codes...)
			}
			// The last call ends with the test's context, so that it is known what is there.
			if err := col.Upsert(t.Context(), e); err != nil {
				t.Errorf("a write: %v", err)
				return
			}
			for j, id := range e.IDs {
				now[id] = i
				if j >= 40 {
					now[id] = -1
				}
			}
			if i >= 40 {
				gone := []string{fmt.Sprintf("late/%d", i-1), fmt.Sprintf("late/%d", i-2)}
				if n, err := col.Delete(t.Context(), gone...); err != nil {
					t.Errorf("a deletion of %d: %v", n, err)
					return
				}
				delete(now, gone[0])
				delete(now, gone[1])
			}
			written.Add(int64(len(e.IDs)))
			time.Sleep(20 * time.Millisecond)
		}
	})
	pause := func(least int64) { // until so much was read and written again
		at, wrote := searches.Load(), written.Load()
		for begin := time.Now(); (searches.Load() < at+least || written.Load() < wrote+least) && !t.Failed(); time.Sleep(10 * time.Millisecond) {
			if time.Since(begin) > 2*time.Minute {
				t.Errorf("%d searches and %d writes in two minutes", searches.Load()-at, written.Load()-wrote)
			}
		}
	}
	pause(200)
	killed := c.nodes[0] // the one that the others joined
	killed.kill()
	pause(500)
	state, err := s.State(t.Context())
	if err != nil || state.Incomplete == "" {
		t.Errorf("a node is away: %+v, %v, expected that answers may be incomplete", state, err)
	}
	if err := killed.start(); err != nil {
		t.Fatal(err)
	}
	listens(t, killed.grpc)
	pause(200)
	stop()
	running.Wait()
	if t.Failed() {
		c.wait(t)
		return
	}
	// Until it has caught up, the node that was away may answer less than there is, and the state says so.
	alone := c.open(t, s.location.Name, "", 0)
	own, err := alone.Published(t.Context())
	for begin := time.Now(); errors.Is(err, engine.ErrUnavailable) && time.Since(begin) < time.Minute; own, err = alone.Published(t.Context()) {
		time.Sleep(50 * time.Millisecond) // it listens before it knows its classes
	}
	if err != nil {
		t.Fatal(err)
	}
	places := slices.Sorted(func(yield func(string) bool) {
		for id := range now {
			if !yield(id) {
				return
			}
		}
	})
	for begin := time.Now(); ; time.Sleep(300 * time.Millisecond) {
		before, err := s.State(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		n, err := own.Count(t.Context(), search.Where{Folders: []string{"late"}})
		if err != nil && !errors.Is(err, engine.ErrUnavailable) {
			t.Fatal(err)
		}
		after, err := s.State(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if n < len(now) {
			marked.Add(1)
			if before.Incomplete == "" || after.Incomplete == "" {
				t.Fatalf("%d of %d entries, and the states %+v and %+v do not say that they may lack some", n, len(now), before, after)
			}
		}
		if after.Incomplete == "" {
			break
		}
		if time.Since(begin) > 3*time.Minute {
			t.Fatalf("it does not catch up: %s", after.Incomplete)
		}
	}
	t.Logf("%d searches, %d entries written, %d short counts were marked", searches.Load(), written.Load(), marked.Load())
	// A write that a node did not answer in time, and that was made again by another one, may still come:
	// then it undoes what was written or deleted in between. The next comparison finds that, as here.
	code := func(id string) search.Entries {
		var number int
		if _, err := fmt.Sscanf(id, "late/%d", &number); err != nil {
			t.Fatal(err)
		}
		e := cloud("late", number, 1, dim, 1000)
		if now[id] == -1 {
			for j := range e.Codes {
				e.Codes[j] += 50
			}
		}
		return e
	}
	marks := map[string]engine.Mark{}
	if err := col.Marks(t.Context(), "", func(id string, m engine.Mark) error { marks[id] = m; return nil }); err != nil {
		t.Fatal(err)
	}
	undone := 0
	for _, id := range places {
		row := &engine.Rows{Entries: code(id)}
		m, there := marks[id]
		if !there {
			t.Errorf("%s is lost", id)
		} else if m != row.Mark(0) {
			undone++
			if err := col.Put(t.Context(), row); err != nil {
				t.Fatal(err)
			}
		}
	}
	for id := range marks {
		if _, there := now[id]; !there && strings.HasPrefix(id, "late/") {
			undone++
			if _, err := col.Delete(t.Context(), id); err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Logf("%d changes were undone by late writes", undone)
	if undone > 50 {
		t.Error("that is more than one write")
	}
	if n := col.Len(); n != 1500+len(now) {
		t.Errorf("%d entries, expected %d", n, 1500+len(now))
	}
	complete(t, s)
	// Every node finds all of it.
	for i, p := range c.nodes {
		each, err := c.open(t, s.location.Name, "", i).Published(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		got, err := each.Search(t.Context(), search.Query{Code: cloud("late", 0, 1, dim, 1000).Codes, K: 10000, Where: search.Where{Folders: []string{"late"}}})
		if err != nil || len(got) != len(now) {
			t.Errorf("%s finds %d of %d entries, %v", p.name, len(got), len(now), err)
		}
	}
	// Every node's own copy of what was written: there, with the latest vector.
	for i, id := range places {
		if i%7 != 0 && len(places) > 2000 {
			continue
		}
		for _, p := range c.nodes {
			b, err := p.get("/v1/objects/" + col.class + "/" + entryUUID(id) + "?include=vector&node_name=" + p.name)
			if err != nil {
				t.Fatalf("%s on %s: %v", id, p.name, err)
			}
			var o struct {
				Properties map[string]any
				Vector     []float32
			}
			if err := json.Unmarshal(b, &o); err != nil {
				t.Fatal(err)
			}
			want := code(id).Codes
			if !slices.Equal(o.Vector, want) || o.Properties[propID] != id {
				t.Errorf("%s on %s has the vector %v and the properties %v, expected %v", id, p.name, o.Vector, o.Properties, want)
			}
		}
	}
	c.wait(t)
}

// complete waits until answers are complete, as the servers say: all is in the graphs.
func complete(t *testing.T, s *server) {
	t.Helper()
	for begin := time.Now(); ; time.Sleep(100 * time.Millisecond) {
		if state, err := s.State(t.Context()); err != nil || time.Since(begin) > time.Minute {
			t.Fatalf("%+v, %v, expected that all is in the graphs soon", state, err)
		} else if state.Incomplete == "" {
			return
		}
	}
}

// With one copy of each shard, a node that is away makes answers impossible: errors, no short answers.
func TestServersShardLost(t *testing.T) {
	c := start(t, 3)
	s := c.open(t, newName(), "", 1, 2)
	e := cloud("e", 0, 600, 8, 0)
	col := published(t, s, "m", engine.MakeOptions{Replicas: 1}, e)
	q := search.Query{Code: e.Codes[:8], K: 600}
	if got, err := col.Search(t.Context(), q); err != nil || len(got) != 600 {
		t.Fatalf("%d matches, %v, expected 600", len(got), err)
	}
	c.nodes[0].kill()
	for begin := time.Now(); time.Since(begin) < 5*time.Second; {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		got, err := col.Search(ctx, q)
		n, errCount := col.Count(ctx, search.Where{})
		cancel()
		if err == nil && len(got) != 600 || errCount == nil && n != 600 {
			t.Fatalf("%d matches and a count of %d, with the errors %v and %v, though a shard is away", len(got), n, err, errCount)
		}
	}
	_, err := col.Search(t.Context(), q)
	t.Logf("the error is: %v", err)
	if err == nil {
		t.Error("a search without a shard has an answer")
	}
	if state, err := s.State(t.Context()); err != nil || state.Incomplete == "" {
		t.Errorf("the state %+v, %v, expected that it is incomplete", state, err)
	}
	if err := c.nodes[0].start(); err != nil {
		t.Fatal(err)
	}
	c.wait(t)
	for begin := time.Now(); ; time.Sleep(200 * time.Millisecond) {
		if got, err := col.Search(t.Context(), q); err == nil && len(got) == 600 {
			break
		} else if time.Since(begin) > time.Minute {
			t.Fatalf("%d matches, %v, a minute after the node came back", len(got), err)
		}
	}
}
