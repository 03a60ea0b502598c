package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"runtime"
	"strconv"

	"likeness/bench/turns"
	"likeness/internal/kernel"
	"likeness/search"
)

// neighbours is how many each query asks for.
const neighbours = 5

// reply is a worker's line of JSON: about itself when it is ready, then one for
// each command.
type reply struct {
	About   string  `json:"about,omitempty"`
	Build   float64 `json:"build,omitempty"`  // seconds of processors
	Memory  float64 `json:"memory,omitempty"` // bytes for each code, the code too
	Answers [][]int `json:"answers,omitempty"`
	Queries int     `json:"queries,omitempty"`
	Seconds float64 `json:"seconds,omitempty"`
}

// Rate is in queries/s.
func (r reply) Rate() float64 { return float64(r.Queries) / r.Seconds }

// measuredIndex is what all of likeness's indexes have.
type measuredIndex interface {
	search.Index
	Memory() int
}

// work is likeness's worker: it carries out the commands that peers.py carries
// out for the others, on one thread.
func work(kind, data, queries string, width int, in io.Reader, out io.Writer) error {
	runtime.GOMAXPROCS(1)
	codes, err := readFloats(data)
	if err != nil {
		return err
	}
	q, err := readFloats(queries)
	if err != nil {
		return err
	}
	e := entries(codes, width)
	before := turns.CPUSeconds()
	var ix measuredIndex
	about := "likeness, " + kernel.SIMD()
	useEf := func(int) {}
	ctx := context.Background()
	switch kind {
	case "exact":
		ix, err = search.NewExact(ctx, nil, e, search.About{})
	case "hnsw":
		var h *search.HNSW
		if h, err = search.NewHNSW(ctx, nil, e, search.About{}, search.HNSWOptions{Seed: 1}); err == nil {
			ix, useEf = h, h.SetEf
		}
	case "lsh":
		var l *search.LSH
		if l, err = search.NewLSH(ctx, nil, e, search.About{}, search.LSHOptions{}); err == nil {
			ix, about = l, fmt.Sprintf("%s, says its recall is %.3f", about, l.Recall())
		}
	default:
		return fmt.Errorf("unknown index %q", kind)
	}
	if err != nil {
		return err
	}
	hello := reply{About: about, Build: turns.CPUSeconds() - before, Memory: float64(ix.Memory())/float64(max(ix.Len(), 1)) + float64(4*width)}
	return turns.Serve(in, out, hello, func(command string, number float64) (r reply, err error) {
		switch command {
		case "ef":
			useEf(int(number))
		case "answers":
			r.Answers, err = answers(ctx, ix, q, width)
		case "single":
			r.Queries, r.Seconds, err = turns.Timed(number, 1, func(i int) error {
				i = i * width % len(q)
				_, err := ix.Search(ctx, search.Query{Code: q[i : i+width], K: neighbours})
				return err
			})
		case "batch":
			queries := search.Queries(q, width, neighbours)
			r.Queries, r.Seconds, err = turns.Timed(number, len(q)/width, func(int) error {
				_, err := ix.SearchBatch(ctx, queries)
				return err
			})
		default:
			err = errors.New("expected ef, answers, single or batch")
		}
		return r, err
	})
}

// entries have their places for ids.
func entries(codes []float32, width int) search.Entries {
	e := search.Entries{Dim: width, Codes: codes}
	for i := range len(codes) / width {
		e.IDs = append(e.IDs, strconv.Itoa(i))
	}
	return e
}

// answers returns the neighbours of each query.
func answers(ctx context.Context, ix search.Index, q []float32, width int) ([][]int, error) {
	found, err := ix.SearchBatch(ctx, search.Queries(q, width, neighbours))
	if err != nil {
		return nil, err
	}
	all := make([][]int, len(found))
	for i, matches := range found {
		for _, m := range matches {
			n, err := strconv.Atoi(m.ID)
			if err != nil {
				return nil, err
			}
			all[i] = append(all[i], n)
		}
	}
	return all, nil
}

func readFloats(path string) ([]float32, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	x := make([]float32, len(b)/4)
	for i := range x {
		x[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
	}
	return x, nil
}

func writeFloats(path string, x []float32) error {
	b := make([]byte, 0, 4*len(x))
	for _, v := range x {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	return os.WriteFile(path, b, 0o666)
}
