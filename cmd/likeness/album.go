package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"strconv"

	"github.com/spf13/cobra"

	"likeness/faces"
	"likeness/internal/atomicfile"
	"likeness/pix"
	"likeness/report"
	"likeness/search"
)

// sheets are the files that show what was found as pictures.
type sheets struct {
	Montage string `json:"montage,omitempty"`
	HTML    string `json:"html,omitempty"`
}

// addSheets adds --montage and --html.
func addSheets(c *cobra.Command, s *sheets, what string) {
	c.Flags().StringVar(&s.Montage, "montage", "", "draw "+what+" into one PNG `file`; it is replaced")
	c.Flags().StringVar(&s.HTML, "html", "", "show "+what+" on a page, one HTML `file`; it is replaced")
	complete(c, "montage", filesOf([]string{"png"}))
	complete(c, "html", filesOf([]string{"html"}))
}

// wanted tells whether pictures are to be shown at all.
func (s *sheets) wanted() bool { return s.Montage != "" || s.HTML != "" }

// check finds out before the work whether they can be written.
func (s *sheets) check(inputs ...string) error {
	if s.Montage != "" {
		if err := checkOut(s.Montage, []string{".png"}, inputs...); err != nil {
			return err
		}
	}
	if s.HTML != "" {
		return checkOut(s.HTML, []string{".html", ".htm"}, inputs...)
	}
	return nil
}

// write writes them.
func (s *sheets) write(album *report.Album) error {
	if s.Montage != "" {
		if err := writePNG(s.Montage, album.Draw()); err != nil {
			return err
		}
	}
	if s.HTML != "" {
		return atomicfile.Write(s.HTML, album.WriteHTML)
	}
	return nil
}

// tell says where they are.
func (s *sheets) tell(w io.Writer) {
	if s.wanted() {
		fmt.Fprintln(w)
	}
	if s.Montage != "" {
		fmt.Fprintf(w, "montage: %s\n", s.Montage)
	}
	if s.HTML != "" {
		fmt.Fprintf(w, "page: %s\n", s.HTML)
	}
}

// indexPictures gives the pictures of an index's members, read from where it
// was made of, or from data where that was given: an index holds none. A member
// that is gone is warned of, once, and has no picture.
func (a *app) indexPictures(ctx context.Context, path string, about search.About, data dataName) (func(id string) *pix.Image, error) {
	prep, err := parsePrep(about.Prep)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if data.source == "" {
		data = parseDataName(about.Source)
		if err := data.stillThere(path + " was made of"); err != nil {
			return nil, err
		}
	}
	set, err := a.load(ctx, data, prep, 0)
	if err != nil {
		return nil, err
	}
	a.tellAgain(set)
	warned := map[string]bool{}
	return func(id string) *pix.Image {
		if row := set.Index(id); row >= 0 {
			return set.Image(row)
		}
		if !warned[id] {
			a.warn("%s is not in %s", id, set.Source)
			warned[id] = true
		}
		return nil
	}, nil
}

// setPictures is indexPictures for a set that has been read.
func setPictures(set *faces.Set) func(id string) *pix.Image {
	return func(id string) *pix.Image {
		if row := set.Index(id); row >= 0 {
			return set.Image(row)
		}
		return nil
	}
}

// oddsText writes odds as people do: 12:1, 1:350.
func oddsText(odds float64) string {
	side := func(v float64) string {
		if v < 9.95 {
			return strconv.FormatFloat(v, 'f', 1, 64)
		}
		return report.Count(int(math.Round(v)))
	}
	if odds >= 1 {
		return side(odds) + ":1"
	}
	return "1:" + side(1/odds)
}

// orDash is a text for a place in a table that may not be empty.
func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

// oddsMeaning says how odds are to be read.
const oddsMeaning = "Odds say how many times likelier such a distance is between two pictures of one person than of two people, " +
	"so they take both for equally likely beforehand."
