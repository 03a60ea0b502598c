package main

import (
	"context"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"likeness/bench/turns"
	"likeness/parallel"
	"likeness/search"
)

// data is what is searched, and the true answers.
type data struct {
	entries  search.Entries
	queries  []search.Query
	filtered []search.Query // that one in a hundred meets
	truth    [][]search.Match
	few      [][]search.Match // of filtered
}

// draw draws codes from a mixture of 2,000 gaussians, as bench/search does.
func draw(ctx context.Context, o options) (*data, error) {
	const centres = 2000
	rng := rand.New(rand.NewPCG(1, uint64(o.width)))
	at := make([]float32, centres*o.width)
	for i := range at {
		at[i] = float32(rng.NormFloat64())
	}
	some := func(n int, seed uint64) []float32 {
		rng := rand.New(rand.NewPCG(2, seed))
		x := make([]float32, n*o.width)
		for i := range n {
			centre := at[rng.IntN(centres)*o.width:]
			for j := range o.width {
				x[i*o.width+j] = centre[j] + 0.5*float32(rng.NormFloat64())
			}
		}
		return x
	}
	d := &data{entries: search.Entries{Dim: o.width, Codes: some(o.codes, 3)}}
	for i := range o.codes {
		d.entries.IDs = append(d.entries.IDs, fmt.Sprintf("album %d/picture %d.jpg", i%100, i))
		d.entries.People = append(d.entries.People, fmt.Sprintf("person %d", i%100))
	}
	d.queries = search.Queries(some(o.queries, 4), o.width, 5)
	for i, q := range d.queries {
		q.Where.People = []string{fmt.Sprintf("person %d", i%100)}
		d.filtered = append(d.filtered, q)
	}
	ix, err := search.NewExact(ctx, nil, d.entries, search.About{})
	if err != nil {
		return nil, err
	}
	if d.truth, err = ix.SearchBatch(ctx, d.queries); err != nil {
		return nil, err
	}
	d.few, err = ix.SearchBatch(ctx, d.filtered)
	return d, err
}

// measure measures one index after the other.
type measure struct {
	options
	data    *data
	clients []int
	servers []int // processes whose processor time counts beside our own
}

// span is a stretch of work.
type span struct {
	m      *measure
	begin  time.Time
	own    float64
	server time.Duration
}

func (m *measure) start() span { return span{m, time.Now(), turns.CPUSeconds(), serverTime(m.servers)} }

// rate is what a stretch of work took.
type rate struct {
	n           int
	wall        time.Duration
	own, server time.Duration // of processors: this process, and the servers'
}

func (s span) stop(n int) rate {
	return rate{n, time.Since(s.begin), time.Duration((turns.CPUSeconds() - s.own) * 1e9), serverTime(s.m.servers) - s.server}
}

// result is what was measured of one index.
type result struct {
	name             string
	write, build     rate
	searches         []rate // for each number of clients
	few              rate
	recall, fewFound float64
	short            int // answers to filtered queries that have fewer than they should
	bytes            int64
}

// own measures one of our own indexes.
func (m *measure) own(ctx context.Context, kind string) (result, error) {
	r := result{name: "likeness " + kind}
	built := m.start()
	var ix search.Index
	var memory int
	if kind == search.KindExact {
		exact, err := search.NewExact(ctx, nil, m.data.entries, search.About{})
		if err != nil {
			return r, err
		}
		ix, memory = exact, exact.Memory()
	} else {
		graph, err := search.NewHNSW(ctx, nil, m.data.entries, search.About{}, search.HNSWOptions{})
		if err != nil {
			return r, err
		}
		ix, memory = graph, graph.Memory()
	}
	r.build = built.stop(1)
	r.bytes = int64(memory + 4*len(m.data.entries.Codes))
	return r, m.search(ctx, ix, &r)
}

// search searches an index.
func (m *measure) search(ctx context.Context, ix search.Index, r *result) error {
	for _, q := range m.data.queries[:min(20, len(m.data.queries))] { // what is opened at first does not count
		if _, err := ix.Search(ctx, q); err != nil {
			return err
		}
	}
	var err error
	if r.recall, _, err = found(ctx, ix, m.data.queries, m.data.truth); err != nil {
		return err
	}
	began := m.start()
	if r.fewFound, r.short, err = found(ctx, ix, m.data.filtered, m.data.few); err != nil {
		return err
	}
	r.few = began.stop(len(m.data.filtered))
	for _, n := range m.clients {
		one, err := m.clientsAt(parallel.WithThreads(ctx, 1), ix, n)
		if err != nil {
			return err
		}
		r.searches = append(r.searches, one)
	}
	return nil
}

// found returns the share of the true answers that an index finds, and how many answers are too short.
func found(ctx context.Context, ix search.Index, queries []search.Query, truth [][]search.Match) (share float64, short int, err error) {
	hits, all := 0, 0
	for i, q := range queries {
		got, err := ix.Search(ctx, q)
		if err != nil {
			return 0, 0, err
		}
		if len(got) < len(truth[i]) {
			short++
		}
		for _, m := range truth[i] {
			all++
			if slices.ContainsFunc(got, func(g search.Match) bool { return g.ID == m.ID }) {
				hits++
			}
		}
	}
	return float64(hits) / float64(max(1, all)), short, nil
}

// clientsAt lets some clients search for a slice of time, each one query at a time.
func (m *measure) clientsAt(ctx context.Context, ix search.Index, clients int) (rate, error) {
	var wg sync.WaitGroup
	var done atomic.Int64
	failed := make(chan error, clients)
	began := m.start()
	for c := range clients {
		wg.Go(func() {
			for i := c; time.Since(began.begin) < m.slice; i++ {
				if _, err := ix.Search(ctx, m.data.queries[i%len(m.data.queries)]); err != nil {
					failed <- err
					return
				}
				done.Add(1)
			}
		})
	}
	wg.Wait()
	r := began.stop(int(done.Load()))
	select {
	case err := <-failed:
		return r, err
	default:
		return r, nil
	}
}

// sizeOf returns how many bytes the files in some folders take.
func sizeOf(folders string) int64 {
	var n int64
	for folder := range strings.SplitSeq(folders, ",") {
		if folder == "" {
			continue
		}
		_ = filepath.WalkDir(folder, func(_ string, d fs.DirEntry, err error) error { // what the server removes meanwhile does not count
			if err == nil && d.Type().IsRegular() {
				if info, err := d.Info(); err == nil {
					n += info.Size()
				}
			}
			return nil
		})
	}
	return n
}

// serverTime returns the processor time that processes and those that they have started have taken; of those that are not
// there, nothing.
func serverTime(pids []int) time.Duration {
	if len(pids) == 0 {
		return 0
	}
	const tick = 10 * time.Millisecond // Linux counts in hundredths of a second
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	times, parents := map[int]int64{}, map[int]int{}
	for _, path := range stats {
		text, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended
		}
		var pid, parent int
		var state string
		var skip, user, system, childUser, childSystem int64
		_, rest, ok := strings.Cut(string(text), ") ") // behind the name, which may hold anything
		if _, err := fmt.Sscan(string(text), &pid); err != nil || !ok {
			continue
		}
		if _, err := fmt.Sscan(rest, &state, &parent, &skip, &skip, &skip, &skip, &skip, &skip, &skip, &skip, &skip, &user, &system, &childUser, &childSystem); err != nil {
			continue
		}
		times[pid], parents[pid] = user+system+childUser+childSystem, parent // children's, once they have ended
	}
	var all int64
	for pid, t := range times {
		for up := pid; up > 1; up = parents[up] {
			if slices.Contains(pids, up) {
				all += t
				break
			}
		}
	}
	return time.Duration(all) * tick
}
