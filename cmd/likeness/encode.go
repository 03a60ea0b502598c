package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"likeness/cmd/likeness/internal/console"
	"likeness/dataset"
	"likeness/embeddings"
	"likeness/faces"
	"likeness/gallery"
	"likeness/models"
	"likeness/parallel"
)

func newEncode(a *app) *cobra.Command {
	var data dataset.Name
	var out string
	var fresh bool
	var threads int
	var looks faceFlags
	var foreign encoderFlags
	c := &cobra.Command{
		Use:   "encode [MODEL] [PICTURES] --out FILE",
		Short: "Write the codes of pictures for other programs",
		Long: `Encode pictures and write their codes, with ids, people and times where these are
known, as a table for other programs: a NumPy archive (.npz, with the arrays codes, id,
person and taken), a Parquet file (.parquet, with the columns id, person, taken and code)
or a CSV file (.csv, with a column for each number: c0, c1 and so on).

MODEL and PICTURES are those of 'likeness index'. Codes are the model's own, before a
space compares them and without those of mirrored pictures. 'likeness index --codes'
makes an index of such a table, also of one that another program wrote.`,
		Example: `  likeness encode conv ~/Pictures --out codes.npz
  likeness encode conv-32.safetensors --out codes.parquet
  python3 -c "import numpy; print(numpy.load('codes.npz')['codes'].shape)"`,
		Args:              afterModel("where the pictures are, behind a MODEL where another than the program's own finder is meant", 0, 1),
		ValidArgsFunction: console.FilesOf(console.ModelNames),
	}
	addDataFlags(c, &data, "what the model was trained on")
	c.Flags().StringVar(&out, "out", "", "the `file` to write, .npz, .parquet or .csv")
	_ = c.MarkFlagRequired("out")
	c.Flags().BoolVar(&fresh, "fresh", false, "replace a file that is there, whoever wrote it")
	looks.add(c, faces.All, faces.All, faces.Largest, faces.None)
	foreign.add(c)
	console.AddThreads(c, &threads)
	c.RunE = func(cmd *cobra.Command, args []string) error {
		args = withModel(args, ownOr(usualFinder, models.Finder))
		if len(args) == 2 {
			if data.Source != "" {
				return console.Usagef("%s and --data %s: expected one of them", args[1], data.Source)
			}
			data.Source = args[1]
		}
		if _, err := embeddings.FormatOf(out); err != nil {
			return console.Usagef("--out: %v", err)
		}
		if err := console.CheckOut(out, []string{".npz", ".parquet", ".csv"}, args[0]); err != nil {
			return err
		}
		if err := embeddings.CheckReplace(out); errors.Is(err, embeddings.ErrReplace) && !fresh {
			return console.Usagef("--out %w: choose another name, or --fresh replaces it", err)
		} else if err != nil && !errors.Is(err, embeddings.ErrReplace) {
			return err
		}
		e, err := foreign.open(a, args[0], "")
		if err != nil {
			return err
		}
		d, err := a.readOrigin(cmd.Context(), args[0], faces.Options{Prep: looks.crop.of(e.Prep()), Faces: looks.faces(), Threads: threads}, e.Origin(), data)
		if err != nil {
			return err
		}
		p := a.Progress()
		defer p.Clear()
		t, err := gallery.Encode(parallel.WithThreads(cmd.Context(), threads), e, d.Set, nil, p.Report())
		p.Clear()
		if err != nil {
			return err
		}
		if err := t.WriteFile(out); err != nil {
			return err
		}
		r := &encodeResult{Out: out, Model: args[0], Fingerprint: e.Fingerprint(), Data: d.Set.Source, Entries: len(t.IDs), Code: t.Dim, Skipped: append([]faces.Skip{}, d.Set.Skipped...)}
		for _, person := range t.People {
			if person != "" {
				r.Named++
			}
		}
		return a.Emit(r, r.print)
	}
	return c
}

// encodeResult is what 'encode' reports.
type encodeResult struct {
	Out         string       `json:"out"`
	Model       string       `json:"model"`
	Fingerprint string       `json:"fingerprint"`
	Data        string       `json:"data"`
	Entries     int          `json:"entries"`
	Named       int          `json:"named"` // entries whose person is known
	Code        int          `json:"code"`  // numbers in a code
	Skipped     []faces.Skip `json:"skipped"`
}

func (r *encodeResult) print(w io.Writer) {
	fmt.Fprintf(w, "%s: the codes of %s, %d numbers each, by %s\n", r.Out, count(r.Entries, "picture"), r.Code, r.Model)
	if n := len(r.Skipped); n > 0 {
		fmt.Fprintf(w, "%s without a usable picture or face\n", count(n, "file"))
	}
	fmt.Fprintf(w, "\nSearch among them with:\n  likeness index --codes %s\n", console.Quote(r.Out))
}
