package weaviate

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"likeness/search"
	"likeness/search/engine"
)

// clustered returns n codes around n/100 places, and queries near some of the places.
func clustered(n, dim, queries int) (search.Entries, []float32) {
	rng := rand.New(rand.NewPCG(uint64(n), uint64(dim)))
	places := make([]float32, max(n/100, 1)*dim)
	for i := range places {
		places[i] = float32(rng.NormFloat64())
	}
	near := func(to []float32) []float32 {
		at := rng.IntN(len(places)/dim) * dim
		for j := range dim {
			to = append(to, places[at+j]+.3*float32(rng.NormFloat64()))
		}
		return to
	}
	e := search.Entries{Dim: dim}
	for i := range n {
		e.Codes = near(e.Codes)
		e.IDs = append(e.IDs, fmt.Sprintf("photos/%d/%d.jpg", i/1000, i))
		e.People = append(e.People, fmt.Sprintf("person %d", i%(n/100)))
	}
	var q []float32
	for range queries {
		q = near(q)
	}
	return e, q
}

// processor returns the time that the servers have used so far.
func (c *cluster) processor(b testing.TB) time.Duration {
	ticks := 0
	for _, p := range c.nodes {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
		if err != nil {
			b.Fatal(err)
		}
		fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+2:]))
		for _, f := range fields[11:13] { // of itself and of the kernel for it
			n, err := strconv.Atoi(f)
			if err != nil {
				b.Fatal(err)
			}
			ticks += n
		}
	}
	return time.Duration(ticks) * 10 * time.Millisecond
}

// bytes returns how much lies on the disk.
func (c *cluster) bytes() int64 {
	var n int64
	_ = filepath.WalkDir(filepath.Dir(c.nodes[0].dir), func(_ string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() && !strings.HasSuffix(d.Name(), ".log") {
			if info, err := d.Info(); err == nil {
				n += info.Size()
			}
		}
		return nil
	})
	return n
}

// BenchmarkServers measures all at once:
//
//	LIKENESS_SERVERS=1 go test -run '^$' -bench 'Servers/1x100000x32$' -benchtime 1x -timeout 60m ./search/weaviate
func BenchmarkServers(b *testing.B) {
	for _, m := range []struct{ nodes, n, dim int }{{1, 100_000, 32}, {1, 100_000, 128}, {3, 20_000, 32}, {1, 1_000_000, 32}} {
		b.Run(fmt.Sprintf("%dx%dx%d", m.nodes, m.n, m.dim), func(b *testing.B) {
			const k = 5
			e, queries := clustered(m.n, m.dim, 300)
			exact, err := search.NewExact(b.Context(), nil, e, search.About{})
			if err != nil {
				b.Fatal(err)
			}
			truth, err := exact.SearchBatch(b.Context(), search.Queries(queries, m.dim, k))
			if err != nil {
				b.Fatal(err)
			}
			c := start(b, m.nodes)
			before := c.bytes()
			s := c.open(b, newName(), "")
			made, err := s.Make(b.Context(), headerOf(e), engine.MakeOptions{})
			if err != nil {
				b.Fatal(err)
			}
			col := made.(*collection)
			for b.Loop() {
				begin, cpu := time.Now(), c.processor(b)
				if err := col.Upsert(b.Context(), e); err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(m.n)/time.Since(begin).Seconds(), "inserts/s")
				b.ReportMetric((c.processor(b)-cpu).Seconds()*1000/float64(m.n), "cpu-ms/insert")
				found := 0
				for _, clients := range []int{1, 8} {
					var next, hits atomic.Int64
					var running sync.WaitGroup
					const rounds = 5
					begin, cpu = time.Now(), c.processor(b)
					for range clients {
						running.Go(func() {
							for i := int(next.Add(1)) - 1; i < rounds*len(truth); i = int(next.Add(1)) - 1 {
								q := i % len(truth)
								got, err := col.Search(b.Context(), search.Query{Code: queries[q*m.dim : (q+1)*m.dim], K: k})
								if err != nil {
									b.Error(err)
									return
								}
								for _, g := range got {
									for _, w := range truth[q] {
										if g.ID == w.ID {
											hits.Add(1)
										}
									}
								}
							}
						})
					}
					running.Wait()
					b.ReportMetric(rounds*float64(len(truth))/time.Since(begin).Seconds(), fmt.Sprintf("queries/s-%d", clients))
					b.ReportMetric((c.processor(b)-cpu).Seconds()*1000/(rounds*float64(len(truth))), fmt.Sprintf("cpu-ms/query-%d", clients))
					found = int(hits.Load()) / rounds
				}
				b.ReportMetric(float64(found)/float64(k*len(truth)), "recall@5")
				time.Sleep(10 * time.Second) // until it is on the disk
				b.ReportMetric(float64(c.bytes()-before)/1e6, "MB")
			}
		})
	}
}
