package main

import (
	"fmt"
	"io"
	"math"
	"strconv"

	"github.com/spf13/cobra"

	"likeness/cmd/likeness/internal/console"
	"likeness/faces"
	"likeness/internal/atomicfile"
	"likeness/pix"
	"likeness/report"
)

// sheets are the files that show a result as pictures.
type sheets struct {
	Montage string `json:"montage,omitempty"`
	HTML    string `json:"html,omitempty"`
}

// addSheets adds --montage and --html.
func addSheets(c *cobra.Command, s *sheets, what string) {
	c.Flags().StringVar(&s.Montage, "montage", "", "draw "+what+" into one PNG `file`; it is replaced")
	c.Flags().StringVar(&s.HTML, "html", "", "show "+what+" on a page, one HTML `file`; it is replaced")
	console.Complete(c, "montage", console.FilesOf([]string{"png"}))
	console.Complete(c, "html", console.FilesOf([]string{"html"}))
}

// wanted reports whether pictures are to be shown at all.
func (s *sheets) wanted() bool { return s.Montage != "" || s.HTML != "" }

// check returns an error, before the work, when they cannot be written.
func (s *sheets) check(inputs ...string) error {
	if s.Montage != "" {
		if err := console.CheckOut(s.Montage, []string{".png"}, inputs...); err != nil {
			return err
		}
	}
	if s.HTML != "" {
		return console.CheckOut(s.HTML, []string{".html", ".htm"}, inputs...)
	}
	return nil
}

// write writes them.
func (s *sheets) write(album *report.Album) error {
	if s.Montage != "" {
		if err := console.WritePNG(s.Montage, album.Draw()); err != nil {
			return err
		}
	}
	if s.HTML != "" {
		if err := report.CheckReplace(s.HTML); err != nil {
			return err
		}
		return atomicfile.Write(s.HTML, album.WriteHTML)
	}
	return nil
}

// print prints where they are.
func (s *sheets) print(w io.Writer) {
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

// picture is one of an album, with its id.
type picture struct {
	path  string
	image *pix.Image
}

// pictureOf returns the picture with an id; its image is nil where there is none.
type pictureOf func(id string) picture

// setPictures returns the pictures of a set.
func setPictures(set *faces.Set) pictureOf {
	return func(id string) picture {
		if row := set.Index(id); row >= 0 {
			return picture{id, set.Image(row)}
		}
		return picture{path: id}
	}
}

// albumPicture shows a picture under the name of its person, or else its own.
func albumPicture(p picture, person string) report.AlbumPicture {
	if person == "" {
		return report.AlbumPicture{Picture: p.image, Name: p.path}
	}
	return report.AlbumPicture{Picture: p.image, Name: person, Lines: []string{p.path}}
}

// oddsText formats odds: 12:1, 1:350.
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

// orDash replaces an empty text by a dash, for tables.
func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

// oddsMeaning explains odds.
const oddsMeaning = "Odds say how many times likelier such a distance is between two pictures of one person than of two people, " +
	"so they take both for equally likely beforehand."
