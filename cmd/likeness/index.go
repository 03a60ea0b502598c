package main

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"

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
	part := choiceFlag{"all", []string{"all", "train", "test"}}
	space := spaceFlag{choiceFlag{usual, append([]string{usual}, search.SpaceNames()...)}}
	c := &cobra.Command{
		Use:   "index MODEL",
		Short: "Encode pictures, to search among them",
		Long: `Encode pictures with a model and write their codes to one index file, which
'likeness search' searches.

Without --data these are the pictures that the model was trained on. --part
chooses all of them, the training pictures alone (as the tutorial does), or the
test pictures; other pictures than the model's own are always all indexed.

MODEL may also be what 'likeness train finder' has fitted, which finds people far
better: it straightens faces, and its space was fitted with it. Any other --space
is fitted to the pictures that are indexed (to the training pictures among them,
where there are such) and kept in the index.`,
		Example: `  likeness index conv-32.safetensors
  likeness index conv-32.safetensors --data ~/Pictures/faces --out mine.safetensors
  likeness search conv-32.index.safetensors --image me.jpg`,
		Args:              exactly("one MODEL file", 1, 1),
		ValidArgsFunction: filesOf(modelNames),
	}
	addDataFlags(c, &data, "what the model was trained on")
	addChoice(c, &part, "part", "which of the model's pictures to index")
	addChoice(c, &space.choiceFlag, "space", "how codes are compared; usual: a finder's own, euclidean for a model")
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
		m, err := openEncoder(args[0])
		if err != nil {
			return err
		}
		d, err := a.trainedData(cmd.Context(), args[0], m.prep(), m.trained(), data, threads)
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
		p := a.progress()
		defer p.clear()
		codes, err := m.codes(cmd.Context(), p, d.set, rows, space.name())
		if err != nil {
			return err
		}
		e := search.Entries{Dim: codes.Dim, Codes: codes.Values}
		train := trainingPlaces(rows, d.split)
		for _, row := range rows {
			e.IDs, e.People = append(e.IDs, d.set.IDs[row]), append(e.People, d.set.People[row])
		}
		s, err := m.space(cmd.Context(), space.name(), codes, e.People, train)
		if err != nil {
			return err
		}
		about, err := m.about(d.set.Source, besideIndex(out, args[0]))
		if err != nil {
			return err
		}
		ix, err := search.NewExact(s, e, about)
		if err != nil {
			return err
		}
		p.clear()
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
		}{out, args[0], d.set.Source, part.value, ix.Len(), d.set.Len(), ix.Dim(), ix.Space().Name()}
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
func (s *spaceFlag) name() string {
	if s.value == usual {
		return ""
	}
	return s.value
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
