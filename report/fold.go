package report

// mostInRow is how many frames stand in a row: a strip of more is too wide for a
// screen.
const mostInRow = 12

// perRow divides n frames into as few rows as hold them, of equal length as far as
// may be, the longest first. There is always one.
func perRow(n int) []int {
	rows := make([]int, max(1, (n+mostInRow-1)/mostInRow))
	for i := range rows {
		rows[i] = (n + len(rows) - 1 - i) / len(rows)
	}
	return rows
}

// folded lays a row that is too long in several. Its first lead cells stand before
// the first of them, and empty ones before the others; all are filled up with empty
// cells to the given width.
func folded(row []cell, lead, width int) [][]cell {
	frames := row[lead:]
	var lines [][]cell
	for _, n := range perRow(len(frames)) {
		line := make([]cell, lead, max(width, lead+n)+1)
		if lines == nil {
			copy(line, row)
		}
		line, frames = append(line, frames[:n]...), frames[n:]
		for len(line) < width {
			line = append(line, cell{})
		}
		lines = append(lines, line)
	}
	return lines
}
