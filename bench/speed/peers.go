package main

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"likeness/bench/turns"
	"likeness/internal/kernel"
	"likeness/nn"
)

//go:embed pytorch.py
var pytorchScript string

//go:embed onnx.js
var onnxScript string

// peer is one way to run the network elsewhere, and the likeness that is laid
// beside it.
type peer struct {
	name        string
	kind        string // what pytorch.py calls it, or onnxruntime
	threads     int
	env         []string     // the peer's
	ours        []string     // likeness's
	precision   nn.Precision // likeness's, in training
	forwardOnly bool
	trainOnly   bool
}

const onnxruntime = "onnxruntime"

// choosePeers picks the peers named by the options.
func choosePeers(o options) ([]peer, error) {
	openblas, err := findOpenBLAS(o.openblas)
	if err != nil {
		return nil, err
	}
	// malloc shall keep what it got instead of giving it back after every step:
	// freshly mapped pages would have to be zeroed by the system each time.
	tuned := []string{
		"OMP_NUM_THREADS=" + strconv.Itoa(o.threads),
		"GLIBC_TUNABLES=glibc.malloc.mmap_threshold=33554432:glibc.malloc.trim_threshold=1073741824:glibc.malloc.top_pad=67108864",
	}
	if openblas != "" {
		tuned = append(tuned, "LD_LIBRARY_PATH="+openblas)
	}
	avx512 := slices.Concat(tuned, []string{"ATEN_CPU_CAPABILITY=avx512"})
	avx2 := slices.Concat(tuned, []string{"ATEN_CPU_CAPABILITY=avx2", "ONEDNN_MAX_CPU_ISA=AVX2", "OPENBLAS_CORETYPE=Haswell"})
	known := []peer{
		{name: "naive", kind: "naive", threads: 1, env: []string{"OMP_NUM_THREADS=1"}},
		{name: "tuned", kind: "tuned", threads: o.threads, env: avx512},
		{name: "expert", kind: "expert", threads: o.threads, env: avx512},
		{name: "beyond", kind: "beyond", threads: o.threads, env: avx512},
		{name: "expert-avx2", kind: "expert", threads: o.threads, env: avx2, ours: []string{"LIKENESS_SIMD=avx2"}},
	}
	for i := range known {
		known[i].precision = nn.Float32
	}
	if kernel.BF16() {
		known = append(known,
			peer{name: "expert-bf16", kind: "expert", threads: o.threads, env: avx512, precision: nn.BF16, trainOnly: true},
			peer{name: "half", kind: "half", threads: o.threads, env: avx512, precision: nn.BF16, trainOnly: true})
	}
	if o.onnxruntime != "" {
		modules, err := filepath.Abs(filepath.Join(o.onnxruntime, "node_modules"))
		if err != nil {
			return nil, err
		}
		known = append(known, peer{name: onnxruntime, kind: onnxruntime, threads: o.threads, env: []string{"NODE_PATH=" + modules}, precision: nn.Float32, forwardOnly: true})
	}
	var names []string
	for _, p := range known {
		names = append(names, p.name)
	}
	if o.peers == "" {
		return known, nil
	}
	var chosen []peer
	for name := range strings.SplitSeq(o.peers, ",") {
		i := slices.Index(names, name)
		if i < 0 {
			return nil, fmt.Errorf("unknown peer %q, known are %s", name, strings.Join(names, ", "))
		}
		chosen = append(chosen, known[i])
	}
	return chosen, nil
}

// findOpenBLAS looks for the OpenBLAS that shares PyTorch's threads. The one
// with threads of its own, which Debian installs first, fights them over cores.
func findOpenBLAS(dir string) (string, error) {
	pattern := "/usr/lib/*/openblas-openmp/libblas.so.3"
	if dir != "" {
		pattern = filepath.Join(dir, "libblas.so.3")
	}
	found, err := filepath.Glob(pattern)
	if err != nil {
		return "", err
	}
	if len(found) > 0 {
		return filepath.Abs(filepath.Dir(found[0]))
	}
	if dir != "" {
		return "", fmt.Errorf("%s has no libblas.so.3", dir)
	}
	fmt.Fprintln(os.Stderr, "warning: no OpenBLAS with OpenMP (Debian: libopenblas0-openmp), so tuned and expert may come out slower than they could be")
	return "", nil
}

// result is what the pairs of slices gave: images/s of likeness and of the
// peer, for training and for forward runs, one each a round.
type result struct {
	peer
	about, oursAbout   string
	train, forward     turns.Rates
	losses, oursLosses []float64
}

// firstLosses is how many are compared before anything is measured.
const firstLosses = 5

// measure starts both, compares their first losses, and lets them take turns.
func (p peer) measure(ctx context.Context, o options, model string) (result, error) {
	r := result{peer: p}
	self, err := os.Executable()
	if err != nil {
		return r, err
	}
	ours, err := turns.Start[reply](ctx, p.ours, self, "-worker", model, "-threads", strconv.Itoa(o.threads), "-precision", string(p.precision))
	if err != nil {
		return r, err
	}
	defer ours.Stop()
	theirs, err := p.start(ctx, o, model)
	if err != nil {
		return r, err
	}
	defer theirs.Stop()
	r.about, r.oursAbout = theirs.Hello.About, ours.Hello.About
	var a, b reply
	if a, err = ours.Ask("losses", firstLosses); err == nil {
		b, err = theirs.Ask("losses", firstLosses)
	}
	if err != nil {
		return r, err
	}
	r.oursLosses, r.losses = a.Losses, b.Losses
	if !p.forwardOnly {
		if r.train, err = turns.Take(ours, theirs, "train", o.slice, o.rounds); err != nil {
			return r, err
		}
	}
	if !p.trainOnly {
		r.forward, err = turns.Take(ours, theirs, "forward", o.slice, o.rounds)
	}
	return r, err
}

// start starts the peer's worker.
func (p peer) start(ctx context.Context, o options, model string) (*turns.Worker[reply], error) {
	threads := strconv.Itoa(p.threads)
	if p.kind != onnxruntime {
		return turns.Start[reply](ctx, p.env, o.python, "-c", pytorchScript, p.kind, model, threads)
	}
	network := filepath.Join(filepath.Dir(model), "model.onnx")
	export := exec.CommandContext(ctx, o.python, "-c", pytorchScript, "export", model, threads, network)
	if out, err := export.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("export to ONNX: %w\n%s", err, out)
	}
	return turns.Start[reply](ctx, p.env, "node", "-e", onnxScript, network, model, threads)
}
