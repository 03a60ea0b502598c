//go:build !unix

package regularfile

// dontWait is not needed where named pipes have no place among the files.
const dontWait = 0
