package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"likeness/cmd/likeness/internal/console"
	"likeness/faces"
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
			size = fmt.Sprintf(" (%s)", console.Megabytes(d.Size))
		}
		about = append(about, fmt.Sprintf("  %-18s %s%s", d.Name, d.About, size))
	}
	var dir string
	c := &cobra.Command{
		Use:   "get " + strings.Join(names, "|"),
		Short: "Download a published set of faces",
		Long: "Download a published set of faces, check it and keep it:\n\n" + strings.Join(about, "\n") + `

This is the only verb that downloads anything. Mirrors are tried in order; size
and checksum must be right before the file gets its name. A download that broke
off stays as .part and the same command goes on with it; a file that fails its
check is kept as .bad. A file that is there already is checked and kept.

Files go to the folder $LIKENESS_DATA, else to "likeness/data" in the user's
cache folder, where --data lfw and --attributes lfw-attributes find them.`,
		Example: `  likeness data get lfw
  likeness data get lfw-attributes
  likeness train conv --data lfw --attributes lfw-attributes`,
		ValidArgs: names,
		Args:      console.Exactly("which data set: "+strings.Join(names, ", "), 1, 1),
	}
	c.Flags().StringVar(&dir, "dir", "", "`folder` to download to (default: where --data NAME looks)")
	console.Complete(c, "dir", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return nil, cobra.ShellCompDirectiveFilterDirs
	})
	c.RunE = func(cmd *cobra.Command, args []string) error {
		if !slices.Contains(names, args[0]) {
			return console.Usagef("unknown data set %q, expected one of %s", args[0], strings.Join(names, ", "))
		}
		p := a.Progress()
		path, err := faces.Download(cmd.Context(), args[0], dir, faces.DownloadOptions{
			Progress: p.Report(),
			Log: func(text string) {
				p.Clear()
				a.Note("%s", text)
			},
		})
		p.Clear()
		if err != nil {
			return err
		}
		result := struct {
			Dataset string `json:"dataset"`
			Path    string `json:"path"`
		}{args[0], path}
		return a.Emit(result, func(w io.Writer) { fmt.Fprintln(w, path) })
	}
	return c
}
