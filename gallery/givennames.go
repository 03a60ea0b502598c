package gallery

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"

	"likeness/faces"
	"likeness/internal/atomicfile"
	"likeness/internal/lockfile"
	"likeness/internal/regularfile"
)

// namesHeader begins every file of given names.
const namesHeader = "picture,person\n"

// NamesFile returns where the names lie that people gave to the faces of an index: a CSV file beside it, with a line for each
// face. Open takes them in place of what the pictures' folders or files are called; an empty name is nobody's. No picture is
// moved for a name.
func NamesFile(index string) string {
	return strings.TrimSuffix(strings.TrimSuffix(index, ".safetensors"), ".index") + ".names.csv"
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
	path := NamesFile(index)
	if head, err := regularfile.Head(path, len(namesHeader)); err != nil {
		return nil, err
	} else if len(head) > 0 && string(head) != namesHeader {
		return nil, fmt.Errorf("%s: it does not begin with the titles %q and is not changed", path, strings.TrimSpace(namesHeader))
	}
	lock, err := lockfile.Acquire(ctx, path, nil)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, lock.Release()) }()
	all, err := GivenNames(index)
	if err != nil {
		return nil, err
	}
	before = map[string]*string{}
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
	if len(all) == 0 {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		return before, nil
	}
	return before, atomicfile.Write(path, func(w io.Writer) error {
		if _, err := io.WriteString(w, namesHeader); err != nil {
			return err
		}
		c := csv.NewWriter(w)
		for _, id := range slices.Sorted(maps.Keys(all)) {
			if err := c.Write([]string{id, all[id]}); err != nil {
				return err
			}
		}
		c.Flush()
		return c.Error()
	})
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
