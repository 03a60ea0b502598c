package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"likeness/autoencoder"
	"likeness/cmd/likeness/internal/console"
	"likeness/hyper"
	"likeness/nn"
	"likeness/pix"
	"likeness/report"
)

func newBench(a *app) *cobra.Command {
	var o autoencoder.SpeedOptions
	model, precision, size := console.Choice{Value: "conv", Choices: autoencoder.Architectures()}, newPrecision(), sizeFlag{32, 32}
	c := &cobra.Command{
		Use:   "bench",
		Short: "Measure how fast this machine trains",
		Long: `Measure training steps (forward, backward, Adamax) and forward runs in pictures a
second and in floating-point operations a second, and compare these with the
processor's peak: fused multiply-adds in registers, on all threads at once.

The time is cut into rounds, each with a slice for every measurement. The median,
minimum and maximum over the rounds are reported; a wide spread means the machine
was busy.

Operations are those of the layers' products, two for a multiply-add. Taps of a
convolution that lie in the padding are not counted. Products with the zeros
behind a max pooling's gradient are, so a layer that skips them may come out
above the peak. Times of layers are those of one core for one picture.`,
		Example: `  likeness bench
  likeness bench --model conv --code 32 --batch 32 --threads 2 --seconds 10 --json
  LIKENESS_SIMD=avx2 likeness bench`,
		Args: console.NoArgs(""),
	}
	fl := c.Flags()
	fl.SortFlags = false
	console.AddChoice(c, &model, "model", "the architecture")
	fl.IntVar(&o.Code, "code", 32, "numbers in a code")
	fl.Var(&size, "size", "size of the pictures")
	fl.IntVar(&o.Batch, "batch", hyper.DefaultBatch, "pictures in a step")
	console.AddChoice(c, &precision, "precision", "what training steps multiply in; forward runs and the peak are float32's")
	fl.IntVar(&o.Threads, "threads", 0, "threads to work with, 0 for all")
	fl.Float64Var(&o.Seconds, "seconds", 10, "about how long to measure")
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		o.Arch, o.Precision, o.Prep = model.Value, nn.Precision(precision.Value), pix.Prep{W: size.w, H: size.h, Auto: true}
		if err := o.Check(); err != nil {
			if flagged := optionError(err); flagged != err {
				return flagged
			}
			return console.UsageError{Err: err}
		}
		if err := o.Precision.Check(); err != nil {
			return err
		}
		a.Note("Measuring for about %g seconds", o.Seconds)
		r, err := autoencoder.MeasureSpeed(cmd.Context(), o)
		if err != nil {
			return err
		}
		return a.Emit(r, func(w io.Writer) { printSpeed(w, r) })
	}
	return c
}

// printSpeed writes the rates and a table of the layers.
func printSpeed(w io.Writer, r *autoencoder.Speed) {
	fmt.Fprintf(w, "%s, code %d, %dx%d, batches of %d; %s, %s, %s, %s\n\n",
		r.Model, r.Code, r.Width, r.Height, r.Batch, count(r.Threads, "thread"), r.SIMD, r.Precision, count(r.Rounds, "round"))
	rate := func(what string, s autoencoder.Spread, flop int64) []string {
		g := s.Median * float64(flop) / 1e9
		return []string{what, rateText(s.Median), rateText(s.Min), rateText(s.Max), fmt.Sprintf("%.1f", g), ofPeak(r, g)}
	}
	p := r.Spread.Peak
	console.Table(w, "", [][]string{
		{"", "pictures/s", "min", "max", "GFLOP/s", "of peak"},
		rate("training", r.Spread.Train, r.TrainFLOP),
		rate("forward", r.Spread.Forward, r.ForwardFLOP),
		{"peak", "", "", "", fmt.Sprintf("%.1f", p.Median), fmt.Sprintf("%.1f to %.1f", p.Min, p.Max)},
	})

	total := r.LossMicros + r.UpdateMicros
	var sum autoencoder.LayerSpeed
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
		row = append(append(row, speedCells(r, l.Forward)...), speedCells(r, l.Backward)...)
		rows = append(rows, append(row, share(l.Forward.Micros+l.Backward.Micros)))
	}
	rest := func(name string, micros float64) {
		rows = append(rows, []string{name, "", "", "", "", "", "", fmt.Sprintf("%.1f", micros), "", "", share(micros)})
	}
	rest("loss", r.LossMicros)
	rest("update", r.UpdateMicros)
	all := func(s autoencoder.WorkSpeed) []string {
		if s.Micros > 0 {
			s.GFLOPS = float64(s.FLOP) / s.Micros / 1e3 * float64(r.Threads)
		}
		return speedCells(r, s)
	}
	row := append(append([]string{"layers in all", ""}, all(sum.Forward)...), all(sum.Backward)...)
	rows = append(rows, append(row, share(sum.Forward.Micros+sum.Backward.Micros)))
	fmt.Fprintln(w)
	console.Columns(w, "", rows, head[2:]...)
}

// speedCells returns a layer's work in one direction, in the columns of the table.
func speedCells(r *autoencoder.Speed, b autoencoder.WorkSpeed) []string {
	micros := fmt.Sprintf("%.1f", b.Micros)
	if b.FLOP == 0 {
		return []string{"", micros, "", ""}
	}
	return []string{fmt.Sprintf("%.2f", float64(b.FLOP)/1e6), micros, fmt.Sprintf("%.1f", b.GFLOPS), ofPeak(r, b.GFLOPS)}
}

func ofPeak(r *autoencoder.Speed, gflops float64) string {
	return fmt.Sprintf("%.0f%%", 100*gflops/r.PeakGFLOPS)
}

// rateText writes a rate with as many digits as it deserves.
func rateText(v float64) string {
	if v < 100 {
		return fmt.Sprintf("%.1f", v)
	}
	return report.Count(int(v + 0.5))
}

// shapeText returns a shape without the batch, such as 16x16x32.
func shapeText(s nn.Shape) string {
	return strings.ReplaceAll(strings.Trim(fmt.Sprint([]int(s)), "[]"), " ", "x")
}
