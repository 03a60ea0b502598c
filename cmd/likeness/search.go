package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"likeness/cmd/likeness/internal/console"
	"likeness/dataset"
	"likeness/embeddings"
	"likeness/faces"
	"likeness/gallery"
	"likeness/search"
	"likeness/search/engine"
)

// searchFlags are the flags of 'search'.
type searchFlags struct {
	query       gallery.Query
	opt         gallery.Options
	data        dataset.Name
	from, to    string // days, or ""
	attributes  []string
	excludeSelf bool
	sheets      sheets
	csv         bool
	looks       faceFlags
	codes       string // a file of codes to search for
}

func newSearch(a *app) *cobra.Command {
	f := &searchFlags{query: gallery.Query{MaxDistance: math.Inf(1)}}
	c := &cobra.Command{
		Use:   "search [INDEX] IMAGE... | --id ID... | --code FILE",
		Short: "Find the pictures most like one",
		Long: `Find the pictures of an index whose codes are nearest to that of a picture: one
from a file, or a member of the index, which is then left out itself. For several
pictures the average of their codes is searched for: give pictures of one person.
Without an INDEX it is the only one in this folder.

In a picture that shows several faces the largest is searched for; --faces all searches
for each of them, and the column 'face' says which one was found, from the left.

Where the index's space was fitted with names, the odds of the same person are printed
beside the distance: how many times likelier such a distance is between two pictures
of one person than of two people, both equally likely beforehand. They are told only of
distances like those that they were learned from; 'nearer' stands for two pictures nearer
to each other than photographs of one person are, perhaps copies, 'farther' for such as
no two faces are. Odds were learned from single pictures; all pictures are nearer to an
average, so for averages they are too high.

The probability is what the odds come to given how many pictures the index holds: the
more strangers there are, the nearer comes the nearest of them. It was learned from
people whom the space was not fitted to, some of whom the collection that they searched
did not show at all. 'likeness eval search' checks it.

INDEX may also be a collection that 'likeness index --to' has written to an engine, such as
weaviate://127.0.0.1:8080/faces or postgres://HOST/DATABASE/faces.

Filters choose among the pictures before the nearest are taken; a picture must pass
all of them. The index stores the fingerprint of its model and refuses another one.`,
		Example: `  likeness search me.jpg
  likeness search conv-32.index.safetensors me.jpg
  likeness search finder.index.safetensors --image me.jpg --image me-too.jpg --min-odds 10
  likeness search finder.index.safetensors --id Aaron_Eckhart_0001 -k 10 --html found.html
  likeness search finder.index.safetensors --image me.jpg --attribute Smiling --attribute '!Male' --montage found.png
  likeness search conv-32.index.safetensors --image me.jpg --folder 2019/ --csv > found.csv`,
		ValidArgsFunction: console.FilesOf(console.ModelNames),
	}
	f.add(c)
	c.RunE = func(cmd *cobra.Command, args []string) error {
		index, err := f.named(args)
		if err != nil {
			return err
		}
		if err := f.check(a, cmd, index); err != nil {
			return err
		}
		if f.codes != "" {
			t, err := readCodes(f.codes, embeddings.ReadOptions{})
			if err != nil {
				return err
			}
			f.query.Codes = slices.Collect(slices.Chunk(t.Codes, t.Dim))
		}
		f.opt.Framer = a.framer()
		g, closeAll, err := openGallery(cmd.Context(), index, f.opt)
		if err != nil {
			return err
		}
		defer closeAll()
		if cmd.Flags().Changed("faces") {
			f.query.Faces = f.looks.faces()
		}
		f.query.Prep = f.looks.crop.of(g.Info().Prep)
		if i := g.Info(); f.query.MinOdds > 0 && !i.Odds {
			return console.Usagef("--min-odds: %s knows no odds, because its space (%s) was not fitted with names: use --max-distance", i.Index, i.Space)
		}
		r, err := g.Search(cmd.Context(), f.query)
		if err != nil {
			return searchError(err)
		}
		if r.Engine != nil { // which knows where pictures were last seen, not where they lie beside an index
			for i := range r.Results {
				r.Results[i].Path = console.FromHere(r.Results[i].Path)
			}
		}
		if f.sheets.wanted() {
			if err := a.showFound(cmd.Context(), g, r, f); err != nil {
				return err
			}
		}
		if r.Engine != nil && r.Engine.Incomplete != "" {
			a.Warn("%s: what was found may lack pictures: %s", r.Index, r.Engine.Incomplete)
		}
		a.noteFaces(r, f)
		if r.Averaged > 0 {
			a.Note("Searching for the average of %s", count(r.Averaged, averaged(f)))
		}
		if len(r.Results) < f.query.K && !a.JSON {
			a.noteFew(r, f)
		}
		if f.csv {
			return writeFoundCSV(a.Out, r.Results)
		}
		return a.Emit(struct {
			*gallery.Result
			sheets
		}{r, f.sheets}, func(w io.Writer) { printFound(w, r); f.sheets.print(w) })
	}
	return c
}

func (f *searchFlags) add(c *cobra.Command) {
	q, w, fl := &f.query, &f.query.Where, c.Flags()
	fl.SortFlags = false
	fl.StringArrayVar(&q.Images, "image", nil, "the picture `file` to search for; the average of several")
	fl.StringArrayVar(&q.IDs, "id", nil, "the member of the index to search for; the average of several")
	fl.StringVar(&f.codes, "code", "", "search for the code in this `file` (.npz, .npy, .parquet or .csv), made as those of the index; for the average of several")
	fl.IntVarP(&q.K, "k", "k", 5, "how many to find")
	fl.Float64Var(&q.MaxDistance, "max-distance", math.Inf(1), "only pictures within this `distance`")
	fl.Float64Var(&q.MinOdds, "min-odds", 0, "only pictures with at least these `odds` of the same person, such as 10 for 10:1")
	fl.StringArrayVar(&w.People, "person", nil, "only pictures of this `name`; of any of several")
	fl.StringArrayVar(&w.Folders, "folder", nil, "only pictures in this `folder`, the first part of their ids, such as 2019 or 2019/summer; in any of several")
	fl.StringVar(&f.from, "from", "", "only pictures taken on this `day` or later, such as 2019-05-17, 2019-05 or 2019")
	fl.StringVar(&f.to, "to", "", "only pictures taken on this `day` or before")
	fl.StringArrayVar(&f.attributes, "attribute", nil, "only pictures with this `attribute`, where the set has attributes: Smiling (above 0), '!Smiling', 'Smiling>1.5', 'Smiling<1.5'; with all of several")
	fl.BoolVar(&f.excludeSelf, "exclude-self", false, "leave out the picture searched for: a member by its id, a file's by its code (default true for --id, false for --image)")
	fl.BoolVar(&f.opt.Exact, "exact", false, "compare all pictures, even where the index has a graph or hashes")
	f.looks.add(c, faces.Largest, faces.Largest, faces.All, faces.None)
	addSheets(c, &f.sheets, "the query and what was found, 64 at most,")
	fl.BoolVar(&f.csv, "csv", false, "print the results as comma-separated values")
	fl.StringVar(&f.opt.Model, "model", "", "the model `file`, if it was moved")
	fl.StringVar(&f.data.Source, "data", "", "where --montage and --html find the `pictures`, if they were moved")
	fl.StringVar(&f.data.Attributes, "attributes", "", "their attribute `file`, if it was moved")
	fl.SetNormalizeFunc(func(_ *pflag.FlagSet, name string) pflag.NormalizedName {
		if name == "figure" { // its name before there were pages
			name = "montage"
		}
		return pflag.NormalizedName(name)
	})
	console.Complete(c, "image", console.FilesOf(console.PictureNames))
	console.Complete(c, "model", console.FilesOf(console.ModelNames))
	console.Complete(c, "id", completeFromIndex(func(e search.Entries) []string { return e.IDs }))
	console.Complete(c, "person", completeFromIndex(func(e search.Entries) []string {
		return slices.Compact(slices.Sorted(slices.Values(e.People)))
	}))
}

// named takes an index and pictures from the arguments. Without an index it is the only one in this folder.
func (f *searchFlags) named(args []string) (index string, err error) {
	if len(args) > 0 && (isIndex(args[0]) || engine.IsLocation(args[0])) {
		index, args = args[0], args[1:]
	}
	for _, arg := range append([]string{index}, args...) {
		if err := mistyped(arg); err != nil {
			return "", err
		}
		if engine.IsLocation(arg) && arg != index {
			return "", console.Usagef("%s: expected a picture, behind the one index or collection that is searched", arg)
		}
	}
	f.query.Images = append(f.query.Images, args...)
	if index == "" && (len(f.query.Images)+len(f.query.IDs) > 0 || f.codes != "") {
		return onlyIndex()
	}
	return index, nil
}

// check checks the flags and finishes the query.
func (f *searchFlags) check(a *app, cmd *cobra.Command, index string) error {
	q := &f.query
	switch {
	case len(q.Images)+len(q.IDs) == 0 && f.codes == "":
		return console.Usagef("expected what to search for: an IMAGE, --id ID or --code FILE")
	case q.K < 1:
		return console.Usagef("-k %d: expected at least 1", q.K)
	case f.csv && a.JSON:
		return console.Usagef("--csv and --json: expected one of them")
	case !(q.MaxDistance >= 0):
		return console.Usagef("--max-distance %g: expected 0 or more", q.MaxDistance)
	case !(q.MinOdds >= 0):
		return console.Usagef("--min-odds %g: expected 0 or more", q.MinOdds)
	}
	if err := f.sheets.check(append([]string{index}, q.Images...)...); err != nil {
		return err
	}
	if cmd.Flags().Changed("exclude-self") {
		q.ExcludeSelf = &f.excludeSelf
	}
	if q.MaxDistance == 0 { // of a query 0 means no limit
		q.MaxDistance = math.SmallestNonzeroFloat64
	} else if math.IsInf(q.MaxDistance, 1) {
		q.MaxDistance = 0
	}
	var err error
	if f.from != "" {
		if q.Where.From, _, err = search.ParseDay(f.from); err != nil {
			return console.Usagef("--from %s: %v", f.from, err)
		}
	}
	if f.to != "" {
		if _, q.Where.To, err = search.ParseDay(f.to); err != nil {
			return console.Usagef("--to %s: %v", f.to, err)
		}
	}
	if f.from != "" && f.to != "" && !q.Where.From.Before(q.Where.To) {
		return console.Usagef("--from %s --to %s: the second is before the first", f.from, f.to)
	}
	for _, text := range f.attributes {
		c, err := search.ParseCondition(text)
		if err != nil {
			return console.Usagef("--attribute %v", err)
		}
		q.Where.Attributes = append(q.Where.Attributes, c)
	}
	f.opt.Data = f.data
	return nil
}

// searchError names the flag of a condition that cannot be met.
func searchError(err error) error {
	if where, ok := errors.AsType[*gallery.WhereError](err); ok {
		switch where.Field {
		case gallery.ByTime:
			return fmt.Errorf("--from and --to: %w", where.Err)
		case gallery.ByAttribute:
			if errors.Is(err, gallery.ErrNoAttributes) {
				return fmt.Errorf("--attribute: %w: name their file with --attributes", where.Err)
			}
			return console.Usagef("--attribute %s: %w", where.Value, where.Err)
		}
		return fmt.Errorf("--%s %s: %w", where.Field, where.Value, where.Err)
	}
	if errors.Is(err, gallery.ErrNoModel) {
		return fmt.Errorf("%w: give --model", err)
	}
	return err
}

// completeFromIndex completes texts of the index that was named before.
func completeFromIndex(texts func(e search.Entries) []string) cobra.CompletionFunc {
	return func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		if len(args) == 0 || engine.IsLocation(args[0]) {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		f, err := search.OpenFile(args[0])
		if err != nil {
			return nil, cobra.ShellCompDirectiveError
		}
		defer f.Close()
		return texts(f.Entries), cobra.ShellCompDirectiveNoFileComp
	}
}

// galleryPictures reads pictures of an index for a figure, as large as the index has
// them. Those that are gone are left out with a warning.
func (a *app) galleryPictures(ctx context.Context, g *gallery.Gallery, ids []string) (pictureOf, error) {
	p := a.Progress()
	defer p.Clear()
	p.Count("Reading pictures", 0, 0)
	skipped := map[string]error{}
	var order []string
	found, err := g.Pictures(ctx, ids, 0, func(id string, err error) {
		skipped[id] = err
		order = append(order, id)
	})
	p.Clear()
	if errors.Is(err, dataset.ErrGone) {
		i := g.Info()
		if g.OfCodes() && i.Origin == nil {
			return nil, fmt.Errorf("%s was made of codes: say with --data where their pictures are", i.Index)
		}
		return nil, fmt.Errorf("%s was made of %s, which is not here: say with --data where it is", i.Index, i.Data.Source)
	}
	for _, id := range order {
		a.Warn("%v", skipped[id])
	}
	return func(id string) picture { return picture{id, found[id]} }, err
}

// averaged says what an average was made of.
func averaged(f *searchFlags) string {
	if f.codes != "" {
		return "code"
	}
	return "picture"
}
