package main

import (
	"fmt"
	"time"

	"likeness/cmd/likeness/internal/console"
	"likeness/report"
	"likeness/train"
)

// showEvent shows an event of training. label names the run, where there are several.
func showEvent(p *console.Progress, label string, e train.Event) {
	if p == nil {
		return
	}
	if label != "" {
		label += "  "
	}
	switch {
	case e.Resumed && e.EpochDone:
		p.Line("%scomplete already", label)
	case e.Planned:
		p.Line("%s%s fit into the time budget, at %s images/s", label, count(e.Epochs, "epoch"), report.Count(int(e.ImagesPerSecond)))
	case e.Resumed:
		p.Line("%sresuming in epoch %d of %d, after %d of %d steps", label, min(e.Epoch, e.Epochs), e.Epochs, e.Step, e.Steps)
	case e.EpochDone:
		p.Line("%s%s", label, epochLine(p, label, e))
	default:
		text := fmt.Sprintf("%sepoch %d/%d  loss %s", label, e.Epoch, e.Epochs, report.MSE(e.Loss))
		speed := fmt.Sprintf("  %s images/s", report.Count(int(e.ImagesPerSecond)))
		rest := fmt.Sprintf("  %s left", timeLeft(e.Remaining))
		p.Fit(label, (e.Epoch-1)*e.Steps+e.Step, e.Epochs*e.Steps, text+speed+rest, text+rest, text)
	}
}

// epochLine describes a complete epoch, on a terminal as far as it has columns.
func epochLine(p *console.Progress, label string, e train.Event) string {
	width := len(fmt.Sprint(e.Epochs))
	on, measured := "test", e.TestLoss
	if e.ValidationLoss > 0 {
		on, measured = "validation", e.ValidationLoss
	}
	line := fmt.Sprintf("epoch %*d/%d  loss %s  %s %s", width, e.Epoch, e.Epochs, report.MSE(e.Loss), on, report.MSE(measured))
	rest := []string{report.Count(int(e.ImagesPerSecond)) + " images/s"}
	if e.Epoch < e.Epochs {
		rest = append(rest, timeLeft(e.Remaining)+" left")
	}
	for _, part := range rest {
		if p.Terminal() && len(label)+len(line)+2+len(part) > p.Width() {
			continue
		}
		line += "  " + part
	}
	return line
}

// timeLeft writes an estimate in whole seconds.
func timeLeft(d time.Duration) string {
	if d < time.Minute {
		return fmt.Sprintf("%d s", max(int(d.Round(time.Second).Seconds()), 1))
	}
	return report.Duration(d)
}
