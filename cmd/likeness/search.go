package main

import (
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"likeness/search"
)

func newSearch(a *app) *cobra.Command {
	var q query
	var k int
	var out sheets
	var csv, exact bool
	c := &cobra.Command{
		Use:   "search INDEX (--image FILE | --id ID)...",
		Short: "Find the pictures most like one",
		Long: `Find the pictures of an index whose codes lie nearest to that of a picture: one
from a file, or a member of the index, which is then left out itself. Of several
pictures, --image and --id given more than once, the average of their codes is
searched for: give pictures of one person.

Beside the distance stand the odds of the same person, where the index's space was
fitted with names: how many times likelier such a distance is between two pictures
of one person than of two people. They take both for equally likely beforehand. In
a large index most pictures show others, so of the nearest of many weigh the odds
by how many people could have come first. They were learned from single pictures;
to an average all lie nearer, so there they say too much.

Filters choose among the pictures before the nearest are taken, and a picture must
pass all that are given. The index knows its model and checks that it is the very
one that made it.`,
		Example: `  likeness search conv-32.index.safetensors --image me.jpg
  likeness search finder.index.safetensors --image me.jpg --image me-too.jpg --min-odds 10
  likeness search finder.index.safetensors --id Aaron_Eckhart_0001 -k 10 --html found.html
  likeness search finder.index.safetensors --image me.jpg --attribute Smiling --attribute '!Male' --montage found.png
  likeness search conv-32.index.safetensors --image me.jpg --folder 2019/ --csv > found.csv`,
		Args: func(cmd *cobra.Command, args []string) error {
			err := exactly("one INDEX file", 1, 1)(cmd, args)
			if err != nil && len(args) == 2 && len(q.images)+len(q.ids) == 0 {
				return fmt.Errorf("%w: did you mean --image %s?", err, quote(args[1]))
			}
			return err
		},
		ValidArgsFunction: filesOf(modelNames),
	}
	fl := c.Flags()
	fl.SortFlags = false
	fl.StringArrayVar(&q.images, "image", nil, "the picture `file` to search for; of several, the average")
	fl.StringArrayVar(&q.ids, "id", nil, "the member of the index to search for; of several, the average")
	fl.IntVarP(&k, "k", "k", 5, "how many to find")
	fl.Float64Var(&q.maxDistance, "max-distance", math.Inf(1), "only pictures within this `distance`")
	fl.Float64Var(&q.minOdds, "min-odds", 0, "only pictures with at least these `odds` of the same person, such as 10 for 10:1")
	q.filter.add(c)
	fl.BoolVar(&q.excludeSelf, "exclude-self", false, "leave out the picture searched for: a member by its id, a file's by its code (default true for --id, false for --image)")
	fl.BoolVar(&exact, "exact", false, "compare all pictures, also where the index has a graph or hashes")
	addSheets(c, &out, "the query and what was found, 64 at most,")
	fl.BoolVar(&csv, "csv", false, "print the results as comma-separated values")
	fl.StringVar(&q.model, "model", "", "the model `file`, if it was moved")
	fl.StringVar(&q.data.source, "data", "", "where --montage and --html find the `pictures`, if they were moved")
	fl.StringVar(&q.data.attributes, "attributes", "", "their attribute `file`, if it was moved")
	fl.SetNormalizeFunc(func(_ *pflag.FlagSet, name string) pflag.NormalizedName {
		if name == "figure" { // its name before there were pages
			name = "montage"
		}
		return pflag.NormalizedName(name)
	})
	complete(c, "image", filesOf(pictureNames))
	complete(c, "model", filesOf(modelNames))
	complete(c, "id", completeIDs)
	complete(c, "person", completePeople)
	c.RunE = func(cmd *cobra.Command, args []string) error {
		q.path, q.selfAsked = args[0], cmd.Flags().Changed("exclude-self")
		switch {
		case len(q.images)+len(q.ids) == 0:
			return usagef("expected what to search for: --image FILE or --id ID")
		case k < 1:
			return usagef("-k %d: expected at least 1", k)
		case csv && a.json:
			return usagef("--csv and --json: expected one of them")
		case !(q.maxDistance >= 0):
			return usagef("--max-distance %g: expected 0 or more", q.maxDistance)
		case !(q.minOdds >= 0):
			return usagef("--min-odds %g: expected 0 or more", q.minOdds)
		}
		if err := out.check(append([]string{args[0]}, q.images...)...); err != nil {
			return err
		}
		var err error
		if q.file, err = search.OpenFile(args[0]); err != nil {
			return err
		}
		defer q.file.Close()
		if q.file.Entries.Len() == 0 {
			return fmt.Errorf("%s holds no pictures", args[0])
		}
		if q.minOdds > 0 && !hasOdds(q.file.Space) {
			return usagef("--min-odds: %s knows no odds, for its space (%s) was not fitted with names: use --max-distance", args[0], q.file.Space.Name())
		}
		if err := q.filter.check(); err != nil {
			return err
		}
		if q.where, err = q.filter.where(cmd.Context(), a, &q); err != nil {
			return err
		}
		kind := q.file.Kind()
		if exact {
			kind = search.KindExact
			q.index, err = q.file.Exact(cmd.Context())
		} else {
			q.index, err = q.file.Index(cmd.Context())
		}
		if err != nil {
			return err
		}
		found, err := q.find(cmd.Context(), a, k)
		if err != nil {
			return err
		}
		if out.wanted() {
			if err := a.showFound(cmd.Context(), &q, found, &out); err != nil {
				return err
			}
		}
		result := searchResult{Index: args[0], Space: q.file.Space.Name(), Kind: kind, Entries: q.index.Len(), sheets: out, Results: found}
		if n := len(q.images) + len(q.ids); n > 1 {
			result.Images, result.IDs, result.Averaged = q.images, q.ids, n
			a.note("Searching for the average of %d pictures", n)
		} else if len(q.images) == 1 {
			result.Image = q.images[0]
		} else {
			result.ID = q.ids[0]
		}
		if len(found) < k && !a.json {
			q.tellFew(a, len(found))
		}
		if csv {
			return writeFoundCSV(a.out, found)
		}
		return a.emit(result, func(w io.Writer) { printFound(w, &result) })
	}
	return c
}

// completePeople completes the names of the index named before.
func completePeople(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) == 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	f, err := search.OpenFile(args[0])
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	defer f.Close()
	people := slices.Clone(f.Entries.People)
	slices.Sort(people)
	return slices.Compact(people), cobra.ShellCompDirectiveNoFileComp
}

// completeIDs completes the members of the index named before.
func completeIDs(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) == 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	f, err := search.OpenFile(args[0])
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	defer f.Close()
	return f.Entries.IDs, cobra.ShellCompDirectiveNoFileComp
}
