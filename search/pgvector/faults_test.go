//go:build unix

package pgvector

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"likeness/search"
	"likeness/search/engine"
)

// terminator ends every connection of an application that is at work, as often as it is told, until stop is called.
func terminator(t *testing.T, s *server, application string, times int) (stop func() int) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), s.at+"?"+s.options)
	if err != nil {
		t.Fatal(err)
	}
	ended, done, out := 0, make(chan bool), make(chan bool)
	go func() {
		defer close(out)
		defer conn.Close(context.Background())
		for ended < times {
			select {
			case <-done:
				return
			case <-time.After(2 * time.Millisecond):
			}
			var n int
			err := conn.QueryRow(context.Background(), `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = $1 AND state <> 'idle' AND query LIKE '%INSERT INTO%'`, application).Scan(&n)
			if err != nil {
				t.Error(err)
				return
			}
			ended += n
		}
	}()
	return func() int {
		close(done)
		<-out
		return ended
	}
}

// The connection of a Put ends in the middle: nothing of it is there, and it can be made again.
func TestServersTerminated(t *testing.T) {
	s := startServer(t)
	application := fmt.Sprintf("t%d", time.Now().UnixNano())
	l := s.location(t, "index_from=20&application_name="+application)
	rows := drawn(20000, 32, "a")
	e := openWith(t, l, engine.Options{Limits: engine.Limits{Tries: 1}})
	t.Cleanup(func() { _, _ = e.Drop(context.Background()) })
	c := published(t, e, "m", rows.Slice(0, 100))
	stop := terminator(t, s, application, 1)
	err := c.Put(t.Context(), rows)
	if n := stop(); n != 1 || !errors.Is(err, engine.ErrUnavailable) {
		t.Fatalf("%d connections ended, error %v, expected %v", n, err, engine.ErrUnavailable)
	}
	if n := c.Len(); n != 100 {
		t.Errorf("%d entries are there after a Put that has failed, expected 100", n)
	}
	// By itself, where it may try again.
	var failures atomic.Int32
	again, err := openWith(t, l, engine.Options{Observe: func(_ string, _ time.Duration, err error) {
		if err != nil {
			failures.Add(1)
		}
	}}).Published(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	stop = terminator(t, s, application, 2)
	if err := again.Put(t.Context(), rows.Slice(0, 1000)); err != nil {
		t.Error(err)
	}
	// One may be told to end twice before it has ended.
	if n := stop(); n != 2 || failures.Load() < 1 || again.Len() != 1000 {
		t.Errorf("connections were told to end %d times, %d tries failed, %d entries, expected 2, 1 or 2, and 1000", n, failures.Load(), again.Len())
	}
}

// A process of the server is killed while it puts: the server ends all connections and recovers. Nothing of the Put is there,
// and it can be made again.
func TestServersKilled(t *testing.T) {
	p := startPostgres(t)
	application := fmt.Sprintf("k%d", time.Now().UnixNano())
	e := openWith(t, p.location(t, "index_from=20&application_name="+application), engine.Options{Limits: engine.Limits{Tries: 1, Failures: 1000}})
	t.Cleanup(func() { _, _ = e.Drop(context.Background()) })
	c := published(t, e, "m", drawn(100, 32, "before"))
	rows := drawn(2000, 32, "after")
	conn, err := pgx.Connect(t.Context(), p.at+"?"+p.options)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	done := make(chan error, 1)
	go func() { done <- c.Put(t.Context(), rows) }()
	for pid := 0; pid == 0; time.Sleep(2 * time.Millisecond) {
		if len(done) > 0 {
			t.Fatalf("the rows were put before anybody was killed: %v", <-done)
		}
		if err := conn.QueryRow(t.Context(), `SELECT coalesce(max(pid), 0) FROM pg_stat_activity WHERE application_name = $1 AND state <> 'idle' AND query LIKE '%INSERT INTO%'`, application).Scan(&pid); err != nil {
			t.Fatal(err)
		}
		if pid != 0 {
			if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := <-done; !errors.Is(err, engine.ErrUnavailable) {
		t.Fatalf("error %v, expected %v", err, engine.ErrUnavailable)
	}
	// It recovers within some seconds.
	var n int
	for range 600 {
		if n, err = c.Count(t.Context(), search.Where{}); err == nil {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	if err != nil || n != 100 {
		t.Fatalf("%d entries after a Put that has failed, %v, expected 100", n, err)
	}
	if err := c.Put(t.Context(), rows); err != nil || c.Len() != 2000 {
		t.Errorf("put again there are %d entries, %v, expected 2000", c.Len(), err)
	}
}

// A client goes on after the server was away.
func TestServersRestart(t *testing.T) {
	p := startPostgres(t)
	e := openWith(t, p.location(t, "index_from=20"), engine.Options{Limits: engine.Limits{Tries: 2, Failures: 4, Open: 100 * time.Millisecond}})
	t.Cleanup(func() { _, _ = e.Drop(context.Background()) })
	rows := drawn(500, 8, "a")
	c := published(t, e, "m", rows)
	q := search.Query{Code: rows.Codes[:8], K: 5}
	want, err := c.Search(t.Context(), q)
	if err != nil || len(want) != 5 {
		t.Fatalf("%v, %v", want, err)
	}
	p.stop()
	for range 5 {
		if _, err := c.Search(t.Context(), q); !errors.Is(err, engine.ErrUnavailable) {
			t.Errorf("while the server is away: error %v, expected %v", err, engine.ErrUnavailable)
		}
	}
	if n := c.Len(); n != 0 && n != 500 {
		t.Errorf("while the server is away there are %d entries", n)
	}
	if err := p.start(); err != nil {
		t.Fatal(err)
	}
	var got []search.Match
	for range 100 { // the circuit closes by itself
		if got, err = c.Search(t.Context(), q); err == nil {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("afterwards: %v, %v, expected %v", got, err, want)
	}
	if err := c.Put(t.Context(), drawn(600, 8, "b")); err != nil || c.Len() != 600 {
		t.Errorf("afterwards: %d entries, %v, expected 600", c.Len(), err)
	}
}

// Searches go on while another model's collection takes the name, again and again: each answer is of the one or the other.
func TestServersReplaced(t *testing.T) {
	s := startServer(t)
	l := s.location(t, "index_from=20")
	e := reopen(t, l)
	t.Cleanup(func() { _, _ = e.Drop(context.Background()) })
	published(t, e, "model 0", drawn(300, 8, "model 0"))
	ctx, cancel := context.WithCancel(t.Context())
	var group sync.WaitGroup
	var answers, replaced atomic.Int32
	for range 2 {
		client := reopen(t, l)
		group.Go(func() {
			c, err := client.Published(ctx)
			for ctx.Err() == nil {
				if err != nil {
					t.Error(err)
					return
				}
				var found []search.Match
				found, err = c.Search(ctx, search.Query{Code: make([]float32, 8), K: 20})
				if errors.Is(err, engine.ErrNone) {
					replaced.Add(1)
					c, err = client.Published(ctx)
					continue
				}
				if ctx.Err() != nil {
					return
				}
				for _, m := range found {
					if m.Person != c.Header().Model {
						t.Errorf("an entry of %s in the collection of %s", m.Person, c.Header().Model)
					}
				}
				if err == nil && len(found) != 20 {
					t.Errorf("%d matches, expected 20", len(found))
				}
				answers.Add(1)
			}
		})
	}
	for i := range 12 {
		model := fmt.Sprintf("model %d", i+1)
		published(t, e, model, drawn(300, 8, model))
	}
	cancel()
	group.Wait()
	if answers.Load() < 20 || replaced.Load() < 2 {
		t.Errorf("%d answers, %d collections found replaced", answers.Load(), replaced.Load())
	}
}

// The index gives up where what meets the conditions lies far away; the answer is whole all the same.
func TestServersShort(t *testing.T) {
	s := startServer(t)
	e := s.open(t, "index_from=20&hnsw.max_scan_tuples=100")
	rows := drawn(12000, 4, "a")
	for i := range 3000 {
		for j := range 4 {
			rows.Codes[i*4+j] += 20
		}
		rows.Attributes.Values[i] = 100
	}
	c := published(t, e, "m", rows)
	_, err := c.SearchBatch(t.Context(), []search.Query{{Code: make([]float32, 4), K: 1}, {Code: make([]float32, 4), K: 1, Where: search.Where{Attributes: []search.Condition{{Name: "y", Op: search.Above}}}}})
	if err == nil || !strings.HasPrefix(err.Error(), "query 1: attribute y") {
		t.Errorf("error %v, expected one about the attribute y of query 1", err)
	}
	exact, err := search.NewExact(t.Context(), search.Euclidean{}, rows.Entries, search.About{})
	if err != nil {
		t.Fatal(err)
	}
	for _, where := range []search.Where{{Attributes: []search.Condition{{Name: "x", Op: search.Above, Value: 50}}}, {Not: rows.IDs[:9000]}} {
		for _, k := range []int{5, 400} {
			q := search.Query{Code: make([]float32, 4), K: k, Where: where}
			want, err := exact.Search(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			questions, err := c.(*collection).questions(t.Context(), []search.Query{q})
			if err != nil {
				t.Fatal(err)
			}
			got, err := c.Search(t.Context(), q)
			if err != nil || len(got) != k || got[0].ID != want[0].ID || got[k-1].ID != want[k-1].ID {
				t.Errorf("k=%d: %d matches, %v", k, len(got), err)
			}
			if k == 5 && c.(*collection).known.iterates() && !questions[0].index {
				t.Errorf("the index is not asked for %d entries, so that it cannot fall short", k)
			}
		}
	}
}

// Points that are too long for an index of pgvector are compared all; those that are too long for pgvector are refused.
func TestServersWide(t *testing.T) {
	s := startServer(t)
	e := s.open(t, "index_from=20")
	rows := drawn(60, 2100, "a")
	c := published(t, e, "m", rows)
	got, err := c.Search(t.Context(), search.Query{Code: rows.Codes[2100:4200], K: 60})
	if err != nil || len(got) != 60 || got[0].ID != "1.jpg" || got[0].Distance != 0 {
		t.Errorf("%d matches, %v", len(got), err)
	}
	back, err := c.Lookup(t.Context(), "1.jpg")
	if err != nil || back.Len() != 1 || back.Codes[2099] != rows.Codes[4199] {
		t.Errorf("the point came back otherwise, %v", err)
	}
	if _, err := e.Make(t.Context(), plain("m", widestVector+1), engine.MakeOptions{}); err == nil {
		t.Errorf("points of %d numbers were taken", widestVector+1)
	}
}
