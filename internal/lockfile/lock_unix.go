//go:build darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd

package lockfile

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// openFlags: a link in the place of a lock is not followed, and a pipe does not block.
const openFlags = unix.O_NOFOLLOW | unix.O_NONBLOCK

// removeFirst: the file goes while the lock is still held, so that nobody
// locks a file that is about to go.
const removeFirst = true

// tryLock locks the open file, not the process, so that it also keeps
// goroutines apart.
func tryLock(f *os.File) error {
	for {
		err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		switch {
		case err == nil:
			return nil
		case errors.Is(err, unix.EINTR):
		case errors.Is(err, unix.EWOULDBLOCK):
			return errTaken
		default:
			return err
		}
	}
}

func busy(error) bool { return false }
