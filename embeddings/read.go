package embeddings

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"likeness/internal/regularfile"
	"likeness/npy"
)

// ReadOptions say what of a file is read.
type ReadOptions struct {
	// Codes is the name of the array or column with the codes; "" finds it.
	Codes string `json:"codes,omitempty"`
	// IDs is the path of a file with the ids, in the order of the codes: lines of text, or a
	// NumPy array of strings. "" takes those of the file.
	IDs string `json:"ids,omitempty"`
}

// The names by which the parts of a table are known, the first is that which is written.
var (
	codeNames   = []string{"codes", "code", "embeddings", "embedding", "features", "feature", "vectors", "vector", "encodings", "encoding", "emb", "x"}
	idNames     = []string{"id", "ids", "filename", "filenames", "file", "files", "filepath", "path", "paths", "name", "names", "image", "picture"}
	personNames = []string{"person", "people", "label", "labels", "identity", "identities", "class", "y", "targets", "target"}
	takenNames  = []string{"taken", "date", "dates", "datetime", "time", "timestamp"}
)

// Read reads a table from a .npz, .npy, Parquet or CSV file, by its contents. Names of arrays
// and columns count in any case of letters: an id may be called file, path or name, a person
// label or identity, a time date, a code embedding, feature or vector. Codes are an array of
// two dimensions, a column of lists, or all other columns of numbers, one number each.
// Without ids they are the numbers of the rows, from 0. Errors name the file and the place:
// ids that come twice, numbers that are not finite, lists of different lengths.
func Read(path string, opt ReadOptions) (*Table, error) {
	head, err := regularfile.Head(path, 8)
	if err != nil {
		return nil, err
	}
	var t *Table
	switch {
	case npy.Is(head):
		t, err = readNumPy(path, opt) // its errors name the file
	case strings.HasPrefix(string(head), "PAR1"):
		t, err = named(path, func() (*Table, error) { return readParquet(path, opt) })
	default:
		t, err = named(path, func() (*Table, error) { return readCSV(path, opt) })
	}
	if err != nil {
		return nil, err
	}
	if opt.IDs != "" {
		if t.IDs, err = readIDs(opt.IDs); err != nil {
			return nil, err
		}
		if got, want := len(t.IDs), len(t.Codes)/max(t.Dim, 1); got != want {
			return nil, fmt.Errorf("%s has %d ids, %s has %d codes", opt.IDs, got, path, want)
		}
	} else if t.IDs == nil {
		t.Numbered = true
		for i := range len(t.Codes) / max(t.Dim, 1) {
			t.IDs = append(t.IDs, strconv.Itoa(i))
		}
	}
	if err := t.Check(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return t, nil
}

// ErrUnclear means that a file has several arrays or columns that may be the codes: ReadOptions.Codes names one.
var ErrUnclear = errors.New("which of them are the codes is not clear")

// named puts the file's name in front of an error.
func named(path string, read func() (*Table, error)) (*Table, error) {
	t, err := read()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return t, nil
}

// find returns which of the names that a file has is the first of those known, "" for none.
func find(has, known []string) string {
	for _, k := range known {
		for _, name := range has {
			if strings.EqualFold(name, k) {
				return name
			}
		}
	}
	return ""
}

// byteOrderMark is what some programs begin texts with.
const byteOrderMark = "\ufeff"

// placeOf returns where the name that find finds stands, -1 for none.
func placeOf(has, known []string) int {
	name := find(has, known)
	if name == "" {
		return -1
	}
	return slices.Index(has, name)
}

// readIDs reads the file of ReadOptions.IDs.
func readIDs(path string) ([]string, error) {
	f, err := regularfile.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r := bufio.NewReaderSize(f, 1<<16)
	if head, _ := r.Peek(8); npy.Is(head) {
		a, err := npy.Open(path)
		if err != nil {
			return nil, err
		}
		defer a.Close()
		name := a.Names()[0]
		if known := find(a.Names(), idNames); known != "" {
			name = known
		}
		ids, err := a.Array(name)
		if err != nil {
			return nil, err
		}
		list, err := ids.Strings()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		return list, nil
	}
	var ids []string
	for line := 1; ; line++ {
		text, err := r.ReadString('\n')
		if len(text) > 1<<16 {
			return nil, fmt.Errorf("%s, line %d: an id of %d bytes", path, line, len(text))
		}
		if line == 1 {
			text = strings.TrimPrefix(text, byteOrderMark)
		}
		if text = strings.TrimRight(text, "\r\n"); text != "" {
			ids = append(ids, text)
		}
		if errors.Is(err, io.EOF) {
			return ids, nil
		} else if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
}

// readNumPy reads a .npz or .npy file.
func readNumPy(path string, opt ReadOptions) (*Table, error) {
	f, err := npy.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	fail := func(format string, args ...any) (*Table, error) {
		return nil, fmt.Errorf("%s: %w", path, fmt.Errorf(format, args...))
	}
	name := opt.Codes
	if name == "" {
		if name, err = codesArray(f); err != nil {
			return fail("%w", err)
		}
	}
	h, err := f.Header(name)
	switch {
	case err != nil:
		return nil, err
	case len(h.Shape) == 1 && strings.ContainsRune("fiu", rune(h.Type.Kind)): // one code
		h.Shape = []int{1, h.Shape[0]}
	case len(h.Shape) != 2:
		return fail("array %q has the shape %v, codes have two dimensions", name, h.Shape)
	}
	a, err := f.Array(name)
	if err != nil {
		return nil, err
	}
	t := &Table{Dim: h.Shape[1], CodesFrom: name}
	if t.Codes, err = a.Floats(); err != nil {
		return fail("%w", err)
	}
	used := []string{name}
	take := func(known []string, read func(a *npy.Array) error) error {
		name := find(f.Names(), known)
		if name == "" || slices.Contains(used, name) {
			return nil
		}
		a, err := f.Array(name)
		if err != nil {
			return err
		}
		if len(a.Shape) != 1 || a.Shape[0] != h.Shape[0] {
			return fmt.Errorf("%s: array %q has the shape %v, expected one element for each of the %d codes", path, name, a.Shape, h.Shape[0])
		}
		used = append(used, name)
		if err := read(a); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		return nil
	}
	err = take(takenNames, func(a *npy.Array) (err error) {
		if a.Type.Kind == 'M' || a.Type.Kind == 'i' || a.Type.Kind == 'u' {
			t.Taken, err = a.Times()
			return err
		}
		texts, err := a.Strings()
		if err != nil {
			return err
		}
		for i, text := range texts {
			when, err := parseTime(text)
			if err != nil {
				return fmt.Errorf("entry %d: %w", i, err)
			}
			t.Taken = append(t.Taken, when)
		}
		return nil
	})
	if err == nil {
		err = take(personNames, func(a *npy.Array) (err error) { t.People, err = a.Strings(); return err })
	}
	if err == nil && opt.IDs == "" {
		err = take(idNames, func(a *npy.Array) (err error) { t.IDs, err = a.Strings(); return err })
	}
	for _, name := range f.Names() {
		if !slices.Contains(used, name) {
			t.Unused = append(t.Unused, name)
		}
	}
	return t, err
}

// codesArray returns the name of the array with the codes: the only one, one of a usual name,
// or the only one of numbers in two dimensions.
func codesArray(f *npy.File) (string, error) {
	names := f.Names()
	if len(names) == 1 {
		return names[0], nil
	}
	if name := find(names, codeNames); name != "" {
		return name, nil
	}
	var fit []string
	for _, name := range names {
		h, err := f.Header(name)
		if err == nil && len(h.Shape) == 2 && strings.ContainsRune("fiu", rune(h.Type.Kind)) {
			fit = append(fit, name)
		}
	}
	if len(fit) != 1 {
		return "", fmt.Errorf("%w: it has the arrays %s", ErrUnclear, quoted(names))
	}
	return fit[0], nil
}

// writeNPZ writes the arrays codes, id and, where they are known, person and taken.
func (t *Table) writeNPZ(w io.Writer) error {
	z := npy.NewWriter(w)
	people, taken := t.known()
	err := errors.Join(z.Comment(madeBy), z.Floats("codes", []int{len(t.IDs), t.Dim}, t.Codes), z.Strings("id", t.IDs))
	if err == nil && people {
		err = z.Strings("person", t.People)
	}
	if err == nil && taken {
		err = z.Times("taken", t.Taken)
	}
	return errors.Join(err, z.Close())
}
