package regularfile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
)

// Head returns the first bytes of a regular file, at most limit, by which somebody who is
// about to replace it tells what it is. Of a file that is not there it returns none.
// Errors name path.
func Head(path string, limit int) ([]byte, error) {
	f, err := Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		if e, ok := errors.AsType[*fs.PathError](err); ok {
			err = e.Err
		}
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	head, err := io.ReadAll(io.LimitReader(f, int64(limit)))
	if err := errors.Join(err, f.Close()); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return head, nil
}
