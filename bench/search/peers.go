package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"likeness/bench/turns"
)

//go:embed peers.py
var peersScript string

// peer is another program's index, and likeness's that is laid beside it.
type peer struct {
	name, ours string
	graph      bool // walked with an ef
	exact      bool // must find the true neighbours
}

var known = []peer{
	{name: "faiss-flat", ours: "exact", exact: true},
	{name: "sklearn-brute", ours: "exact", exact: true},
	{name: "hnswlib", ours: "hnsw", graph: true},
	{name: "faiss-hnsw", ours: "hnsw", graph: true},
	{name: "faiss-lsh", ours: "lsh"},
}

func peerNames() []string {
	var names []string
	for _, p := range known {
		names = append(names, p.name)
	}
	return names
}

func choosePeers(names string) ([]peer, error) {
	var chosen []peer
	for name := range strings.SplitSeq(names, ",") {
		i := slices.Index(peerNames(), name)
		if i < 0 {
			return nil, fmt.Errorf("unknown peer %q, known are %s", name, strings.Join(peerNames(), ", "))
		}
		chosen = append(chosen, known[i])
	}
	return chosen, nil
}

// result is what a pair of indexes gave on one case.
type result struct {
	peer
	at           string // the case
	ours, theirs reply  // about and build
	runs         []comparison
}

// comparison is what the pairs of slices gave in one setting: queries/s.
type comparison struct {
	what string // single or batch
	turns.Rates
	oursEf, theirsEf        int // of graphs
	oursRecall, theirRecall float64
}

// efs are tried in this order. They lie close, so that two graphs are compared at
// nearly the same recall.
var efs = []int{5, 6, 7, 8, 10, 12, 14, 16, 18, 20, 22, 24, 28, 32, 36, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 256, 384, 512, 768, 1024}

// setting is an ef and the recall it gives.
type setting struct {
	ef     int
	recall float64
}

func (p peer) measure(ctx context.Context, o options, c testCase, recalls []float64) (result, error) {
	r := result{peer: p, at: c.name}
	self, err := os.Executable()
	if err != nil {
		return r, err
	}
	width := strconv.Itoa(c.width)
	oneThread := []string{"OMP_NUM_THREADS=1", "OPENBLAS_NUM_THREADS=1"}
	ours, err := turns.Start[reply](ctx, oneThread, self, "-worker", p.ours, c.data, c.queries, width)
	if err != nil {
		return r, err
	}
	defer ours.Stop()
	theirs, err := turns.Start[reply](ctx, oneThread, o.python, "-c", peersScript, p.name, c.data, c.queries, width)
	if err != nil {
		return r, err
	}
	defer theirs.Stop()
	r.ours, r.theirs = ours.Hello, theirs.Hello
	if !p.graph {
		recalls = []float64{0}
	}
	a, err := p.settings(ours, c)
	if err != nil {
		return r, err
	}
	b, err := p.settings(theirs, c)
	if err != nil {
		return r, err
	}
	if p.exact && a[0].recall != 1 {
		return r, fmt.Errorf("likeness found %v of the true neighbours, expected all", a[0].recall)
	}
	for _, recall := range recalls {
		x, okX := reach(a, recall)
		y, okY := reach(b, recall)
		if !okX || !okY {
			continue
		}
		if p.graph {
			if err := errors.Join(setEf(ours, x.ef), setEf(theirs, y.ef)); err != nil {
				return r, err
			}
		}
		for _, what := range []string{"single", "batch"} {
			run := comparison{what: what, oursEf: x.ef, theirsEf: y.ef, oursRecall: x.recall, theirRecall: y.recall}
			if run.Rates, err = turns.Take(ours, theirs, what, o.slice, o.rounds); err != nil {
				return r, err
			}
			r.runs = append(r.runs, run)
		}
	}
	return r, nil
}

// settings measures the recall of each ef, up to the first that finds all.
func (p peer) settings(w *turns.Worker[reply], c testCase) ([]setting, error) {
	list := []int{0}
	if p.graph {
		list = efs
	}
	var found []setting
	for _, ef := range list {
		if p.graph {
			if err := setEf(w, ef); err != nil {
				return nil, err
			}
		}
		a, err := w.Ask("answers", 0)
		if err != nil {
			return nil, err
		}
		recall := c.recall(a.Answers)
		found = append(found, setting{ef, recall})
		if recall == 1 {
			break
		}
	}
	return found, nil
}

func setEf(w *turns.Worker[reply], ef int) error {
	_, err := w.Ask("ef", float64(ef))
	return err
}

// reach returns the least ef with a recall.
func reach(list []setting, recall float64) (setting, bool) {
	i := slices.IndexFunc(list, func(s setting) bool { return s.recall >= recall })
	if i < 0 {
		return setting{}, false
	}
	return list[i], true
}

// recall is the share of the true neighbours in the answers.
func (c testCase) recall(answers [][]int) float64 {
	found, wanted := 0, 0
	for i, want := range c.truth {
		for _, p := range want {
			wanted++
			if i < len(answers) && slices.Contains(answers[i], p) {
				found++
			}
		}
	}
	return float64(found) / float64(wanted)
}
