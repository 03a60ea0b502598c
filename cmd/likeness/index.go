package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"likeness/cmd/likeness/internal/console"
	"likeness/dataset"
	"likeness/embeddings"
	"likeness/encoder"
	"likeness/faces"
	"likeness/gallery"
	"likeness/models"
	"likeness/report"
	"likeness/search"
)

func newIndex(a *app) *cobra.Command {
	var data dataset.Name
	var out string
	var opt gallery.UpdateOptions
	var looks faceFlags
	var codes codeFlags
	var foreign encoderFlags
	var from string
	var several shardFlags
	var engines engineFlags
	part := console.Choice{Value: "all", Choices: []string{"all", "train", "test"}}
	kind := console.Choice{Value: usual, Choices: append([]string{usual}, search.KindNames()...)}
	space := console.Choice{Value: usual, Choices: append([]string{usual}, search.SpaceNames()...)}
	c := &cobra.Command{
		Use:   "index [MODEL] [PICTURES]",
		Short: "Encode pictures, to search among them",
		Long: `Encode pictures with a model and write their codes to one index file, which
'likeness search' searches.

PICTURES, or --data, names them; without either, they are the pictures that the model
was trained on. --part selects all of them, the training pictures alone (as the
tutorial does), or the test pictures. Other pictures than the model's own are always
indexed completely.

MODEL is a finder ('likeness train finder'), which straightens faces and brings its own
space, or an autoencoder, which finds people far worse. Without one it is
finder.safetensors in this folder, or else the finder that comes with the program.
It may also be an encoder from elsewhere, an ONNX file that turns a picture of a face into
a code: --encoder names it. --template, --mean, --scale, --channels and --input-size say how
pictures are prepared for it; what they leave open is guessed by what is usual, and said. The
index keeps it, so that searching needs no flags.

Faces are found in the pictures, and each is an entry; those of one picture are called
PICTURE#1, PICTURE#2 and so on, from left to right. Pictures without a face are counted and
listed. A folder's name is the name of the face that stands out in a picture.
Pictures in the layout of LFW, of its 250x250 pixels, are cut where LFW has its faces; for the template arcface the landmarks of the face in their
middle are looked for. For a model's codes a space is fitted to
the indexed pictures (to the training pictures among them, where there are such) and
kept in the index, because it finds more than plain codes do: whitened-mirror from ten
times as many pictures as a code has numbers, within-mirror where that many show people
with two or more pictures. Codes of fewer pictures are compared as they are, in the
space euclidean, those of an ONNX encoder by their angle, in the space cosine.

An existing index is updated: only new pictures are encoded, which are recognised by
their contents, not by their names, and pictures that are gone from their folder are
removed, or kept with --keep. Where the folder itself is not there or cannot be read,
nothing is lost unless --prune asks for it. A picture under two names is stored once.
Several runs may write one index at the same time. An index of another model is left
alone, unless --fresh replaces it.

The index is called after PICTURES: that of ~/Pictures/faces is faces.index.safetensors
here. Another folder is added to an index that --out names; the pictures of the second
folder are then called by its name and two slashes, faces//me.jpg.

Pictures that are named are read piece by piece. A run that was stopped or killed goes on with
the same command: what it has found lies in a journal beside the index until that is written.

--shard 2/3 reads the second of three shards of the pictures, of which each machine may take
one, and makes a part of the index. --merge joins the parts to the index that one machine
would have made, to the bit; it needs neither pictures nor model. docs/SCALE.md has the
recipe for batch systems.

--to writes the entries to a collection of Weaviate or of PostgreSQL with pgvector, too, for
collections beyond one machine; docs/SCALE.md says when that helps and how to run it. The index file
stays what encoded pictures are known by, so that a run that was stopped goes on where it was. An
INDEX in place of the model is written as it is. --verify compares the two, --fresh writes all
anew, --drop removes the collection. Passwords and keys come from the environment or from files
(PGPASSWORD, ~/.pgpass, WEAVIATE_API_KEY, WEAVIATE_API_KEY_FILE), never from the location.

--codes makes an index of codes from elsewhere, those of any model as 'likeness encode'
or another program wrote them. Such an index has no model, so pictures cannot be
searched for, but its members and other codes (search --code) can.

--kind exact, the default up to a million pictures, compares all of them, a million
codes of 32 numbers in a thousandth of a second. For more pictures a graph is built
(hnsw), which finds nearly all true neighbours many times as fast; lsh hashes codes, as
the tutorial recommends. The share of true neighbours that these two find is measured
and printed. Searches with filters compare all pictures in any case. Pictures added at
the end are added to a graph; after any other change it is rebuilt.`,
		Example: `  likeness index ~/Pictures
  likeness index conv-32.safetensors
  likeness index conv-32.safetensors ~/Pictures/faces --out mine.safetensors
  likeness index conv-32.safetensors ~/Pictures/more --out mine.safetensors
  likeness index --codes embeddings.npz --data ~/Pictures
  likeness index --encoder recogniser.onnx --template arcface ~/Pictures/faces
  likeness index ~/Pictures --shard 2/3
  likeness index --merge Pictures.shard-*-of-3.safetensors
  likeness index ~/Pictures --to weaviate://127.0.0.1:8080/faces
  likeness index mine.safetensors --to postgres://me@db.example/photos/faces --verify
  likeness search mine.safetensors --image me.jpg`,
		Args:              several.args(afterModel("where the pictures are, behind a MODEL where another than the program's own finder is meant", 0, 1)),
		ValidArgsFunction: console.FilesOf(console.ModelNames),
	}
	addDataFlags(c, &data, "what the model was trained on")
	console.AddChoice(c, &part, "part", "which of the model's pictures to index")
	console.AddChoice(c, &kind, "kind", "how search finds the nearest; usual: that of the existing index, else exact up to a million pictures")
	console.AddChoice(c, &space, "space", "how codes are compared; usual: that of the existing index, else a finder's own or one fitted for the model")
	c.Flags().StringVar(&out, "out", "", "the index `file` to make or update (default PICTURES or MODEL with .index.safetensors, here)")
	c.Flags().BoolVar(&opt.Keep, "keep", false, "keep the entries of pictures that are gone")
	c.Flags().BoolVar(&opt.Prune, "prune", false, "remove the entries of pictures whose folder is gone, too")
	c.Flags().BoolVar(&opt.Fresh, "fresh", false, "replace an existing index")
	c.MarkFlagsMutuallyExclusive("keep", "fresh")
	c.MarkFlagsMutuallyExclusive("keep", "prune")
	looks.add(c, faces.All, faces.All, faces.Largest, faces.None)
	codes.add(c)
	engines.add(c)
	c.Flags().StringVar(&from, "encoder", "", "an encoder from elsewhere in place of MODEL, an ONNX `file`")
	foreign.add(c)
	c.MarkFlagsMutuallyExclusive("codes", "encoder")
	several.add(c)
	console.AddThreads(c, &opt.Threads)
	console.Complete(c, "out", console.FilesOf(console.ModelNames))
	c.RunE = func(cmd *cobra.Command, args []string) error {
		opt.Space, opt.Kind = notUsual(space), notUsual(kind)
		if err := engines.check(cmd); err != nil {
			return err
		}
		if err := notOfEngine(args...); err != nil {
			return err
		}
		switch {
		case engines.drop:
			return a.dropCollection(cmd, args, &engines)
		case several.merge:
			return a.mergeIndex(cmd, args, out, opt, &engines)
		case engines.to != "" && len(args) == 1 && isIndexFile(args[0]):
			return a.pushIndex(cmd, args[0], &engines, opt)
		case codes.path != "" && len(args) > 0:
			return console.Usagef("--codes %s and %s: codes from elsewhere need no model, and --data says where their pictures lie", codes.path, args[0])
		case codes.path != "":
			return a.indexCodes(cmd, codes, data, out, opt, &engines)
		case codes.read != (embeddings.ReadOptions{}):
			return console.Usagef("--ids and --codes-name go with --codes")
		}
		if from != "" {
			if len(args) > 1 || len(args) == 1 && isModel(args[0]) {
				return console.Usagef("--encoder %s and %s: expected one of them", from, args[0])
			}
			if !encoder.Is(from) {
				return console.Usagef("--encoder %s: expected an ONNX file, NAME.onnx", from)
			}
			args = append([]string{from}, args...)
		} else {
			args = withModel(args, ownOr(usualFinder, models.Finder))
		}
		if len(args) == 2 {
			if data.Source != "" {
				return console.Usagef("%s and --data %s: expected one of them", args[1], data.Source)
			}
			data.Source = args[1]
		}
		if out == "" {
			out, opt.Alone = several.name(indexName(args[0], data)), data.Source != ""
		}
		if err := console.CheckOut(out, []string{".safetensors"}, args[0]); err != nil {
			return err
		}
		if err := console.CheckReplace(out, search.Format); err != nil {
			return err
		}
		e, err := foreign.open(a, args[0], out)
		if err != nil {
			return err
		}
		if data.Source != "" && data.Names == "" && !opt.Fresh {
			if data.Names, err = gallery.NamesIn(out, faces.Options{}); err != nil {
				return err
			}
		}
		opt.Faces, opt.ModelFile = looks.faces(), args[0]
		opt.Waiting = func(owner string) { a.Note("Waiting for %s, which is writing %s", owner, out) }
		if several.of() || data.Source != "" && part.Value == "all" {
			return a.indexFrom(cmd, several, args[0], e, data, looks, out, opt, &engines)
		}
		d, err := a.readOrigin(cmd.Context(), args[0], faces.Options{Prep: looks.crop.of(e.Prep()), Faces: looks.faces(), Threads: opt.Threads}, e.Origin(), data)
		if err != nil {
			return err
		}
		switch {
		case d.Split == nil && cmd.Flags().Changed("part") && part.Value != "all":
			return console.Usagef("--part %s: %s is not what %s was trained on, so all of it would have to be indexed", part.Value, d.Set.Source, args[0])
		case d.Split == nil:
			part.Value = "all"
		case part.Value == "train":
			opt.Rows = d.Split.Train
		case part.Value == "test":
			opt.Rows = d.Split.Test
		}
		p := a.Progress()
		defer p.Clear()
		opt.Split, opt.Progress = d.Split, p.Report()
		changes, err := gallery.Update(cmd.Context(), out, e, d.Set, opt)
		p.Clear()
		if err != nil {
			return updateError(err, out)
		}
		r := newIndexResult(args[0], part.Value, d.Set, changes)
		if err := engines.after(cmd.Context(), a, out, opt, &r.engineResult); err != nil {
			return err
		}
		return errors.Join(a.Emit(r, func(w io.Writer) { r.print(w, !opt.Fresh, e.Space() == nil && opt.Space == "") }), r.failure())
	}
	return c
}

// updateError says what can be done where an index could not be brought up to date.
func updateError(err error, out string) error {
	switch {
	case errors.Is(err, gallery.ErrOtherSet):
		return fmt.Errorf("%w: --out %s adds these pictures to it, or name another file with --out", err, console.Quote(out))
	case errors.Is(err, gallery.ErrNotUpdatable):
		return fmt.Errorf("%w; --fresh replaces it", err)
	}
	if stopped, ok := errors.AsType[*gallery.UnfinishedError](err); ok && errors.Is(err, context.Canceled) {
		return fmt.Errorf("%w; what was found in %s is kept in %s, and the same command goes on from there", context.Canceled, count(stopped.Files, "file"), stopped.Journal)
	}
	return err
}

// indexName is what an index is called where nobody says: after its pictures, or after the model where they are the
// model's own.
func indexName(model string, data dataset.Name) string {
	const suffix = indexSuffix
	if data.Source == "" {
		return strings.TrimSuffix(strings.TrimSuffix(model, ".safetensors"), ".onnx") + suffix
	}
	name := strings.ReplaceAll(data.Public().Source, ":", "-")
	for _, ext := range []string{".tgz", ".tar.gz", ".tar", ".zip"} {
		name = strings.TrimSuffix(name, ext)
	}
	return name + suffix
}

// indexResult is what 'index' reports.
type indexResult struct {
	Model string `json:"model"`
	Part  string `json:"part"`
	Of    int    `json:"pictures"` // of the data, indexed or not
	*gallery.Changes
	Skipped  []faces.Skip `json:"skipped"`  // files without a usable picture
	Faceless []string     `json:"faceless"` // files in which no face was found
	engineResult
}

func newIndexResult(model, part string, set *faces.Set, changes *gallery.Changes) *indexResult {
	r := &indexResult{Model: model, Part: part, Of: set.Len(), Changes: changes, Skipped: []faces.Skip{}, Faceless: []string{}}
	for _, s := range set.Skipped {
		if s.NoFace() {
			r.Faceless = append(r.Faceless, s.Name)
		} else {
			r.Skipped = append(r.Skipped, s)
		}
	}
	return r
}

func (r *indexResult) print(w io.Writer, updated, chosen bool) {
	of := "all " + count(r.Entries, "picture")
	switch {
	case r.Kept+r.Unread+r.Lost > 0 || r.Entries == 1:
		of = count(r.Entries, "picture")
	case r.Part != "all":
		of = fmt.Sprintf("%s of %s, the %sing part", report.Count(r.Entries), count(r.Of, "picture"), r.Part)
	}
	fmt.Fprintf(w, "%s: the codes of %s\n", r.Index, of)
	if r.Resumed > 0 {
		fmt.Fprintf(w, "went on where an earlier run was stopped, with %s known\n", count(r.Resumed, "file"))
	}
	if updated && (!r.Written || r.Unchanged+r.Changed+r.Renamed+r.Removed+r.Kept+r.Unread+r.Lost > 0) {
		fmt.Fprintf(w, "%s; %s encoded\n", changesLine(r.Changes), count(r.Encoded, "picture"))
	}
	if n := len(r.Faceless); n > 0 {
		fmt.Fprintf(w, "no face found in %s\n", count(n, "file"))
	}
	if r.Repeated > 0 {
		fmt.Fprintf(w, "%s under a second name; the code is stored once\n", count(r.Repeated, "picture"))
	}
	if r.FileDated > 0 {
		what := "does not say when it was taken; its file's time stands for it"
		if r.FileDated > 1 {
			what = "do not say when they were taken; their files' times stand for it"
		}
		fmt.Fprintf(w, "%s %s\n", count(r.FileDated, "picture"), what)
	}
	mirrored := ""
	if search.Mirrored(r.Space) {
		mirrored = ", with those of the mirror image"
	}
	fmt.Fprintf(w, "a code has %s%s\n", count(r.Code, "number"), mirrored)
	if chosen {
		fmt.Fprintf(w, "codes are compared in the space %s\n", r.Space)
	}
	if r.Recall != nil {
		fmt.Fprintf(w, "searched by %s, which finds %.1f %% of the 5 true neighbours (measured with 100 of the pictures)\n", r.Kind, 100**r.Recall)
	}
	if r.Pushed != nil || r.Verified != nil {
		fmt.Fprintln(w)
		r.engineResult.print(w)
		return
	}
	fmt.Fprintf(w, "\nSearch it with:\n  likeness search %s --image FILE\n", console.Quote(r.Index))
}

// changesLine says what an update did to the entries.
func changesLine(c *gallery.Changes) string {
	var parts []string
	for _, p := range []struct {
		n    int
		what string
	}{{c.Unchanged, "unchanged"}, {c.Added, "added"}, {c.Changed, "changed"}, {c.Renamed, "renamed"}, {c.Removed, "removed"}, {c.Kept, "kept from before"}, {c.Unread, "kept, for they could not be read"}, {c.Lost, "kept, though their folder is gone (--prune removes them)"}} {
		if p.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", p.n, p.what))
		}
	}
	return strings.Join(parts, ", ")
}

// usual stands for what is taken where nothing is asked for.
const usual = "usual"

// notUsual returns what was chosen, "" for the usual.
func notUsual(c console.Choice) string {
	if c.Value == usual {
		return ""
	}
	return c.Value
}
