package console

import (
	"strconv"
	"strings"
)

// Cells puts an apostrophe before the cells of a table that spreadsheets would take for formulas. Numbers stay.
func Cells(lines [][]string) [][]string {
	for _, line := range lines {
		for i, cell := range line {
			if cell == "" || !strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
				continue
			}
			if _, err := strconv.ParseFloat(cell, 64); err != nil {
				line[i] = "'" + cell
			}
		}
	}
	return lines
}
