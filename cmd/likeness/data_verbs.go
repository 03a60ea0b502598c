package main

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"likeness/faces"
	"likeness/report"
)

func newData(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:   "data",
		Short: "Get and check pictures",
		Long: `Get and check pictures to train on.

No data is needed to begin with: every verb draws faces unless --data says
otherwise.`,
		Example: `  likeness data get lfw
  likeness data check ~/Pictures/faces`,
		Args: noSuchVerb,
		RunE: noSuchVerb,
	}
	c.AddCommand(newDataGet(a), newDataCheck(a))
	return c
}

func newDataGet(a *app) *cobra.Command {
	var names, about []string
	for _, d := range faces.Datasets() {
		names = append(names, d.Name)
		size := ""
		if d.Size > 0 {
			size = fmt.Sprintf(" (%s)", megabytes(d.Size))
		}
		about = append(about, fmt.Sprintf("  %-18s %s%s", d.Name, d.About, size))
	}
	var dir string
	c := &cobra.Command{
		Use:   "get " + strings.Join(names, "|"),
		Short: "Download a published set of faces",
		Long: "Download a published set of faces, check it and keep it:\n\n" + strings.Join(about, "\n") + `

This is the only verb that opens a connection. Mirrors are tried in order; size
and checksum must be right before the file gets its name. A download that broke
off stays as .part and the same command goes on with it; a file that fails its
check is kept as .bad. A file that is there already is checked and kept.

Files go to the folder $LIKENESS_DATA, else to "likeness/data" in the user's
cache folder, where --data lfw and --attributes lfw-attributes find them.`,
		Example: `  likeness data get lfw
  likeness data get lfw-attributes
  likeness train conv --data lfw --attributes lfw-attributes`,
		ValidArgs: names,
		Args:      exactly("which data set: "+strings.Join(names, ", "), 1, 1),
	}
	c.Flags().StringVar(&dir, "dir", "", "`folder` to download to (default: where --data NAME looks)")
	complete(c, "dir", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return nil, cobra.ShellCompDirectiveFilterDirs
	})
	c.RunE = func(cmd *cobra.Command, args []string) error {
		if !slices.Contains(names, args[0]) {
			return usagef("unknown data set %q, expected one of %s", args[0], strings.Join(names, ", "))
		}
		p := a.progress()
		path, err := faces.Download(cmd.Context(), args[0], dir, faces.DownloadOptions{
			Progress: func(done, total int64) { p.bytes("Downloading "+args[0], done, total) },
			Log: func(text string) {
				p.clear()
				a.note("%s", text)
			},
		})
		p.clear()
		if err != nil {
			return bare(err)
		}
		result := struct {
			Dataset string `json:"dataset"`
			Path    string `json:"path"`
		}{args[0], path}
		return a.emit(result, func(w io.Writer) { fmt.Fprintln(w, path) })
	}
	return c
}

func newDataCheck(a *app) *cobra.Command {
	var attributes string
	var threads int
	c := &cobra.Command{
		Use:   "check PATH",
		Short: "Look at every picture of an archive or a folder",
		Long: `Decode every picture of an archive or a folder and report what is there: sizes,
people, what cannot be used and why, files with the very same bytes, and how an
attribute file fits. Nothing is changed.

The exit code is 1 when there is a problem: no usable picture, a broken archive,
an attribute file with errors or for other pictures. Files that are only passed
over are listed, and no problem.`,
		Example: `  likeness data check lfw.tgz --attributes lfw_attributes.txt
  likeness data check ~/Pictures/faces --json`,
		Args: exactly("the PATH of an archive or a folder", 1, 1),
	}
	c.Flags().StringVar(&attributes, "attributes", "", "attribute `file` in the layout of lfw_attributes.txt")
	addThreads(c, &threads)
	c.RunE = func(cmd *cobra.Command, args []string) error {
		p := a.progress()
		r, err := faces.Check(cmd.Context(), args[0], faces.Options{
			Attributes: attributes, Threads: threads,
			Progress: func(done, total int) { p.count("Checking "+filepath.Base(args[0]), done, total) },
		})
		p.clear()
		if err != nil {
			return bare(err)
		}
		if err := a.emit(r, func(w io.Writer) { printCheck(w, r) }); err != nil {
			return err
		}
		if !r.OK {
			return errTold
		}
		return nil
	}
	return c
}

// printCheck writes the report for a person.
func printCheck(w io.Writer, r *faces.CheckReport) {
	var sizes, per []string
	for i, s := range r.Sizes {
		if i == 4 {
			sizes = append(sizes, fmt.Sprintf("%d more sizes", len(r.Sizes)-i))
			break
		}
		sizes = append(sizes, fmt.Sprintf("%dx%d (%s)", s.W, s.H, report.Count(s.Count)))
	}
	people := count(r.People, "person")
	if r.Nameless > 0 {
		people += fmt.Sprintf("; %s without a name", count(r.Nameless, "picture"))
	}
	for i, c := range r.PerPerson {
		if i == 4 {
			per = append(per, fmt.Sprintf("at most %d (%s)", r.PerPerson[len(r.PerPerson)-1].Pictures, r.Largest))
			break
		}
		per = append(per, fmt.Sprintf("%d (%s)", c.Pictures, count(c.People, "person")))
	}
	facts(w, [][2]string{
		{"source", r.Source + " (" + r.Kind + ")"},
		{"pictures", fmt.Sprintf("%s, %s named and numbered as in LFW", report.Count(r.Pictures), report.Count(r.Numbered))},
		{"people", people},
		{"pictures each", strings.Join(per, ", ")},
		{"sizes", strings.Join(sizes, ", ")},
	})
	if t := r.Attributes; t != nil {
		fmt.Fprintf(w, "attributes     %s rows of %s in %s: %s of the pictures have one\n",
			report.Count(t.Rows), count(t.Columns, "number"), t.File, report.Count(t.Joined))
		list(w, "rows without a usable picture", t.Missing)
		list(w, "pictures without a row", t.Unlisted)
	}
	var skipped, same []string
	for _, s := range r.Skipped {
		skipped = append(skipped, s.Name+": "+s.Reason)
	}
	for _, d := range r.Duplicates {
		same = append(same, strings.Join(d, " = "))
	}
	list(w, "files without a usable picture", skipped)
	list(w, "groups of identical files", same)
	list(w, "problems", r.Problems)
	if r.Cropped > 0 {
		fmt.Fprintf(w, "\nIn training, %s.\n", croppedNote(r.Cropped))
	}
	if r.OK {
		fmt.Fprintln(w, "\nReady to be used.")
	}
}

// list writes a list under its name, not more of it than is readable.
func list(w io.Writer, name string, lines []string) {
	if len(lines) == 0 {
		return
	}
	fmt.Fprintf(w, "\n%s: %s\n", name, report.Count(len(lines)))
	for i, l := range lines {
		if i == 10 {
			fmt.Fprintf(w, "  and %s more; --json lists all\n", report.Count(len(lines)-i))
			break
		}
		fmt.Fprintln(w, "  "+l)
	}
}

func megabytes(n int64) string { return fmt.Sprintf("%.1f MB", float64(n)/1e6) }
