//go:build linux

package pgvector

import (
	"fmt"
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

// clustered draws n points of 1,000 clusters, of 100 people, with a number that is above .99 for one in a hundred.
func clustered(n, width int, seed uint64) *engine.Rows {
	rng := rand.New(rand.NewPCG(seed, 7))
	centres := make([]float32, 1000*width)
	fixed := rand.New(rand.NewPCG(1, 1))
	for i := range centres {
		centres[i] = float32(fixed.NormFloat64())
	}
	r := &engine.Rows{Entries: search.Entries{Dim: width, Attributes: &search.Attributes{Names: []string{"x"}}}}
	for i := range n {
		at := rng.IntN(1000) * width
		for j := range width {
			r.Codes = append(r.Codes, centres[at+j]+.5*float32(rng.NormFloat64()))
		}
		r.IDs, r.People = append(r.IDs, fmt.Sprintf("folder %d/%d.jpg", i%50, i)), append(r.People, fmt.Sprintf("Person %d", i%100))
		r.Attributes.Values = append(r.Attributes.Values, rng.Float32())
	}
	return r
}

// processorTime returns what a server and its processes have taken, those that have ended included.
func processorTime(b *testing.B, pid int) time.Duration {
	b.Helper()
	ticks := 0
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		b.Fatal(err)
	}
	for _, path := range stats {
		text, err := os.ReadFile(path)
		if err != nil { // the process has ended
			continue
		}
		// Behind the name: state, parent, 9 more, utime, stime, and both of the children that have ended.
		f := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
		own := filepath.Base(filepath.Dir(path)) == strconv.Itoa(pid)
		if !own && f[1] != strconv.Itoa(pid) {
			continue
		}
		last := 13
		if own {
			last = 15
		}
		for _, v := range f[11:last] {
			n, _ := strconv.Atoi(v)
			ticks += n
		}
	}
	return time.Duration(ticks) * 10 * time.Millisecond
}

// BenchmarkServers measures a server of its own: LIKENESS_BENCH=100000x32 says how many points of how many numbers.
//
//	LIKENESS_SERVERS=1 go test ./search/pgvector -run '^$' -bench Servers -benchtime 2000x
func BenchmarkServers(b *testing.B) {
	n, width := 100_000, 32
	if text := os.Getenv("LIKENESS_BENCH"); text != "" {
		if _, err := fmt.Sscanf(text, "%dx%d", &n, &width); err != nil {
			b.Fatal(err)
		}
	}
	s := startPostgres(b)
	ctx := b.Context()
	rows := clustered(n, width, 1)
	queries := clustered(300, width, 2).Codes
	truth, err := search.NewExact(ctx, search.Euclidean{}, rows.Entries, search.About{})
	if err != nil {
		b.Fatal(err)
	}
	e := s.open(b, os.Getenv("LIKENESS_BENCH_OPTIONS"))
	h := &engine.Header{Model: "m", Dim: width, Width: width, Space: search.Euclidean{}, Attributes: rows.Attributes.Names}
	c, err := e.Make(ctx, h, engine.MakeOptions{})
	if err != nil {
		b.Fatal(err)
	}
	// once measures what is done once, whatever b.N is.
	once := func(name string, rows int, do func()) {
		before, begin := processorTime(b, s.process.Process.Pid), time.Now()
		do()
		took, cpu := time.Since(begin).Seconds(), (processorTime(b, s.process.Process.Pid) - before).Seconds()
		b.Run(name, func(b *testing.B) {
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(took, "s")
			b.ReportMetric(float64(rows)/took, "rows/s")
			b.ReportMetric(cpu*1e6/float64(rows), "cpu-us/row")
		})
	}
	put := func(rows *engine.Rows, some int) func() {
		return func() {
			for i := 0; i < rows.Len(); i += some {
				if err := c.Put(ctx, rows.Slice(i, min(i+some, rows.Len()))); err != nil {
					b.Fatal(err)
				}
			}
		}
	}
	once("put", n, put(rows, 2000))
	search5 := func(name string, where search.Where, clients int) {
		b.Run(name, func(b *testing.B) {
			var next, found, wanted atomic.Int64
			before := processorTime(b, s.process.Process.Pid)
			var group sync.WaitGroup
			b.ResetTimer()
			for range clients {
				group.Go(func() {
					for i := next.Add(1); i <= int64(b.N); i = next.Add(1) {
						at := int(i) % (len(queries) / width) * width
						got, err := c.Search(ctx, search.Query{Code: queries[at : at+width], K: 5, Where: where})
						if err != nil {
							b.Error(err)
							return
						}
						if i > 300 {
							continue
						}
						want, err := truth.Search(ctx, search.Query{Code: queries[at : at+width], K: 5, Where: where})
						if err != nil {
							b.Error(err)
							return
						}
						ids := map[string]bool{}
						for _, m := range got {
							ids[m.ID] = true
						}
						for _, m := range want {
							wanted.Add(1)
							if ids[m.ID] {
								found.Add(1)
							}
						}
					}
				})
			}
			group.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "queries/s")
			b.ReportMetric((processorTime(b, s.process.Process.Pid)-before).Seconds()*1e3/float64(b.N), "cpu-ms/query")
			b.ReportMetric(float64(found.Load())/float64(max(1, wanted.Load())), "recall")
		})
	}
	search5("exact", search.Where{}, 1)
	once("publish", n, func() {
		if err := e.Publish(ctx, c); err != nil {
			b.Fatal(err)
		}
	})
	b.Run("bytes", func(b *testing.B) {
		var size int64
		if err := e.(*database).pool.QueryRow(ctx, `SELECT pg_total_relation_size(to_regclass($1))`, c.(*collection).table).Scan(&size); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(0, "ns/op")
		b.ReportMetric(float64(size)/float64(n), "bytes/row")
	})
	search5("index", search.Where{}, 1)
	search5("index, 4 clients", search.Where{}, 4)
	search5("a person in a hundred", search.Where{People: []string{"person 7"}}, 1)
	search5("a number above .99", search.Where{Attributes: []search.Condition{{Name: "x", Op: search.Above, Value: .99}}}, 1)
	search5("a number above .9", search.Where{Attributes: []search.Condition{{Name: "x", Op: search.Above, Value: .9}}}, 1)
	search5("a number above .5", search.Where{Attributes: []search.Condition{{Name: "x", Op: search.Above, Value: .5}}}, 1)
	more := clustered(2000, width, 3)
	for i := range more.IDs {
		more.IDs[i] = "more/" + more.IDs[i]
	}
	once("put with the index", more.Len(), put(more, 200))
}
