package report

// mostInRow is the largest number of frames in a row: a longer strip is too wide for a
// screen.
const mostInRow = 12

// perRow divides n frames into as few rows as possible, of nearly equal length, the
// longest first. There is at least one.
func perRow(n int) []int {
	rows := make([]int, max(1, (n+mostInRow-1)/mostInRow))
	for i := range rows {
		rows[i] = (n + len(rows) - 1 - i) / len(rows)
	}
	return rows
}

// folded divides a long row into several. Its first lead cells begin the first of them,
// empty cells the others; all are padded with empty cells to the given width.
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
