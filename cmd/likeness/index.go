package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"likeness/faces"
	"likeness/report"
	"likeness/search"
)

// besideIndex is the path of a model as an index keeps it: relative to the
// index's folder where that can be, so that both can move together.
func besideIndex(index, model string) string {
	from, err1 := filepath.Abs(filepath.Dir(index))
	to, err2 := filepath.Abs(model)
	if err1 == nil && err2 == nil {
		if near, err := filepath.Rel(from, to); err == nil {
			return filepath.ToSlash(near)
		}
	}
	return model
}

// fromIndex is the way back; "" stays as it is.
func fromIndex(index, model string) string {
	model = filepath.FromSlash(model)
	if model == "" || filepath.IsAbs(model) {
		return model
	}
	return filepath.Join(filepath.Dir(index), model)
}

func newIndex(a *app) *cobra.Command {
	var data dataName
	var out string
	var threads int
	var keep, fresh bool
	part := choiceFlag{"all", []string{"all", "train", "test"}}
	kind := choiceFlag{usual, append([]string{usual}, search.KindNames()...)}
	space := spaceFlag{choiceFlag{usual, append([]string{usual}, search.SpaceNames()...)}}
	c := &cobra.Command{
		Use:   "index MODEL [PICTURES]",
		Short: "Encode pictures, to search among them",
		Long: `Encode pictures with a model and write their codes to one index file, which
'likeness search' searches.

PICTURES, or --data, names them. Without either these are the pictures that the model was trained on. --part
chooses all of them, the training pictures alone (as the tutorial does), or the
test pictures; other pictures than the model's own are always all indexed.

MODEL may also be what 'likeness train finder' has fitted, which finds people far
better: it straightens faces, and its space was fitted with it. For an autoencoder's
code a space is fitted to the pictures that are indexed (to the training pictures
among them, where there are such) and kept in the index, for it finds more than the
plain codes do: whitened-mirror from ten times as many pictures on as a code has
numbers, within-mirror where so many are of people with two or more. The codes of
fewer pictures are compared as they are, in the space euclidean.

An index that is there already is brought up to date: only pictures that are new
to it are encoded, by what they show, not by their names, and what is no longer
among the pictures is removed, or kept with --keep, so that an index can hold
several folders. A picture under two names is stored once. Several runs may
write one index at the same time. An index of another model is left alone, unless
--fresh says to begin anew.

By --kind exact, the default up to a million pictures, search compares all of them:
a thousandth of a second for a million codes of 32 numbers. Of more pictures a graph
is built (hnsw), which finds nearly all true neighbours many times as fast; lsh
hashes codes, as the tutorial recommends. How many of the true neighbours these two
find is measured and told. Searches with filters compare all in any case. New
pictures behind the old ones are added to a graph, after any other change it is
built anew.`,
		Example: `  likeness index conv-32.safetensors
  likeness index conv-32.safetensors ~/Pictures/faces --out mine.safetensors
  likeness index conv-32.safetensors ~/Pictures/more --out mine.safetensors --keep
  likeness search conv-32.index.safetensors --image me.jpg`,
		Args:              exactly("one MODEL file, and where the pictures are", 1, 2),
		ValidArgsFunction: filesOf(modelNames),
	}
	addDataFlags(c, &data, "what the model was trained on")
	addChoice(c, &part, "part", "which of the model's pictures to index")
	addChoice(c, &kind, "kind", "how search finds the nearest; usual: as the index does already, exact up to a million pictures")
	addChoice(c, &space.choiceFlag, "space", "how codes are compared; usual: as the index does already, a finder's own, a fitted one for a model")
	c.Flags().StringVar(&out, "out", "", "the index `file`, made or brought up to date (default MODEL with .index.safetensors)")
	c.Flags().BoolVar(&keep, "keep", false, "keep what the index holds of other pictures; one of the same name is replaced")
	c.Flags().BoolVar(&fresh, "fresh", false, "begin anew and replace an index that is there")
	c.MarkFlagsMutuallyExclusive("keep", "fresh")
	addThreads(c, &threads)
	complete(c, "out", filesOf(modelNames))
	c.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) == 2 {
			if data.source != "" {
				return usagef("%s and --data %s: expected one of them", args[1], data.source)
			}
			data.source = args[1]
		}
		if out == "" {
			out = strings.TrimSuffix(args[0], ".safetensors") + ".index.safetensors"
		}
		if err := checkOut(out, []string{".safetensors"}, args[0]); err != nil {
			return err
		}
		if err := keepModels(out); err != nil {
			return err
		}
		m, err := openEncoder(args[0])
		if err != nil {
			return err
		}
		d, err := a.trainedData(cmd.Context(), args[0], m.prep(), m.trained(), data, threads)
		if err != nil {
			return err
		}
		rows := d.set.Rows()
		switch {
		case d.split == nil && cmd.Flags().Changed("part") && part.value != "all":
			return usagef("--part %s: %s is not what %s was trained on, so all of it would have to be indexed", part.value, d.set.Source, args[0])
		case d.split == nil:
			part.value = "all"
		case part.value == "train":
			rows = d.split.Train
		case part.value == "test":
			rows = d.split.Test
		}
		about, err := m.about(d.set.Source, besideIndex(out, args[0]))
		if err != nil {
			return err
		}
		about.Source = strings.ToValidUTF8(about.Source, "\uFFFD") // as the file will have it
		r := &indexRun{model: m, about: about, space: space.name(), keep: keep, set: d.set, rows: rows, split: d.split, kind: notUsual(kind)}
		f, written, err := a.bringUpToDate(cmd.Context(), r, out, fresh)
		if err != nil {
			return err
		}
		updated := !fresh && (!written || r.counts.Unchanged+r.counts.Changed+r.counts.Renamed+r.counts.Removed+r.counts.Kept > 0)
		result := struct {
			Index   string `json:"index"`
			Model   string `json:"model"`
			Data    string `json:"data"`
			Part    string `json:"part"`
			Entries int    `json:"entries"`
			Of      int    `json:"pictures"` // of the data, indexed or not
			Code    int    `json:"code"`
			Space   string `json:"space"`
			Kind    string `json:"kind"`
			// Share of the 5 true neighbours that a kind other than exact finds.
			Recall  *float64 `json:"recall,omitempty"`
			Dated   int      `json:"dated"` // pictures that it is known of when they were taken
			Written bool     `json:"written"`
			indexCounts
		}{
			Index: out, Model: args[0], Data: d.set.Source, Part: part.value, Entries: f.Entries.Len(), Of: d.set.Len(), Code: f.Entries.Dim,
			Space: f.Space.Name(), Kind: f.Kind(), Dated: dated(f.Entries.Taken), Written: written, indexCounts: r.counts,
		}
		if f.Kind() != search.KindExact {
			result.Recall = &f.Built.Recall
		}
		return a.emit(result, func(w io.Writer) {
			n := f.Entries.Len()
			of := "all " + count(n, "picture")
			switch {
			case r.counts.Kept > 0 || n == 1:
				of = count(n, "picture")
			case part.value != "all":
				of = fmt.Sprintf("%s of %s, the %sing part", report.Count(n), count(d.set.Len(), "picture"), part.value)
			}
			fmt.Fprintf(w, "%s: the codes of %s\n", out, of)
			if updated {
				r.counts.print(w)
			}
			if n := r.counts.Repeated; n > 0 {
				fmt.Fprintf(w, "%s under a second name; the code is stored once\n", count(n, "picture"))
			}
			if m.finder == nil && space.name() == "" {
				fmt.Fprintf(w, "codes are compared in the space %s\n", f.Space.Name())
			}
			if result.Recall != nil {
				fmt.Fprintln(w, approximate(f.Built))
			}
			fmt.Fprintf(w, "\nSearch it with:\n  likeness search %s --image FILE\n", quote(out))
		})
	}
	return c
}

// bringUpToDate encodes what is new and writes the index, unless nothing has
// changed. The file is held only while it is written, not while pictures are
// encoded.
func (a *app) bringUpToDate(ctx context.Context, r *indexRun, out string, fresh bool) (f *search.File, written bool, err error) {
	var old *search.File
	if there, err := exists(out); err != nil {
		return nil, false, err
	} else if there && !fresh {
		if old, err = search.OpenFile(out); err != nil {
			return nil, false, fmt.Errorf("%w; --fresh replaces it", err)
		}
		defer old.Close()
		if err := r.check(out, old); err != nil {
			return nil, false, err
		}
	}
	p := a.progress()
	defer p.clear()
	r.settle(old)
	if err := r.encode(ctx, p, old); err != nil {
		return nil, false, err
	}
	p.clear()
	if fresh {
		if f, err = r.merge(ctx, nil); err != nil {
			return nil, false, err
		}
		return f, true, f.Save(out)
	}
	waiting := func(owner string) { a.note("Waiting for %s, which is writing %s", owner, out) }
	err = search.Update(ctx, out, waiting, func(now *search.File) (*search.File, error) {
		if now != nil { // it may be another one than before
			if err := r.check(out, now); err != nil {
				return nil, err
			}
		}
		made, err := r.merge(ctx, now)
		if err != nil {
			return nil, err
		}
		if f, written = made, made != nil; !written {
			f = &search.File{Entries: now.Entries, Space: now.Space, Built: now.Built}
			f.Entries.Codes = nil // they are gone when the file is closed
		}
		return made, nil
	})
	return f, written, err
}

// approximate says what a kind of index other than exact is worth.
func approximate(b *search.Built) string {
	return fmt.Sprintf("searched by %s, which finds %.1f %% of the 5 true neighbours (measured with 100 of the pictures)", b.Kind, 100*b.Recall)
}

// dated counts the times that are known.
func dated(taken []time.Time) int {
	n := 0
	for _, t := range taken {
		if !t.IsZero() {
			n++
		}
	}
	return n
}

// keepModels refuses to write an index over a model or a finder.
func keepModels(out string) error {
	m, err := openEncoder(out)
	if err != nil {
		return nil
	}
	kind := "model"
	if m.finder != nil {
		kind = "finder"
	}
	return usagef("%s is a %s (%s): choose another name for the index", out, kind, m.fingerprint())
}

// usual stands for the space that is taken where none is asked for.
const usual = "usual"

// spaceFlag is the name of a space.
type spaceFlag struct{ choiceFlag }

// name is "" for the usual one.
func (s *spaceFlag) name() string { return notUsual(s.choiceFlag) }

// notUsual is what was chosen, "" for the usual.
func notUsual(c choiceFlag) string {
	if c.value == usual {
		return ""
	}
	return c.value
}

// trainingPlaces gives the places in rows of those that are for training: all
// of them where there is no split.
func trainingPlaces(rows []int, split *faces.Split) []int {
	var places []int
	if split == nil {
		return allPlaces(len(rows))
	}
	trained := map[int]bool{}
	for _, r := range split.Train {
		trained[r] = true
	}
	for i, r := range rows {
		if trained[r] {
			places = append(places, i)
		}
	}
	return places
}

func allPlaces(n int) []int {
	places := make([]int, n)
	for i := range places {
		places[i] = i
	}
	return places
}
