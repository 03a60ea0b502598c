package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/spf13/cobra"

	"likeness/cmd/likeness/internal/console"
	"likeness/dataset"
	"likeness/encoder"
	"likeness/faces"
	"likeness/gallery"
	"likeness/models"
	"likeness/pix"
	"likeness/report"
)

func newCluster(a *app) *cobra.Command {
	var path string
	var threshold float64
	var f groupFlags
	var looks faceFlags
	var foreign encoderFlags
	c := &cobra.Command{
		Use:   "cluster PICTURES|INDEX",
		Short: "Group pictures by person",
		Long: `Group pictures by person, as far as their faces tell. PICTURES are a folder, an
archive, or anything else that --data takes, and are described with a finder
('likeness train finder'); an INDEX has its own space. --finder also takes an encoder from
elsewhere, an ONNX file: its codes are compared by their angle, and it needs --threshold.

Clustering starts with one group per picture and repeatedly merges the two groups with
the smallest mean distance (average linkage) while it is within a threshold. The
threshold was learned with the space, from the names of people whom the space was not
fitted to, for collections of 20 to 1,280 people: the more faces, the nearer the nearest
stranger, so it depends on the number of pictures. With a finder fitted to LFW's
training people, .76, .67, .58 and .47 of the pairs of pictures put together in
collections of 20, 80, 320 and 1,280 of them showed one person, and .70, .57, .44 and
.33 of the pairs of one person were put together ('train finder' prints them). A
smaller --threshold gives surer and smaller groups, a larger one fewer.
The result does not depend on the number of threads.`,
		Example: `  likeness cluster ~/Pictures/party --html people.html
  likeness cluster mine.index.safetensors --threshold 1.0 --json
  likeness cluster ~/Pictures/party --finder lfw-finder.safetensors --montage people.png`,
		Args:              console.Exactly("pictures or an INDEX file", 1, 1),
		ValidArgsFunction: completePicturesOrIndex,
	}
	addFinder(c, &path)
	c.Flags().Float64Var(&threshold, "threshold", 0, "merge groups within this mean `distance` (default: learned with the space)")
	f.add(c)
	looks.add(c, faces.All, faces.All, faces.Largest, faces.None)
	foreign.add(c)
	c.RunE = func(cmd *cobra.Command, args []string) error {
		if err := notOfEngine(args...); err != nil {
			return err
		}
		opt := gallery.ClusterOptions{Threads: f.threads}
		if cmd.Flags().Changed("threshold") {
			if opt.Threshold = &threshold; !(threshold >= 0 && !math.IsInf(threshold, 0)) {
				return console.Usagef("--threshold %g: expected 0 or more", threshold)
			}
		}
		path := cmp.Or(path, ownOr(usualFinder, models.Finder))
		if err := f.check(a, args[0], path); err != nil {
			return err
		}
		r, get, err := a.clusters(cmd.Context(), args[0], path, opt, looks, &foreign, f.sheets.wanted())
		if err != nil {
			return groupError(err)
		}
		if f.sheets.wanted() {
			a.noteShown(len(r.Groups))
			if err := f.sheets.write(a.peopleAlbum(r, get)); err != nil {
				return err
			}
		}
		if f.csv {
			return writeGroupsCSV(a.Out, r.Groups, false)
		}
		return a.Emit(struct {
			*gallery.Clusters
			sheets
		}{r, f.sheets}, func(w io.Writer) { printClusters(w, r); f.sheets.print(w) })
	}
	return c
}

// clusters clusters an index, or a set with a finder, and with show also finds a way to
// the pictures.
func (a *app) clusters(ctx context.Context, path, finder string, opt gallery.ClusterOptions, looks faceFlags, foreign *encoderFlags, show bool) (*gallery.Clusters, pictureOf, error) {
	p := a.Progress()
	defer p.Clear()
	opt.Progress = p.Report()
	if isIndex(path) {
		if !foreign.wish().Empty() {
			return nil, nil, console.Usagef("--template, --mean, --scale, --channels, --input-size and --output say how pictures are prepared; %s holds codes", path)
		}
		g, err := gallery.Open(ctx, path, gallery.Options{Threads: opt.Threads})
		if err != nil {
			return nil, nil, err
		}
		defer g.Close()
		r, err := g.Clusters(ctx, opt)
		p.Clear()
		if err != nil || !show {
			return r, nil, err
		}
		_, ids := shownGroups(r.Groups)
		get, err := a.galleryPictures(ctx, g, append(ids, shownAlone(r)...))
		return r, get, err
	}
	var prep pix.Prep
	var find func(set *faces.Set) (*gallery.Clusters, error)
	if encoder.Is(finder) || !foreign.wish().Empty() {
		e, err := foreign.open(a, finder, "")
		if err != nil {
			return nil, nil, err
		}
		prep, find = e.Prep(), func(set *faces.Set) (*gallery.Clusters, error) { return gallery.FindClustersBy(ctx, e, set, opt) }
	} else {
		f, err := openFinder(finder)
		if err != nil {
			return nil, nil, err
		}
		prep, find = f.Describer.Prep, func(set *faces.Set) (*gallery.Clusters, error) { return gallery.FindClusters(ctx, f, set, opt) }
	}
	set, err := a.load(ctx, dataset.Name{Source: path}, faces.Options{Prep: looks.crop.of(prep), Faces: looks.faces(), Threads: opt.Threads})
	if err != nil {
		return nil, nil, err
	}
	a.noteSet(set)
	r, err := find(set)
	p.Clear()
	return r, setPictures(set), err
}

// shownAlone returns the pictures in no group that a page shows.
func shownAlone(r *gallery.Clusters) []string { return r.Alone[:min(len(r.Alone), 2*mostInRow)] }

// peopleAlbum shows groups, and who is alone.
func (a *app) peopleAlbum(r *gallery.Clusters, get pictureOf) *report.Album {
	shown, _ := shownGroups(r.Groups)
	album := &report.Album{
		Title:    "Who is in " + console.Shown(r.Data),
		Subtitle: clustersSummary(r),
		Command:  a.CommandLine(),
		Rows:     groupRows(shown, "Person", get),
		Note: fmt.Sprintf("The mean distance of the faces of a group is within %.3f, in the space %s. "+
			"The program cannot know who they are: names are those of the files.", r.Threshold, r.Space),
	}
	if len(r.Alone) > 0 {
		row := report.AlbumRow{Title: "Alone", Note: count(len(r.Alone), "picture") + " in no group"}
		alone := r.AloneMembers[:len(shownAlone(r))]
		if len(alone) < len(r.Alone) {
			row.Note += fmt.Sprintf(", of which the first %d are shown", len(alone))
		}
		for _, m := range alone {
			row.Pictures = append(row.Pictures, albumPicture(get(m.ID), m.Person))
		}
		album.Rows = append(album.Rows, row)
	}
	return album
}

// clustersSummary is the result in one line.
func clustersSummary(r *gallery.Clusters) string {
	text := fmt.Sprintf("%s in %s, and %s alone", count(r.Pictures-len(r.Alone), "picture"), count(len(r.Groups), "group"), count(len(r.Alone), "picture"))
	if r.Precision != nil {
		text += fmt.Sprintf("; by the names that are known precision %.3f, recall %.3f", *r.Precision, *r.Recall)
	}
	return text
}

func printClusters(w io.Writer, r *gallery.Clusters) {
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
	fmt.Fprintln(w, clustersSummary(r))
}
