// Photographs measures how faces are found, and people by them, in photographs of people whom nothing was fitted to: LFW's
// pictures as they are, photographs composed of them, and photographs without anybody. It writes a Markdown table. See
// bench/README.md.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"

	"likeness/dataset"
	"likeness/detect"
	"likeness/finder"
	"likeness/models"
)

// options is the command line.
type options struct {
	data             dataset.Name
	detector, finder string
	photographs      int
	boxes, out       string
}

func main() {
	var o options
	flag.StringVar(&o.data.Source, "data", "lfw", "the archive of LFW")
	flag.StringVar(&o.data.Attributes, "attributes", "lfw-attributes", "its attributes, which say what the exercise's split divides")
	flag.StringVar(&o.detector, "detector", models.Detector, "a detector's `file`, or the program's own")
	flag.StringVar(&o.finder, "finder", models.Finder, "a finder's `file`, or the program's own")
	flag.IntVar(&o.photographs, "photographs", 200, "composed photographs of each kind")
	flag.StringVar(&o.boxes, "boxes", "", "PNG `file` for all boxes that lie on no known face, to look at")
	flag.StringVar(&o.out, "out", "", "Markdown `file` for the table, besides stdout")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "photographs:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) error {
	if flag.NArg() > 0 {
		return fmt.Errorf("%q is one argument too many", flag.Arg(0))
	}
	b := &bench{options: o}
	file, err := models.Open(o.detector)
	if err != nil {
		return err
	}
	if b.detector, err = detect.FromFile(file); err != nil {
		return err
	}
	if file, err = models.Open(o.finder); err == nil {
		if b.finder, err = finder.FromFile(file); err != nil {
			return err
		}
	} else {
		fmt.Fprintln(os.Stderr, "photographs: without a finder:", err)
	}
	if err := b.load(ctx); err != nil {
		return err
	}
	w := io.Writer(os.Stdout)
	if o.out != "" {
		f, err := os.Create(o.out)
		if err != nil {
			return err
		}
		defer f.Close()
		w = io.MultiWriter(w, f)
	}
	fmt.Fprintf(w, "%d pictures of people of the test part who are not in the training part; %d of people of the test part with several.\n\n", len(b.strangers), len(b.several))
	fmt.Fprintln(w, "| photographs | faces | found | false boxes a photograph | other boxes | landmarks off, eye distances | none found where none is | ms |")
	fmt.Fprintln(w, "|---|---|---|---|---|---|---|---|")
	for _, k := range b.kinds() {
		if err := b.count(ctx, w, k); err != nil {
			return err
		}
	}
	if b.finder != nil {
		fmt.Fprintln(w)
		if err := b.people(ctx, w); err != nil {
			return err
		}
	}
	return b.draw()
}
