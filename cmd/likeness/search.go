package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"likeness/faces"
	"likeness/pix"
	"likeness/report"
	"likeness/search"
)

// query is what search looks for.
type query struct {
	index *search.Exact
	path  string // of the index
	image string // the picture, or
	id    string // the member
	model string
	data  dataName

	person  string // who it is, if known
	picture *pix.Image
}

func newSearch(a *app) *cobra.Command {
	var q query
	var k int
	var figure string
	c := &cobra.Command{
		Use:   "search INDEX (--image FILE | --id ID)",
		Short: "Find the pictures most like one",
		Long: `Find the pictures of an index whose codes lie nearest to that of a picture: one
from a file, or a member of the index, which is then left out itself.

The index knows its model and checks that it is the very one that made it.`,
		Example: `  likeness search conv-32.index.safetensors --image me.jpg
  likeness search conv-32.index.safetensors --id Aaron_Eckhart_0001 -k 10 --figure found.png
  likeness search conv-32.index.safetensors --image me.jpg --json`,
		Args: func(cmd *cobra.Command, args []string) error {
			err := exactly("one INDEX file", 1, 1)(cmd, args)
			if err != nil && len(args) == 2 && q.image == "" && q.id == "" {
				return fmt.Errorf("%w: did you mean --image %s?", err, quote(args[1]))
			}
			return err
		},
		ValidArgsFunction: filesOf(modelNames),
	}
	c.Flags().StringVar(&q.image, "image", "", "the picture `file` to search for")
	c.Flags().StringVar(&q.id, "id", "", "the member of the index to search for")
	c.Flags().IntVarP(&k, "k", "k", 5, "how many to find")
	c.Flags().StringVar(&q.model, "model", "", "the model `file`, if it was moved")
	c.Flags().StringVar(&figure, "figure", "", "draw the pictures found, 64 at most, a PNG `file`; it is replaced")
	c.Flags().StringVar(&q.data.source, "data", "", "where --figure finds the `pictures`, if they were moved")
	c.Flags().StringVar(&q.data.attributes, "attributes", "", "their attribute `file`, if it was moved")
	complete(c, "image", filesOf(pictureNames))
	complete(c, "model", filesOf(modelNames))
	complete(c, "id", completeIDs)
	c.RunE = func(cmd *cobra.Command, args []string) error {
		if (q.image == "") == (q.id == "") {
			return usagef("expected what to search for: either --image FILE or --id ID")
		}
		if k < 1 {
			return usagef("-k %d: expected at least 1", k)
		}
		if figure != "" {
			if err := checkOut(figure, []string{".png"}, args[0], q.image); err != nil {
				return err
			}
		}
		ix, err := search.Open(args[0])
		if err != nil {
			return err
		}
		q.index, q.path = ix, args[0]
		found, err := q.find(cmd.Context(), k)
		if err != nil {
			return err
		}
		if figure != "" {
			if err := a.drawFound(cmd.Context(), &q, found, figure); err != nil {
				return err
			}
		}
		result := struct {
			Index   string         `json:"index"`
			Image   string         `json:"image,omitempty"`
			ID      string         `json:"id,omitempty"`
			Space   string         `json:"space"`
			Entries int            `json:"entries"`
			Figure  string         `json:"figure,omitempty"`
			Results []search.Match `json:"results"`
		}{args[0], q.image, q.id, ix.Space().Name(), ix.Len(), figure, found}
		if result.Results == nil {
			result.Results = []search.Match{}
		}
		return a.emit(result, func(w io.Writer) {
			lines := [][]string{{"rank", "distance", "person", "picture"}}
			for _, m := range found {
				person := m.Person
				if person == "" {
					person = "-"
				}
				lines = append(lines, []string{fmt.Sprint(m.Rank), fmt.Sprintf("%.4f", m.Distance), person, m.ID})
			}
			if len(found) == 0 {
				a.note("Nothing found: the index holds %s", count(ix.Len(), "picture"))
				return
			}
			columns(w, "", lines, "rank", "distance")
			if figure != "" {
				fmt.Fprintf(w, "\nfigure: %s\n", figure)
			}
		})
	}
	return c
}

// find answers the query.
func (q *query) find(ctx context.Context, k int) ([]search.Match, error) {
	if q.id != "" {
		e := q.index.Entries()
		row := slices.Index(e.IDs, q.id)
		if row < 0 {
			return nil, fmt.Errorf("%s has no picture called %q", q.path, q.id)
		}
		q.person = e.People[row]
		return q.index.Search(e.Codes[row*e.Dim:(row+1)*e.Dim], k, search.Without(q.id))
	}
	m, err := q.openModel()
	if err != nil {
		return nil, err
	}
	if q.picture, err = preparePicture(ctx, m.prep(), q.image); err != nil {
		return nil, err
	}
	if person, _, ok := faces.ParseName(q.image); ok {
		q.person = report.PersonName(person)
	}
	return q.index.Search(m.query(q.picture, q.index.Dim()), k)
}

// openModel opens the model that made the index, or says why it cannot.
func (q *query) openModel() (*encoder, error) {
	path := q.model
	if path == "" {
		path = fromIndex(q.path, q.index.About().ModelFile)
		if there, err := exists(path); err != nil || !there {
			if m := q.nearModel(); m != nil {
				return m, nil
			}
			return nil, fmt.Errorf("the model of %s, %s, is not to be found: give --model", q.path, q.index.About().Model)
		}
	}
	m, err := openEncoder(path)
	if err != nil {
		return nil, err
	}
	if err := q.index.CheckModel(m.fingerprint()); err != nil {
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
			if m, err := openEncoder(f); err == nil && q.index.CheckModel(m.fingerprint()) == nil {
				return m
			}
		}
	}
	return nil
}

// A figure shows so many pictures at most, so many in a row.
const (
	mostDrawn  = 64
	drawnInRow = 8
)

// drawFound draws the query and what was found. The index has no pictures, so
// they are read from where it was made of.
func (a *app) drawFound(ctx context.Context, q *query, found []search.Match, out string) error {
	data := parseDataName(q.index.About().Source)
	if q.data.source != "" {
		data = q.data
	}
	prep, err := parsePrep(q.index.About().Prep)
	if err != nil {
		return fmt.Errorf("%s: %w", q.path, err)
	}
	if q.data.source == "" {
		if err := data.stillThere(q.path + " was made of"); err != nil {
			return err
		}
	}
	set, err := a.load(ctx, data, prep, 0)
	if err != nil {
		return err
	}
	a.tellAgain(set)
	get := func(id string) *pix.Image {
		if row := set.Index(id); row >= 0 {
			return set.Image(row)
		}
		a.warn("%s is not in %s", id, set.Source)
		return nil
	}
	r := report.Query{Picture: q.picture, Person: q.person, Note: title(q.image)}
	if q.id != "" {
		r.Picture, r.Note = get(q.id), q.id
	}
	if len(found) > mostDrawn {
		a.note("The figure shows the first %d of %s pictures found", mostDrawn, report.Count(len(found)))
		found = found[:mostDrawn]
	}
	lines := []report.Query{r}
	for i, m := range found {
		if i > 0 && i%drawnInRow == 0 {
			lines = append(lines, report.Query{Picture: blank(), Note: fmt.Sprintf("ranks %d to %d", i+1, min(i+drawnInRow, len(found)))})
		}
		last := &lines[len(lines)-1]
		last.Matches = append(last.Matches, report.Neighbour{
			Picture: get(m.ID), Person: m.Person, Distance: m.Distance, Same: q.person != "" && m.Person == q.person,
		})
	}
	return writePNG(out, report.Neighbours(lines))
}

// blank is a white picture, for the place of the query in further rows.
func blank() *pix.Image {
	m := pix.New(1, 1)
	for i := range m.Pix {
		m.Pix[i] = 255
	}
	return m
}

// completeIDs completes the members of the index named before.
func completeIDs(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) == 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	ix, err := search.Open(args[0])
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	return ix.Entries().IDs, cobra.ShellCompDirectiveNoFileComp
}
