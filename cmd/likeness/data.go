package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/spf13/cobra"

	"likeness/cmd/likeness/internal/console"
	"likeness/dataset"
	"likeness/faces"
	"likeness/pix"
	"likeness/report"
)

// dataName is a set of pictures as a person names it. Its text is kept in
// models and indexes, so that the same set is found again.
type dataName struct {
	source     string // "drawn", "drawn:PEOPLExPICTURES", "lfw", ..., a path
	attributes string // a path, or empty
}

// name is the same as a value that libraries know.
func (d dataName) name() dataset.Name {
	return dataset.Name{Source: d.source, Attributes: d.attributes}
}

func (d dataName) String() string { return d.name().String() }

func parseDataName(text string) dataName {
	n := dataset.Parse(text)
	return dataName{n.Source, n.Attributes}
}

// addDataFlags adds --data and --attributes.
func addDataFlags(cmd *cobra.Command, d *dataName, byDefault string) {
	cmd.Flags().StringVar(&d.source, "data", "", "`pictures`: drawn (invented faces; drawn:40x5 for 40 people with 5 pictures each), lfw (after 'likeness data get lfw'), an archive (.tgz, .tar, .zip) or a folder (default "+byDefault+")")
	cmd.Flags().StringVar(&d.attributes, "attributes", "", "attribute `file` in the layout of lfw_attributes.txt; only the pictures it lists are used")
	console.Complete(cmd, "data", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return []string{"drawn", "lfw", "lfw-funneled", "lfw-deepfunneled"}, cobra.ShellCompDirectiveDefault
	})
}

// look reports before the work what is wrong with the names of the pictures and their attributes.
func (d dataName) look() error {
	err := d.name().Check()
	if _, ok := errors.AsType[*dataset.NameError](err); ok {
		return console.Usagef("--data %w", err)
	}
	if errors.Is(err, fs.ErrNotExist) && !d.name().IsDrawn() && !strings.Contains(err.Error(), d.attributesOrNone()) {
		return fmt.Errorf("%w (--data takes drawn, lfw, an archive or a folder)", err)
	}
	return err
}

// attributesOrNone is the attribute file's name, or a text that no error holds.
func (d dataName) attributesOrNone() string {
	if d.attributes == "" {
		return "\x00"
	}
	return d.attributes
}

// stillThere reports that pictures are no longer where they were when their name was put into a file. made says what was
// made of them, such as "m.index.safetensors was made of".
func (d dataName) stillThere(made string) error {
	if d.name().IsDrawn() {
		return nil
	}
	if _, err := faces.Find(d.source); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s %s, which is not here: say with --data where it is", made, d.source)
	}
	return nil
}

// load reads a set and shows progress. What is special about the set is left for the caller to report.
func (a *app) load(ctx context.Context, d dataName, prep pix.Prep, threads int) (*faces.Set, error) {
	if err := d.look(); err != nil {
		return nil, err
	}
	p := a.Progress()
	defer p.Clear()
	s, err := dataset.Load(ctx, d.name(), faces.Options{Prep: prep, Threads: threads, Progress: p.Report()})
	if err != nil {
		return nil, err
	}
	p.Clear()
	for _, w := range s.Warnings {
		a.Warn("%s", w)
	}
	return s, nil
}

// tellSet says what is special about a set that is seen for the first time.
func (a *app) tellSet(s *faces.Set) {
	source := parseDataName(s.Source).source
	a.noteSkips(source, s.Skipped)
	if n := len(s.Unlisted); n > 0 {
		a.Note("%s left out, for the attribute file does not list them", count(n, "picture"))
	}
	if n := len(s.Missing); n > 0 {
		a.Warn("the attribute file lists %s that %s does not have, such as %s", count(n, "picture"), source, s.Missing[0])
	}
}

// tellAgain is tellSet for a set that has been told about when a model was
// trained on it.
func (a *app) tellAgain(s *faces.Set) {
	if n := len(s.Skipped); n > 0 {
		a.Note("skipping %s of %s without a usable picture, as before", count(n, "file"), parseDataName(s.Source).source)
	}
}

// croppedNote tells a person that pictures of LFW's size get LFW's crop.
func croppedNote(n int) string {
	verb := "get"
	if n == 1 {
		verb = "gets"
	}
	return fmt.Sprintf("%s of 250x250 %s LFW's crop of 80 pixels a side; --crop 0 keeps all of a picture", count(n, "picture"), verb)
}

// count is a number of things in words.
func count(n int, thing string) string {
	switch {
	case n == 1:
		return "1 " + thing
	case thing == "person":
		return report.Count(n) + " people"
	}
	return report.Count(n) + " " + thing + "s"
}
