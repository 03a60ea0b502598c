package card

import (
	"bytes"
	"fmt"
)

// Score is what was measured of a model, beside what needs no training.
type Score struct {
	Data   string // that was measured on, by its public name
	Split  string // of which the test pictures were measured on; empty: all of it
	MSE    *float64
	Errors [][2]string // mean squared errors on the test pictures, by what made them
	Levels [][]string  // of a denoiser: a table by levels of noise, its head first
	// Verdict says in words how the model does beside what needs no training; empty: it is open.
	Verdict string
}

func (s *Score) write(b *bytes.Buffer) {
	of := s.Data
	if s.Split != "" {
		of = fmt.Sprintf("the test pictures of %s (%s)", s.Data, s.Split)
	}
	fmt.Fprintf(b, "On %s, mean squared errors of pictures whose values span 1:\n\n", cell(of))
	if len(s.Errors) > 0 {
		table(b, "by", "mean squared error", s.Errors)
	}
	if len(s.Levels) > 1 {
		fmt.Fprint(b, "\nBy levels of noise:\n\n")
		for i, row := range s.Levels {
			for _, text := range row {
				fmt.Fprintf(b, "| %s ", cell(text))
			}
			fmt.Fprint(b, "|\n")
			for k := range row {
				if i == 0 {
					fmt.Fprint(b, "|---")
				}
				if i == 0 && k == len(row)-1 {
					fmt.Fprint(b, "|\n")
				}
			}
		}
	}
	if s.Verdict != "" {
		fmt.Fprintf(b, "\n%s\n", s.Verdict)
	}
}
