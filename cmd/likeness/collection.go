package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"likeness/cmd/likeness/internal/console"
	"likeness/gallery"
	"likeness/report"
	"likeness/search/engine"
)

// openEngine opens the engine at a location that somebody has given.
func openEngine(ctx context.Context, location string, limits engine.Limits) (engine.Engine, error) {
	at, err := engine.ParseLocation(location)
	if err != nil {
		return nil, console.Usagef("%w", err)
	}
	return gallery.OpenEngine(ctx, at, engine.Options{Limits: limits})
}

// openGallery opens an index file, or a collection of an engine by its location. closeAll closes what was opened.
func openGallery(ctx context.Context, name string, opt gallery.Options) (g *gallery.Gallery, closeAll func(), err error) {
	if !engine.IsLocation(name) {
		if g, err = gallery.Open(ctx, name, opt); err != nil {
			return nil, nil, err
		}
		return g, func() { g.Close() }, nil
	}
	e, err := openEngine(ctx, name, engine.Limits{})
	if err != nil {
		return nil, nil, err
	}
	if g, err = gallery.OpenCollection(ctx, e, opt); err != nil {
		return nil, nil, errors.Join(err, e.Close())
	}
	return g, func() { g.Close(); e.Close() }, nil
}

// notOfEngine returns an error for the location of a collection where a file is needed.
func notOfEngine(args ...string) error {
	for _, arg := range args {
		if err := mistyped(arg); err != nil {
			return err
		}
		if engine.IsLocation(arg) {
			return console.Usagef("%s is a collection of an engine; this needs all entries at hand: give the index file that it was made of, or the pictures", arg)
		}
	}
	return nil
}

// mistyped returns an error for what looks like a location and is none.
func mistyped(arg string) error {
	if engine.IsLocation(arg) {
		return nil
	}
	scheme, _, ok := strings.Cut(arg, ":")
	known := engine.IsLocation(strings.ToLower(scheme) + "://")
	if !ok || !known && !strings.Contains(arg, "://") {
		return nil
	}
	if there, err := console.Exists(arg); err == nil && there {
		return nil
	}
	_, err := engine.ParseLocation(arg)
	return console.Usagef("%w", err)
}

// describeCollection is 'inspect' of a collection.
func (a *app) describeCollection(ctx context.Context, location string) (err error) {
	e, err := openEngine(ctx, location, engine.Limits{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.Close()) }()
	d, err := gallery.Describe(ctx, e)
	if err != nil {
		return err
	}
	return a.Emit(d, func(w io.Writer) { printCollection(w, d) })
}

// attributesShown bounds the attributes that are printed.
const attributesShown = 8

func printCollection(w io.Writer, d *gallery.Described) {
	fmt.Fprintf(w, "%s: %s\n", d.Location, engineName(d.Engine))
	if d.Engine.Incomplete != "" {
		fmt.Fprintf(w, "answers may lack entries now: %s\n", d.Engine.Incomplete)
	}
	if d.Published {
		lines := [][]string{
			{"entries", report.Count(d.Engine.Entries)}, {"model", d.Model + " (" + d.Arch + ")"}, {"space", fmt.Sprintf("%s, codes of %d numbers, points of %d", d.Space, d.Code, d.Point)}, {"collection", d.Digest},
		}
		if len(d.Attributes) > 0 {
			text := strings.Join(d.Attributes[:min(len(d.Attributes), attributesShown)], ", ")
			if more := len(d.Attributes) - attributesShown; more > 0 {
				text += fmt.Sprintf(" and %d more", more)
			}
			lines = append(lines, []string{"attributes", safe(text)})
		}
		fmt.Fprintln(w)
		console.Columns(w, "", lines)
	} else {
		fmt.Fprintln(w, "nothing is kept under this name yet")
	}
	if len(d.Engine.Nodes) > 0 {
		lines := [][]string{{"node", "status", "entries"}}
		for _, n := range d.Engine.Nodes {
			entries := report.Count(n.Entries)
			if n.Entries == 0 && d.Engine.Entries > 0 {
				entries = "-" // Weaviate counts what has reached its disk
			}
			lines = append(lines, []string{safe(n.Name), safe(n.Status), entries})
		}
		fmt.Fprintln(w)
		console.Columns(w, "", lines, "entries")
	}
	if len(d.Parts) > 0 {
		lines := [][]string{{"data set", "entries", "written", ""}}
		for _, p := range d.Parts {
			if p.Entries == 0 && p.Complete { // other shards have taken its place
				continue
			}
			state := ""
			if !p.Complete {
				state = "not complete"
			}
			lines = append(lines, []string{safe(p.Source), report.Count(p.Entries), p.Written.Local().Format("2006-01-02 15:04"), state})
		}
		fmt.Fprintln(w)
		console.Columns(w, "", lines, "entries")
	}
}
