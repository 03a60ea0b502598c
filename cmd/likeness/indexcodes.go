package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"likeness/cmd/likeness/internal/console"
	"likeness/dataset"
	"likeness/embeddings"
	"likeness/gallery"
	"likeness/search"
)

// codeFlags are the flags of 'index' for codes from elsewhere.
type codeFlags struct {
	path string
	read embeddings.ReadOptions
}

func (f *codeFlags) add(c *cobra.Command) {
	fl := c.Flags()
	fl.StringVar(&f.path, "codes", "", "index the codes of this `file` (.npz, .npy, .parquet or .csv), made by any model, in place of pictures; --data says where their pictures lie")
	fl.StringVar(&f.read.IDs, "ids", "", "with --codes: a `file` with their ids, one to a line or as a NumPy array, in the codes' order")
	fl.StringVar(&f.read.Codes, "codes-name", "", "with --codes: the `name` of the array or column that holds them, where it is not clear")
	console.Complete(c, "codes", console.FilesOf([]string{"npz", "npy", "parquet", "csv"}))
}

// indexCodes makes an index of codes from elsewhere.
func (a *app) indexCodes(cmd *cobra.Command, f codeFlags, data dataset.Name, out string, opt gallery.UpdateOptions, engines *engineFlags) error {
	for _, flag := range []string{"part", "prune", "faces", "crop", "names", "attributes"} {
		if cmd.Flags().Changed(flag) {
			return console.Usagef("--codes and --%s: codes are indexed as they are", flag)
		}
	}
	if out == "" {
		out = codesName(f.path)
	}
	if err := console.CheckOut(out, []string{".safetensors"}, f.path); err != nil {
		return err
	}
	if err := console.CheckReplace(out, search.Format); err != nil {
		return err
	}
	if data.Source != "" {
		if err := checkData(data); err != nil {
			return err
		}
	}
	t, err := readCodes(f.path, f.read)
	if err != nil {
		return err
	}
	p := a.Progress()
	defer p.Clear()
	changes, err := gallery.UpdateCodes(cmd.Context(), out, t, f.path, gallery.CodesOptions{
		Data: data, Space: opt.Space, Kind: opt.Kind, Keep: opt.Keep, Fresh: opt.Fresh, Threads: opt.Threads, Progress: p.Report(),
		Waiting: func(owner string) { a.Note("Waiting for %s, which is writing %s", owner, out) },
	})
	p.Clear()
	if errors.Is(err, gallery.ErrNotUpdatable) {
		return fmt.Errorf("%w; --fresh replaces it", err)
	} else if err != nil {
		return err
	}
	if t.Numbered {
		a.Note("%s has no ids: they are the numbers of its rows, from 0; --ids names a file with others", f.path)
	}
	if len(t.Unused) > 0 {
		a.Note("Not used of %s: %s", f.path, strings.Join(t.Unused, ", "))
	}
	if changes.Pictureless > 0 {
		a.Warn("%s of %s are no pictures in %s, such as %s: ids are paths in it", count(changes.Pictureless, "id"), f.path, data.Source, t.IDs[0])
	}
	r := &codesResult{Codes: f.path, From: t.CodesFrom, Unused: append([]string{}, t.Unused...), Changes: changes, example: t.IDs[0]}
	for _, person := range t.People {
		if person != "" {
			r.Named++
		}
	}
	if err := engines.after(cmd.Context(), a, out, opt, &r.engineResult); err != nil {
		return err
	}
	return errors.Join(a.Emit(r, r.print), r.failure())
}

// readCodes reads a table of codes.
func readCodes(path string, opt embeddings.ReadOptions) (*embeddings.Table, error) {
	t, err := embeddings.Read(path, opt)
	switch {
	case errors.Is(err, embeddings.ErrUnclear):
		return nil, fmt.Errorf("%w; --codes-name names one", err)
	case errors.Is(err, fs.ErrNotExist) && opt.Codes == "":
		return nil, fmt.Errorf("there is no file %s", path)
	}
	return t, err
}

// codesResult is what 'index --codes' reports.
type codesResult struct {
	Codes  string   `json:"codes"`
	From   string   `json:"from"`   // the array or the columns of the codes
	Unused []string `json:"unused"` // arrays or columns that were not read
	Named  int      `json:"named"`  // entries whose person is known
	*gallery.Changes
	engineResult
	example string
}

func (r *codesResult) print(w io.Writer) {
	from := r.Codes
	if r.From != "" {
		from += " (" + r.From + ")"
	}
	fmt.Fprintf(w, "%s: %s of %d numbers from %s, %d with a person\n", r.Index, count(r.Entries, "code"), r.Code, from, r.Named)
	if r.Unchanged+r.Changes.Changed+r.Removed+r.Kept > 0 {
		fmt.Fprintln(w, changesLine(r.Changes))
	}
	fmt.Fprintf(w, "codes are compared in the space %s\n", r.Space)
	if r.Recall != nil {
		fmt.Fprintf(w, "searched by %s, which finds %.1f %% of the 5 true neighbours (measured with 100 of the codes)\n", r.Kind, 100**r.Recall)
	}
	if r.Pushed != nil || r.Verified != nil {
		fmt.Fprintln(w)
		r.engineResult.print(w)
		return
	}
	fmt.Fprintf(w, "\nSearch it with:\n  likeness search %s --id %s\n", console.Quote(r.Index), console.Quote(r.example))
}

// codesName is what an index of codes is called where nobody says.
func codesName(codes string) string {
	name := filepath.Base(codes)
	for _, ext := range []string{".npz", ".npy", ".parquet", ".csv"} {
		name = strings.TrimSuffix(name, ext)
	}
	return name + ".index.safetensors"
}
