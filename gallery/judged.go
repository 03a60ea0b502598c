package gallery

import (
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"

	"likeness/internal/regularfile"
)

// judgedHeader begins every file of judgements.
const judgedHeader = "picture,other,same\n"

// mostJudged bounds a file of judgements, in bytes.
const mostJudged = 64 << 20

// Judgement says whether two members of an index show one person, as somebody who looked at them has said.
type Judgement struct {
	ID    string `json:"id"`
	Other string `json:"other"`
	Same  bool   `json:"same"`
}

// pair returns the two ids in their order, which does not matter.
func (j Judgement) pair() [2]string {
	return [2]string{min(j.ID, j.Other), max(j.ID, j.Other)}
}

// JudgedFile returns where the judgements on an index lie: a CSV file beside it.
func JudgedFile(index string) string {
	return beside(index, ".judged.csv")
}

// Judgements returns what was said of the members of an index, in the order of their ids.
func Judgements(index string) ([]Judgement, error) {
	path := JudgedFile(index)
	text, err := regularfile.Read(path, mostJudged)
	if errors.Is(err, fs.ErrNotExist) {
		return []Judgement{}, nil
	} else if err != nil {
		return nil, err
	}
	if !strings.HasPrefix(string(text), judgedHeader) {
		return nil, fmt.Errorf("%s: expected the titles %q", path, strings.TrimSpace(judgedHeader))
	}
	rows := csv.NewReader(strings.NewReader(string(text)))
	rows.FieldsPerRecord = 3
	list := []Judgement{}
	for first := true; ; first = false {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return list, nil
		} else if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		line, _ := rows.FieldPos(2)
		switch {
		case first:
		case row[2] != "yes" && row[2] != "no":
			return nil, fmt.Errorf("%s, line %d: %q, expected yes or no", path, line, row[2])
		default:
			list = append(list, Judgement{row[0], row[1], row[2] == "yes"})
		}
	}
}

// Judge keeps what somebody has said of two members of an index, in place of what was said before; with forget it takes that
// back and keeps nothing. It returns all judgements. The file is locked while it changes.
func Judge(ctx context.Context, index string, j Judgement, forget bool) (list []Judgement, err error) {
	if j.ID == j.Other || j.ID == "" || j.Other == "" {
		return nil, fmt.Errorf("%q and %q: expected two pictures", j.ID, j.Other)
	}
	err = changeCSV(ctx, JudgedFile(index), judgedHeader, func() ([][]string, error) {
		if list, err = Judgements(index); err != nil {
			return nil, err
		}
		list = slices.DeleteFunc(list, func(o Judgement) bool { return o.pair() == j.pair() })
		if !forget {
			list = append(list, j)
		}
		slices.SortFunc(list, func(a, b Judgement) int { return cmp.Or(cmp.Compare(a.ID, b.ID), cmp.Compare(a.Other, b.Other)) })
		var rows [][]string
		for _, j := range list {
			rows = append(rows, []string{j.ID, j.Other, map[bool]string{true: "yes", false: "no"}[j.Same]})
		}
		return rows, nil
	})
	return list, err
}
