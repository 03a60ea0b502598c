//go:build unix

package safetensors

import (
	"errors"
	"math"
	"os"

	"golang.org/x/sys/unix"
)

// mapFile maps a whole file, to be read only.
func mapFile(f *os.File, size int64) ([]byte, error) {
	if size < 1 || size > math.MaxInt {
		return nil, errors.New("not a size that can be mapped")
	}
	return unix.Mmap(int(f.Fd()), 0, int(size), unix.PROT_READ, unix.MAP_SHARED)
}

func unmap(b []byte) error { return unix.Munmap(b) }
