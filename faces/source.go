package faces

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// maxMember bounds the size of one compressed picture. A larger file is skipped before memory is taken for it.
const maxMember = 64 << 20

// maxMembers bounds how many files a source may hold, so that an archive made to do harm cannot fill the memory with
// names.
const maxMembers = 4 << 20

// member is one file of a source, in the order of the source.
type member struct {
	name string // relative path with slashes
	data []byte // the file's bytes, nil when it was not read
	skip string // why it holds no picture, "" when it should hold one
	// unwanted is set instead of data when the caller did not want to have it read.
	unwanted bool
}

// source is a place that pictures come from.
type source interface {
	// kind names the sort of source: "folder", "zip", "tar" or "tar+gzip".
	kind() string
	// walk calls visit for each file that is not ignored, one after the other, always in the same order. Only pictures
	// that want accepts are read. An error of visit ends the walk and is returned as it is.
	walk(ctx context.Context, want func(name string) bool, visit func(member) error) error
	// fingerprint returns a hash that changes when the source does.
	fingerprint(ctx context.Context) (string, error)
}

// Find returns the path that a source's name stands for, "" for drawn faces, and looks whether something is there. The
// error wraps fs.ErrNotExist where nothing is.
func Find(source string) (string, error) {
	if source == sourceDrawn {
		return "", nil
	}
	path, err := resolve(source)
	if err != nil {
		return "", err
	}
	if _, err := stat(path); err != nil {
		return "", err
	}
	return path, nil
}

// stat looks at what path names.
func stat(path string) (fs.FileInfo, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("faces: there is no file or folder %s%w", path, missing{})
	}
	if err != nil {
		return nil, fmt.Errorf("faces: %w", err)
	}
	return info, nil
}

// missing is fs.ErrNotExist for a sentence that has said so already.
type missing struct{}

func (missing) Error() string        { return "" }
func (missing) Is(target error) bool { return target == fs.ErrNotExist }

// openSource finds out what path is.
func openSource(path string) (source, error) {
	info, err := stat(path)
	if err != nil {
		return nil, err
	}
	switch {
	case info.IsDir():
		return folder(path), nil
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("faces: %s is neither a file nor a folder", path)
	case info.Size() == 0:
		return nil, fmt.Errorf("faces: %s is empty", path)
	}
	return openArchive(path)
}

// skipReason says why a file holds no picture for us, or "" when it should hold one. name is the clean name.
func skipReason(name string, size uint64) string {
	switch {
	case len(name) > maxName:
		return fmt.Sprintf("its name is longer than %d bytes", maxName)
	case !isPicture(name):
		return "not a picture: the name does not end in .jpg, .jpeg, .png, .webp or .gif"
	case size > maxMember:
		return fmt.Sprintf("%d bytes are more than the %d MiB a picture may have", size, maxMember>>20)
	case size == 0:
		return "the file is empty"
	}
	return ""
}

// shorten keeps a name that is far too long from filling reports.
func shorten(name string) string {
	if len(name) <= maxName {
		return name
	}
	return name[:100] + "..."
}

// readMember reads a picture of the given size. A reader that holds fewer bytes is an error.
func readMember(r io.Reader, size int64) ([]byte, error) {
	data := make([]byte, size)
	if _, err := io.ReadFull(r, data); err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return nil, err
	}
	return data, nil
}

// cancelReader gives up reading when ctx is done.
type cancelReader struct {
	ctx context.Context
	r   io.Reader
}

func (c cancelReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}
