package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"likeness/cmd/likeness/internal/console"
	"likeness/faces"
)

func newCache(a *app) *cobra.Command {
	var opt faces.CacheOptions
	var megabytes int64
	c := &cobra.Command{
		Use:   "cache",
		Short: "What is kept of your pictures between runs, and how to clear it",
		Long: `Tell what the cache holds, bound it or clear it.

So that pictures are decoded once, likeness keeps them decoded, small and cropped as they
are used, in a folder that only you can read: also your private ones. It also keeps drawn
faces, and where data sets and models were last seen, because files that you may give away
do not say. The cache never takes more than 2 GiB, less where --limit asks for that.

--clear removes all decoded and drawn pictures; nothing is lost but time. --all also forgets
where things lie, so that old models and indexes have to be told with --data. Downloads stay:
remove their folder by hand.

The cache is the folder LIKENESS_CACHE, else "likeness" in the user's cache folder.`,
		Example: `  likeness cache
  likeness cache --limit 200
  likeness cache --clear --all`,
		Args: console.NoArgs(""),
	}
	c.Flags().Int64Var(&megabytes, "limit", 0, "remove what was unused for longest until so many `megabytes` are left")
	c.Flags().BoolVar(&opt.Clear, "clear", false, "remove all decoded and drawn pictures")
	c.Flags().BoolVar(&opt.Places, "all", false, "with --clear, also forget where data sets and models lie")
	c.MarkFlagsMutuallyExclusive("limit", "clear")
	c.RunE = func(cmd *cobra.Command, _ []string) error {
		if opt.Places && !opt.Clear {
			return console.Usagef("--all is for --clear")
		}
		if cmd.Flags().Changed("limit") {
			if megabytes < 0 || megabytes > 1<<30 {
				return console.Usagef("--limit %d: expected a number of megabytes, 0 or more", megabytes)
			}
			bytes := megabytes * 1e6
			opt.Limit = &bytes
		}
		use, err := faces.Cache(opt)
		if err != nil {
			return err
		}
		return a.Emit(use, func(w io.Writer) { printCache(w, use) })
	}
	return c
}

func printCache(w io.Writer, use *faces.CacheUse) {
	about := map[string]string{"sets": "decoded pictures", "archives": "drawn faces", "places": "where things were last seen"}
	var rows [][]string
	for _, k := range use.Kinds {
		used := ""
		if k.Used != nil {
			used = "used " + k.Used.Format("2006-01-02")
		}
		rows = append(rows, []string{k.Name, count(k.Files, "file"), console.Bytes(k.Bytes), about[k.Name], used})
	}
	fmt.Fprintln(w, use.Dir)
	console.Columns(w, "  ", rows)
	if use.Removed > 0 {
		fmt.Fprintf(w, "%s removed\n", console.Bytes(use.Removed))
	}
	fmt.Fprintf(w, "downloads are in %s and stay\n", use.Data)
}
