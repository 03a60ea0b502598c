package pgvector

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"

	"likeness/search"
	"likeness/search/engine"
)

// server is a server that tests work with: a database on it, and the options that it needs.
type server struct {
	at      string // postgres://USER@HOST:PORT/DATABASE
	options string
	names   atomic.Int32
}

// location returns a location of a name that nothing is kept under.
func (s *server) location(t testing.TB, options string) engine.Location {
	t.Helper()
	l, err := engine.ParseLocation(fmt.Sprintf("%s/t%d_%d?%s&%s", s.at, os.Getpid(), s.names.Add(1), s.options, options))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// open opens a location until the test ends, and drops what is there then.
func (s *server) open(t testing.TB, options string) engine.Engine {
	t.Helper()
	e := reopen(t, s.location(t, options))
	t.Cleanup(func() {
		if _, err := e.Drop(context.Background()); err != nil { // the test's context has ended
			t.Error(err)
		}
	})
	return e
}

// reopen opens a location until the test ends.
func reopen(t testing.TB, l engine.Location) engine.Engine {
	t.Helper()
	return openWith(t, l, engine.Options{})
}

func openWith(t testing.TB, l engine.Location, opt engine.Options) engine.Engine {
	t.Helper()
	e, err := Open(t.Context(), l, opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	return e
}

// startPGlite starts PGlite, which is PostgreSQL as WebAssembly. All of its connections are one session, so that
// statements must not be prepared under names, and transactions not be at the same time.
func startPGlite(t testing.TB) *server {
	t.Helper()
	if os.Getenv("LIKENESS_FOREIGN") == "" {
		t.Skip("runs another program: LIKENESS_FOREIGN=1 and LIKENESS_NODE_MODULES=.../node_modules with @electric-sql/pglite")
	}
	modules := os.Getenv("LIKENESS_NODE_MODULES")
	if modules == "" {
		t.Fatal("LIKENESS_NODE_MODULES is not set, expected a folder with @electric-sql/pglite, pglite-pgvector and pglite-socket")
	}
	cmd := exec.Command("node", "testdata/pglite.mjs", modules)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close()
		_ = cmd.Wait()
	})
	port, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("PGlite did not start: %v", err)
	}
	return &server{at: "postgres://postgres@127.0.0.1:" + strings.TrimSpace(port) + "/postgres", options: "sslmode=disable&pool_max_conns=1&default_query_exec_mode=exec"}
}

// drawn draws n entries of one source for points of width numbers. What is drawn differs from version to version.
func drawn(n, width int, version string) *engine.Rows {
	rng := rand.New(rand.NewPCG(uint64(n), uint64(width)))
	r := &engine.Rows{Entries: search.Entries{Dim: width, Attributes: &search.Attributes{Names: []string{"x"}}}}
	for i := range n {
		for range width {
			r.Codes = append(r.Codes, float32(rng.NormFloat64()))
		}
		r.IDs, r.People = append(r.IDs, fmt.Sprintf("%d.jpg", i)), append(r.People, version)
		r.Hashes, r.Sources = append(r.Hashes, search.HashOf([]byte(version))), append(r.Sources, "s")
		r.Attributes.Values = append(r.Attributes.Values, r.Codes[i*width])
	}
	return r
}

// plain is a header for what is drawn.
func plain(model string, width int) *engine.Header {
	return &engine.Header{Model: model, Dim: width, Width: width, Space: search.Euclidean{}, Attributes: []string{"x"}}
}

// published makes and publishes a collection of rows.
func published(t testing.TB, e engine.Engine, model string, rows *engine.Rows) engine.Collection {
	t.Helper()
	c, err := e.Make(t.Context(), plain(model, rows.Dim), engine.MakeOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Put(t.Context(), rows); err != nil {
		t.Fatal(err)
	}
	if err := e.Publish(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	return c
}

// build returns a builder of collections for searchtest.
func build(s *server, options string, publish bool) func(t testing.TB, entries search.Entries) search.Index {
	return func(t testing.TB, entries search.Entries) search.Index {
		t.Helper()
		ctx := t.Context()
		e := s.open(t, options)
		h := &engine.Header{Model: "m", Dim: entries.Dim, Width: entries.Dim, Space: search.Euclidean{}}
		if entries.Attributes != nil {
			h.Attributes = entries.Attributes.Names
		}
		c, err := e.Make(ctx, h, engine.MakeOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Upsert(ctx, entries); err != nil {
			t.Fatal(err)
		}
		if publish {
			if err := e.Publish(ctx, c); err != nil {
				t.Fatal(err)
			}
		}
		return c
	}
}
