package main

import (
	"bytes"
	"context"
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"likeness/bench/turns"
)

// Each of likeness's workers answers as the peers do, and finds what is there.
func TestWorkers(t *testing.T) {
	dir := t.TempDir()
	c := testCase{name: "700x8", width: 8, data: filepath.Join(dir, "data"), queries: filepath.Join(dir, "queries")}
	if err := c.write(700); err != nil {
		t.Fatal(err)
	}
	var err error
	if c.truth, err = c.trueNeighbours(context.Background()); err != nil {
		t.Fatal(err)
	}
	for kind, least := range map[string]float64{"exact": 1, "hnsw": 0.98, "lsh": 0.8} {
		var out bytes.Buffer
		if err := work(kind, c.data, c.queries, 8, strings.NewReader("ef 64\nanswers 0\nsingle 0.001\nbatch 0.001\n"), &out); err != nil {
			t.Fatal(err)
		}
		var hello, ef, found, single, batch reply
		replies := json.NewDecoder(&out)
		for _, r := range []*reply{&hello, &ef, &found, &single, &batch} {
			if err := replies.Decode(r); err != nil {
				t.Fatal(err)
			}
		}
		if !strings.HasPrefix(hello.About, "likeness, ") || hello.Memory < 32+8 {
			t.Errorf("%s: %+v", kind, hello)
		}
		if recall := c.recall(found.Answers); recall < least || len(found.Answers) != queryCount {
			t.Errorf("%s: recall %v of %d answers", kind, recall, len(found.Answers))
		}
		if single.Queries < 1 || batch.Queries < queryCount || batch.Seconds < 0.001 {
			t.Errorf("%s: %+v, %+v", kind, single, batch)
		}
	}
	for _, bad := range []string{"jump 1\n", "single x\n"} {
		if err := work("exact", c.data, c.queries, 8, strings.NewReader(bad), &bytes.Buffer{}); err == nil {
			t.Errorf("no error for the command %q", bad)
		}
	}
	if err := work("tree", c.data, c.queries, 8, strings.NewReader(""), &bytes.Buffer{}); err == nil {
		t.Error("no error for an unknown index")
	}
}

func TestReach(t *testing.T) {
	list := []setting{{8, 0.9}, {16, 0.97}, {32, 0.99}}
	if s, ok := reach(list, 0.95); !ok || s.ef != 16 {
		t.Errorf("got %v, %v", s, ok)
	}
	if s, ok := reach(list, 0.999); ok {
		t.Errorf("got %v where none is good enough", s)
	}
	c := testCase{truth: [][]int{{1, 2}, {3, 4}}}
	if got := c.recall([][]int{{2, 1}, {3, 5}}); got != 0.75 {
		t.Errorf("recall %v, want 0.75", got)
	}
}

func TestChoosePeers(t *testing.T) {
	p, err := choosePeers("hnswlib,faiss-flat")
	if err != nil || !slices.Equal([]string{p[0].ours, p[1].ours}, []string{"hnsw", "exact"}) {
		t.Errorf("%v, %v", p, err)
	}
	if _, err := choosePeers("hnswlib,annoy"); err == nil || !strings.Contains(err.Error(), `"annoy", known are faiss-flat`) {
		t.Errorf("error %v", err)
	}
}

func TestTable(t *testing.T) {
	tab := table{machine: "M", date: time.Unix(0, 0), options: options{rounds: 3, slice: time.Second}, results: []result{{
		peer: peer{name: "p", ours: "hnsw"}, at: "10x2",
		ours: reply{About: "likeness, avx2", Build: 2, Memory: 300}, theirs: reply{About: "P 1", Build: 4},
		runs: []comparison{{what: "single", Rates: turns.Rates{Ours: []float64{200, 300, 100}, Theirs: []float64{100, 100, 100}}, oursEf: 16, theirsEf: 32, oursRecall: 0.991, theirRecall: 0.99}},
	}}}
	text := tab.markdown()
	for _, want := range []string{
		"M; 1970-01-01 00:00 UTC",
		"| 10x2 | P 1 | single | 0.990 (ef 32) | 100 [100, 100] | hnsw 0.991 (ef 16) | 200 [100, 300] | **2.00 [1.00, 3.00]** |",
		"| 10x2 | P 1 | 4.00 | hnsw: likeness, avx2 | 2.00 | 0.50 | 300 |",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the table lacks %q:\n%s", want, text)
		}
	}
}
