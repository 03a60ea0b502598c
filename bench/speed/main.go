// Speed lays the training and forward speed of likeness beside PyTorch's, and
// on request the forward speed beside onnxruntime's. All run the conv autoencoder (code 32, 32x32 pictures, batches of 32, float32)
// from the same weights, in processes that wait while the other one works: a
// slice of time for likeness, one for the peer, and so on, so that a machine
// whose speed drifts slows both. It writes a Markdown table. See bench/README.md.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"likeness/autoencoder"
	"likeness/bench/firststeps/cases"
	"likeness/bench/turns"
	"likeness/internal/atomicfile"
	"likeness/nn"
	"likeness/safetensors"
)

// options is the command line.
type options struct {
	out, peers                    string
	python, openblas, onnxruntime string
	threads, rounds               int
	slice                         time.Duration
}

func main() {
	var o options
	precision := flag.String("precision", string(nn.Float32), "what the worker's training steps multiply in")
	worker := flag.String("worker", "", "be likeness's own worker with this model `file`; the program starts it by itself")
	flag.StringVar(&o.out, "out", "", "Markdown `file` for the table, besides stdout")
	flag.StringVar(&o.python, "python", "/usr/bin/python3", "Python with PyTorch")
	flag.StringVar(&o.openblas, "openblas", "", "`folder` of an OpenBLAS built with OpenMP, for the tuned peers (default where Debian installs it)")
	flag.StringVar(&o.onnxruntime, "onnxruntime", "", "`folder` in which npm installed onnxruntime-node, to measure its forward runs too")
	flag.StringVar(&o.peers, "peers", "", "who to measure against, with commas (default all)")
	flag.IntVar(&o.threads, "threads", min(2, runtime.NumCPU()), "threads of everyone but naive, which has one")
	flag.IntVar(&o.rounds, "rounds", 7, "pairs of slices for each peer")
	flag.DurationVar(&o.slice, "slice", 1500*time.Millisecond, "length of a slice")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var err error
	switch {
	case flag.NArg() > 0:
		err = fmt.Errorf("%q is one argument too many", flag.Arg(0))
	case *worker != "":
		err = work(*worker, o.threads, nn.Precision(*precision), os.Stdin, os.Stdout)
	default:
		err = run(ctx, o)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "speed:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) error {
	if o.threads < 1 || o.rounds < 1 || o.slice <= 0 {
		return fmt.Errorf("threads, rounds and slice must be above zero")
	}
	peers, err := choosePeers(o)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "likeness-speed-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	model := filepath.Join(dir, "model.safetensors")
	if err := writeModel(model); err != nil {
		return err
	}
	t := table{machine: machine(), load: turns.Load(), date: time.Now(), options: o}
	for _, p := range peers {
		fmt.Fprintln(os.Stderr, "measuring against", p.name)
		r, err := p.measure(ctx, o, model)
		if err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		t.results = append(t.results, r)
	}
	t.checkLosses()
	fmt.Print(t.markdown())
	if o.out != "" {
		err = atomicfile.Write(o.out, func(w io.Writer) error {
			_, err := io.WriteString(w, t.markdown())
			return err
		})
		if err != nil {
			return err
		}
	}
	if t.disagree {
		return fmt.Errorf("the first losses differ: not the same network was measured")
	}
	return nil
}

// writeModel writes the first weights and the pictures for all workers.
func writeModel(path string) error {
	m, err := autoencoder.New("conv", cases.Prep, 32, cases.Seed)
	if err != nil {
		return err
	}
	f, err := m.File()
	if err != nil {
		return err
	}
	f.Tensors = append(f.Tensors, safetensors.FromFloats(picturesTensor, []int{cases.Images, cases.Side, cases.Side, 3}, cases.Drawing()))
	return f.Save(path)
}

// picturesTensor holds the pictures in the model file.
const picturesTensor = "speed/pictures"

// machine names processor, system and cores.
func machine() string {
	name := runtime.GOARCH
	if b, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		fields := map[string]string{}
		for line := range strings.Lines(string(b)) {
			key, value, _ := strings.Cut(line, ":")
			if key = strings.TrimSpace(key); fields[key] == "" {
				fields[key] = strings.TrimSpace(value)
			}
		}
		if fields["model name"] != "" {
			name = fmt.Sprintf("%s (family %s, model %s)", fields["model name"], fields["cpu family"], fields["model"])
		}
	}
	return fmt.Sprintf("%s, %d cores, %s, %s", name, runtime.NumCPU(), runtime.GOOS, runtime.Version())
}
