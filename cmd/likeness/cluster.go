package main

import (
	"fmt"
	"io"
	"math"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"likeness/report"
	"likeness/search"
	"likeness/search/quality"
)

// clusterResult is what 'cluster' tells.
type clusterResult struct {
	Data      string  `json:"data"`
	Space     string  `json:"space"`
	Threshold float64 `json:"threshold"`
	Pictures  int     `json:"pictures"`
	sheets
	Groups []pictureGroup `json:"groups"`
	Alone  []string       `json:"alone"`
	// Where names are known: how well the groups are people.
	Precision *float64 `json:"precision,omitempty"`
	Recall    *float64 `json:"recall,omitempty"`
}

func newCluster(a *app) *cobra.Command {
	var path string
	var threshold float64
	var out sheets
	var csv bool
	var threads int
	c := &cobra.Command{
		Use:   "cluster PICTURES|INDEX",
		Short: "Sort pictures by who is on them",
		Long: `Sort pictures by who is on them: those of one person, as far as their faces tell,
become one group. PICTURES are a folder, an archive, or what else --data takes, and
are described with a finder ('likeness train finder'); an INDEX has its own space.

At first every picture is alone, then ever the two groups whose pictures lie nearest
in the mean are joined (average linkage), while that is within a threshold. It was
learned with the space, from the names of people whom the space was not fitted to,
for collections of 20 to 1,280 people: the more faces, the nearer the nearest
stranger, so it follows the number of pictures. With a finder fitted to LFW's
training people, of the pairs of pictures put together in collections of 20, 80,
320 and 1,280 of them .76, .67, .58 and .47 showed one person, and of the pairs of
one person .70, .57, .44 and .33 were put together ('train finder' prints them).
Take a smaller --threshold for surer and smaller groups, a larger one for fewer.
The result is the same for any number of threads.`,
		Example: `  likeness cluster ~/Pictures/party --html people.html
  likeness cluster mine.index.safetensors --threshold 1.0 --json
  likeness cluster ~/Pictures/party --finder lfw-finder.safetensors --montage people.png`,
		Args:              exactly("pictures or an INDEX file", 1, 1),
		ValidArgsFunction: completePicturesOrIndex,
	}
	addFinder(c, &path)
	c.Flags().Float64Var(&threshold, "threshold", 0, "join groups within this mean `distance` (default what was learned with the space)")
	addSheets(c, &out, "the groups, one row for each,")
	c.Flags().BoolVar(&csv, "csv", false, "print the groups as comma-separated values")
	addThreads(c, &threads)
	c.RunE = func(cmd *cobra.Command, args []string) error {
		asked := cmd.Flags().Changed("threshold")
		switch {
		case csv && a.json:
			return usagef("--csv and --json: expected one of them")
		case asked && !(threshold >= 0 && !math.IsInf(threshold, 0)):
			return usagef("--threshold %g: expected 0 or more", threshold)
		}
		if err := out.check(args[0], path); err != nil {
			return err
		}
		if threads > 0 {
			runtime.GOMAXPROCS(threads)
		}
		var set *collection
		var err error
		if isIndex(args[0]) {
			set, err = a.openIndexed(cmd.Context(), args[0], out.wanted())
		} else {
			set, err = a.openPictures(cmd.Context(), args[0], path, threads)
		}
		if err != nil {
			return err
		}
		if !asked {
			var known bool
			if threshold, known = search.CalibrationOf(set.space).GroupDistance(len(set.ids)); !known {
				return usagef("the space of %s (%s) learned no threshold, for want of names or as it is not fitted at all: give --threshold", set.name, set.space.Name())
			}
		}
		p := a.progress()
		p.count("Grouping", 0, 0)
		points, err := set.space.Points(cmd.Context(), set.codes, set.dim)
		if err != nil {
			return err
		}
		width := len(points) / len(set.ids)
		merges, err := search.Cluster(cmd.Context(), points, width, threshold)
		p.clear()
		if err != nil {
			return err
		}
		number := search.Cut(len(set.ids), merges, threshold)
		r := clusterResult{Data: args[0], Space: set.space.Name(), Threshold: threshold, Pictures: len(set.ids), Alone: []string{}}
		var alone []int
		r.Groups, alone = set.grouped(number, func(i, j int) float64 {
			return search.Distance(points[i*width:(i+1)*width], points[j*width:(j+1)*width])
		})
		for _, i := range alone {
			r.Alone = append(r.Alone, set.ids[i])
		}
		if r.Groups == nil {
			r.Groups = []pictureGroup{}
		}
		if g := quality.Groups(number, set.people); g.Pairs > 0 {
			precision, recall := g.Precision(), g.Recall()
			r.Precision, r.Recall = &precision, &recall
		}
		if out.wanted() {
			if err := out.write(a.peopleAlbum(set, &r, alone)); err != nil {
				return err
			}
		}
		r.sheets = out
		if csv {
			return writeGroupsCSV(a.out, r.Groups)
		}
		return a.emit(&r, func(w io.Writer) { r.print(w) })
	}
	return c
}

// peopleAlbum shows groups, and who is alone.
func (a *app) peopleAlbum(set *collection, r *clusterResult, alone []int) *report.Album {
	album := &report.Album{
		Title:    "Who is in " + r.Data,
		Subtitle: r.summary(),
		Command:  a.commandLine(),
		Rows:     a.groupRows(set, r.Groups, "Person"),
		Note: fmt.Sprintf("Groups are faces that lie within %.3f of each other in the mean, in the space %s. "+
			"The program cannot know who they are: names are those of the files.", r.Threshold, r.Space),
	}
	if len(alone) > 0 {
		row := report.AlbumRow{Title: "Alone", Note: count(len(alone), "picture") + " of nobody else's group"}
		if n := 2 * mostInRow; len(alone) > n {
			row.Note += fmt.Sprintf(", of which the first %d are shown", n)
			alone = alone[:n]
		}
		for _, i := range alone {
			p := report.AlbumPicture{Picture: set.picture(set.ids[i]), Name: set.people[i], Lines: []string{set.ids[i]}}
			if p.Name == "" {
				p.Name, p.Lines = set.ids[i], nil
			}
			row.Pictures = append(row.Pictures, p)
		}
		album.Rows = append(album.Rows, row)
	}
	return album
}

// summary is the result in one line.
func (r *clusterResult) summary() string {
	text := fmt.Sprintf("%s in %s, and %s alone", count(r.Pictures-len(r.Alone), "picture"), count(len(r.Groups), "group"), count(len(r.Alone), "picture"))
	if r.Precision != nil {
		text += fmt.Sprintf("; by the names that are known precision %.3f, recall %.3f", *r.Precision, *r.Recall)
	}
	return text
}

func (r *clusterResult) print(w io.Writer) {
	for i, g := range r.Groups {
		name := ""
		if g.Person != "" {
			name = ", mostly called " + g.Person
		}
		fmt.Fprintf(w, "group %d: %s%s\n", i+1, count(len(g.Pictures), "picture"), name)
		for _, m := range g.Pictures {
			fmt.Fprintln(w, "  "+m.ID)
		}
	}
	if len(r.Alone) > 0 {
		fmt.Fprintf(w, "alone: %s\n", strings.Join(r.Alone[:min(20, len(r.Alone))], ", "))
		if n := len(r.Alone) - 20; n > 0 {
			fmt.Fprintf(w, "  and %s more\n", report.Count(n))
		}
	}
	fmt.Fprintln(w, r.summary())
	r.tell(w)
}
