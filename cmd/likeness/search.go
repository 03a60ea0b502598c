package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"likeness/faces"
	"likeness/pix"
	"likeness/report"
	"likeness/search"
)

// query is what search looks for.
type query struct {
	file   *search.File
	index  search.Index // that the file holds
	path   string       // of the file
	images []string     // pictures, and
	ids    []string     // members of the index
	model  string
	data   dataName

	filter      filters
	maxDistance float64
	minOdds     float64
	excludeSelf bool
	selfAsked   bool // --exclude-self was given

	person   string       // who it is, if all are known to be the same
	pictures []*pix.Image // of images, in their order
}

// hit is one picture that was found.
type hit struct {
	search.Match
	// Odds of one person (see oddsMeaning), absent where the space does not know.
	Odds *float64 `json:"odds,omitempty"`
	// Taken is when the picture was, as the clock there showed it; absent where
	// the index does not know.
	Taken string `json:"taken,omitempty"`
}

// searchResult is what 'search' tells.
type searchResult struct {
	Index    string   `json:"index"`
	Image    string   `json:"image,omitempty"`
	ID       string   `json:"id,omitempty"`
	Images   []string `json:"images,omitempty"` // where there are several
	IDs      []string `json:"ids,omitempty"`
	Averaged int      `json:"averaged,omitempty"`
	Space    string   `json:"space"`
	Kind     string   `json:"kind"` // of the index
	Entries  int      `json:"entries"`
	sheets
	Results []hit `json:"results"`
}

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
		if q.minOdds > 0 && search.OddsOf(q.file.Space) == nil {
			return usagef("--min-odds: %s knows no odds, for its space (%s) was not fitted with names: use --max-distance", args[0], q.file.Space.Name())
		}
		kind := q.file.Kind()
		if exact {
			kind = search.KindExact
			q.index, err = q.file.Exact()
		} else {
			q.index, err = q.file.Index()
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

// tellFew says why less was found than was asked for.
func (q *query) tellFew(a *app, n int) {
	held := "the index holds " + count(q.index.Len(), "picture")
	switch {
	case n == 0:
		a.note("Nothing found: %s%s", held, q.narrowed())
	case q.narrowed() != "":
		a.note("Only %s found: %s%s", report.Count(n), held, q.narrowed())
	}
}

// narrowed says that not everything could be found, and by what.
func (q *query) narrowed() string {
	switch {
	case q.filter.given() && (q.minOdds > 0 || !math.IsInf(q.maxDistance, 1)):
		return ", and the others pass no filter or lie too far"
	case q.filter.given():
		return ", and the filters keep no others"
	case q.minOdds > 0 || !math.IsInf(q.maxDistance, 1):
		return ", and the others lie too far"
	}
	return ""
}

func printFound(w io.Writer, r *searchResult) {
	if len(r.Results) > 0 {
		heads, right := []string{"rank", "distance", "person", "picture"}, []string{"rank", "distance", "odds"}
		odds := r.Results[0].Odds != nil
		if odds {
			heads = slices.Insert(heads, 2, "odds")
		}
		lines := [][]string{heads}
		for _, m := range r.Results {
			line := []string{fmt.Sprint(m.Rank), fmt.Sprintf("%.4f", m.Distance), orDash(m.Person), m.ID}
			if odds {
				line = slices.Insert(line, 2, oddsText(*m.Odds))
			}
			lines = append(lines, line)
		}
		columns(w, "", lines, right...)
	}
	r.tell(w)
}

// writeFoundCSV writes what was found as comma-separated values.
func writeFoundCSV(out io.Writer, found []hit) error {
	w := csv.NewWriter(out)
	lines := [][]string{{"rank", "distance", "odds", "person", "picture"}}
	for _, m := range found {
		odds := ""
		if m.Odds != nil {
			odds = strconv.FormatFloat(*m.Odds, 'g', 6, 64)
		}
		lines = append(lines, []string{strconv.Itoa(m.Rank), strconv.FormatFloat(m.Distance, 'g', 9, 64), odds, m.Person, m.ID})
	}
	return w.WriteAll(lines)
}

// find answers the query.
func (q *query) find(ctx context.Context, a *app, k int) ([]hit, error) {
	e := q.file.Entries
	var people []string
	mean := make([]float32, e.Dim)
	n := len(q.ids) + len(q.images)
	var codes [][]float32
	var without []string
	for _, id := range q.ids {
		row := slices.Index(e.IDs, id)
		if row < 0 {
			return nil, fmt.Errorf("%s has no picture called %q", q.path, id)
		}
		people = append(people, e.People[row])
		codes = append(codes, e.Codes[row*e.Dim:(row+1)*e.Dim])
	}
	if len(q.ids) > 0 && (q.excludeSelf || !q.selfAsked) {
		without = slices.Clone(q.ids)
	}
	if len(q.images) > 0 {
		m, err := q.openModel()
		if err != nil {
			return nil, err
		}
		for _, path := range q.images {
			picture, err := preparePicture(ctx, m.prep(), path)
			if err != nil {
				return nil, err
			}
			person, _, ok := faces.ParseName(path)
			if ok {
				person = report.PersonName(person)
			}
			q.pictures, people = append(q.pictures, picture), append(people, person)
			code := m.query(picture, e.Dim)
			codes = append(codes, code)
			if q.excludeSelf {
				without = append(without, sameCodes(e, code)...)
			}
		}
	}
	for _, code := range codes {
		for i, v := range code {
			mean[i] += v / float32(n)
		}
	}
	if n == 1 {
		mean = codes[0]
	}
	if people = slices.Compact(people); len(people) == 1 {
		q.person = people[0]
	}
	keep, err := q.filter.filters(ctx, a, q)
	if err != nil {
		return nil, err
	}
	// Those that are left out by id are taken out of the answer: a filter would
	// have all entries compared.
	matches, err := q.index.Search(mean, min(k, e.Len())+len(without), keep...)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", strings.Join(append(slices.Clone(q.images), q.ids...), ", "), err)
	}
	matches = slices.DeleteFunc(matches, func(m search.Match) bool { return slices.Contains(without, m.ID) })
	found, odds := []hit{}, search.OddsOf(q.file.Space)
	for i, m := range matches[:min(len(matches), k)] {
		m.Rank = i + 1
		h := hit{Match: m}
		if odds != nil {
			v := odds.Of(m.Distance)
			h.Odds = &v
		}
		if m.Distance > q.maxDistance || h.Odds != nil && *h.Odds < q.minOdds {
			break // so do all behind it
		}
		found = append(found, h)
	}
	q.addTimes(found)
	return found, nil
}

// addTimes says of what was found when it was taken, where the index knows.
func (q *query) addTimes(found []hit) {
	if q.file.Taken == nil {
		return
	}
	at := make(map[string]int, len(found))
	for i, h := range found {
		at[h.ID] = i
	}
	for row, id := range q.file.Entries.IDs {
		if i, ok := at[id]; ok && !q.file.Taken[row].IsZero() {
			found[i].Taken = q.file.Taken[row].Format(timeLayout)
		}
	}
}

// sameCodes gives the members whose code is a picture's, but for rounding.
func sameCodes(e search.Entries, code []float32) []string {
	size := 0.0
	for _, v := range code {
		size += float64(v) * float64(v)
	}
	var ids []string
	for i, id := range e.IDs {
		apart := 0.0
		for j, v := range e.Codes[i*e.Dim : (i+1)*e.Dim] {
			d := float64(v) - float64(code[j])
			apart += d * d
		}
		if apart <= 1e-8*size {
			ids = append(ids, id)
		}
	}
	return ids
}

// openModel opens the model that made the index, or says why it cannot.
func (q *query) openModel() (*encoder, error) {
	path := q.model
	if path == "" {
		path = fromIndex(q.path, q.file.About.ModelFile)
		if there, err := exists(path); err != nil || !there {
			if m := q.nearModel(); m != nil {
				return m, nil
			}
			return nil, fmt.Errorf("the model of %s, %s, is not to be found: give --model", q.path, q.file.About.Model)
		}
	}
	m, err := openEncoder(path)
	if err != nil {
		return nil, err
	}
	if err := q.file.CheckModel(m.fingerprint()); err != nil {
		return nil, fmt.Errorf("%s and %s: %w", q.path, path, err)
	}
	return m, nil
}

// nearModel looks for the model beside the index, and in a folder models
// there, where reproduce keeps them.
func (q *query) nearModel() *encoder {
	folder := filepath.Dir(q.path)
	for _, pattern := range []string{"*.safetensors", filepath.Join("models", "*.safetensors")} {
		files, _ := filepath.Glob(filepath.Join(folder, pattern)) // a folder's name that is no pattern finds nothing
		for _, f := range files {
			if m, err := openEncoder(f); err == nil && q.file.CheckModel(m.fingerprint()) == nil {
				return m
			}
		}
	}
	return nil
}

// mostDrawn is how many of the pictures found are shown at most.
const mostDrawn = 64

// showFound draws the query and what was found.
func (a *app) showFound(ctx context.Context, q *query, found []hit, out *sheets) error {
	get, err := a.indexPictures(ctx, q.path, q.file.About, q.data)
	if err != nil {
		return err
	}
	if len(found) > mostDrawn {
		a.note("The first %d of %s pictures found are shown", mostDrawn, report.Count(len(found)))
		found = found[:mostDrawn]
	}
	asked := report.AlbumRow{Title: "Searched for"}
	if n := len(q.ids) + len(q.images); n > 1 {
		asked.Note = fmt.Sprintf("the average of %d pictures", n)
	}
	e := q.file.Entries
	for i, path := range q.images {
		asked.Pictures = append(asked.Pictures, report.AlbumPicture{Picture: q.pictures[i], Name: title(path)})
	}
	for _, id := range q.ids {
		p := report.AlbumPicture{Picture: get(id), Name: id}
		if person := e.People[slices.Index(e.IDs, id)]; person != "" {
			p.Name, p.Lines = person, []string{id}
		}
		asked.Pictures = append(asked.Pictures, p)
	}
	odds := search.OddsOf(q.file.Space) != nil
	row := report.AlbumRow{Title: "Found"}
	if len(found) == 0 {
		row.Note = "nothing"
	}
	for _, m := range found {
		p := report.AlbumPicture{Picture: get(m.ID), Name: m.Person, Mark: q.person != "" && m.Person == q.person}
		if p.Name == "" {
			p.Name = m.ID
		} else {
			p.Lines = append(p.Lines, m.ID)
		}
		if day, _, ok := strings.Cut(m.Taken, "T"); ok {
			p.Lines = append(p.Lines, day)
		}
		line := fmt.Sprintf("distance %.3f", m.Distance)
		p.Lines = append(p.Lines, line)
		if m.Odds != nil {
			p.Lines = append(p.Lines, "odds "+oddsText(*m.Odds))
		}
		row.Pictures = append(row.Pictures, p)
	}
	album := report.Album{
		Title:    "The nearest to " + strings.Join(append(titles(q.images), q.ids...), ", "),
		Subtitle: fmt.Sprintf("among %s of %s, in the space %s", count(q.index.Len(), "picture"), q.path, q.file.Space.Name()),
		Command:  a.commandLine(),
		Rows:     []report.AlbumRow{asked, row},
	}
	if odds {
		album.Note = oddsMeaning + " Green: the name is the same."
	} else if q.person != "" {
		album.Note = "Green: the name is the same."
	}
	return out.write(&album)
}

// titles are the titles of paths.
func titles(paths []string) []string {
	var all []string
	for _, p := range paths {
		all = append(all, title(p))
	}
	return all
}

// commandLine is what was typed.
func (a *app) commandLine() string {
	words := []string{"likeness"}
	for _, arg := range a.args {
		words = append(words, quote(arg))
	}
	return strings.Join(words, " ")
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
