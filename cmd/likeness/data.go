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

// load reads a set, shows progress and tells what was left out.
func (a *app) load(ctx context.Context, d dataName, prep pix.Prep, threads int) (*faces.Set, error) {
	opt := faces.Options{Prep: prep, Attributes: d.attributes, Threads: threads}
	source := d.source
	if size, ok := strings.CutPrefix(source, "drawn:"); ok {
		if n, err := fmt.Sscanf(size, "%dx%d", &opt.People, &opt.PerPerson); n != 2 || err != nil ||
			fmt.Sprintf("%dx%d", opt.People, opt.PerPerson) != size || opt.People < 1 || opt.PerPerson < 1 {
			return nil, usagef("--data %s: expected drawn:PEOPLExPICTURES, such as drawn:40x5", source)
		}
		source = "drawn"
	}
	p := a.progress()
	defer p.clear()
	what := "Reading " + filepath.Base(source)
	if source == "drawn" {
		what = "Preparing drawn faces"
	}
	opt.Progress = func(done, total int) { p.count(what, done, total) }
	s, err := faces.Load(ctx, source, opt)
	if err != nil {
		if d.source == "drawn" || !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		return nil, fmt.Errorf("%w (--data takes drawn, lfw, an archive or a folder)", err)
	}
	p.clear()
	s.Source = d.String()
	a.tellSet(s)
	return s, nil
}

// tellSet says what is special about a set that was read.
func (a *app) tellSet(s *faces.Set) {
	for _, w := range s.Warnings {
		a.warn("%s", w)
	}
	if n := len(s.Skipped); n > 0 {
		a.warn("skipping %s of %s without a usable picture:", count(n, "file"), parseDataName(s.Source).source)
		for i, skip := range s.Skipped {
			if i == 3 {
				fmt.Fprintf(a.err, "  and %s more; 'likeness data check' lists them\n", report.Count(n-i))
				break
			}
			fmt.Fprintf(a.err, "  %s: %s\n", skip.Name, skip.Reason)
		}
	}
	if n := len(s.Unlisted); n > 0 {
		a.note("%s left out, for the attribute file does not list them", count(n, "picture"))
	}
	if n := len(s.Missing); n > 0 {
		a.warn("the attribute file lists %s that %s does not have, such as %s", count(n, "picture"), parseDataName(s.Source).source, s.Missing[0])
	}
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
