//go:build unix

package regularfile

import "syscall"

// dontWait opens a named pipe without waiting for a writer.
const dontWait = syscall.O_NONBLOCK
