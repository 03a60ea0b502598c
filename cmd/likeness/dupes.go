package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"likeness/cmd/likeness/internal/console"
	"likeness/dataset"
	"likeness/faces"
	"likeness/gallery"
	"likeness/pix"
	"likeness/report"
)

func newDupes(a *app) *cobra.Command {
	var within float64
	var f groupFlags
	c := &cobra.Command{
		Use:   "dupes PICTURES|INDEX",
		Short: "Find pictures that are there more than once",
		Long: `Find pictures that are there more than once: equal ones, whatever their files are
called, and copies that were saved again, made smaller, brighter or grey. PICTURES are a
folder, an archive, or anything else that --data takes; no model is needed. Whole pictures are
squeezed to 24x24 pixels, brightness, tint and contrast are made equal, and pictures
within a distance, directly or by way of others, become one group. 'data check' finds
copies in the same way, mirrored and rotated ones too.

For an INDEX codes are compared instead, in its space; this also finds crops of one
photograph, and now and then two photographs taken in one moment.

--within is in parts of the distance of two unrelated pictures. Nothing is deleted.`,
		Example: `  likeness dupes ~/Pictures/faces
  likeness dupes lfw --montage twice.png
  likeness dupes mine.index.safetensors --within 0.3 --json`,
		Args:              console.Exactly("pictures or an INDEX file", 1, 1),
		ValidArgsFunction: completePicturesOrIndex,
	}
	c.Flags().Float64Var(&within, "within", 0, "how near, from 0 (equal) to 1 (unrelated) (default 0.2 for pixels, 0.35 for codes)")
	f.add(c)
	c.RunE = func(cmd *cobra.Command, args []string) error {
		opt := gallery.DuplicateOptions{Threads: f.threads}
		if cmd.Flags().Changed("within") {
			if opt.Within = &within; !(within >= 0 && within < 1) {
				return console.Usagef("--within %g: expected 0 to 1, such as 0.1", within)
			}
		}
		if err := f.check(a, args[0]); err != nil {
			return err
		}
		r, get, err := a.duplicates(cmd.Context(), args[0], opt, f.sheets.wanted())
		if err != nil {
			return err
		}
		if f.sheets.wanted() {
			a.noteShown(len(r.Groups))
			shown, _ := shownGroups(r.Groups)
			err := f.sheets.write(&report.Album{
				Title: "More than once in " + r.Data, Subtitle: dupesSummary(r), Command: a.CommandLine(), Rows: groupRows(shown, "Group", get),
				Note: "Distances are to the first picture of a group, in parts of the distance of two unrelated pictures.",
			})
			if err != nil {
				return err
			}
		}
		if f.csv {
			return writeGroupsCSV(a.Out, r.Groups)
		}
		return a.Emit(struct {
			*gallery.Duplicates
			sheets
		}{r, f.sheets}, func(w io.Writer) { printDupes(w, r); f.sheets.print(w) })
	}
	return c
}

// duplicates finds duplicates in an index or a set, and with show also a way to their
// pictures.
func (a *app) duplicates(ctx context.Context, path string, opt gallery.DuplicateOptions, show bool) (*gallery.Duplicates, pictureOf, error) {
	p := a.Progress()
	defer p.Clear()
	if isIndex(path) {
		g, err := gallery.Open(ctx, path, gallery.Options{Threads: opt.Threads})
		if err != nil {
			return nil, nil, err
		}
		defer g.Close()
		p.Count("Comparing", 0, 0)
		r, err := g.Duplicates(ctx, opt)
		p.Clear()
		if err != nil || !show {
			return r, nil, err
		}
		_, ids := shownGroups(r.Groups)
		get, err := a.galleryPictures(ctx, g, ids)
		return r, get, err
	}
	set, err := a.load(ctx, dataset.Name{Source: path}, faces.Options{Prep: gallery.DuplicatesPrep(), Threads: opt.Threads})
	if err != nil {
		return nil, nil, err
	}
	a.noteSet(set)
	p.Count("Comparing", 0, 0)
	r, err := gallery.FindDuplicates(ctx, set, opt)
	p.Clear()
	if err != nil || !show {
		return r, nil, err
	}
	// In a size to look at.
	shown, err := a.load(ctx, dataset.Name{Source: path}, faces.Options{Prep: pix.Prep{W: 128, H: 128, Square: true}, Threads: opt.Threads})
	if err != nil {
		return nil, nil, err
	}
	return r, setPictures(shown), nil
}

// dupesSummary is the result in one line.
func dupesSummary(r *gallery.Duplicates) string {
	if len(r.Groups) == 0 {
		return fmt.Sprintf("none of %s is there twice, by %s within %g", count(r.Pictures, "picture"), r.By, r.Within)
	}
	return fmt.Sprintf("%s of %s could go: %s of copies, by %s within %g",
		report.Count(r.Spare), count(r.Pictures, "picture"), count(len(r.Groups), "group"), r.By, r.Within)
}

func printDupes(w io.Writer, r *gallery.Duplicates) {
	for i, g := range r.Groups {
		lines := [][]string{{fmt.Sprintf("group %d", i+1), ""}}
		for j, m := range g.Pictures {
			what := ""
			switch {
			case j == 0:
			case *m.Equal:
				what = "equal"
			default:
				what = fmt.Sprintf("near, %.3f", m.Distance)
			}
			lines = append(lines, []string{"  " + m.ID, what})
		}
		console.Columns(w, "", lines)
	}
	fmt.Fprintln(w, dupesSummary(r))
}
