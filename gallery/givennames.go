package gallery

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"likeness/faces"
)

// namesHeader begins every file of given names.
const namesHeader = "picture,person\n"

// NamesFile returns where the names lie that people gave to the faces of an index: a CSV file beside it, with a line for each
// face. Open takes them in place of what the pictures' folders or files are called; an empty name is nobody's. No picture is
// moved for a name.
func NamesFile(index string) string {
	return beside(index, ".names.csv")
}

// GivenNames returns the names that were given to faces of an index, by their ids; none where there is no file of names.
func GivenNames(index string) (map[string]string, error) {
	names, err := faces.ReadNames(NamesFile(index))
	if errors.Is(err, fs.ErrNotExist) {
		return map[string]string{}, nil
	}
	return names, err
}

// GiveNames gives names to faces of an index and returns what they were called by the file of names before, for taking it
// back: nil for those that it did not hold. A nil name takes the line out of the file, so that the face is called as it was
// when it was indexed; an empty one says that nobody knows. The file is locked while it changes.
func GiveNames(ctx context.Context, index string, names map[string]*string) (before map[string]*string, err error) {
	before = map[string]*string{}
	err = changeCSV(ctx, NamesFile(index), namesHeader, func() ([][]string, error) {
		all, err := GivenNames(index)
		if err != nil {
			return nil, err
		}
		for id, name := range names {
			before[id] = nil
			if old, ok := all[id]; ok {
				before[id] = &old
			}
			if name == nil {
				delete(all, id)
			} else {
				all[id] = faces.PersonName(strings.Join(strings.Fields(*name), " "))
			}
		}
		var rows [][]string
		for _, id := range slices.Sorted(maps.Keys(all)) {
			rows = append(rows, []string{id, all[id]})
		}
		return rows, nil
	})
	return before, err
}

// takeGivenNames puts given names in place of those that the index file has.
func (g *Gallery) takeGivenNames() error {
	names, err := GivenNames(g.path)
	if err != nil || len(names) == 0 {
		return err
	}
	e := &g.file.Entries
	people := make([]string, e.Len())
	copy(people, e.People)
	for row, id := range e.IDs {
		if name, ok := names[id]; ok {
			people[row] = name
		}
	}
	e.People = people
	return nil
}
