// Package console is how the program speaks to a person: results on stdout as text or
// JSON, notes, warnings, errors and progress on stderr, flags, and files that it may write.
package console

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/term"

	"likeness/progress"
)

// Console is one run of the program: its command line and where it writes.
type Console struct {
	Args   []string // the command line, without the program
	Stdout io.Writer
	Out    *bufio.Writer // buffers Stdout
	Err    io.Writer
	JSON   bool // print one JSON object in place of text
	Quiet  bool // print no progress and no notes
}

// New returns the console of a command line.
func New(args []string, stdout, stderr io.Writer) *Console {
	return &Console{Args: args, Stdout: stdout, Out: bufio.NewWriter(stdout), Err: stderr, JSON: wantsJSON(args)}
}

// wantsJSON looks for --json before the flags are parsed, for errors that come of
// parsing them.
func wantsJSON(args []string) bool {
	if end := slices.Index(args, "--"); end >= 0 {
		args = args[:end]
	}
	return slices.Contains(args, "--json") || slices.Contains(args, "--json=true")
}

// Emit prints a result: v as one JSON object, or what text writes.
func (c *Console) Emit(v any, text func(w io.Writer)) error {
	if !c.JSON {
		text(cleaner{c.Out})
		return nil
	}
	return writeJSON(c.Out, v)
}

func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// Flush finishes stdout. Until then nothing is known to be written.
func (c *Console) Flush() error {
	if err := c.Out.Flush(); err != nil {
		return fmt.Errorf("standard output: %w", err)
	}
	return nil
}

// Note prints a remark unless --quiet is set.
func (c *Console) Note(format string, args ...any) {
	if !c.Quiet {
		fmt.Fprintln(c.Err, Clean(fmt.Sprintf(format, args...)))
	}
}

// Warn prints a warning, also with --quiet.
func (c *Console) Warn(format string, args ...any) {
	fmt.Fprintln(c.Err, c.Paint(c.Err, Yellow, "warning:"), Clean(fmt.Sprintf(format, args...)))
}

// NoteWarning prints a warning unless --quiet is set.
func (c *Console) NoteWarning(format string, args ...any) {
	if !c.Quiet {
		c.Warn(format, args...)
	}
}

// Notes prints the remarks of a use-case.
func (c *Console) Notes(notes progress.Notes) {
	for _, n := range notes {
		if n.Warning {
			c.Warn("%s", n.Text)
		} else {
			c.Note("%s", n.Text)
		}
	}
}

// ErrReported is returned after a failure has been printed.
var ErrReported = errors.New("")

// Fail prints an error.
func (c *Console) Fail(text string) {
	if c.JSON && writeJSON(c.Stdout, map[string]string{"error": text}) == nil {
		return
	}
	fmt.Fprintf(c.Err, "%s %s\n", c.Paint(c.Err, Red, "likeness:"), Clean(text))
}

// The colours of Paint.
const (
	Red    = "31"
	Green  = "32"
	Yellow = "33"
)

// Paint colours text where w is a terminal and NO_COLOR is not set.
func (c *Console) Paint(w io.Writer, colour, text string) string {
	if os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" || !IsTerminal(w) {
		return text
	}
	return "\x1b[" + colour + "m" + text + "\x1b[0m"
}

// IsTerminal reports whether a person sees what is written to w as it comes.
func IsTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// CommandLine returns what was typed as a page shows it, which may be given away: of absolute paths it has those below
// the working folder as seen from there, and the last elements of others.
func (c *Console) CommandLine() string {
	words := []string{"likeness"}
	for _, arg := range c.Args {
		flag, value, valued := strings.Cut(arg, "=")
		if !valued || !strings.HasPrefix(flag, "-") {
			words = append(words, Quote(withoutPlace(arg)))
			continue
		}
		words = append(words, Quote(flag+"="+withoutPlace(value)))
	}
	return strings.Join(words, " ")
}

// Shown is a path as a page shows it; see CommandLine.
func Shown(path string) string { return withoutPlace(path) }

// Bytes is a size in words.
func Bytes(n int64) string {
	for _, u := range []struct {
		unit string
		size float64
	}{{"GB", 1e9}, {"MB", 1e6}, {"kB", 1e3}} {
		if v := float64(n) / u.size; v >= 1 {
			return strconv.FormatFloat(v, 'f', 1, 64) + " " + u.unit
		}
	}
	return strconv.FormatInt(n, 10) + " bytes"
}

// withoutPlace shortens an absolute path, or one that leads out of the working folder by more than one step.
func withoutPlace(word string) string {
	clean := filepath.Clean(word)
	if !filepath.IsAbs(word) && !strings.HasPrefix(filepath.ToSlash(clean), "../../") {
		return word
	}
	if here, err := filepath.Abs("."); err == nil && filepath.IsAbs(word) {
		if rel, err := filepath.Rel(here, clean); err == nil && filepath.IsLocal(rel) {
			return rel
		}
	}
	return filepath.Base(clean)
}

// Command returns what was typed with flags at its end in place of --resume and
// --restart.
func (c *Console) Command(flags ...string) string {
	words := []string{"likeness"}
	for _, arg := range c.Args {
		if len(flags) == 0 || arg != "--resume" && arg != "--restart" {
			words = append(words, Quote(arg))
		}
	}
	for _, f := range flags {
		if f != "" {
			words = append(words, f)
		}
	}
	return strings.Join(words, " ")
}

// Quote writes a word so that a shell reads it as one.
func Quote(word string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_=+./:,@%", r)
	}
	if word != "" && strings.IndexFunc(word, func(r rune) bool { return !plain(r) }) < 0 {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
