// Engines lays a collection of an engine beside likeness's own indexes: the same codes, the same
// queries, five neighbours each, in one run. It writes a Markdown table. See bench/README.md.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"strconv"
	"strings"
	"time"

	"likeness/bench/turns"
	"likeness/gallery"
	"likeness/internal/atomicfile"
	"likeness/search"
	"likeness/search/engine"
)

// options is the command line.
type options struct {
	to, out, clients, pids, folders string
	codes, width, queries, batch    int
	slice                           time.Duration
	make                            engine.MakeOptions
}

func main() {
	var o options
	flag.StringVar(&o.to, "to", "", "the `location` of a collection, which must not be there; it is removed at the end. Empty: likeness's own indexes alone")
	flag.StringVar(&o.out, "out", "", "Markdown `file` for the table, besides stdout")
	flag.IntVar(&o.codes, "codes", 100_000, "how many codes")
	flag.IntVar(&o.width, "width", 32, "numbers in a code")
	flag.IntVar(&o.queries, "queries", 300, "different queries")
	flag.IntVar(&o.batch, "batch", 1000, "codes in one call that writes")
	flag.StringVar(&o.clients, "clients", "1,8", "how many clients search at once, with commas")
	flag.DurationVar(&o.slice, "slice", 5*time.Second, "how long each number of clients searches")
	flag.StringVar(&o.pids, "pids", "", "the server's `processes`, with commas, whose processor time is told")
	flag.StringVar(&o.folders, "folders", "", "the server's `folders`, with commas, whose size is told")
	flag.IntVar(&o.make.Replicas, "replicas", 0, "copies of each code; 0: the engine's default")
	flag.IntVar(&o.make.Shards, "shards", 0, "parts on the nodes; 0: the engine's default")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "engines:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) error {
	if o.codes < 100 || o.width < 1 || o.queries < 1 || o.batch < 1 || o.slice <= 0 {
		return errors.New("expected 100 codes or more, and the other numbers above zero")
	}
	clients, err := numbers(o.clients)
	if err != nil || len(clients) == 0 {
		return fmt.Errorf("clients %q, expected numbers with commas", o.clients)
	}
	servers, err := numbers(o.pids)
	if err != nil {
		return fmt.Errorf("processes %q, expected numbers with commas", o.pids)
	}
	d, err := draw(ctx, o)
	if err != nil {
		return err
	}
	t := table{clients: clients, codes: o.codes, lines: []string{
		fmt.Sprintf("%d codes of %d numbers, mixtures of 2,000 gaussians, %d different queries, k = 5; %s, %d cores, %s%s; %s.",
			o.codes, o.width, o.queries, runtime.GOARCH, runtime.NumCPU(), runtime.Version(), turns.Load(), time.Now().Format(time.DateOnly)),
	}}
	m := &measure{options: o, data: d, clients: clients}
	for _, kind := range []string{search.KindExact, search.KindHNSW} {
		r, err := m.own(ctx, kind)
		if err != nil {
			return err
		}
		t.results = append(t.results, r)
	}
	if o.to != "" {
		m.servers = servers
		r, err := m.engine(ctx)
		if err != nil {
			return err
		}
		t.results = append(t.results, r)
	}
	fmt.Print(t.markdown())
	if o.out == "" {
		return nil
	}
	return atomicfile.Write(o.out, func(w io.Writer) error {
		_, err := io.WriteString(w, t.markdown())
		return err
	})
}

// engine measures the engine at the location.
func (m *measure) engine(ctx context.Context) (r result, err error) {
	at, err := engine.ParseLocation(m.to)
	if err != nil {
		return r, err
	}
	e, err := gallery.OpenEngine(ctx, at, engine.Options{Limits: engine.Limits{Call: 2 * time.Minute}})
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, e.Close()) }()
	if _, err := e.Published(ctx); !errors.Is(err, engine.ErrNone) {
		if err == nil {
			err = errors.New("there is a collection already; it would be removed")
		}
		return r, fmt.Errorf("%s: %w", at, err)
	}
	defer func() {
		_, dropped := e.Drop(context.WithoutCancel(ctx))
		err = errors.Join(err, dropped)
	}()
	before := sizeOf(m.folders)
	h := &engine.Header{Model: "bench", Dim: m.width, Width: m.width, Space: search.Euclidean{}}
	c, err := e.Make(ctx, h, m.make)
	if err != nil {
		return r, err
	}
	written := m.start()
	rows := &engine.Rows{Entries: m.data.entries}
	for i := 0; i < rows.Len(); i += m.batch {
		if err := c.Put(ctx, rows.Slice(i, min(i+m.batch, rows.Len()))); err != nil {
			return r, err
		}
		if i/m.batch%20 == 0 {
			fmt.Fprintf(os.Stderr, "\rwriting: %d of %d", i, rows.Len())
		}
	}
	r.write = written.stop(rows.Len())
	built := m.start()
	if err := e.Publish(ctx, c); err != nil {
		return r, err
	}
	r.build = built.stop(1)
	if err := m.search(ctx, c, &r); err != nil {
		return r, err
	}
	s, err := e.State(ctx)
	if err != nil {
		return r, err
	}
	r.name = fmt.Sprintf("%s %s", s.Engine, s.Version)
	if len(s.Nodes) > 1 {
		r.name += fmt.Sprintf(", %d nodes", len(s.Nodes))
	}
	r.bytes = sizeOf(m.folders) - before
	return r, nil
}

// numbers reads numbers with commas between them.
func numbers(text string) ([]int, error) {
	var list []int
	if text == "" {
		return nil, nil
	}
	for part := range strings.SplitSeq(text, ",") {
		n, err := strconv.Atoi(part)
		if err != nil || n < 1 {
			return nil, fmt.Errorf("%q is no number above zero", part)
		}
		list = append(list, n)
	}
	return list, nil
}
