package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"

	"github.com/spf13/cobra"

	"likeness/cmd/likeness/internal/console"
	"likeness/inspect"
	"likeness/report"
	"likeness/search/engine"
)

// Bounds of what 'inspect' prints without --all.
const (
	tensorsShown = 20
	textShown    = 100
)

func newInspect(a *app) *cobra.Command {
	var all bool
	c := &cobra.Command{
		Use:   "inspect FILE | LOCATION",
		Short: "Report what a file is and who could open it, or how an engine is",
		Long: `Report what a file is: its format, the arrays and texts in it, what is wrong with it,
and which commands and other programs take it. It knows every format that likeness
reads (its own files, ONNX, HDF5 and Keras, safetensors, NumPy, Parquet, CSV,
TensorBoard's events, archives, pictures) and recognises many others.

Of a collection of an engine, by its location, it reports the engine, its version and nodes, and
what the collection holds.

Nothing in a file is believed or run. Without --all long lists and texts are cut;
--json has them whole, up to ten thousand arrays.`,
		Example: `  likeness inspect conv-32.safetensors
  likeness inspect encoder.h5
  likeness inspect embeddings.npz --json
  likeness inspect weaviate://127.0.0.1:8080/faces`,
		Args: console.Exactly("a FILE", 1, 1),
	}
	c.Flags().BoolVar(&all, "all", false, "print all arrays and whole texts")
	c.RunE = func(cmd *cobra.Command, args []string) error {
		if engine.IsLocation(args[0]) {
			return a.describeCollection(cmd.Context(), args[0])
		}
		if err := mistyped(args[0]); err != nil {
			return err
		}
		f, err := inspect.Inspect(cmd.Context(), args[0])
		if err != nil {
			return err
		}
		return a.Emit(f, func(w io.Writer) { printInspected(w, f, all) })
	}
	return c
}

func printInspected(w io.Writer, f *inspect.File, all bool) {
	size := ""
	if f.Bytes > 0 {
		size = ", " + report.Count(int(f.Bytes)) + " bytes"
	}
	fmt.Fprintf(w, "%s: %s (%s%s)\n", safe(f.Path), safe(f.What), f.Format, size)
	if f.Problem != "" {
		fmt.Fprintf(w, "\nnot in order: %s\n", safe(f.Problem))
	}
	if len(f.Facts) > 0 {
		fmt.Fprintln(w)
		var lines [][]string
		for _, fact := range f.Facts {
			lines = append(lines, []string{fact.Name, safe(fact.Value)})
		}
		console.Columns(w, "", lines)
	}
	if len(f.Tensors) > 0 {
		fmt.Fprintln(w)
		lines := [][]string{{"array", "type", "shape"}}
		for i, t := range f.Tensors {
			if i == tensorsShown && !all {
				break
			}
			lines = append(lines, []string{safe(t.Name), t.Type, tensorShape(t.Shape)})
		}
		console.Columns(w, "", lines)
		if shown := len(lines) - 1; shown < f.Arrays {
			more := ""
			if !all {
				more = " (--all prints them)"
			}
			fmt.Fprintf(w, "and %s more%s\n", report.Count(f.Arrays-shown), more)
		}
	}
	if len(f.Metadata) > 0 {
		fmt.Fprintln(w)
		lines := [][]string{{"text", ""}}
		for _, t := range f.Metadata {
			value := safe(t.Value)
			if runes := []rune(value); !all && len(runes) > textShown {
				value = fmt.Sprintf("%s... (%s bytes)", string(runes[:textShown]), report.Count(t.Length))
			}
			lines = append(lines, []string{safe(t.Name), value})
		}
		console.Columns(w, "", lines)
	}
	if len(f.Opens) > 0 {
		fmt.Fprintln(w)
		lines := [][]string{{"opened by", ""}}
		for _, o := range f.Opens {
			lines = append(lines, []string{o.Who, o.How})
		}
		console.Columns(w, "", lines)
	}
}

// tensorShape writes a shape as Python does.
func tensorShape(shape []int) string {
	var parts []string
	for _, d := range shape {
		parts = append(parts, strconv.Itoa(d))
	}
	return "(" + strings.Join(parts, ", ") + ")"
}

// safe keeps what a file says from doing anything to a terminal.
func safe(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || !unicode.IsPrint(r) && r != ' ' {
			return ' '
		}
		return r
	}, text)
}
