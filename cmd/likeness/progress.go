package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	steps "likeness/progress"
	"likeness/report"
	"likeness/train"
)

// progress shows how work goes on: a bar on a terminal, plain lines elsewhere.
// It may be used for several pieces of work one after the other. A nil
// progress shows nothing.
type progress struct {
	w        io.Writer
	terminal bool
	bar      *progressbar.ProgressBar
	what     string // what the bar is about
	full     int
	done     int
	last     time.Time // of the last plain line
}

func newProgress(w io.Writer) *progress {
	return &progress{w: w, terminal: isTerminal(w) && os.Getenv("TERM") != "dumb"}
}

// progress is the display that the flags ask for.
func (a *app) progress() *progress {
	if a.quiet {
		return nil
	}
	return newProgress(a.err)
}

// plainEvery is the time between two plain lines about work without epochs.
const plainEvery = 10 * time.Second

// count shows done of total pieces, such as "Reading lfw.tgz"; total is 0 when
// it is not known.
func (p *progress) count(what string, done, total int) {
	switch {
	case p == nil:
	case p.terminal:
		full := total
		if full == 0 {
			full = -1
		}
		text := what
		if total == 0 {
			text += " " + report.Count(done)
		}
		p.show(what, done, full, text)
	case p.what != what:
		p.what, p.last = what, time.Now()
	case time.Since(p.last) > plainEvery:
		p.last = time.Now()
		of := ""
		if total > 0 {
			of = " of " + report.Count(total)
		}
		fmt.Fprintf(p.w, "%s: %s%s\n", what, report.Count(done), of)
	}
}

// report returns a function that shows steps; nil for a nil progress.
func (p *progress) report() steps.Func {
	if p == nil {
		return nil
	}
	return func(s steps.Step) {
		switch {
		case s.Bytes:
			p.bytes(s.What, s.Done, s.Total)
		case s.Part > 0:
			const parts = 1000
			p.partly(s.What, int(s.Done), int(s.Total), int(s.Part*parts), parts)
		default:
			p.count(s.What, int(s.Done), int(s.Total))
		}
	}
}

// partly shows work on one of several pieces, such as a large picture: done of total
// parts of the piece behind the first ones are done.
func (p *progress) partly(what string, first, pieces, done, total int) {
	const whole = 1000 // steps of the bar for each piece
	switch {
	case p == nil:
	case p.terminal:
		text := what
		if pieces > 1 {
			text += fmt.Sprintf(" %s of %s", report.Count(first+1), report.Count(pieces))
		}
		p.show(what, first*whole+done*whole/total, pieces*whole, text)
	case pieces > 1 && (done == 0 || done == total):
		p.count(what, first+done/total, pieces)
	case p.what != what:
		p.what, p.last = what, time.Now()
	case time.Since(p.last) > plainEvery:
		p.last = time.Now()
		text := fmt.Sprintf("%d %%", done*100/total)
		if pieces > 1 {
			text = fmt.Sprintf("%s of %s, and %s of the next", report.Count(first), report.Count(pieces), text)
		}
		fmt.Fprintf(p.w, "%s: %s\n", what, text)
	}
}

// bytes shows a transfer; total is 0 when it is not known.
func (p *progress) bytes(what string, done, total int64) {
	if p == nil {
		return
	}
	full, of := -1, ""
	if total > 0 {
		full, of = int(total>>10), " of "+megabytes(total) // in KiB, for the sake of 32-bit machines
	}
	text := fmt.Sprintf("%s  %s%s", what, megabytes(done), of)
	switch {
	case p.terminal:
		p.show(what, int(done>>10), full, text)
	case p.what != what:
		p.what, p.last = what, time.Now()
	case time.Since(p.last) > plainEvery:
		p.last = time.Now()
		fmt.Fprintln(p.w, text)
	}
}

// event shows an event of training; label names the run, where there are
// several.
func (p *progress) event(label string, e train.Event) {
	if p == nil {
		return
	}
	if label != "" {
		label += "  "
	}
	switch {
	case e.Resumed && e.EpochDone:
		p.clear()
		fmt.Fprintf(p.w, "%scomplete already\n", label)
	case e.Planned:
		p.clear()
		fmt.Fprintf(p.w, "%s%s fit into the time budget, at %s images/s\n", label, count(e.Epochs, "epoch"), report.Count(int(e.ImagesPerSecond)))
	case e.Resumed:
		p.clear()
		fmt.Fprintf(p.w, "%sgoing on in epoch %d of %d, after %d of %d steps\n", label, min(e.Epoch, e.Epochs), e.Epochs, e.Step, e.Steps)
	case e.EpochDone:
		p.clear()
		fmt.Fprintln(p.w, label+p.epochLine(label, e))
	case p.terminal:
		p.show(label, (e.Epoch-1)*e.Steps+e.Step, e.Epochs*e.Steps, p.fit(label, e))
	}
}

// epochLine is what stays of an epoch, on a terminal as much as it has columns
// for.
func (p *progress) epochLine(label string, e train.Event) string {
	width := len(fmt.Sprint(e.Epochs))
	on, measured := "test", e.TestLoss
	if e.ValidationLoss > 0 {
		on, measured = "validation", e.ValidationLoss
	}
	line := fmt.Sprintf("epoch %*d/%d  loss %s  %s %s", width, e.Epoch, e.Epochs, report.MSE(e.Loss), on, report.MSE(measured))
	rest := []string{report.Count(int(e.ImagesPerSecond)) + " images/s"}
	if e.Epoch < e.Epochs {
		rest = append(rest, left(e.Remaining)+" left")
	}
	for _, part := range rest {
		if p.terminal && len(label)+len(line)+2+len(part) > p.width() {
			continue
		}
		line += "  " + part
	}
	return line
}

// fit describes a step beside a bar, in as many words as the terminal has room
// for.
func (p *progress) fit(label string, e train.Event) string {
	text := fmt.Sprintf("%sepoch %d/%d  loss %s", label, e.Epoch, e.Epochs, report.MSE(e.Loss))
	speed := fmt.Sprintf("  %s images/s", report.Count(int(e.ImagesPerSecond)))
	rest := fmt.Sprintf("  %s left", left(e.Remaining))
	const bar = 24 // columns that a bar should have at least
	switch room := p.width() - bar - len(text); {
	case room >= len(speed)+len(rest):
		return text + speed + rest
	case room >= len(rest):
		return text + rest
	}
	return text
}

func (p *progress) width() int {
	if f, ok := p.w.(*os.File); ok {
		if w, _, err := term.GetSize(int(f.Fd())); err == nil && w > 0 {
			return w
		}
	}
	return 80
}

// left is a time in whole seconds, for it is an estimate.
func left(d time.Duration) string {
	if d < time.Minute {
		return fmt.Sprintf("%d s", max(int(d.Round(time.Second).Seconds()), 1))
	}
	return report.Duration(d)
}

func (p *progress) show(what string, done, full int, text string) {
	if p.bar == nil || p.what != what || p.full != full || done < p.done { // fewer done: another round of the same
		p.clear()
		p.what, p.full = what, full
		p.bar = progressbar.NewOptions(full,
			progressbar.OptionSetWriter(p.w),
			progressbar.OptionFullWidth(),
			progressbar.OptionShowDescriptionAtLineEnd(),
			progressbar.OptionSetPredictTime(false),
			progressbar.OptionSetElapsedTime(false),
			progressbar.OptionThrottle(100*time.Millisecond),
			progressbar.OptionSpinnerType(14),
			progressbar.OptionSetSpinnerChangeInterval(0), // else it spins on behind clear, for ever
			progressbar.OptionUseANSICodes(true),          // draws without flicker
			progressbar.OptionClearOnFinish(),
		)
	}
	p.done = done
	p.bar.Describe(text)
	_ = p.bar.Set(done) // a bar that cannot be drawn is no reason to stop
	// Back to the first column: what Ctrl-C leaves there, ^C, is not wrapped.
	_, _ = io.WriteString(p.w, "\r")
}

// clear takes the bar off the screen, so that lines can be written.
func (p *progress) clear() {
	if p == nil || p.bar == nil {
		return
	}
	_ = p.bar.Clear()
	p.bar = nil
}
