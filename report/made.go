package report

import (
	"bytes"
	"fmt"

	"likeness/internal/regularfile"
)

// made is in the head of every page.
var made = []byte(`<meta name="generator" content="likeness">`)

// Made reports whether a file is a page that this package has made.
func Made(path string) (bool, error) {
	head, err := regularfile.Head(path, 4096)
	return bytes.Contains(head, made), err
}

// CheckReplace returns an error unless a page may be written to path: nothing is there, or an empty file, or a page that
// this package has made. Pages of somebody's own are never replaced.
func CheckReplace(path string) error {
	head, err := regularfile.Head(path, 4096)
	if err != nil {
		return err
	}
	if len(head) > 0 && !bytes.Contains(head, made) {
		return fmt.Errorf("%s is there, was not made by this program and is not replaced", path)
	}
	return nil
}
