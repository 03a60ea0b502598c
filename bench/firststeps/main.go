// Firststeps takes the first twenty training steps of each of the tutorial's
// models and writes what another program needs to take the same steps: the
// weights before them and the batches, with our losses and our weights after
// them for comparison. One safetensors file is written for each model; it is
// also a model file of the untrained model. See bench/README.md.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"os"
	"os/signal"
	"path/filepath"

	"likeness/bench/firststeps/cases"
	"likeness/faces"
	"likeness/internal/kernel"
	"likeness/nn"
	"likeness/safetensors"
)

func main() {
	out := flag.String("out", filepath.Join(os.TempDir(), "likeness-firststeps"), "`folder` for the files, one for each model")
	data := flag.String("data", "", "`archive` of photographs; without it pictures are drawn by a formula")
	attributes := flag.String("attributes", "", "attribute `file` of the archive")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *out, *data, *attributes); err != nil {
		fmt.Fprintln(os.Stderr, "firststeps:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out, data, attributes string) error {
	pictures, source := []float32(nil), "formula"
	if data == "" {
		pictures = cases.Drawing()
	} else {
		source = filepath.Base(data)
		var err error
		if pictures, err = cases.Faces(ctx, data, faces.Options{Attributes: attributes}); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	for _, c := range cases.All() {
		if err := write(out, source, c, pictures); err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return nil
}

// write trains one case, prints its numbers and writes its file.
func write(out, source string, c cases.Case, pictures []float32) error {
	r, err := c.Prepare(pictures)
	if err != nil {
		return err
	}
	f, err := r.Model.File() // shares the weights, which are about to move
	if err != nil {
		return err
	}
	f.Tensors = nil
	before := r.Weights()
	for i := range before {
		before[i].Value = append([]float32(nil), before[i].Value...)
		add(f, before[i].Name, before[i].Shape, before[i].Value)
	}
	shape := []int{cases.Steps, cases.Batch, cases.Side, cases.Side, 3}
	add(f, "firststeps/inputs", shape, r.Inputs)
	add(f, "firststeps/targets", shape, r.Targets)
	f.Metadata["firststeps.case"] = c.Name
	f.Metadata["firststeps.data"] = source
	f.Metadata["firststeps.digest"] = r.Digest()

	steps, err := r.Train(nn.DefaultAdamax(), cases.Rate)
	if err != nil {
		return err
	}
	fmt.Printf("%s, %s\n", c.Name, source)
	losses := make([]float64, len(steps))
	for i, s := range steps {
		losses[i] = s.Loss
		fmt.Printf("  step %2d  loss %.9f\n", i+1, s.Loss)
		for k, w := range s.Winners {
			name := fmt.Sprintf("firststeps/winners/%d/%d", i, k)
			f.Tensors = append(f.Tensors, safetensors.FromBytes(name, []int{len(w)}, w))
		}
	}
	text, err := json.Marshal(map[string]any{"rate": cases.Rate, "losses": losses, "kernels": kernel.SIMD()})
	if err != nil {
		return err
	}
	f.Metadata["firststeps.training"] = string(text)
	for i, t := range r.Weights() {
		add(f, "firststeps/after/"+t.Name, t.Shape, t.Value)
		fmt.Printf("  %-34s norm %.7f  moved %.7f\n", t.Name, distance(t.Value, nil), distance(t.Value, before[i].Value))
	}
	path := filepath.Join(out, c.Name+".safetensors")
	fmt.Println("  ->", path)
	return f.Save(path)
}

func add(f *safetensors.File, name string, shape []int, x []float32) {
	f.Tensors = append(f.Tensors, safetensors.FromFloats(name, shape, x))
}

// distance is the euclidean one; b may be nil for the origin.
func distance(a, b []float32) float64 {
	sum := 0.0
	for i, v := range a {
		d := float64(v)
		if b != nil {
			d -= float64(b[i])
		}
		sum += d * d
	}
	return math.Sqrt(sum)
}
