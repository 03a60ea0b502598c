// Onnx lays the processor time of likeness's runtime for ONNX files beside onnxruntime's. Each network
// that is named runs in both on the same numbers, on one thread, in processes that wait while the other
// one works. It compares the answers, and writes a Markdown table. See bench/README.md.
package main

import (
	"context"
	_ "embed"
	"errors"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"likeness/bench/turns"
	"likeness/onnx"
	onnxrun "likeness/onnx/runtime"
	"likeness/parallel"
)

// worker is onnxruntime's side.
//
//go:embed worker.mjs
var worker []byte

// reply is a worker's line of JSON: about itself, then one for each command.
type reply struct {
	About  string    `json:"about,omitempty"`
	Code   []float32 `json:"code,omitempty"` // of the first picture
	Images int       `json:"images,omitempty"`
	CPU    float64   `json:"cpu,omitempty"` // seconds of processor time
}

// Rate is in images a second of processor time.
func (r reply) Rate() float64 { return float64(r.Images) / r.CPU }

func main() {
	isWorker := flag.Bool("worker", false, "be likeness's own worker for one network; the program starts it by itself")
	modules := flag.String("modules", os.Getenv("LIKENESS_NODE_MODULES"), "`folder` node_modules with onnxruntime-node")
	preload := flag.String("preload", "", "a library for onnxruntime's process alone, such as bench/onnx/avx2's, which hides AVX-512 from it")
	batch := flag.Int("batch", 8, "pictures at a time")
	rounds := flag.Int("rounds", 7, "pairs of slices for each network")
	slice := flag.Duration("slice", 2*time.Second, "length of a slice")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var err error
	switch {
	case *isWorker && flag.NArg() == 1:
		err = work(flag.Arg(0), *batch)
	case *isWorker || flag.NArg() == 0:
		err = errors.New("name ONNX files")
	default:
		err = compare(ctx, flag.Args(), *modules, *preload, *batch, *rounds, *slice)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "onnx:", err)
		os.Exit(1)
	}
}

// input is what both workers compute for themselves: numbers from -1 to 1 by a formula.
func input(n int) []float32 {
	r := rand.New(rand.NewPCG(1, 2))
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(r.IntN(256))/127.5 - 1
	}
	return x
}

// work is likeness's worker.
func work(path string, batch int) error {
	m, err := onnx.Open(path)
	if err != nil {
		return err
	}
	net, err := onnxrun.Compile(m, onnxrun.Options{})
	if err != nil {
		return err
	}
	ctx := parallel.WithThreads(context.Background(), 1)
	size := 1
	for _, d := range net.Input() {
		size *= d
	}
	data, err := os.ReadFile(os.Getenv("ONNX_BENCH_INPUT"))
	if err != nil {
		return err
	}
	x := fromBytes(data)
	return turns.Serve(os.Stdin, os.Stdout, reply{About: "likeness"}, func(command string, seconds float64) (reply, error) {
		before := processor()
		var y []float32
		images, _, err := turns.Timed(seconds, batch, func(int) (err error) {
			y, err = net.Run(ctx, x[:batch*size])
			return err
		})
		if err != nil {
			return reply{}, err
		}
		return reply{Images: images, CPU: processor() - before, Code: y[:len(y)/batch]}, nil
	})
}

func fromBytes(b []byte) []float32 {
	x := make([]float32, len(b)/4)
	for i := range x {
		x[i] = math.Float32frombits(uint32(b[4*i]) | uint32(b[4*i+1])<<8 | uint32(b[4*i+2])<<16 | uint32(b[4*i+3])<<24)
	}
	return x
}

func toBytes(x []float32) []byte {
	b := make([]byte, 0, 4*len(x))
	for _, v := range x {
		u := math.Float32bits(v)
		b = append(b, byte(u), byte(u>>8), byte(u>>16), byte(u>>24))
	}
	return b
}

func compare(ctx context.Context, files []string, modules, preload string, batch, rounds int, slice time.Duration) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	folder, err := os.MkdirTemp("", "likeness-onnx-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	script := filepath.Join(folder, "worker.mjs")
	if err := os.WriteFile(script, worker, 0o644); err != nil {
		return err
	}
	if modules, err = filepath.Abs(modules); err != nil {
		return err
	}
	simd := os.Getenv("LIKENESS_SIMD")
	if simd == "" {
		simd = "the best"
	}
	fmt.Printf("batch %d, one thread, LIKENESS_SIMD: %s, %s%s\n", batch, simd, runtime.GOARCH, turns.Load())
	if preload != "" {
		fmt.Printf("onnxruntime with %s\n", filepath.Base(preload))
	}
	fmt.Println()
	fmt.Println("| network | likeness, ms a picture | onnxruntime | onnxruntime / likeness | off |")
	fmt.Println("|---|---|---|---|---|")
	for _, file := range files {
		m, err := onnx.Open(file)
		if err != nil {
			return err
		}
		net, err := onnxrun.Compile(m, onnxrun.Options{})
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		size, dims := batch, []string{fmt.Sprint(batch)}
		for _, d := range net.Input() {
			size, dims = size*d, append(dims, fmt.Sprint(d))
		}
		numbers := filepath.Join(folder, "input")
		if err := os.WriteFile(numbers, toBytes(input(size)), 0o644); err != nil {
			return err
		}
		env := []string{"ONNX_BENCH_INPUT=" + numbers, "LIKENESS_NODE_MODULES=" + modules}
		ours, err := turns.Start[reply](ctx, env, self, "-worker", "-batch", fmt.Sprint(batch), file)
		if err != nil {
			return err
		}
		defer ours.Stop()
		if preload != "" {
			env = append(env, "LD_PRELOAD="+preload)
		}
		theirs, err := turns.Start[reply](ctx, env, "node", script, file, strings.Join(dims, "x"))
		if err != nil {
			return err
		}
		defer theirs.Stop()
		a, err := ours.Ask("run", 0)
		if err != nil {
			return err
		}
		b, err := theirs.Ask("run", 0)
		if err != nil {
			return err
		}
		rates, err := turns.Take(ours, theirs, "run", slice, rounds)
		if err != nil {
			return err
		}
		fmt.Printf("| %s | %s | %s | %s | %.1e |\n", filepath.Base(file), turns.Spread(milliseconds(rates.Ours), "%.3g"), turns.Spread(milliseconds(rates.Theirs), "%.3g"),
			turns.Spread(rates.Ratios(), "%.2f"), off(a.Code, b.Code))
	}
	return nil
}

func milliseconds(rates []float64) []float64 {
	out := make([]float64, len(rates))
	for i, r := range rates {
		out[i] = 1000 / r
	}
	return out
}

// off is the largest difference in parts of the largest number.
func off(a, b []float32) float64 {
	if len(a) != len(b) {
		return math.Inf(1)
	}
	d, most := 0.0, 0.0
	for i := range a {
		d, most = max(d, math.Abs(float64(a[i]-b[i]))), max(most, math.Abs(float64(b[i])))
	}
	return d / most
}
