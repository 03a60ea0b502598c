package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"likeness/cmd/likeness/internal/console"
	"likeness/dataset"
	"likeness/faces"
	"likeness/nn"
	"likeness/report"
	"likeness/runs"
	"likeness/train"
	"likeness/tutorial"
)

func newReproduce(a *app) *cobra.Command {
	var data dataset.Name
	var run tutorial.Run
	var show bool
	precision := newPrecision()
	cmd := &cobra.Command{
		Use:   "reproduce",
		Short: "Run the whole tutorial and write a report",
		Long: `Run the tutorial 'Simple Autoencoder' from top to bottom: prepare the faces,
train the PCA autoencoder (15 epochs), the convolutional one, the denoiser (25 each)
and one against occlusion (15), search and morph, and write a report. What goes
beyond the tutorial comes last: a better autoencoder and a better denoiser, trained
for a few epochs or, with --long, to the end; attributes, likely morphs, new faces.
Edits of attributes are judged by a classifier of pixels; where there are many
pictures, as in LFW, only with --long.

The folder --out holds report.html (one self-contained page: every figure, and every
number compared with the tutorial's), which grows chapter by chapter,
results.json, figures/, models/ and index.safetensors. If interrupted, run the same
command again: it resumes and skips what is finished. The complete report of an earlier
run stays until the new one is complete. With --only, report.html and results.json hold
only the parts named; the models of the others stay.`,
		Example: `  likeness reproduce
  likeness reproduce --data lfw --attributes lfw-attributes --out lfw-report
  likeness reproduce --data ~/Pictures/portraits --only conv,retrieval`,
		Args: console.NoArgs("--data"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if cmd.Flags().Changed("epochs") && run.Epochs < 1 {
				return console.Usagef("--epochs %d: expected at least 1", run.Epochs)
			}
			run.Precision = nn.Precision(precision.Value)
			return a.reproduce(cmd.Context(), data, run, show)
		},
	}
	addDataFlags(cmd, &data, "drawn")
	f := cmd.Flags()
	f.StringVar(&run.Out, "out", tutorial.DefaultOut, "folder for everything that is made")
	f.StringSliceVar(&run.Only, "only", nil, "only these parts: "+strings.Join(tutorial.Stages(), ", "))
	f.IntVar(&run.Epochs, "epochs", 0, "epochs of every model (default the tutorial's)")
	f.BoolVar(&run.Long, "long", false, "train what goes beyond the tutorial to the end, and judge edits of many pictures: half an hour to two hours more on LFW")
	f.Uint64Var(&run.Seed, "seed", 42, "seed of weights, batches and noise")
	addPrecision(cmd, &precision)
	console.AddThreads(cmd, &run.Threads)
	f.BoolVar(&show, "watch", false, "show the trainings in a browser while they go on, at an address that is printed")
	f.BoolVar(&run.Restart, "restart", false, "train anew, whatever an earlier run has trained")
	console.Complete(cmd, "only", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return tutorial.Stages(), cobra.ShellCompDirectiveNoFileComp
	})
	return cmd
}

func (a *app) reproduce(ctx context.Context, data dataset.Name, run tutorial.Run, show bool) (err error) {
	if err := run.Check(); err != nil {
		return console.UsageError{Err: err}
	}
	if data.Source == "" {
		data.Source = "drawn"
	}
	if err := checkData(data); err != nil {
		return err
	}
	var follower *runs.Follower
	if show {
		run.Out = cmp.Or(run.Out, tutorial.DefaultOut)
		if err := os.MkdirAll(run.Out, 0o755); err != nil {
			return err
		}
		w, err := a.watch(ctx, run.Out)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, w.close()) }()
		follower = w.runs.Follow()
		run.Begin = follower.Begin
	}
	p := a.Progress()
	defer p.Clear()
	if err := run.Load(ctx, data, faces.Options{Framer: a.framer(), Threads: run.Threads, Progress: p.Report()}); err != nil {
		return err
	}
	p.Clear()
	for _, w := range run.Data.Warnings {
		a.Warn("%s", w)
	}
	a.noteSet(run.Data)
	run.Command = a.CommandLine()
	run.Log = func(format string, args ...any) {
		p.Clear()
		a.Note(format, args...)
	}
	run.Events = func(stage string, e train.Event) { showEvent(p, stage, e) }
	results, err := run.Do(ctx)
	follower.End(err)
	p.Clear()
	if errors.Is(err, train.ErrInterrupted) || errors.Is(err, context.Canceled) {
		return fmt.Errorf("%w; what is done is kept in %s. Go on with:\n  %s", train.ErrInterrupted, run.Out, a.Command(""))
	}
	if errors.Is(err, train.ErrOtherRun) || errors.Is(err, tutorial.ErrOtherRun) {
		return fmt.Errorf("%w, or start over with:\n  %s", err, a.Command("--restart"))
	}
	if err != nil {
		return err
	}
	return a.Emit(results, func(w io.Writer) { printResults(w, results) })
}

// printResults is what the report's summary says, in a few lines.
func printResults(w io.Writer, r *tutorial.Results) {
	rows := [][]string{{"mean squared error on the test pictures", "here", "tutorial", "no training"}}
	incomparable := ""
	for _, m := range r.Models {
		published, closed := "-", "-"
		switch {
		case m.Incomparable != "":
			incomparable = m.Incomparable
		case m.Tutorial > 0:
			published = report.MSE(m.Tutorial)
		}
		switch {
		case m.GaussianFill != nil:
			closed = report.MSE(*m.GaussianFill) + " gaussian fill"
		case m.Wiener != nil:
			closed = report.MSE(*m.Wiener) + " Wiener filter"
		case m.Untouched != nil:
			closed = report.MSE(*m.Untouched) + " left alone"
		default:
			closed = report.MSE(r.Yardsticks.PCA) + " exact PCA"
		}
		stage, mse := m.Stage, m.TestMSE
		if l := r.Judged(); l != nil && m.Stage == tutorial.Denoiser {
			stage, mse = fmt.Sprintf("%s at sigma %g", m.Stage, l.Sigma), l.Model.MSE
			closed = report.MSE(l.Noisy.MSE) + " left alone"
			if l.Wiener != nil {
				closed = report.MSE(l.Wiener.MSE) + " Wiener filter"
			}
		}
		rows = append(rows, []string{fmt.Sprintf("%s, %s, %s", stage, codeInWords(m.Code), count(m.Epochs, "epoch")), report.MSE(mse), published, closed})
	}
	if len(r.Models) > 0 {
		console.Table(w, "", rows)
	}
	if incomparable != "" {
		fmt.Fprintf(w, "-: the tutorial's number is no match: %s\n", incomparable)
	}
	if p := r.Retrieval; p != nil && p.Queries > 0 {
		fmt.Fprintf(w, "search: the nearest picture shows the same person in %.1f %% of %s queries", 100*p.Hit1, report.Count(p.Queries))
		if last := p.Found[len(p.Found)-1]; last.Code == "wide" {
			fmt.Fprintf(w, ", by a finder in %.1f %%", 100*last.Hit1.Value)
		}
		fmt.Fprintln(w)
	}
	fmt.Fprintf(w, "\n%s, in %s\n", r.Report, report.Duration(time.Duration(r.Seconds*float64(time.Second))))
}
