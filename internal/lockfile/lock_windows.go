package lockfile

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

const openFlags = 0

// removeFirst: Windows removes no open file.
const removeFirst = false

// tryLock locks one byte far behind the text, for Windows would not let others
// read what is locked.
func tryLock(f *os.File) error {
	far := windows.Overlapped{OffsetHigh: 1 << 30}
	err := windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &far)
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) || errors.Is(err, windows.ERROR_IO_PENDING) {
		return errTaken
	}
	return err
}

// busy reports whether the file could not be opened for it is being removed.
func busy(err error) bool {
	return errors.Is(err, windows.ERROR_SHARING_VIOLATION) || errors.Is(err, windows.ERROR_DELETE_PENDING)
}
