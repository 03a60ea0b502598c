package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

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

// withAttributes joins the two parts of a name; both read well in a sentence.
const withAttributes = " with attributes "

func (d dataName) String() string {
	if d.attributes == "" {
		return d.source
	}
	return d.source + withAttributes + d.attributes
}

func parseDataName(text string) dataName {
	source, attributes, _ := strings.Cut(text, withAttributes)
	return dataName{source, attributes}
}

// addDataFlags adds --data and --attributes.
func addDataFlags(cmd *cobra.Command, d *dataName, byDefault string) {
	cmd.Flags().StringVar(&d.source, "data", "", "`pictures`: drawn (invented faces; drawn:40x5 for 40 people with 5 pictures each), lfw (after 'likeness data get lfw'), an archive (.tgz, .tar, .zip) or a folder (default "+byDefault+")")
	cmd.Flags().StringVar(&d.attributes, "attributes", "", "attribute `file` in the layout of lfw_attributes.txt; only the pictures it lists are used")
	complete(cmd, "data", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return []string{"drawn", "lfw", "lfw-funneled", "lfw-deepfunneled"}, cobra.ShellCompDirectiveDefault
	})
}

// drawn tells whether these are drawn faces, and how many people with how many
// pictures each; zeros stand for the usual numbers.
func (d dataName) drawn() (people, perPerson int, drawn bool, err error) {
	size, sized := strings.CutPrefix(d.source, "drawn:")
	if !sized {
		return 0, 0, d.source == "drawn", nil
	}
	if n, err := fmt.Sscanf(size, "%dx%d", &people, &perPerson); n != 2 || err != nil ||
		fmt.Sprintf("%dx%d", people, perPerson) != size || people < 1 || perPerson < 1 {
		return 0, 0, false, usagef("--data %s: expected drawn:PEOPLExPICTURES, such as drawn:40x5", d.source)
	}
	return people, perPerson, true, nil
}

// look finds out before the work whether the pictures and their attributes are
// there.
func (d dataName) look() error {
	if d.attributes != "" {
		if _, err := faces.Find(d.attributes); err != nil {
			return bare(err)
		}
	}
	if _, _, drawn, err := d.drawn(); drawn || err != nil {
		return err
	}
	if _, err := faces.Find(d.source); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w (--data takes drawn, lfw, an archive or a folder)", bare(err))
	} else if err != nil {
		return bare(err)
	}
	return nil
}

// load reads a set and shows progress. What is special about the set is left
// to be told.
func (a *app) load(ctx context.Context, d dataName, prep pix.Prep, threads int) (*faces.Set, error) {
	if err := d.look(); err != nil {
		return nil, err
	}
	opt := faces.Options{Prep: prep, Attributes: d.attributes, Threads: threads}
	source, what := d.source, "Reading "+filepath.Base(d.source)
	var drawn bool
	var err error
	if opt.People, opt.PerPerson, drawn, err = d.drawn(); err != nil {
		return nil, err
	} else if drawn {
		source, what = "drawn", "Preparing drawn faces"
	}
	p := a.progress()
	defer p.clear()
	opt.Progress = func(done, total int) { p.count(what, done, total) }
	s, err := faces.Load(ctx, source, opt)
	if err != nil {
		return nil, bare(err)
	}
	p.clear()
	s.Source = d.String()
	for _, w := range s.Warnings {
		a.warn("%s", w)
	}
	return s, nil
}

// tellSet says what is special about a set that is seen for the first time.
func (a *app) tellSet(s *faces.Set) {
	source := parseDataName(s.Source).source
	a.tellSkips(source, s.Skipped)
	if n := len(s.Unlisted); n > 0 {
		a.note("%s left out, for the attribute file does not list them", count(n, "picture"))
	}
	if n := len(s.Missing); n > 0 {
		a.warn("the attribute file lists %s that %s does not have, such as %s", count(n, "picture"), source, s.Missing[0])
	}
}

// tellAgain is tellSet for a set that has been told about when a model was
// trained on it.
func (a *app) tellAgain(s *faces.Set) {
	if n := len(s.Skipped); n > 0 {
		a.note("skipping %s of %s without a usable picture, as before", count(n, "file"), parseDataName(s.Source).source)
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
