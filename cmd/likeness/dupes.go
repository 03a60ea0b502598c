package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"likeness/cmd/likeness/internal/console"
	"likeness/dataset"
	"likeness/faces"
	"likeness/gallery"
	"likeness/internal/atomicfile"
	"likeness/internal/regularfile"
	"likeness/pix"
	"likeness/report"
)

func newDupes(a *app) *cobra.Command {
	var within float64
	var f groupFlags
	var script string
	var remove bool
	c := &cobra.Command{
		Use:   "dupes PICTURES|INDEX",
		Short: "Find pictures that are there more than once",
		Long: `Find pictures that are there more than once: equal ones, whatever their files are
called, and copies that were saved again, made smaller, brighter or grey, mirrored or
turned by quarters. PICTURES are a folder, an archive, or anything else that --data
takes; no model is needed. Whole pictures are squeezed to 24x24 pixels, brightness, tint
and contrast are made equal, and pictures within a distance, directly or by way of
others, become one group.

Of files in a folder the one to keep is named first, and why: the most pixels, colour,
a quality better by 15 or more (of a JPEG, from 1 to 100, by its tables), the way round
that most of three or more are, a date, the older, a folder of its own, any better quality,
sharpness, the larger file. Links are told from copies: they take no room, and removing what they lead to loses
the picture.

For an INDEX codes are compared instead, in its space; this also finds crops of one
photograph, and now and then two photographs taken in one moment. Of photographs that
show several faces, one with a face that the one to keep lacks stays ("shows others too").

--script writes the commands that would clean up, for you to read, change and run with
sh; likeness itself never moves or removes a picture. Copies that equal what is kept, in
bytes or pixels, are moved to a folder beside PICTURES (--remove: removed); for those that
were changed, mirrored or turned the commands are comments. Commands whose files are gone
are skipped.

--within is in parts of the distance of two unrelated pictures.`,
		Example: `  likeness dupes ~/Pictures/faces
  likeness dupes ~/Pictures/faces --script clean-up.sh
  likeness dupes lfw --montage twice.png
  likeness dupes mine.index.safetensors --within 0.3 --json`,
		Args:              console.Exactly("pictures or an INDEX file", 1, 1),
		ValidArgsFunction: completePicturesOrIndex,
	}
	c.Flags().Float64Var(&within, "within", 0, "how near, from 0 (equal) to 1 (unrelated) (default 0.2 for pixels, 0.35 for codes)")
	f.add(c)
	c.Flags().StringVar(&script, "script", "", "write commands that clean up to this shell script, a `file`; nothing runs them")
	c.Flags().BoolVar(&remove, "remove", false, "with --script, remove copies instead of moving them")
	c.RunE = func(cmd *cobra.Command, args []string) error {
		if err := notOfEngine(args...); err != nil {
			return err
		}
		opt := gallery.DuplicateOptions{Threads: f.threads}
		if cmd.Flags().Changed("within") {
			if opt.Within = &within; !(within >= 0 && within < 1) {
				return console.Usagef("--within %g: expected 0 to 1, such as 0.1", within)
			}
		}
		if err := f.check(a, args[0]); err != nil {
			return err
		}
		if remove && script == "" {
			return console.Usagef("--remove is for --script")
		}
		if script != "" {
			if err := checkScript(script, args[0]); err != nil {
				return err
			}
		}
		r, get, err := a.duplicates(cmd.Context(), args[0], opt, f.sheets.wanted())
		if err != nil {
			return err
		}
		if f.sheets.wanted() {
			a.noteShown(len(r.Groups))
			shown, _ := shownGroups(r.Groups)
			err := f.sheets.write(&report.Album{
				Title: "More than once in " + console.Shown(r.Data), Subtitle: dupesSummary(r), Command: a.CommandLine(), Rows: groupRows(shown, "Group", get),
				Note: "The first picture of a group is the one to keep, where files were compared. Distances are to the first picture of a group, in parts of the distance of two unrelated pictures.",
			})
			if err != nil {
				return err
			}
		}
		if script != "" {
			if err := writeScript(script, args[0], remove, r); err != nil {
				return err
			}
		}
		if f.csv {
			return writeGroupsCSV(a.Out, r.Groups, true)
		}
		return a.Emit(struct {
			*gallery.Duplicates
			sheets
			Script string `json:"script,omitempty"`
		}{r, f.sheets, script}, func(w io.Writer) {
			printDupes(w, r)
			f.sheets.print(w)
			if script != "" {
				fmt.Fprintf(w, "script: %s; read it before you run it\n", script)
			}
		})
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
		if err == nil {
			err = r.Judge(ctx, g.Path)
		}
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
	if err == nil {
		err = r.JudgeFolder(ctx, set)
	}
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

// checkScript refuses to write a script over anything but an earlier one, and for what is no folder.
func checkScript(script, pictures string) error {
	if !console.IsFolder(pictures) {
		return console.Usagef("--script: %s is no folder, expected one with the pictures", pictures)
	}
	if err := atomicfile.CheckWritable(script); err != nil {
		return err
	}
	head, err := regularfile.Head(script, len(gallery.CleanupMark))
	if err != nil {
		return err
	}
	if len(head) > 0 && string(head) != gallery.CleanupMark {
		return console.Usagef("--script %s: it is there and no script of 'dupes': choose another name", script)
	}
	return nil
}

func writeScript(script, folder string, remove bool, r *gallery.Duplicates) error {
	c := gallery.Cleanup{Folder: folder, At: time.Now()}
	if !remove {
		name := dataset.Name{Source: folder}.Public().Source + "-duplicates"
		if there, err := filepath.EvalSymlinks(folder); err == nil && filepath.Base(there) != filepath.Base(folder) {
			name = filepath.Base(there) + "-duplicates"
		}
		c.To = "../" + name
	}
	return atomicfile.Write(script, func(w io.Writer) error { return r.WriteCleanup(w, c) })
}

// dupesSummary is the result in one line.
func dupesSummary(r *gallery.Duplicates) string {
	if len(r.Groups) == 0 {
		return fmt.Sprintf("none of %s is there twice, by %s within %g", count(r.Pictures, "picture"), r.By, r.Within)
	}
	size, links := "", ""
	take := "takes"
	if r.Links > 1 {
		take = "take"
	}
	if r.SpareBytes > 0 {
		size = " (" + console.Bytes(r.SpareBytes) + ")"
	}
	if r.Links > 0 {
		links = fmt.Sprintf("; %s, which %s no room", count(r.Links, "link"), take)
	}
	return fmt.Sprintf("%s of %s could go%s: %s of copies, by %s within %g%s",
		report.Count(r.Spare), count(r.Pictures, "picture"), size, count(len(r.Groups), "group"), r.By, r.Within, links)
}

func printDupes(w io.Writer, r *gallery.Duplicates) {
	for i, g := range r.Groups {
		fmt.Fprintf(w, "group %d\n", i+1)
		var lines [][]string
		for j, m := range g.Pictures {
			lines = append(lines, append([]string{"  " + shownFile(m), dupeWords(m, j)}, factWords(m.File)...))
		}
		console.Columns(w, "", lines)
	}
	fmt.Fprintln(w, dupesSummary(r))
}

// shownFile is the path of a duplicate as it can be opened, or its id.
func shownFile(m gallery.GroupMember) string {
	if m.File == nil {
		return m.ID
	}
	return console.FromHere(m.File.Path)
}

// dupeWords says what a duplicate is beside the first of its group.
func dupeWords(m gallery.GroupMember, place int) string {
	if m.Others {
		m.Others = false
		return dupeWords(m, place) + "; shows others too"
	}
	switch {
	case m.Keep:
		return "keep: " + m.Why
	case m.File != nil && m.File.Link != "":
		return m.File.Link + " to " + console.FromHere(m.File.LinkOf)
	case place == 0:
		return ""
	case m.How != "":
		return fmt.Sprintf("%s, %.3f", m.How, m.Distance)
	case *m.Equal:
		return "equal"
	}
	return fmt.Sprintf("near, %.3f", m.Distance)
}

// factWords are the columns of a file's facts.
func factWords(f *gallery.Facts) []string {
	if f == nil {
		return nil
	}
	size, quality := "unreadable", ""
	if f.Width > 0 {
		size = fmt.Sprintf("%dx%d", f.Width, f.Height)
	}
	if f.Quality > 0 {
		quality = fmt.Sprintf("quality %d", f.Quality)
	}
	day, _, _ := strings.Cut(cmp.Or(f.Taken, f.Changed), "T")
	if f.Taken == "" {
		day = "file of " + day
	}
	return []string{size, console.Bytes(f.Bytes), quality, day}
}
