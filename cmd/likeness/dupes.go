package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math"
	"runtime"
	"slices"

	"github.com/spf13/cobra"

	"likeness/faces"
	"likeness/faces/copies"
	"likeness/pix"
	"likeness/report"
	"likeness/search"
)

// dupesPrep squeezes whole pictures into one small size, so that a copy of
// another size comes out alike. Crops and turns do not.
var dupesPrep = pix.Prep{W: 24, H: 24}

// dupesResult is what 'dupes' tells.
type dupesResult struct {
	Data     string  `json:"data"`
	By       string  `json:"by"` // pixels, or the index's space
	Within   float64 `json:"within"`
	Pictures int     `json:"pictures"`
	Spare    int     `json:"spare"` // pictures beyond the first of each group
	sheets
	Groups []pictureGroup `json:"groups"`
}

func newDupes(a *app) *cobra.Command {
	within := math.NaN()
	var out sheets
	var csv bool
	var threads int
	c := &cobra.Command{
		Use:   "dupes PICTURES|INDEX",
		Short: "Find pictures that are there twice",
		Long: `Find pictures that are there twice: equal ones, whatever their files are called, and
near ones, which were saved again, made smaller or brighter. PICTURES are a folder,
an archive, or what else --data takes; no model is needed. Whole pictures are
squeezed to 24x24 pixels, their mean and contrast made alike, and those within a
distance put into one group, directly or by way of others.

Of an INDEX codes are compared instead, in its space; so crops of one photograph are
found too, and now and then two photographs taken in one moment.

--within is in parts of the distance of two unrelated pictures (the root of 2, for
unit vectors). Nothing is deleted.`,
		Example: `  likeness dupes ~/Pictures/faces
  likeness dupes lfw --montage twice.png
  likeness dupes mine.index.safetensors --within 0.3 --json`,
		Args:              exactly("pictures or an INDEX file", 1, 1),
		ValidArgsFunction: completePicturesOrIndex,
	}
	c.Flags().Float64Var(&within, "within", math.NaN(), "how near, from 0 (equal) to 1 (unrelated) (default 0.2 for pixels, 0.35 for codes)")
	c.Flags().Lookup("within").DefValue = "0"
	addSheets(c, &out, "the groups, one row for each,")
	c.Flags().BoolVar(&csv, "csv", false, "print the groups as comma-separated values")
	addThreads(c, &threads)
	c.RunE = func(cmd *cobra.Command, args []string) error {
		asked := cmd.Flags().Changed("within")
		switch {
		case csv && a.json:
			return usagef("--csv and --json: expected one of them")
		case asked && !(within >= 0 && within < 1):
			return usagef("--within %g: expected 0 to 1, such as 0.1", within)
		}
		if err := out.check(args[0]); err != nil {
			return err
		}
		if threads > 0 {
			runtime.GOMAXPROCS(threads)
		}
		r := dupesResult{Data: args[0], By: "pixels", Within: within}
		var set *collection
		var points []float32
		var thumbs []*copies.Thumb
		var equal func(i, j int) bool
		unrelated := math.Sqrt2
		if isIndex(args[0]) {
			if !asked {
				r.Within = 0.35
			}
			var err error
			if set, err = a.openIndexed(cmd.Context(), args[0], out.wanted()); err != nil {
				return err
			}
			r.By = set.space.Name()
			if points, err = set.space.Points(cmd.Context(), set.codes, set.dim); err != nil {
				return err
			}
			equal = func(i, j int) bool {
				return slices.Equal(set.codes[i*set.dim:(i+1)*set.dim], set.codes[j*set.dim:(j+1)*set.dim])
			}
			unrelated = usualDistance(points, len(set.ids))
		} else {
			if !asked {
				r.Within = copies.Within
			}
			loaded, err := a.loadForDupes(cmd.Context(), args[0], threads)
			if err != nil {
				return err
			}
			set = &collection{name: args[0], ids: loaded.IDs, people: loaded.People, picture: setPictures(loaded)}
			for i := range loaded.Len() {
				thumbs = append(thumbs, copies.NewThumb(loaded.Image(i)))
			}
			size := loaded.W * loaded.H * 3
			equal = func(i, j int) bool {
				return bytes.Equal(loaded.Pix[i*size:(i+1)*size], loaded.Pix[j*size:(j+1)*size])
			}
			if out.wanted() { // in a size to look at
				shown, err := a.load(cmd.Context(), dataName{source: args[0]}, pix.Prep{W: 128, H: 128, Auto: true, Wide: true}, threads)
				if err != nil {
					return err
				}
				set.picture = setPictures(shown)
			}
		}
		p := a.progress()
		p.count("Comparing", 0, 0)
		var number []int
		var err error
		distance := func(i, j int) float64 { return thumbs[i].Distance(thumbs[j]) * unrelated }
		if thumbs != nil {
			number, err = copies.Group(cmd.Context(), thumbs, copies.Options{Within: max(r.Within, math.SmallestNonzeroFloat64), Flat: true})
		} else {
			width := len(points) / len(set.ids)
			number, err = search.Near(cmd.Context(), points, width, r.Within*unrelated)
			distance = func(i, j int) float64 {
				return search.Distance(points[i*width:(i+1)*width], points[j*width:(j+1)*width])
			}
		}
		p.clear()
		if err != nil {
			return err
		}
		r.Pictures = len(set.ids)
		r.Groups, _ = set.grouped(number, distance)
		if r.Groups == nil {
			r.Groups = []pictureGroup{}
		}
		for _, g := range r.Groups {
			r.Spare += len(g.Pictures) - 1
			for i := range g.Pictures {
				same := equal(g.Pictures[0].row, g.Pictures[i].row)
				g.Pictures[i].Equal = &same
				g.Pictures[i].Distance /= max(unrelated, math.SmallestNonzeroFloat32)
			}
		}
		if out.wanted() {
			err := out.write(&report.Album{
				Title: "There twice in " + r.Data, Subtitle: r.summary(), Command: a.commandLine(), Rows: a.groupRows(set, r.Groups, "Group"),
				Note: "Distances are to the first picture of a group, in parts of the distance of two unrelated pictures.",
			})
			if err != nil {
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

// loadForDupes reads pictures as they are compared.
func (a *app) loadForDupes(ctx context.Context, source string, threads int) (*faces.Set, error) {
	set, err := a.load(ctx, dataName{source: source}, dupesPrep, threads)
	if err != nil {
		return nil, err
	}
	a.tellSet(set)
	return set, nil
}

// usualDistance is the median distance of points that have nothing to do with
// each other: of many pairs spread evenly over all.
func usualDistance(points []float32, n int) float64 {
	width := len(points) / n
	var all []float64
	const pairs = 2000
	for k := range pairs {
		i, j := k*7919%n, (k*104729+n/2)%n
		if i != j {
			all = append(all, search.Distance(points[i*width:(i+1)*width], points[j*width:(j+1)*width]))
		}
	}
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all)
	return all[len(all)/2]
}

// summary is the result in one line.
func (r *dupesResult) summary() string {
	if len(r.Groups) == 0 {
		return fmt.Sprintf("none of %s is there twice, by %s within %g", count(r.Pictures, "picture"), r.By, r.Within)
	}
	return fmt.Sprintf("%s of %s could go: %s that belong together, by %s within %g",
		report.Count(r.Spare), count(r.Pictures, "picture"), count(len(r.Groups), "group"), r.By, r.Within)
}

func (r *dupesResult) print(w io.Writer) {
	for i, g := range r.Groups {
		lines := [][]string{{fmt.Sprintf("group %d", i+1), ""}}
		for j, m := range g.Pictures {
			what := ""
			switch {
			case j == 0:
			case *m.Equal:
				what = "equal"
			default:
				what = fmt.Sprintf("near, %.3f", m.Distance)
			}
			lines = append(lines, []string{"  " + m.ID, what})
		}
		columns(w, "", lines)
	}
	fmt.Fprintln(w, r.summary())
	r.tell(w)
}

// completePicturesOrIndex completes both.
func completePicturesOrIndex(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return nil, cobra.ShellCompDirectiveDefault
}
