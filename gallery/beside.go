package gallery

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"likeness/internal/atomicfile"
	"likeness/internal/lockfile"
	"likeness/internal/regularfile"
)

// beside returns the path of a file that belongs to an index and lies beside it.
func beside(index, suffix string) string {
	return strings.TrimSuffix(strings.TrimSuffix(index, ".safetensors"), ".index") + suffix
}

// changeCSV changes a CSV file of ours, which begins with a line of titles, while it is locked. rows reads what it holds and
// returns what it is to hold; without any row the file is removed. One that begins with other titles is somebody's own and
// stays.
func changeCSV(ctx context.Context, path, titles string, rows func() ([][]string, error)) (err error) {
	if head, err := regularfile.Head(path, len(titles)); err != nil {
		return err
	} else if len(head) > 0 && string(head) != titles {
		return fmt.Errorf("%s: it does not begin with the titles %q and is not changed", path, strings.TrimSpace(titles))
	}
	lock, err := lockfile.Acquire(ctx, path, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lock.Release()) }()
	list, err := rows()
	if err != nil {
		return err
	}
	if len(list) == 0 {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	}
	return atomicfile.Write(path, func(w io.Writer) error {
		if _, err := io.WriteString(w, titles); err != nil {
			return err
		}
		c := csv.NewWriter(w)
		if err := c.WriteAll(list); err != nil {
			return err
		}
		return c.Error()
	})
}
