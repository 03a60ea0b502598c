package weaviate

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"likeness/search"
	"likeness/search/engine"
)

// cloud returns n entries around a place, with names that begin alike.
func cloud(prefix string, from, n, dim int, place float32) search.Entries {
	e := search.Entries{Dim: dim}
	for i := from; i < from+n; i++ {
		rng := rand.New(rand.NewPCG(uint64(i), uint64(len(prefix))))
		e.IDs = append(e.IDs, fmt.Sprintf("%s/%d", prefix, i))
		e.People = append(e.People, fmt.Sprintf("%s %d", prefix, i%7))
		for range dim {
			e.Codes = append(e.Codes, place+float32(rng.NormFloat64()))
		}
	}
	return e
}

// published makes a collection of entries and publishes it.
func published(t *testing.T, s *server, model string, opt engine.MakeOptions, e search.Entries) *collection {
	t.Helper()
	h := headerOf(e)
	h.Model = model
	c, err := s.Make(t.Context(), h, opt)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Upsert(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	if err := s.Publish(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	return c.(*collection)
}

// A node is killed while others read and write, and started again. Nobody sees an error or a wrong
// answer, an answer that lacks entries is marked, and in the end all nodes have the same.
func TestServersNodeKilled(t *testing.T) {
	const dim = 16
	c := start(t, 3)
	s := c.open(t, newName(), "")
	s.settling = 8 * time.Second // the servers compare copies every two seconds here
	base := cloud("base", 0, 1500, dim, 0)
	col := published(t, s, "m", engine.MakeOptions{}, base)
	exact, err := search.NewExact(t.Context(), nil, base, search.About{})
	if err != nil {
		t.Fatal(err)
	}
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
		if n != len(now) {
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
	if n := col.Len(); n != 1500+len(now) {
		t.Errorf("%d entries, expected %d: something is lost", n, 1500+len(now))
	}
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
			var number int
			fmt.Sscanf(id, "late/%d", &number)
			want := cloud("late", number, 1, dim, 1000).Codes
			if now[id] == -1 {
				for j := range want {
					want[j] += 50
				}
			}
			if !slices.Equal(o.Vector, want) || o.Properties[propID] != id {
				t.Errorf("%s on %s has the vector %v and the properties %v, expected %v", id, p.name, o.Vector, o.Properties, want)
			}
		}
	}
	c.wait(t)
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

// A batch with a vector of another length succeeds for the others, and leaves nothing of that one.
func TestServersWrongDimension(t *testing.T) {
	c := start(t, 1)
	s := c.open(t, newName(), "")
	e := cloud("e", 0, 20, 8, 0)
	col := published(t, s, "m", engine.MakeOptions{}, e)
	if err := col.Upsert(t.Context(), cloud("f", 0, 1, 7, 0)); err == nil || !strings.Contains(err.Error(), "points of 7 numbers, the collection has points of 8") {
		t.Errorf("error %v, expected one about 7 numbers", err)
	}
	h := headerOf(e)
	objects, err := objectsOf(h, &engine.Rows{Entries: cloud("g", 0, 3, 8, 0)}, 1)
	if err != nil {
		t.Fatal(err)
	}
	objects[1].vector = objects[1].vector[:7] // past the checks
	if err := s.write(t.Context(), col.class, objects, quorum); err == nil || !strings.Contains(err.Error(), `1 of 3 objects failed, the first "g/1"`) || errors.Is(err, engine.ErrUnavailable) {
		t.Errorf("error %v, expected one about g/1 that stays", err)
	}
	if n, err := col.Count(t.Context(), search.Where{}); n != 22 || err != nil {
		t.Errorf("%d entries, %v, expected 22: what failed must not be counted", n, err)
	}
	if got, err := col.Get(t.Context(), "g/0", "g/1", "g/2"); err != nil || got.Len() != 2 {
		t.Errorf("%d entries, %v, expected 2", got.Len(), err)
	}
	if _, err := col.Search(t.Context(), search.Query{Code: e.Codes[:8], K: 100}); err != nil {
		t.Error(err)
	}
}

// A collection that was dropped behind the alias is not written anew, and is repaired by Publish.
func TestServersDanglingAlias(t *testing.T) {
	c := start(t, 1)
	s := c.open(t, newName(), "")
	e := cloud("e", 0, 20, 8, 0)
	col := published(t, s, "m", engine.MakeOptions{}, e)
	if err := s.dropClass(t.Context(), col.class); err != nil {
		t.Fatal(err)
	}
	if name, err := s.aliased(t.Context()); err != nil || name != col.class {
		t.Fatalf("the alias stands for %q, %v, expected that it dangles", name, err)
	}
	if _, err := s.Published(t.Context()); !errors.Is(err, engine.ErrNone) || !strings.Contains(err.Error(), "was dropped") {
		t.Errorf("published: %v, expected %v", err, engine.ErrNone)
	}
	for what, err := range map[string]error{
		"put":     col.Upsert(t.Context(), e),
		"search":  func() error { _, err := col.Search(t.Context(), search.Query{Code: e.Codes[:8], K: 1}); return err }(),
		"delete":  func() error { _, err := col.Delete(t.Context(), "e/1"); return err }(),
		"part":    col.SetPart(t.Context(), engine.Part{Source: "a"}),
		"publish": s.Publish(t.Context(), col),
	} {
		if !errors.Is(err, engine.ErrNone) {
			t.Errorf("%s: error %v, expected %v", what, err, engine.ErrNone)
		}
	}
	if found, err := s.readClass(t.Context(), col.class); err != nil || found != nil {
		t.Fatalf("the class is there again: %v, %v", found, err)
	}
	if state, err := s.State(t.Context()); err != nil || state.Entries != 0 {
		t.Errorf("the state %+v, %v", state, err)
	}
	published(t, s, "other", engine.MakeOptions{}, e)
	now, err := s.Published(t.Context())
	if err != nil || now.Header().Model != "other" || now.Len() != 20 {
		t.Errorf("after it was published again: %v", err)
	}
}

// More than a server deletes at once.
func TestServersManyDeletes(t *testing.T) {
	c := start(t, 1)
	s := c.open(t, newName(), "")
	e := cloud("e", 0, 12000, 2, 0)
	col := published(t, s, "m", engine.MakeOptions{}, e)
	if _, err := col.Search(t.Context(), search.Query{Code: e.Codes[:2], K: 11000}); err == nil || !strings.Contains(err.Error(), "k is 11000") {
		t.Errorf("error %v, expected one about k", err)
	}
	if rows, err := col.List(t.Context(), search.Where{}, 10900, 3); err != nil || !slices.Equal(rows.IDs, e.IDs[10900:10903]) {
		t.Errorf("listed %v, %v, expected %v", rows, err, e.IDs[10900:10903])
	}
	if n, err := col.Delete(t.Context(), e.IDs[:1500]...); n != 1500 || err != nil || col.Len() != 10500 {
		t.Errorf("deleted %d, %v, %d left, expected 1500 and 10500", n, err, col.Len())
	}
	if n, err := s.remove(t.Context(), col.ask, col.class, compareInt(propSeq, opGreaterEqual, 0)); n != 10500 || err != nil || col.Len() != 0 {
		t.Errorf("deleted %d, %v, %d left, expected 10500 and none", n, err, col.Len())
	}
}

// Somebody searches all the while another model's collection takes the name, several times.
func TestServersAliasMoves(t *testing.T) {
	for _, nodes := range []int{1, 3} {
		t.Run(fmt.Sprintf("%d nodes", nodes), func(t *testing.T) {
			const dim = 8
			c := start(t, nodes)
			s := c.open(t, newName(), "&writes=all")
			models := []search.Entries{cloud("m0", 0, 300, dim, 0), cloud("m1", 0, 300, dim, 100), cloud("m2", 0, 300, dim, 200)}
			published(t, s, "m0", engine.MakeOptions{}, models[0])
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			var running sync.WaitGroup
			seen := make([]atomic.Int64, len(models))
			for range 2 {
				running.Go(func() {
					reader, err := open(t.Context(), s.location, engine.Options{})
					if err != nil {
						t.Error(err)
						return
					}
					defer reader.Close()
					var now engine.Collection
					for i := 0; ctx.Err() == nil; i++ {
						if now == nil {
							if now, err = reader.Published(t.Context()); err != nil {
								t.Error(err)
								return
							}
						}
						var m int
						if _, err := fmt.Sscanf(now.Header().Model, "m%d", &m); err != nil {
							t.Error(err)
							return
						}
						q := search.Query{Code: models[m].Codes[i%300*dim : (i%300+1)*dim], K: 300}
						got, err := now.Search(t.Context(), q)
						if errors.Is(err, engine.ErrNone) { // another one has taken the name
							now = nil
							continue
						}
						if err != nil || len(got) != 300 || slices.ContainsFunc(got, func(g search.Match) bool { return !strings.HasPrefix(g.ID, now.Header().Model+"/") }) || got[0].Distance != 0 {
							t.Errorf("an answer of %d matches by the collection of %s, %v", len(got), now.Header().Model, err)
							return
						}
						seen[m].Add(1)
					}
				})
			}
			for round := 1; round < 6 && !t.Failed(); round++ {
				at := seen[(round-1)%3].Load()
				for begin := time.Now(); seen[(round-1)%3].Load() < at+20 && !t.Failed(); time.Sleep(5 * time.Millisecond) {
					if time.Since(begin) > time.Minute {
						t.Errorf("nobody sees the collection %d", (round-1)%3)
					}
				}
				published(t, s, fmt.Sprintf("m%d", round%3), engine.MakeOptions{}, models[round%3])
			}
			stop()
			running.Wait()
			if names, err := s.classes(t.Context()); err != nil || len(slices.DeleteFunc(names, func(n string) bool { return !s.ours(n) })) != 1 {
				t.Errorf("collections are left over, %v", err)
			}
			t.Logf("searches in each collection: %d, %d, %d", seen[0].Load(), seen[1].Load(), seen[2].Load())
		})
	}
}

// A client is killed while it puts entries; what it did again is as if it had not been.
func TestServersKilledClient(t *testing.T) {
	const dim, all = 8, 20000
	e := cloud("e", 0, all, dim, 0)
	if text := os.Getenv("LIKENESS_WEAVIATE_PUT"); text != "" { // the client
		l, err := engine.ParseLocation(text)
		if err != nil {
			t.Fatal(err)
		}
		s, err := open(t.Context(), l, engine.Options{})
		if err != nil {
			t.Fatal(err)
		}
		published(t, s, "m", engine.MakeOptions{}, e)
		return
	}
	c := start(t, 1)
	s := c.open(t, newName(), "")
	col, err := s.Make(t.Context(), func() *engine.Header { h := headerOf(e); h.Model = "m"; return h }(), engine.MakeOptions{})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0], "-test.run", "^TestServersKilledClient$", "-test.count=1")
	cmd.Env = append(os.Environ(), "LIKENESS_WEAVIATE_PUT="+s.location.String())
	withParent(cmd)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for begin := time.Now(); col.Len() < all/5; time.Sleep(10 * time.Millisecond) {
		if time.Since(begin) > time.Minute {
			t.Fatal("the client puts nothing")
		}
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // "killed"
	half := col.Len()
	if half == all {
		t.Fatal("it was killed too late")
	}
	if _, err := s.Published(t.Context()); !errors.Is(err, engine.ErrNone) {
		t.Errorf("a half is published: %v", err)
	}
	// Go on as an indexer does: by the marks, put what is not there.
	rows := &engine.Rows{Entries: e}
	marks := map[string]engine.Mark{}
	if err := col.Marks(t.Context(), "", func(id string, m engine.Mark) error { marks[id] = m; return nil }); err != nil {
		t.Fatal(err)
	}
	missing := search.Entries{Dim: dim}
	for i, id := range e.IDs {
		if m, there := marks[id]; !there || m != rows.Mark(i) {
			missing.IDs, missing.People = append(missing.IDs, id), append(missing.People, e.People[i])
			missing.Codes = append(missing.Codes, e.Codes[i*dim:(i+1)*dim]...)
		}
	}
	t.Logf("killed after %d of %d entries, %d are missing", half, all, missing.Len())
	if missing.Len() > all-half {
		t.Errorf("%d entries are missing of %d, though %d were there", missing.Len(), all, half)
	}
	if err := col.Upsert(t.Context(), missing); err != nil {
		t.Fatal(err)
	}
	seen := 0
	err = col.Scan(t.Context(), func(r *engine.Rows) error {
		for i, id := range r.IDs {
			var at int
			if _, err := fmt.Sscanf(id, "e/%d", &at); err != nil {
				return err
			}
			if !slices.Equal(r.Codes[i*dim:(i+1)*dim], e.Codes[at*dim:(at+1)*dim]) || r.People[i] != e.People[at] {
				return fmt.Errorf("%q differs", id)
			}
			seen++
		}
		return nil
	})
	if err != nil || seen != all {
		t.Errorf("%d entries, %v, expected %d", seen, err, all)
	}
}
