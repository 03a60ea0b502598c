package embeddings

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/parquet-go/parquet-go"

	"likeness/internal/regularfile"
	"likeness/npy"
)

// ErrReplace means that a file is no table of codes as this package writes it, so that none takes its place.
var ErrReplace = errors.New("it is no table of codes and is not replaced: choose another name")

// ownTitles are the titles that CSV files begin with.
var ownTitles = regexp.MustCompile(`^id(,person)?(,taken)?,c0(,|$)`)

// CheckReplace returns an error that wraps ErrReplace unless a table may be written to path: nothing is there, an empty
// file, or another table as this package writes it.
func CheckReplace(path string) error {
	head, err := regularfile.Head(path, 1<<12)
	if err != nil || len(head) == 0 {
		return err
	}
	own := false
	switch {
	case npy.Is(head):
		if f, err := npy.Open(path); err == nil {
			names := f.Names()
			own = len(names) >= 2 && slices.Equal(names[:2], []string{"codes", "id"})
			f.Close()
		}
	case strings.HasPrefix(string(head), "PAR1"):
		own = ownParquet(path)
	default:
		line, _ := bufio.NewReader(strings.NewReader(string(head))).ReadString('\n')
		own = ownTitles.MatchString(strings.TrimRight(line, "\r\n"))
	}
	if !own {
		return fmt.Errorf("%s: %w", path, ErrReplace)
	}
	return nil
}

// ownParquet reports whether a Parquet file has the columns that writeParquet writes.
func ownParquet(path string) (own bool) {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || info.Mode()&fs.ModeType != 0 {
		return false
	}
	defer func() {
		if recover() != nil {
			own = false
		}
	}()
	file, err := parquet.OpenFile(f, info.Size(), parquet.SkipBloomFilters(true), parquet.SkipPageIndex(true))
	if err != nil {
		return false
	}
	var names []string
	for _, c := range file.Root().Columns() {
		names = append(names, c.Name())
	}
	return slices.Equal(names, []string{"id", "person", "taken", "code"})
}
