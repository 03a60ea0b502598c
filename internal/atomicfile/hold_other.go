//go:build !(darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd)

package atomicfile

import (
	"os"
	"time"
)

// hold does nothing on systems without locks of files.
func hold(string) (held *os.File, taken bool) { return nil, false }

// removeUnheld removes a temporary file that was not written to for so long that
// nobody does any more.
func removeUnheld(path string) {
	if info, err := os.Stat(path); err == nil && time.Since(info.ModTime()) > 24*time.Hour {
		_ = os.Remove(path) // it does no harm
	}
}
