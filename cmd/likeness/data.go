package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"likeness/cmd/likeness/internal/console"
	"likeness/dataset"
	"likeness/faces"
	"likeness/report"
)

// addDataFlags adds --data, --attributes and --names.
func addDataFlags(cmd *cobra.Command, n *dataset.Name, byDefault string) {
	cmd.Flags().StringVar(&n.Source, "data", "", "`pictures`: drawn (invented faces; drawn:40x5 for 40 people with 5 pictures each), lfw (after 'likeness data get lfw'), an archive (.tgz, .tar, .zip), a NumPy file (.npz, .npy) or a folder (default "+byDefault+")")
	cmd.Flags().StringVar(&n.Attributes, "attributes", "", "attribute `file` in the layout of lfw_attributes.txt; only the pictures it lists are used")
	addNames(cmd, &n.Names)
	console.Complete(cmd, "data", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return []string{"drawn", "lfw", "lfw-funneled", "lfw-deepfunneled"}, cobra.ShellCompDirectiveDefault
	})
}

// addNames adds --names.
func addNames(cmd *cobra.Command, names *string) {
	cmd.Flags().StringVar(names, "names", "", "who is on a picture: `folders`, each of which is a person; file: the name before the number in a file's name; none: nobody is named; or a CSV file of pictures and people (default folders, without those that are called after dates, numbers, cameras or programs)")
	console.Complete(cmd, "names", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return []string{faces.NamesFolders, faces.NamesFile, faces.NamesNone}, cobra.ShellCompDirectiveDefault
	})
}

// namingNote says in one line which folders are taken for no people, "" where there are none.
func namingNote(n faces.Naming) string {
	if len(n.Nameless) == 0 {
		return ""
	}
	first, pictures, after := n.Nameless[0], 0, []string{}
	for _, f := range n.Nameless {
		pictures += f.Pictures
		if !slices.Contains(after, f.After) {
			after = append(after, f.After)
		}
	}
	if first.After == faces.AfterNothing {
		return fmt.Sprintf("the folder %s is taken for no person, since all %s of the archive lie in it; --names folders takes it for one", first.Folder, count(pictures, "picture"))
	}
	if len(n.Nameless) == 1 {
		return fmt.Sprintf("the folder %s (%s) is taken for no person, since it is called after %s; --names folders takes it for one", first.Folder, count(pictures, "picture"), first.After)
	}
	return fmt.Sprintf("%s such as %s (%s) are taken for no people, since they are called after %s; --names folders takes them for people",
		count(len(n.Nameless), "folder"), first.Folder, count(pictures, "picture"), strings.Join(after, ", "))
}

// checkData reports, before the work begins, what is wrong with the names of pictures and their attributes.
func checkData(n dataset.Name) error {
	err := n.Check()
	if _, ok := errors.AsType[*dataset.NameError](err); ok {
		return console.Usagef("--data %w", err)
	}
	if _, ok := errors.AsType[*dataset.NamesError](err); ok {
		return console.Usagef("--names %s: expected folders, file, none or a CSV file", n.Names)
	}
	if pictures := (dataset.Name{Source: n.Source}); errors.Is(err, fs.ErrNotExist) && pictures.Check() != nil {
		return fmt.Errorf("%w (--data takes drawn, lfw, an archive, a NumPy file or a folder)", err)
	}
	return err
}

// load reads a set and shows progress. The caller reports what is special about the set.
func (a *app) load(ctx context.Context, n dataset.Name, opt faces.Options) (*faces.Set, error) {
	if err := checkData(n); err != nil {
		return nil, err
	}
	p := a.Progress()
	defer p.Clear()
	opt.Framer, opt.Progress = a.framer(), p.Report()
	s, err := dataset.Load(ctx, n, opt)
	if err != nil {
		return nil, err
	}
	p.Clear()
	for _, w := range s.Warnings {
		a.Warn("%s", w)
	}
	return s, nil
}

// noteSet reports what is special about a set that is seen for the first time.
func (a *app) noteSet(s *faces.Set) {
	source := dataset.Parse(s.Source).Source
	a.noteSkips(source, s.Skipped)
	a.noteNaming(s.Naming)
	if n := len(s.Unlisted); n > 0 {
		a.Note("%s left out, for the attribute file does not list them", count(n, "picture"))
	}
	if n := len(s.Missing); n > 0 {
		a.Warn("the attribute file lists %s that %s does not have, such as %s", count(n, "picture"), source, s.Missing[0])
	}
}

// noteNaming says which folders are taken for no people.
func (a *app) noteNaming(n faces.Naming) {
	if text := namingNote(n); text != "" {
		a.Note("%s%s", strings.ToUpper(text[:1]), text[1:])
	}
}

// noteSetAgain is noteSet for a set that was reported when a model was trained on it.
func (a *app) noteSetAgain(s *faces.Set) {
	faceless := len(faces.Faceless(s.Skipped))
	if faceless > 0 {
		a.Note("No face found in %s of %s, as before", count(faceless, "file"), dataset.Parse(s.Source).Source)
	}
	if n := len(s.Skipped) - faceless; n > 0 {
		a.Note("skipping %s of %s without a usable picture, as before", count(n, "file"), dataset.Parse(s.Source).Source)
	}
}

// count returns a number of things in words.
func count(n int, thing string) string {
	switch {
	case n == 1:
		return "1 " + thing
	case thing == "person":
		return report.Count(n) + " people"
	case thing == "entry":
		return report.Count(n) + " entries"
	}
	return report.Count(n) + " " + thing + "s"
}
