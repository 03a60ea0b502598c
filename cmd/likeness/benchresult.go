package main

import (
	"fmt"
	"io"
	"strings"

	"likeness/nn"
	"likeness/report"
)

// benchResult is what 'likeness bench' found out. Rates are medians over the
// rounds, of all threads together.
type benchResult struct {
	Model   string `json:"model"`
	Code    int    `json:"code"`
	Width   int    `json:"width"`
	Height  int    `json:"height"`
	Batch   int    `json:"batch"`
	Threads int    `json:"threads"`
	SIMD    string `json:"simd"`
	// Precision is that of the training steps.
	Precision string  `json:"precision"`
	Seconds   float64 `json:"seconds"` // as asked for
	Rounds    int     `json:"rounds"`

	TrainImages   float64 `json:"train_images_per_second"`
	ForwardImages float64 `json:"forward_images_per_second"`
	TrainGFLOPS   float64 `json:"train_gflops"`
	ForwardGFLOPS float64 `json:"forward_gflops"`
	PeakGFLOPS    float64 `json:"peak_gflops"`
	TrainFLOP     int64   `json:"train_flop_per_image"`
	ForwardFLOP   int64   `json:"forward_flop_per_image"`

	Spread struct {
		Train   spread `json:"train_images_per_second"`
		Forward spread `json:"forward_images_per_second"`
		Peak    spread `json:"peak_gflops"`
	} `json:"spread"`

	Layers []benchLayer `json:"layers"`
	// The rest of a training step, in microseconds of one core for one image.
	LossMicros   float64 `json:"loss_us"`   // loss, its gradient, copies
	UpdateMicros float64 `json:"update_us"` // Adamax, packing
}

// benchLayer is one layer of a training step.
type benchLayer struct {
	Network  string    `json:"network"`
	Name     string    `json:"name"`
	Kind     string    `json:"kind"`
	Output   nn.Shape  `json:"output_shape"`
	Forward  benchWork `json:"forward"`
	Backward benchWork `json:"backward"`
}

// benchWork is a layer's work in one direction.
type benchWork struct {
	FLOP   int64   `json:"flop_per_image"`
	Micros float64 `json:"us_per_image"` // of one core
	GFLOPS float64 `json:"gflops"`       // of all threads
}

func (b *benchRun) result() *benchResult {
	f := b.flags
	r := &benchResult{
		Model: f.model.value, Code: f.code, Width: f.size.w, Height: f.size.h, Batch: f.batch,
		Threads: b.threads, SIMD: nn.Precision(f.precision.value).SIMD(), Precision: f.precision.value, Seconds: f.seconds, Rounds: len(b.train),
	}
	r.ForwardFLOP, r.TrainFLOP = b.profile.FLOP()
	r.Spread.Train, r.Spread.Forward, r.Spread.Peak = spreadOf(b.train), spreadOf(b.forward), spreadOf(b.peak)
	r.TrainImages, r.ForwardImages, r.PeakGFLOPS = r.Spread.Train.Median, r.Spread.Forward.Median, r.Spread.Peak.Median
	r.TrainGFLOPS = r.TrainImages * float64(r.TrainFLOP) / 1e9
	r.ForwardGFLOPS = r.ForwardImages * float64(r.ForwardFLOP) / 1e9
	for i, l := range b.profile.Layers {
		forward, backward := medianTimes(b.layers[i])
		r.Layers = append(r.Layers, benchLayer{
			Network: l.Network, Name: l.Name, Kind: l.Kind, Output: l.Output,
			Forward: b.work(l.Forward.FLOP, forward), Backward: b.work(l.Backward.FLOP, backward),
		})
	}
	r.LossMicros, r.UpdateMicros = medianTimes(b.other)
	return r
}

func (b *benchRun) work(flop int64, micros float64) benchWork {
	w := benchWork{FLOP: flop, Micros: micros}
	if flop > 0 && micros > 0 {
		w.GFLOPS = float64(flop) / micros / 1e3 * float64(b.threads)
	}
	return w
}

func medianTimes(times []layerTime) (forward, backward float64) {
	var f, b []float64
	for _, t := range times {
		f, b = append(f, t.forward), append(b, t.backward)
	}
	return median(f), median(b)
}

// print writes the rates and a table of the layers.
func (r *benchResult) print(w io.Writer) {
	fmt.Fprintf(w, "%s, code %d, %dx%d, batches of %d; %s, %s, %s, %s\n\n",
		r.Model, r.Code, r.Width, r.Height, r.Batch, count(r.Threads, "thread"), r.SIMD, r.Precision, count(r.Rounds, "round"))
	rate := func(what string, s spread, flop int64) []string {
		g := s.Median * float64(flop) / 1e9
		return []string{what, rateText(s.Median), rateText(s.Min), rateText(s.Max), fmt.Sprintf("%.1f", g), r.ofPeak(g)}
	}
	p := r.Spread.Peak
	table(w, "", [][]string{
		{"", "pictures/s", "min", "max", "GFLOP/s", "of peak"},
		rate("training", r.Spread.Train, r.TrainFLOP),
		rate("forward", r.Spread.Forward, r.ForwardFLOP),
		{"peak", "", "", "", fmt.Sprintf("%.1f", p.Median), fmt.Sprintf("%.1f to %.1f", p.Min, p.Max)},
	})

	total := r.LossMicros + r.UpdateMicros
	var sum benchLayer
	for _, l := range r.Layers {
		sum.Forward.FLOP += l.Forward.FLOP
		sum.Forward.Micros += l.Forward.Micros
		sum.Backward.FLOP += l.Backward.FLOP
		sum.Backward.Micros += l.Backward.Micros
	}
	total += sum.Forward.Micros + sum.Backward.Micros
	share := func(micros float64) string { return fmt.Sprintf("%.1f%%", 100*micros/total) }
	head := []string{"a training step", "output", "MFLOP", "us", "GFLOP/s", "of peak", "back: MFLOP", "us", "GFLOP/s", "of peak", "time"}
	rows := [][]string{head}
	network := ""
	for _, l := range r.Layers {
		if l.Network != network {
			network = l.Network
			rows = append(rows, append([]string{network}, make([]string, len(head)-1)...))
		}
		row := []string{"  " + l.Name, shapeText(l.Output)}
		row = append(append(row, r.cells(l.Forward)...), r.cells(l.Backward)...)
		rows = append(rows, append(row, share(l.Forward.Micros+l.Backward.Micros)))
	}
	rest := func(name string, micros float64) {
		rows = append(rows, []string{name, "", "", "", "", "", "", fmt.Sprintf("%.1f", micros), "", "", share(micros)})
	}
	rest("loss", r.LossMicros)
	rest("update", r.UpdateMicros)
	all := func(s benchWork) []string {
		if s.Micros > 0 {
			s.GFLOPS = float64(s.FLOP) / s.Micros / 1e3 * float64(r.Threads)
		}
		return r.cells(s)
	}
	row := append(append([]string{"layers in all", ""}, all(sum.Forward)...), all(sum.Backward)...)
	rows = append(rows, append(row, share(sum.Forward.Micros+sum.Backward.Micros)))
	fmt.Fprintln(w)
	columns(w, "", rows, head[2:]...)
}

// cells are a layer's work in one direction, in the columns of the table.
func (r *benchResult) cells(b benchWork) []string {
	micros := fmt.Sprintf("%.1f", b.Micros)
	if b.FLOP == 0 {
		return []string{"", micros, "", ""}
	}
	return []string{fmt.Sprintf("%.2f", float64(b.FLOP)/1e6), micros, fmt.Sprintf("%.1f", b.GFLOPS), r.ofPeak(b.GFLOPS)}
}

func (r *benchResult) ofPeak(gflops float64) string {
	return fmt.Sprintf("%.0f%%", 100*gflops/r.PeakGFLOPS)
}

// rateText writes a rate with as many digits as it deserves.
func rateText(v float64) string {
	if v < 100 {
		return fmt.Sprintf("%.1f", v)
	}
	return report.Count(int(v + 0.5))
}

// shapeText is a shape without the batch, such as 16x16x32.
func shapeText(s nn.Shape) string {
	return strings.ReplaceAll(strings.Trim(fmt.Sprint([]int(s)), "[]"), " ", "x")
}
