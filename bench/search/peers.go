package main

import (
	"bufio"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
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

// comparison is what the pairs of slices gave in one setting.
type comparison struct {
	what                    string // single or batch
	ours, theirs            []float64
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
	ours, err := start(ctx, self, "-worker", p.ours, c.data, c.queries, width)
	if err != nil {
		return r, err
	}
	defer ours.stop()
	theirs, err := start(ctx, o.python, "-c", peersScript, p.name, c.data, c.queries, width)
	if err != nil {
		return r, err
	}
	defer theirs.stop()
	r.ours, r.theirs = ours.hello, theirs.hello
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
			if err := errors.Join(ours.set(x.ef), theirs.set(y.ef)); err != nil {
				return r, err
			}
		}
		for _, what := range []string{"single", "batch"} {
			run := comparison{what: what, oursEf: x.ef, theirsEf: y.ef, oursRecall: x.recall, theirRecall: y.recall}
			for round := -1; round < o.rounds; round++ { // the first only warms up
				one, err := ours.ask(what, o.slice.Seconds())
				if err != nil {
					return r, err
				}
				two, err := theirs.ask(what, o.slice.Seconds())
				if err != nil {
					return r, err
				}
				if round >= 0 {
					run.ours = append(run.ours, float64(one.Queries)/one.Seconds)
					run.theirs = append(run.theirs, float64(two.Queries)/two.Seconds)
				}
			}
			r.runs = append(r.runs, run)
		}
	}
	return r, nil
}

// settings measures the recall of each ef, up to the first that finds all.
func (p peer) settings(w *process, c testCase) ([]setting, error) {
	list := []int{0}
	if p.graph {
		list = efs
	}
	var found []setting
	for _, ef := range list {
		if p.graph {
			if err := w.set(ef); err != nil {
				return nil, err
			}
		}
		a, err := w.ask("answers", 0)
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

// reach gives the least ef with a recall.
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

// process is a worker that waits for commands.
type process struct {
	cmd   *exec.Cmd
	in    io.WriteCloser
	out   *json.Decoder
	hello reply
}

func start(ctx context.Context, name string, args ...string) (*process, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = append(os.Environ(), "OMP_NUM_THREADS=1", "OPENBLAS_NUM_THREADS=1")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &process{cmd: cmd, in: in, out: json.NewDecoder(bufio.NewReader(out))}
	if err := p.out.Decode(&p.hello); err != nil {
		p.stop()
		return nil, fmt.Errorf("%s did not start: %w", name, err)
	}
	return p, nil
}

func (p *process) ask(command string, number float64) (reply, error) {
	var r reply
	if _, err := fmt.Fprintln(p.in, command, number); err != nil {
		return r, err
	}
	err := p.out.Decode(&r)
	if errors.Is(err, io.EOF) {
		err = fmt.Errorf("the worker ended while it was asked for %s", command)
	}
	return r, err
}

func (p *process) set(ef int) error {
	_, err := p.ask("ef", float64(ef))
	return err
}

// stop closes the worker's input, which ends it; how it ends does not matter,
// for nothing it has not answered is used.
func (p *process) stop() {
	_ = p.in.Close()
	_ = p.cmd.Wait()
}
