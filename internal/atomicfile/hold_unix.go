//go:build darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd

package atomicfile

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// hold marks a temporary file as one that is being written, until the returned
// file is closed or this process ends. taken: somebody is about to remove it.
func hold(path string) (held *os.File, taken bool) {
	f, err := os.OpenFile(path, os.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, false
	}
	for {
		err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if !errors.Is(err, unix.EINTR) {
			break
		}
	}
	if err == nil {
		return f, false
	}
	_ = f.Close() // only opened for its lock
	return nil, errors.Is(err, unix.EWOULDBLOCK)
}

// removeUnheld removes a temporary file that nobody is writing.
func removeUnheld(path string) {
	if f, _ := hold(path); f != nil {
		_ = os.Remove(path) // it does no harm
		_ = f.Close()
	}
}
