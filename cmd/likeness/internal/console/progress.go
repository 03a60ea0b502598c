package console

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"likeness/progress"
	"likeness/report"
)

// Progress shows how work goes on: a bar on a terminal, plain lines elsewhere. It may be
// used for several pieces of work one after the other. A nil Progress shows nothing.
type Progress struct {
	w        io.Writer
	terminal bool
	bar      *progressbar.ProgressBar
	what     string // what the bar is about
	full     int
	done     int
	last     time.Time // of the last plain line
}

// NewProgress returns a display on w: a bar where that is a terminal, else plain lines.
func NewProgress(w io.Writer, terminal bool) *Progress { return &Progress{w: w, terminal: terminal} }

// Progress returns the display that the flags ask for.
func (c *Console) Progress() *Progress {
	if c.Quiet {
		return nil
	}
	return NewProgress(c.Err, IsTerminal(c.Err) && os.Getenv("TERM") != "dumb")
}

// plainEvery is the time between two plain lines of one piece of work.
const plainEvery = 10 * time.Second

// Report returns a function that shows steps; nil for a nil Progress.
func (p *Progress) Report() progress.Func {
	if p == nil {
		return nil
	}
	return func(s progress.Step) {
		switch {
		case s.Bytes:
			p.bytes(s.What, s.Done, s.Total)
		case s.Part > 0:
			const parts = 1000
			p.Partly(s.What, int(s.Done), int(s.Total), int(s.Part*parts), parts)
		default:
			p.Count(s.What, int(s.Done), int(s.Total))
		}
	}
}

// Count shows done of total pieces, such as "Reading lfw.tgz"; total is 0 when it is not
// known.
func (p *Progress) Count(what string, done, total int) {
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

// Partly shows work on one of several pieces, such as a large picture: done of total parts
// of the piece behind the first ones are done.
func (p *Progress) Partly(what string, first, pieces, done, total int) {
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
		p.Count(what, first+done/total, pieces)
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
func (p *Progress) bytes(what string, done, total int64) {
	full, of := -1, ""
	if total > 0 {
		full, of = int(total>>10), " of "+Megabytes(total) // in KiB, for the sake of 32-bit machines
	}
	text := fmt.Sprintf("%s  %s%s", what, Megabytes(done), of)
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

// Megabytes writes a number of bytes.
func Megabytes(n int64) string { return fmt.Sprintf("%.1f MB", float64(n)/1e6) }

// Line takes the bar off the screen and writes a line that stays.
func (p *Progress) Line(format string, args ...any) {
	if p != nil {
		p.Clear()
		fmt.Fprintf(p.w, format+"\n", args...)
	}
}

// Fit shows done of full steps of the named work beside the longest of texts, which are
// ordered by falling length, that leaves room for a bar. Nothing is shown where there is
// no terminal.
func (p *Progress) Fit(what string, done, full int, texts ...string) {
	if p == nil || !p.terminal {
		return
	}
	const bar = 24 // columns that a bar should have at least
	text := texts[len(texts)-1]
	for _, t := range texts {
		if len(t) <= p.Width()-bar {
			text = t
			break
		}
	}
	p.show(what, done, full, text)
}

// Terminal reports whether the lines appear on a terminal.
func (p *Progress) Terminal() bool { return p != nil && p.terminal }

// Width returns the columns of the terminal, 80 where there is none.
func (p *Progress) Width() int {
	if f, ok := p.w.(*os.File); ok {
		if w, _, err := term.GetSize(int(f.Fd())); err == nil && w > 0 {
			return w
		}
	}
	return 80
}

func (p *Progress) show(what string, done, full int, text string) {
	if p.bar == nil || p.what != what || p.full != full || done < p.done { // fewer done: another round of the same
		p.Clear()
		p.what, p.full = what, full
		p.bar = progressbar.NewOptions(full,
			progressbar.OptionSetWriter(p.w),
			progressbar.OptionFullWidth(),
			progressbar.OptionShowDescriptionAtLineEnd(),
			progressbar.OptionSetPredictTime(false),
			progressbar.OptionSetElapsedTime(false),
			progressbar.OptionThrottle(100*time.Millisecond),
			progressbar.OptionSpinnerType(14),
			progressbar.OptionSetSpinnerChangeInterval(0), // else it keeps spinning after Clear
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

// Clear takes the bar off the screen, so that lines can be written.
func (p *Progress) Clear() {
	if p == nil || p.bar == nil {
		return
	}
	_ = p.bar.Clear()
	p.bar = nil
}
