//go:build !unix

package safetensors

import (
	"errors"
	"os"
)

// mapFile maps nothing. Windows could, but would then let nobody replace the
// file as long as it is mapped, and an index that is being searched could not be
// brought up to date.
func mapFile(*os.File, int64) ([]byte, error) { return nil, errors.ErrUnsupported }

func unmap([]byte) error { return nil }
