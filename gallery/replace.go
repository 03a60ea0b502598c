package gallery

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"likeness/internal/regularfile"
	"likeness/safetensors"
)

// replaceable returns an error unless the file at path is an index, of whatever version,
// or the remains of a file in its format, or empty; or nothing is there.
func replaceable(path string) error {
	file, err := regularfile.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	head := make([]byte, 9) // the header's length, and its first byte
	n, err := io.ReadFull(file, head)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil
	}
	if err := errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if n > 0 && (n < len(head) || head[8] != '{') {
		return fmt.Errorf("%s is not an index and is not replaced by one", path)
	}
	whole, err := safetensors.Map(path)
	if err != nil {
		return nil // a broken one
	}
	format := whole.Metadata["format"]
	if err := whole.Close(); err != nil {
		return err
	}
	if !strings.HasPrefix(format, "likeness index ") {
		return fmt.Errorf("%s is not an index (its format is %q) and is not replaced by one", path, format)
	}
	return nil
}
