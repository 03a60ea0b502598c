package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"likeness/cmd/likeness/internal/console"
	"likeness/gallery"
	"likeness/report"
	"likeness/safetensors"
	"likeness/search"
	"likeness/search/engine"
)

// engineFlags are the flags of 'index' for collections of an engine.
type engineFlags struct {
	to     string
	verify bool
	drop   bool
	make   engine.MakeOptions
	limit  time.Duration

	at engine.Location // what to says
}

func (f *engineFlags) add(c *cobra.Command) {
	fl := c.Flags()
	fl.StringVar(&f.to, "to", "", "write the entries to the collection at this `location` as well, such as weaviate://HOST:8080/faces or postgres://HOST/DATABASE/faces")
	fl.BoolVar(&f.verify, "verify", false, "with --to: compare the collection with the index, and write nothing to it")
	fl.BoolVar(&f.drop, "drop", false, "with --to and nothing else: remove the collection from the engine")
	fl.IntVar(&f.make.Replicas, "replicas", 0, "with --to: how many copies of each entry a new collection has; that of one that exists stays (default 3, or as many as there are nodes)")
	fl.IntVar(&f.make.Shards, "engine-shards", 0, "with --to: in how many parts a new collection lies on the nodes; that of one that exists stays (default as many as there are nodes)")
	fl.DurationVar(&f.limit, "time-limit", 0, "with --to: how long one call of the engine may take (default 15s)")
	c.MarkFlagsMutuallyExclusive("verify", "drop")
}

// check checks the flags.
func (f *engineFlags) check(cmd *cobra.Command) (err error) {
	if f.to == "" {
		if cmd.Flags().Changed("to") { // most likely by a variable that is not set
			return console.Usagef("--to is empty, expected the location of a collection")
		}
		for _, flag := range []string{"verify", "drop", "replicas", "engine-shards", "time-limit"} {
			if cmd.Flags().Changed(flag) {
				return console.Usagef("--%s goes with --to", flag)
			}
		}
		return nil
	}
	for _, flag := range []string{"fresh", "keep", "prune"} {
		if f.verify && cmd.Flags().Changed(flag) {
			return console.Usagef("--verify and --%s: a comparison changes nothing in the collection", flag)
		}
	}
	if f.make.Replicas < 0 || f.make.Shards < 0 || f.limit < 0 {
		return console.Usagef("--replicas, --engine-shards and --time-limit: expected 0 or more")
	}
	if f.at, err = engine.ParseLocation(f.to); err != nil {
		return console.Usagef("--to %w", err)
	}
	return nil
}

func (f *engineFlags) open(ctx context.Context) (engine.Engine, error) {
	return gallery.OpenEngine(ctx, f.at, engine.Options{Limits: engine.Limits{Call: f.limit}})
}

// isIndexFile reports whether a file says that it is an index.
func isIndexFile(path string) bool {
	if !isIndex(path) {
		return false
	}
	f, err := safetensors.Map(path)
	if err != nil {
		return false
	}
	defer f.Close()
	return f.Metadata["format"] == search.Format
}

// engineResult is what 'index --to' reports of the engine; one of the two is set.
type engineResult struct {
	Pushed   *gallery.Pushed   `json:"pushed,omitempty"`
	Verified *gallery.Verified `json:"verified,omitempty"`
}

// errDiffers is the failure of a comparison.
var errDiffers = errors.New("the collection differs from the index; without --verify it is brought up to date")

// after is what follows once an index file is up to date: nothing without --to.
func (f *engineFlags) after(ctx context.Context, a *app, index string, opt gallery.UpdateOptions, r *engineResult) (err error) {
	if f.to == "" {
		return nil
	}
	if *r, err = f.bring(ctx, a, index, opt); err != nil && !f.verify {
		a.Note("%s is up to date, the collection is not", console.Shown(index))
	}
	return err
}

// bring brings the collection up to date with an index file, or compares it.
func (f *engineFlags) bring(ctx context.Context, a *app, index string, opt gallery.UpdateOptions) (r engineResult, err error) {
	e, err := f.open(ctx)
	if errors.Is(err, engine.ErrUnavailable) || errors.Is(err, context.Canceled) {
		err = f.stopped(err, opt)
	}
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, e.Close()) }()
	g, err := gallery.Open(ctx, index, gallery.Options{Exact: true, EmptyPart: true, Threads: opt.Threads})
	if err != nil {
		return r, err
	}
	defer g.Close()
	p := a.Progress()
	defer p.Clear()
	if f.verify {
		r.Verified, err = g.Verify(ctx, e, gallery.VerifyOptions{Progress: p.Report()})
		return r, err
	}
	before := f.before(ctx, e)
	r.Pushed, err = g.Push(ctx, e, gallery.PushOptions{Keep: opt.Keep, Prune: opt.Prune, Fresh: opt.Fresh, Make: f.make, Progress: p.Report()})
	p.Clear()
	if err != nil {
		return r, f.stopped(err, opt)
	}
	if before != "" && before == r.Pushed.Digest {
		a.Note("--replicas and --engine-shards count for a new collection; this one exists and stays as it is")
	}
	return r, nil
}

// before returns the digest of the collection that exists, "" where none does or nobody has asked how a new one shall be.
func (f *engineFlags) before(ctx context.Context, e engine.Engine) string {
	if f.make == (engine.MakeOptions{}) {
		return ""
	}
	c, err := e.Published(ctx)
	if err != nil {
		return "" // the push says what is wrong
	}
	digest, err := c.Header().Digest()
	if err != nil {
		return ""
	}
	return digest
}

// stopped says how it goes on after a push that has failed or was interrupted.
func (f *engineFlags) stopped(err error, opt gallery.UpdateOptions) error {
	switch {
	case errors.Is(err, gallery.ErrManyGone):
		return fmt.Errorf("%w: another data set of the same name? --keep leaves them, --prune removes them", err)
	case errors.Is(err, context.Canceled):
		err = context.Canceled
	}
	if f.verify { // nothing was written
		return err
	}
	then, goes := "and", "goes on from there"
	if opt.Fresh {
		goes = "begins again"
	}
	if err != context.Canceled && !errors.Is(err, engine.ErrUnavailable) { // what does not pass by itself
		then = "and once that is put right"
	}
	return fmt.Errorf("%w; what was written to the collection stays, %s the same command %s", err, then, goes)
}

// ofPictures are the flags that say what is encoded, and how.
var ofPictures = []string{"data", "attributes", "part", "out", "faces", "crop", "names", "space", "kind", "shard", "merge", "codes", "ids", "codes-name", "encoder"}

// pushIndex is 'index INDEX --to'.
func (a *app) pushIndex(cmd *cobra.Command, index string, f *engineFlags, opt gallery.UpdateOptions) error {
	for _, flag := range ofPictures {
		if cmd.Flags().Changed(flag) {
			return console.Usagef("--%s and the index %s: its entries are written as they are", flag, index)
		}
	}
	r, err := f.bring(cmd.Context(), a, index, opt)
	if err != nil {
		return err
	}
	return errors.Join(a.Emit(r, func(w io.Writer) { r.print(w) }), r.failure())
}

// dropCollection is 'index --to --drop'.
func (a *app) dropCollection(cmd *cobra.Command, args []string, f *engineFlags) error {
	if len(args) > 0 {
		return console.Usagef("--drop and %s: expected nothing but --to", args[0])
	}
	for _, flag := range slices.Concat(ofPictures, []string{"keep", "prune", "fresh", "replicas", "engine-shards"}) {
		if cmd.Flags().Changed(flag) {
			return console.Usagef("--drop and --%s: expected nothing but --to", flag)
		}
	}
	e, err := f.open(cmd.Context())
	if err != nil {
		return err
	}
	n, err := e.Drop(cmd.Context())
	if err = errors.Join(err, e.Close()); err != nil {
		return err
	}
	if n == 0 {
		return fmt.Errorf("%s: %w", f.at, engine.ErrNone)
	}
	return a.Emit(struct {
		Location string `json:"location"`
		Dropped  int    `json:"dropped"`
	}{f.at.String(), n}, func(w io.Writer) { fmt.Fprintf(w, "%s: removed\n", f.at) })
}

// failure is the error of a comparison that found differences.
func (r engineResult) failure() error {
	if r.Verified != nil && !r.Verified.Equal {
		return errDiffers
	}
	return nil
}

func (r engineResult) print(w io.Writer) {
	var state *engine.State
	switch {
	case r.Pushed != nil:
		printPushed(w, r.Pushed)
		state = r.Pushed.Engine
	case r.Verified != nil:
		printVerified(w, r.Verified)
		state = r.Verified.Engine
	}
	if state != nil && state.Incomplete != "" {
		fmt.Fprintf(w, "the engine is not whole now: %s\n", safe(state.Incomplete))
	}
}

func printPushed(w io.Writer, p *gallery.Pushed) {
	fmt.Fprintf(w, "%s: %s%s\n", p.Location, count(p.Entries, "entry"), engineWords(p.Engine))
	changes := changesLine(&gallery.Changes{Unchanged: p.Unchanged, Added: p.Added, Changed: p.Changed, Removed: p.Removed, Kept: p.Kept})
	if p.Rewritten > 0 {
		changes = strings.TrimPrefix(changes+fmt.Sprintf(", %d written again", p.Rewritten), ", ")
	}
	fmt.Fprintf(w, "of %s: %s\n", console.Shown(p.Index), cmp.Or(changes, "no entries"))
	if n := len(p.AttributesLeftOut); n > 0 {
		fmt.Fprintf(w, "%s left out, such as %s: the collection was made without them; --fresh makes a new one that has them\n", count(n, "attribute"), safe(p.AttributesLeftOut[0]))
	}
	if !p.OwnSpace {
		fmt.Fprintf(w, "codes are compared in the %s space that the collection was made with; --fresh makes a new one in the space of the index\n", p.Space)
	}
	if p.Published {
		what := "--image FILE"
		if p.Model == "" { // codes alone
			what = "--id ID"
		}
		fmt.Fprintf(w, "\nSearch it with:\n  likeness search %s %s\n", console.Quote(p.Location), what)
	} else {
		fmt.Fprintf(w, "searches do not use it yet: %s\n", p.Waiting)
	}
}

// engineWords says what an engine is.
func engineWords(s *engine.State) string {
	if s == nil {
		return ""
	}
	nodes := ""
	if len(s.Nodes) > 1 {
		nodes = fmt.Sprintf(" on %d nodes", len(s.Nodes))
	}
	return " in " + engineName(s) + nodes
}

// engineName is what a person calls an engine, with its version.
func engineName(s *engine.State) string {
	name := s.Engine
	if known := map[string]string{engine.Weaviate: "Weaviate", "pgvector": "PostgreSQL"}[name]; known != "" {
		name = known
	}
	return name + " " + safe(s.Version)
}

// mostDiffering bounds the ids that are printed of each kind.
const mostDiffering = 5

func printVerified(w io.Writer, v *gallery.Verified) {
	if v.Equal {
		fmt.Fprintf(w, "%s has %s of %s, and no others of its data sets%s\n", v.Location, all(v.Entries), console.Shown(v.Index), engineWords(v.Engine))
		return
	}
	fmt.Fprintf(w, "%s and %s, with %s%s, differ:\n", v.Location, console.Shown(v.Index), count(v.Entries, "entry"), engineWords(v.Engine))
	for _, k := range []struct {
		ids  []string
		what string
	}{
		{v.Missing, "missing in the collection"}, {v.Changed, "with something else known of them"}, {v.Moved, "with another point, or none"}, {v.Extra, "that the index does not have"},
	} {
		if len(k.ids) == 0 {
			continue
		}
		fmt.Fprintf(w, "%s %s:\n", count(len(k.ids), "entry"), k.what)
		for i, id := range k.ids {
			if i == mostDiffering {
				fmt.Fprintf(w, "  and %s more; --json lists them\n", report.Count(len(k.ids)-mostDiffering))
				break
			}
			fmt.Fprintf(w, "  %s\n", safe(id))
		}
	}
}

// all is a number of entries as a whole.
func all(n int) string {
	if n == 1 {
		return "the only entry"
	}
	return "all " + count(n, "entry")
}
