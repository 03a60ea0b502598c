package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"likeness/faces"
	"likeness/report"
)

// list lists the pictures that arguments name. What lies below results(folder), where results is set, is left out.
func (a *app) list(ctx context.Context, args []string, results func(folder string) string) (*faces.Listing, error) {
	l, err := faces.List(ctx, args, results)
	if err != nil {
		return nil, err
	}
	for _, folder := range l.Folders {
		if n := l.LeftOut[folder]; n > 0 {
			a.Note("Leaving out %s in %s, where results go", count(n, "picture"), results(folder))
		}
	}
	return l, nil
}

// noteSkipped reports which files of the folders hold no usable picture.
func (a *app) noteSkipped(l *faces.Listing) {
	for _, folder := range l.Folders {
		a.noteSkips(folder, l.SkipsOf(folder))
	}
}

// noteFaceless names the first files of a source in which no face was found.
func (a *app) noteFaceless(source string, faceless []string) {
	text := strings.Join(faceless[:min(3, len(faceless))], ", ")
	if more := len(faceless) - 3; more > 0 {
		text += fmt.Sprintf(" and %s more", report.Count(more))
	}
	a.Note("No face found in %s of %s: %s", count(len(faceless), "file"), source, text)
}

// noteSkips names the first files of a source that were skipped.
func (a *app) noteSkips(source string, skips []faces.Skip) {
	if faceless := faces.Faceless(skips); len(faceless) > 0 {
		a.noteFaceless(source, faceless)
		skips = slices.DeleteFunc(slices.Clone(skips), faces.Skip.NoFace)
	}
	if len(skips) == 0 {
		return
	}
	a.NoteWarning("skipping %s of %s without a usable picture:", count(len(skips), "file"), source)
	told := 0
	for i, g := range faces.GroupSkips(skips) {
		switch {
		case i == 3:
			a.Note("  and %s more; 'likeness data check' lists them", report.Count(len(skips)-told))
			return
		case len(g.Names) == 1:
			a.Note("  %s: %s", g.Names[0], g.Reason)
		default:
			a.Note("  %s and %s: %s", g.Names[0], count(len(g.Names)-1, "other"), g.Reason)
		}
		told += len(g.Names)
	}
}
