package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"likeness/cmd/likeness/internal/console"
	"likeness/dataset"
	"likeness/faces"
	"likeness/faces/check"
	"likeness/report"
)

func newDataCheck(a *app) *cobra.Command {
	var attributes, names string
	var threads int
	splits, size, crop := newSplitFlags(), sizeFlag{32, 32}, faceCrop()
	c := &cobra.Command{
		Use:   "check PATH",
		Short: "Look at every picture of an archive or a folder",
		Long: `Decode every picture of an archive or a folder and report what is there: sizes,
people, what cannot be used and why, and how an attribute file fits. Nothing is
changed. The report also names pictures that can be used but may harm training:

- files with equal bytes, and twins: pictures that show nearly the same, saved
  again, made smaller or brighter, mirrored, or rotated by 90, 180 or 270 degrees.
  The text behind a name says how the first of the twins becomes that picture.
  'likeness dupes' shows those that are not rotated;
- either of these with two people's names: one of the names is wrong;
- test pictures with a twin among the training pictures (leakage), split as by 'train';
- pictures of one colour, or nearly;
- pictures smaller than the model's, and pictures more than twice as long as wide,
  of which the crop keeps only the middle;
- where nearly all pictures have one shape, those of another, such as squashed
  ones; and where the crop keeps the same part of nearly all pictures, those of which
  it keeps another, so that their faces become larger or smaller than the others;
- pictures that were rotated because their EXIF says so, as they always are;
- pictures that seem to be rotated although their EXIF does not say so, where there
  are 200 or more and most are upright: each is compared in all four rotations with
  the leading principal components of all. Of LFW's, 6 in 7 rotated pictures are
  named, and 1 upright one in 3,000.

The check does not find cropped copies, copies rotated by other angles, a face that is
smaller or larger than the others in a picture of the same size, a mirrored picture
without its original, or pictures without a face.

The exit code is 1 when there is a problem: no usable picture, a broken archive,
an attribute file with errors or for other pictures. Files that are only skipped are
listed and are no problem.`,
		Example: `  likeness data check lfw.tgz --attributes lfw_attributes.txt
  likeness data check ~/Pictures/faces --json`,
		Args: console.Exactly("the PATH of an archive or a folder", 1, 1),
	}
	c.Flags().StringVar(&attributes, "attributes", "", "attribute `file` in the layout of lfw_attributes.txt")
	addNames(c, &names)
	c.Flags().Var(&size, "size", "size of the model's pictures")
	c.Flags().Var(&crop, "crop", "what 'train' keeps of a picture")
	splits.add(c)
	console.AddThreads(c, &threads)
	c.RunE = func(cmd *cobra.Command, args []string) error {
		if err := splits.check(); err != nil {
			return err
		}
		plan := splits.plan()
		if (dataset.Name{Source: args[0]}).IsDrawn() {
			return errors.New("drawn faces need no check; a folder of that name is ./drawn")
		}
		if err := checkData(dataset.Name{Source: args[0], Names: names}); err != nil {
			return err
		}
		src, err := dataset.Open(dataset.Name{Source: args[0]}, faces.Options{})
		if err != nil {
			return err
		}
		p := a.Progress()
		r, err := check.Opened(cmd.Context(), src, faces.Options{
			Prep: prepOf(size, crop), Attributes: attributes, Names: names, Threads: threads,
			Progress: p.Report(),
		})
		p.Clear()
		if err != nil {
			return err
		}
		found := &checkResult{Report: r, Size: size.String(), Leaked: []string{}, Leaks: []check.Leak{}}
		// Pictures that cannot be split have no leak; 'train' says why they cannot.
		if split, _, err := plan.Split(&faces.Set{Source: r.Source, People: r.RowPeople()}); err == nil {
			found.Split, found.Leaks = plan.String(), r.Leaks(split)
			for _, l := range found.Leaks {
				found.Leaked = append(found.Leaked, l.Test)
			}
		}
		if err := a.Emit(found, func(w io.Writer) { found.print(w) }); err != nil {
			return err
		}
		if !r.OK {
			return console.ErrReported
		}
		return nil
	}
	return c
}

// checkResult is the result of 'data check'.
type checkResult struct {
	*check.Report
	Size   string   `json:"size"`   // of the model that pictures are too small for
	Split  string   `json:"split"`  // empty: the pictures cannot be split so
	Leaked []string `json:"leaked"` // test pictures with a twin in the training part

	Leaks []check.Leak `json:"leaks"` // the same, with the twin
}

// print writes the report for a person.
func (r *checkResult) print(w io.Writer) {
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
	console.Facts(w, [][2]string{
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
	listSkips(w, r.Skipped)
	list(w, "groups of identical files", joined(r.Duplicates, " = "))
	var twins, leaks, lying []string
	for i, g := range r.Twins {
		var names []string
		for k, name := range g {
			names = append(names, changed(name, r.TwinsHow[i][k]))
		}
		twins = append(twins, strings.Join(names, " ~ "))
	}
	for _, l := range r.Leaks {
		leaks = append(leaks, changed(l.Test, l.How)+" ~ "+l.Train)
	}
	for _, l := range r.Lying {
		lying = append(lying, changed(l.Name, l.How))
	}
	list(w, "groups of twins, which show nearly the same", twins)
	list(w, "groups of these with two people's names", joined(r.TwoNames, " ~ "))
	list(w, fmt.Sprintf("test pictures with a twin among the training pictures (%s)", r.Split), leaks)
	list(w, "pictures of one colour, or nearly", r.Flat)
	list(w, "pictures that seem to be rotated", lying)
	list(w, fmt.Sprintf("pictures that the crop leaves less than %s of", r.Size), r.Small)
	list(w, "pictures more than twice as long as wide, or as wide as long", r.Long)
	list(w, "pictures of another shape than nearly all others, perhaps squashed", r.OtherShape)
	list(w, "pictures of which the crop keeps another part than of nearly all others", r.OtherCrop)
	list(w, "pictures rotated because their EXIF says so", r.Turned)
	list(w, "problems", r.Problems)
	if text := namingNote(r.Naming); text != "" {
		fmt.Fprintf(w, "\n%s.\n", strings.ToUpper(text[:1])+text[1:])
	}
	if r.OK {
		fmt.Fprintln(w, "\nReady to be used.")
		if r.doubtful() {
			fmt.Fprintln(w, "Training takes the pictures named above like all others: take out by hand what does not belong.")
		}
	}
}

// doubtful reports whether pictures are named that can be used and may do harm.
func (r *checkResult) doubtful() bool {
	return len(r.Duplicates)+len(r.Twins)+len(r.Flat)+len(r.Lying)+len(r.Small)+len(r.Long)+len(r.OtherShape)+len(r.OtherCrop) > 0
}

// changed is a name and, where something was done to the picture, what.
func changed(name, how string) string {
	if how == "" {
		return name
	}
	return name + " (" + how + ")"
}

// joined writes each group as one line.
func joined(groups [][]string, sign string) []string {
	var lines []string
	for _, g := range groups {
		lines = append(lines, strings.Join(g, sign))
	}
	return lines
}

// list writes the first lines of a list under its name.
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

// listSkips writes why files were skipped, those of the same reason together and damaged pictures first.
func listSkips(w io.Writer, skips []faces.Skip) {
	if len(skips) == 0 {
		return
	}
	fmt.Fprintf(w, "\nfiles without a usable picture: %s\n", report.Count(len(skips)))
	lines := 0
	for _, g := range faces.GroupSkips(skips) {
		if !g.Damaged && len(g.Names) > 2 {
			fmt.Fprintf(w, "  %s files such as %s: %s\n", report.Count(len(g.Names)), g.Names[0], g.Reason)
			continue
		}
		for i, name := range g.Names {
			if lines++; lines > 10 {
				fmt.Fprintf(w, "  and %s more: %s; --json lists all\n", report.Count(len(g.Names)-i), g.Reason)
				break
			}
			fmt.Fprintln(w, "  "+name+": "+g.Reason)
		}
	}
}

// health reports in a few lines what may be wrong with pictures that are about to be
// learned from.
func (a *app) health(h *check.Health, set *faces.Set, split faces.Split) {
	if h == nil {
		return
	}
	more := ""
	if d := dataset.Parse(set.Source); d.Source != "drawn" && !strings.HasPrefix(d.Source, "drawn:") {
		more = "; 'likeness data check " + console.Quote(d.Source) + "' says more"
	}
	switch {
	case !h.Compared:
		a.Note("Too many pictures to look for twins before training%s", more)
	case h.Spare == 0:
		a.Note("No two pictures show nearly the same%s", more)
	default:
		text := fmt.Sprintf("%s nearly what another does", verb(h.Spare, "picture", "shows", "show"))
		if h.Moved > 0 {
			text += fmt.Sprintf(" (%s of them mirrored or rotated)", report.Count(h.Moved))
		}
		if n := len(h.Leaked); n > 0 {
			text += fmt.Sprintf(", and %s a training picture (leakage)", verb(n, "test picture", "duplicates", "duplicate"))
		}
		a.Note("%s%s", text, more)
	}
	if n := len(h.Flat); n > 0 {
		a.Note("%s one colour, or nearly%s", verb(n, "picture", "has", "have"), more)
	}
	// A few in many thousands are as likely mistakes of the vote, and not worth a line at every training.
	if n := len(h.Rotated); n*1000 > set.Len() {
		a.Note("%s to be rotated by 90, 180 or 270 degrees%s", verb(n, "picture", "seems", "seem"), more)
	}
	if h.Known > 0 {
		a.Note("%s of %s show people who are in the training part as well; --split person keeps them apart", report.Count(h.Known), count(len(split.Test), "test picture"))
	}
}

// verb returns a number of things and the verb that goes with it.
func verb(n int, thing, one, many string) string {
	if n == 1 {
		return count(n, thing) + " " + one
	}
	return count(n, thing) + " " + many
}
