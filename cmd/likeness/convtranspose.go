package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"likeness/cmd/likeness/internal/console"
	"likeness/tutorial"
)

func newConvTranspose(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:   "convtranspose",
		Short: "Show what transposed convolutions do",
		Long: `Print the tutorial's four cases of a transposed convolution with stride 2 and
'same' padding: pictures of 2x2 and 4x4, filters of 2x2 and 3x3 ones. The
numbers are TensorFlow's, and printed as NumPy prints them.`,
		Example: "  likeness convtranspose",
		Args:    console.NoArgs(""),
	}
	c.RunE = func(*cobra.Command, []string) error {
		cases := tutorial.Playgrounds()
		result := struct {
			Cases []tutorial.Playground `json:"cases"`
		}{cases}
		return a.Emit(result, func(w io.Writer) {
			for i, c := range cases {
				if i > 0 {
					fmt.Fprintln(w)
				}
				fmt.Fprintf(w, "Transposed convolution of a %[1]dx%[1]d picture with a %[2]dx%[2]d filter, stride 2:\n", c.Image, c.Kernel)
				fmt.Fprintf(w, "input:\n%s\nfilter:\n%s\noutput:\n%s\n", numpy(c.Input), numpy(c.Filter), numpy(c.Output))
			}
		})
	}
	return c
}

// numpy prints a matrix of whole numbers as NumPy prints floats: all as wide
// as the widest, with a point behind.
func numpy(m [][]float32) string {
	width := 0
	text := func(v float32) string { return strconv.FormatFloat(float64(v), 'f', -1, 32) + "." }
	for _, row := range m {
		for _, v := range row {
			width = max(width, len(text(v)))
		}
	}
	var lines []string
	for _, row := range m {
		var cells []string
		for _, v := range row {
			cells = append(cells, fmt.Sprintf("%*s", width, text(v)))
		}
		lines = append(lines, "["+strings.Join(cells, " ")+"]")
	}
	return "[" + strings.Join(lines, "\n ") + "]"
}
