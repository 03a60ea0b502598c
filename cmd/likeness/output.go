package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"golang.org/x/term"
)

// app is what all commands share: where they write, and how.
type app struct {
	args    []string // the command line, to tell how to go on
	stdout  io.Writer
	out     *bufio.Writer // buffers stdout
	err     io.Writer
	json    bool
	quiet   bool
	working bool // a command's own code has begun
}

func newApp(args []string, stdout, stderr io.Writer) *app {
	return &app{args: args, stdout: stdout, out: bufio.NewWriter(stdout), err: stderr, json: wantsJSON(args)}
}

// emit prints a result: v as one JSON object, or what text writes.
func (a *app) emit(v any, text func(w io.Writer)) error {
	if !a.json {
		text(a.out)
		return nil
	}
	return writeJSON(a.out, v)
}

func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// flush finishes stdout; until then nothing is known to be written.
func (a *app) flush() error {
	if err := a.out.Flush(); err != nil {
		return fmt.Errorf("standard output: %w", err)
	}
	return nil
}

// note tells something on the side.
func (a *app) note(format string, args ...any) {
	if !a.quiet {
		fmt.Fprintf(a.err, format+"\n", args...)
	}
}

// warn tells something that should not be missed, even if quiet.
func (a *app) warn(format string, args ...any) {
	fmt.Fprintf(a.err, a.paint(a.err, yellow, "warning:")+" "+format+"\n", args...)
}

// noteWarning is a warning about what is no surprise to who wants quiet.
func (a *app) noteWarning(format string, args ...any) {
	if !a.quiet {
		a.warn(format, args...)
	}
}

// errTold is a failure of which everything has been printed.
var errTold = errors.New("")

// tellError is the last word of a command that failed.
func (a *app) tellError(text string) {
	if a.json && writeJSON(a.stdout, map[string]string{"error": text}) == nil {
		return
	}
	fmt.Fprintf(a.err, "%s %s\n", a.paint(a.err, red, "likeness:"), text)
}

// colours of a terminal.
const (
	red    = "31"
	green  = "32"
	yellow = "33"
)

// paint colours text where w is a terminal and nobody minds.
func (a *app) paint(w io.Writer, colour, text string) string {
	if os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" || !isTerminal(w) {
		return text
	}
	return "\x1b[" + colour + "m" + text + "\x1b[0m"
}

// isTerminal tells whether a person sees what is written to w as it comes.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// table writes rows in columns: the first to the left, the others to the
// right.
func table(w io.Writer, indent string, rows [][]string) {
	columns(w, indent, rows, rows[0][1:]...)
}

// columns writes rows in columns, with two spaces between them. Those whose
// head is in right are aligned to the right.
func columns(w io.Writer, indent string, rows [][]string, right ...string) {
	width := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, s := range row {
			width[i] = max(width[i], len([]rune(s)))
		}
	}
	for _, row := range rows {
		var line strings.Builder
		for i, s := range row {
			pad := strings.Repeat(" ", width[i]-len([]rune(s)))
			if slices.Contains(right, rows[0][i]) {
				line.WriteString(pad + s)
			} else {
				line.WriteString(s + pad)
			}
			line.WriteString("  ")
		}
		fmt.Fprintln(w, indent+strings.TrimRight(line.String(), " "))
	}
}

// facts writes what belongs together as "name  value" lines.
func facts(w io.Writer, rows [][2]string) {
	width := 0
	for _, r := range rows {
		width = max(width, len([]rune(r[0])))
	}
	for _, r := range rows {
		if r[1] != "" {
			fmt.Fprintf(w, "%-*s  %s\n", width, r[0], r[1])
		}
	}
}
