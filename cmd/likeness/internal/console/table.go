package console

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// Table writes rows in columns: the first aligned to the left, the others to the right.
func Table(w io.Writer, indent string, rows [][]string) {
	Columns(w, indent, rows, rows[0][1:]...)
}

// Columns writes rows in columns, two spaces apart. Those whose head, in the first row, is
// in right are aligned to the right.
func Columns(w io.Writer, indent string, rows [][]string, right ...string) {
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

// Facts writes "name  value" lines, without those that have no value.
func Facts(w io.Writer, rows [][2]string) {
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
