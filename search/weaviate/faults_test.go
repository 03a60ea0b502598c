package weaviate

import (
	"context"
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
	n, err := s.remove(t.Context(), col.ask, col.class, compareInt(propSeq, opGreaterEqual, 0))
	col.forget() // what Len has counted a moment ago
	if n != 10500 || err != nil || col.Len() != 0 {
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
