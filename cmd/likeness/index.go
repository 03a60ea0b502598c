package main

import (
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"likeness/autoencoder"
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
	part := choiceFlag{"all", []string{"all", "train", "test"}}
	c := &cobra.Command{
		Use:   "index MODEL",
		Short: "Encode pictures, to search among them",
		Long: `Encode pictures with a model and write their codes to one index file, which
'likeness search' searches.

Without --data these are the pictures that the model was trained on. --part
chooses all of them, the training pictures alone (as the tutorial does), or the
test pictures; other pictures than the model's own are always all indexed.`,
		Example: `  likeness index conv-32.safetensors
  likeness index conv-32.safetensors --data ~/Pictures/faces --out mine.safetensors
  likeness search conv-32.index.safetensors --image me.jpg`,
		Args:              exactly("one MODEL file", 1, 1),
		ValidArgsFunction: filesOf(modelNames),
	}
	addDataFlags(c, &data, "what the model was trained on")
	addChoice(c, &part, "part", "which of the model's pictures to index")
	c.Flags().StringVar(&out, "out", "", "the index `file`; it is replaced (default MODEL with .index.safetensors)")
	addThreads(c, &threads)
	complete(c, "out", filesOf(modelNames))
	c.RunE = func(cmd *cobra.Command, args []string) error {
		if out == "" {
			out = strings.TrimSuffix(args[0], ".safetensors") + ".index.safetensors"
		}
		if err := checkOut(out, []string{".safetensors"}, args[0]); err != nil {
			return err
		}
		if err := keepModels(out); err != nil {
			return err
		}
		m, err := autoencoder.Open(args[0])
		if err != nil {
			return err
		}
		d, err := a.modelData(cmd.Context(), args[0], m, data, threads)
		if err != nil {
			return err
		}
		rows := allRows(d.set)
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
		e := search.Entries{Dim: m.Code}
		const batch = 512
		for i := 0; i < len(rows); i += batch {
			if err := cmd.Context().Err(); err != nil {
				return err
			}
			e.Codes = append(e.Codes, m.Encode(d.set.AllFloats(rows[i:min(i+batch, len(rows))]))...)
		}
		for _, row := range rows {
			e.IDs, e.People = append(e.IDs, d.set.IDs[row]), append(e.People, d.set.People[row])
		}
		prep, err := json.Marshal(m.Prep)
		if err != nil {
			return err
		}
		ix, err := search.NewExact(search.Euclidean{}, e, search.About{
			Model: m.Fingerprint(), Arch: m.Arch, Prep: string(prep), Source: d.set.Source, ModelFile: besideIndex(out, args[0]),
		})
		if err != nil {
			return err
		}
		if err := ix.Save(out); err != nil {
			return err
		}
		result := struct {
			Index   string `json:"index"`
			Model   string `json:"model"`
			Data    string `json:"data"`
			Part    string `json:"part"`
			Entries int    `json:"entries"`
			Of      int    `json:"pictures"` // of the data, indexed or not
			Code    int    `json:"code"`
			Space   string `json:"space"`
		}{out, args[0], d.set.Source, part.value, ix.Len(), d.set.Len(), m.Code, ix.Space().Name()}
		return a.emit(result, func(w io.Writer) {
			of := "all " + count(ix.Len(), "picture")
			switch {
			case part.value != "all":
				of = fmt.Sprintf("%s of %s, the %sing part", report.Count(ix.Len()), count(d.set.Len(), "picture"), part.value)
			case ix.Len() == 1:
				of = "1 picture"
			}
			fmt.Fprintf(w, "%s: the codes of %s\n", out, of)
			fmt.Fprintf(w, "\nSearch it with:\n  likeness search %s --image FILE\n", quote(out))
		})
	}
	return c
}

// keepModels refuses to write an index over a model.
func keepModels(out string) error {
	if m, err := autoencoder.Open(out); err == nil {
		return usagef("%s is a model (%s): choose another name for the index", out, m.Fingerprint())
	}
	return nil
}
