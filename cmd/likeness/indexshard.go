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
	"likeness/gallery"
	"likeness/report"
	"likeness/search"
)

// shardFlags make the part of an index of a shard of the pictures, and join parts.
type shardFlags struct {
	shard shardFlag
	merge bool
}

// shardFlag is one of several shards, 2/3.
type shardFlag struct{ faces.Shard }

func (s *shardFlag) Type() string { return "I/N" }

func (s *shardFlag) String() string {
	if s.Of == 0 {
		return ""
	}
	return s.Shard.String()
}

func (s *shardFlag) Set(text string) error {
	got, err := faces.ParseShard(text)
	if err == nil {
		s.Shard = got
	}
	return err
}

func (f *shardFlags) add(c *cobra.Command) {
	c.Flags().Var(&f.shard, "shard", "index one of N shards of the pictures, such as 2/3: the part of an index, which --merge joins with the others")
	c.Flags().BoolVar(&f.merge, "merge", false, "join parts that --shard made, which take the place of MODEL and PICTURES, to one index")
	c.MarkFlagsMutuallyExclusive("merge", "shard")
	for _, flag := range []string{"codes", "encoder", "data", "attributes", "names", "part", "faces", "crop"} {
		c.MarkFlagsMutuallyExclusive("merge", flag)
	}
	for _, flag := range []string{"codes", "keep", "prune", "part"} {
		c.MarkFlagsMutuallyExclusive("shard", flag)
	}
}

// args takes any number of parts with --merge, else what others does.
func (f *shardFlags) args(others cobra.PositionalArgs) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if f.merge {
			return console.Exactly("the parts of an index, files that --shard made", 1, 0)(c, args)
		}
		return others(c, args)
	}
}

// of reports whether a shard is asked for.
func (f *shardFlags) of() bool { return f.shard.Of > 0 }

// indexSuffix ends the name of an index where nobody says how it is called.
const indexSuffix = ".index.safetensors"

// name is what an index is called where nobody says, or the part of one.
func (f *shardFlags) name(index string) string {
	if !f.of() {
		return index
	}
	return fmt.Sprintf("%s.shard-%d-of-%d.safetensors", strings.TrimSuffix(index, indexSuffix), f.shard.Number, f.shard.Of)
}

// indexFrom reads pictures piece by piece and indexes them, or those of one shard.
func (a *app) indexFrom(cmd *cobra.Command, f shardFlags, model string, e gallery.Embedder, data dataset.Name, looks faceFlags, out string, opt gallery.UpdateOptions, engines *engineFlags) error {
	if f.of() && (opt.Space != "" || opt.Kind != "") {
		return console.Usagef("--shard and --space or --kind: give them to --merge, where it is decided how all pictures are compared")
	}
	if f.of() && engines.to != "" && e.Space() == nil {
		return console.Usagef("--shard and --to: %s has no space of its own, so how codes are compared depends on all of them: join the parts with --merge, and write the whole", model)
	}
	from := gallery.Reading{Name: data, Own: data.Source == ""}
	if from.Own {
		origin, err := e.Origin(), error(nil)
		if from.Name, err = origin.Find(model, data.Attributes, dataset.PlacesOf(faces.Options{})); err != nil {
			return originError(err, model, origin, data)
		}
		if data.Names != "" {
			from.Name.Names = data.Names
		}
	} else if err := checkData(data); err != nil {
		return err
	}
	p := a.Progress()
	defer p.Clear()
	from.Options = faces.Options{Prep: looks.crop.of(e.Prep()), Faces: looks.faces(), Threads: opt.Threads, Framer: a.framer(), Progress: p.Report()}
	opt.Shard = f.shard.Shard
	set, changes, err := gallery.UpdateFrom(cmd.Context(), out, e, from, opt)
	p.Clear()
	if err != nil {
		return updateError(err, out)
	}
	for _, w := range set.Warnings {
		a.Warn("%s", w)
	}
	a.Notes(changes.Notes)
	r := newIndexResult(model, "all", set, changes)
	print := func(w io.Writer) { r.print(w, !opt.Fresh, e.Space() == nil && opt.Space == "") }
	result := any(r)
	switch origin := e.Origin(); {
	case f.of(): // how people are called is decided where the parts are joined
		a.noteSkips(dataset.Parse(set.Source).Source, set.Skipped)
		part := &shardResult{r}
		result, print = part, func(w io.Writer) { part.print(w, f) }
	case origin != nil && set.Is(origin.DataHash):
		a.noteSetAgain(set)
	default:
		a.noteSet(set)
	}
	if err := engines.after(cmd.Context(), a, out, opt, &r.engineResult); err != nil {
		return err
	}
	return errors.Join(a.Emit(result, print), r.failure())
}

// shardResult is what 'index --shard' reports.
type shardResult struct{ *indexResult }

func (r *shardResult) print(w io.Writer, f shardFlags) {
	s := r.Shard
	fmt.Fprintf(w, "%s: part %d of %d, the codes of %s in %s of %s\n", r.Index, s.Number, s.Of, count(r.Entries, "picture"), report.Count(s.Files), count(s.Listed, "file"))
	if s.Known > 0 {
		fmt.Fprintf(w, "%s known from before; ", count(s.Known, "file"))
	}
	fmt.Fprintf(w, "%s encoded\n", count(r.Encoded, "picture"))
	if n := len(r.Faceless); n > 0 {
		fmt.Fprintf(w, "no face found in %s\n", count(n, "file"))
	}
	if r.Pushed != nil || r.Verified != nil {
		fmt.Fprintln(w)
		r.engineResult.print(w)
		return
	}
	fmt.Fprintf(w, "\nWhen all %d parts are there, join them with:\n  likeness index --merge %s\n", s.Of, f.others(r.Index))
}

// others names all parts for a shell, where they are called as nobody said otherwise.
func (f *shardFlags) others(part string) string {
	end := fmt.Sprintf(".shard-%d-of-%d.safetensors", f.shard.Number, f.shard.Of)
	begin, usual := strings.CutSuffix(part, end)
	if !usual {
		return "PART... --out FILE"
	}
	return fmt.Sprintf("%s*-of-%d.safetensors", console.Quote(begin+".shard-"), f.shard.Of)
}

// mergeIndex joins parts.
func (a *app) mergeIndex(cmd *cobra.Command, parts []string, out string, opt gallery.UpdateOptions, engines *engineFlags) error {
	first, err := gallery.InfoOfPart(parts[0])
	if err != nil {
		return err
	}
	if out == "" {
		out, opt.Alone = indexName("", dataset.Parse(first.Data)), true
	}
	if err := console.CheckOut(out, []string{".safetensors"}, parts...); err != nil {
		return err
	}
	if err := console.CheckReplace(out, search.Format); err != nil {
		return err
	}
	p := a.Progress()
	defer p.Clear()
	opt.Progress = p.Report()
	opt.Waiting = func(owner string) { a.Note("Waiting for %s, which is writing %s", owner, out) }
	set, changes, err := gallery.Merge(cmd.Context(), out, parts, opt)
	p.Clear()
	if missing, ok := errors.AsType[*gallery.MissingPartsError](err); ok {
		return fmt.Errorf("%w; --shard %s makes the first of them", err, missing.Missing[0])
	} else if err != nil {
		return updateError(err, out)
	}
	a.noteSet(set)
	a.Notes(changes.Notes)
	r := newIndexResult(first.Model, "all", set, changes)
	if err := engines.after(cmd.Context(), a, out, opt, &r.engineResult); err != nil {
		return err
	}
	return errors.Join(a.Emit(r, func(w io.Writer) {
		fmt.Fprintf(w, "%s joined\n", count(changes.Parts, "part"))
		r.print(w, !opt.Fresh, changes.Space != "")
	}), r.failure())
}
