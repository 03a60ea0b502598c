// Package embeddings reads and writes tables of embeddings, codes of any model with what
// they are called: NumPy's .npz and .npy, CSV and Parquet.
//
// A table has for each entry an id and a code and, where they are known, a person and a time.
// In files they have these names; other common names are known, too, see Read.
package embeddings

import (
	"errors"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"likeness/internal/atomicfile"
)

// Table is a list of entries.
type Table struct {
	IDs    []string // each once
	People []string // "" where that is not known; nil: of nobody
	Taken  []time.Time
	Dim    int       // numbers in a code
	Codes  []float32 // len(IDs) x Dim, all finite

	// Numbered says that the file has no ids: they are the numbers of the rows, from 0.
	Numbered bool
	// CodesFrom is the array or the columns that the codes were read from, in words.
	CodesFrom string
	// Unused are columns or arrays of the file that were not read.
	Unused []string
}

// Format is a format of files.
type Format string

// The formats, by the extensions of their files.
const (
	NPZ     Format = "npz"
	NPY     Format = "npy" // read only
	CSV     Format = "csv"
	Parquet Format = "parquet"
)

// FormatOf returns the format to write to a path, by its extension.
func FormatOf(path string) (Format, error) {
	switch f := Format(strings.ToLower(strings.TrimPrefix(filepath.Ext(path), "."))); f {
	case NPZ, CSV, Parquet:
		return f, nil
	}
	return "", fmt.Errorf("%s: codes are written as .npz, .csv or .parquet", path)
}

// WriteFile writes a table to a file, in the format of its extension: whole, or not at all.
func (t *Table) WriteFile(path string) error {
	format, err := FormatOf(path)
	if err != nil {
		return err
	}
	return atomicfile.Write(path, func(w io.Writer) error { return t.Write(w, format) })
}

// Write writes a table in a format.
func (t *Table) Write(w io.Writer, format Format) error {
	if err := t.Check(); err != nil {
		return err
	}
	switch format {
	case NPZ:
		return t.writeNPZ(w)
	case CSV:
		return t.writeCSV(w)
	case Parquet:
		return t.writeParquet(w)
	}
	return fmt.Errorf("codes are not written as %q", string(format))
}

// known says whether some entry has a person, or a time.
func (t *Table) known() (people, taken bool) {
	for _, p := range t.People {
		people = people || p != ""
	}
	for _, when := range t.Taken {
		taken = taken || !when.IsZero()
	}
	return people, taken
}

// Check returns an error that names the row where a table is not one, as one that a program has made may be. Read has asked it.
func (t *Table) Check() error {
	n := len(t.IDs)
	switch {
	case n == 0:
		return errors.New("it has no entries")
	case t.Dim < 1 || t.Dim > mostNumbers:
		return fmt.Errorf("codes of %d numbers, expected 1 to %d", t.Dim, mostNumbers)
	case len(t.Codes) != n*t.Dim:
		return fmt.Errorf("%d ids, and %d numbers for codes of %d", n, len(t.Codes), t.Dim)
	case t.People != nil && len(t.People) != n:
		return fmt.Errorf("%d ids and %d people", n, len(t.People))
	case t.Taken != nil && len(t.Taken) != n:
		return fmt.Errorf("%d ids and %d times", n, len(t.Taken))
	}
	seen := make(map[string]int, n)
	for i, id := range t.IDs {
		if id == "" {
			return fmt.Errorf("entry %d has no id", i)
		}
		if first, twice := seen[id]; twice {
			return fmt.Errorf("entries %d and %d have the same id %q", first, i, id)
		}
		seen[id] = i
	}
	for i, v := range t.Codes {
		if f := float64(v); math.IsNaN(f) || math.IsInf(f, 0) {
			return fmt.Errorf("the code of entry %d (%s) has %g as number %d", i/t.Dim, t.IDs[i/t.Dim], v, i%t.Dim)
		}
	}
	return nil
}

// mostNumbers bounds the length of a code.
const mostNumbers = 1 << 16

// timeLayouts are how times are written in texts. The first is how they are written here: as
// the clock showed it, without a zone.
var timeLayouts = []string{"2006-01-02T15:04:05", "2006-01-02 15:04:05", time.RFC3339, "2006-01-02", "2006:01:02 15:04:05"}

// parseTime reads a time; "" is none. A zone is left out: what counts is what the clock showed.
func parseTime(text string) (time.Time, error) {
	text = strings.TrimSpace(text)
	if text == "" || text == "NaT" || text == "null" {
		return time.Time{}, nil
	}
	plain, _, _ := strings.Cut(text, ".") // fractions of seconds
	for _, layout := range timeLayouts {
		if t, err := time.Parse(layout, plain); err == nil {
			return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, time.UTC), nil
		}
	}
	if seconds, err := strconv.ParseInt(text, 10, 64); err == nil && seconds > -62135596800 && seconds < 253402300800 {
		return time.Unix(seconds, 0).UTC(), nil
	}
	return time.Time{}, fmt.Errorf("%.40q is no time such as %s", text, timeLayouts[0])
}

func formatTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(timeLayouts[0])
}
