package embeddings

import (
	"errors"
	"fmt"
	"strings"

	"github.com/parquet-go/parquet-go"

	"likeness/internal/regularfile"
	"likeness/npy"
)

// madeBy marks the files that this package writes. A CSV file has no place for it.
const madeBy = "codes written by likeness"

// ErrReplace means that a file was not written by this package, or that nobody can tell, so that no table takes its place.
var ErrReplace = errors.New("it is there, and nothing says that this program wrote it")

// CheckReplace returns an error that wraps ErrReplace unless a table may be written to path unasked: nothing is there, an empty
// file, or a NumPy or Parquet file that this package wrote.
func CheckReplace(path string) error {
	head, err := regularfile.Head(path, 8)
	if err != nil || len(head) == 0 {
		return err
	}
	own := false
	switch {
	case npy.Is(head):
		if f, err := npy.Open(path); err == nil {
			own = f.Comment() == madeBy
			f.Close()
		}
	case strings.HasPrefix(string(head), "PAR1"):
		own = ownParquet(path)
	}
	if !own {
		return fmt.Errorf("%s: %w", path, ErrReplace)
	}
	return nil
}

// ownParquet reports whether a Parquet file says that writeParquet wrote it.
func ownParquet(path string) (own bool) {
	err := withParquet(path, func(file *parquet.File, _ int64) error {
		own = strings.HasPrefix(file.Metadata().CreatedBy, "likeness ")
		return nil
	})
	return own && err == nil
}
