package faces

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"likeness/pix"
)

// maxMember bounds the size of one compressed picture. A larger file is skipped before memory is taken for it.
const maxMember = maxInFlight

// maxMembers bounds how many files a source may hold, so that an archive made to do harm cannot fill the memory with
// names.
const maxMembers = 4 << 20

// Source is a place that pictures come from. Open returns those that are files; others plug in with LoadFrom.
type Source interface {
	// Name is how a person named the source; it stands in messages.
	Name() string
	// Kind names the sort of source, such as "folder", "zip", "tar" or "tar+gzip".
	Kind() string
	// Walk calls visit for each file that is not ignored, one after the other, always in the same order. Only files that
	// want accepts are read. An error of visit ends the walk and is returned as it is. Walk may be called again.
	Walk(ctx context.Context, want func(name string) bool, visit func(File) error) error
	// Fingerprint returns a hash that changes when the source does.
	Fingerprint(ctx context.Context) (string, error)
}

// Attributed is a Source that brings attributes of its own. They are joined to its pictures where Options name no file.
// Its Fingerprint covers them.
type Attributed interface {
	Source
	OwnAttributes(ctx context.Context) (*AttributeTable, error)
}

// Labelled is a Source that says itself who its pictures show.
type Labelled interface {
	Source
	// Labels returns people by the names of files.
	Labels() (map[string]string, error)
}

// File is one file of a source.
type File struct {
	Name string // relative path with slashes, clean
	Data []byte // the file's bytes, nil when it was not read
	Skip string // why it holds no picture, "" when it should hold one
	// Unreadable is set beside Skip where the file could not be read this time, or the contents of a folder not be listed.
	Unreadable bool
	// Unwanted is set instead of Data when the walk's caller did not want the file.
	Unwanted bool
	// Stamp changes when the file does: size and time in a folder; "" where the source's Fingerprint alone tells.
	Stamp string
	// Passed is set instead of everything but Name and Stamp where the file was not even looked at; see picker.
	Passed bool
}

// picker is a Source that can pass over files without opening them, whatever they are called.
type picker interface {
	// pick is Walk, but of files that pass accepts, by Name and Stamp, nothing is read, and visit gets them with Passed.
	pick(ctx context.Context, pass func(File) bool, want func(name string) bool, visit func(File) error) error
}

// none passes over no file.
func none(File) bool { return false }

// picked is a source of which some files are passed over.
type picked struct {
	Source
	pass func(File) bool
}

func (s picked) Walk(ctx context.Context, want func(string) bool, visit func(File) error) error {
	src := s.Source
	if n, ok := src.(named); ok {
		src = n.Source
	}
	if p, ok := src.(picker); ok {
		return p.pick(ctx, s.pass, want, visit)
	}
	passed := func(name string) bool { return s.pass(File{Name: name}) }
	return src.Walk(ctx, func(name string) bool { return !passed(name) && want(name) }, func(f File) error {
		if passed(f.Name) {
			f = File{Name: f.Name, Passed: true}
		}
		return visit(f)
	})
}

// Find returns the path that a source's name stands for: that of the downloaded file for the name of a published data
// set, else the name itself. The error wraps fs.ErrNotExist where nothing is there.
func Find(name string) (string, error) {
	path, err := resolve(name)
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
		return nil, fmt.Errorf("there is no file or folder %s%w", path, missing{})
	}
	if err != nil {
		return nil, err
	}
	return info, nil
}

// missing is fs.ErrNotExist for a sentence that has said so already.
type missing struct{}

func (missing) Error() string        { return "" }
func (missing) Is(target error) bool { return target == fs.ErrNotExist }

// Open returns the source of a name: "lfw", "lfw-funneled" or "lfw-deepfunneled" for an archive that Download has
// fetched to DataDir; the path of an archive (.tar, .tar.gz, .tgz, .zip, known by its contents); or the path of a folder.
// The error wraps fs.ErrNotExist where nothing is there.
func Open(name string) (Source, error) {
	path, err := resolve(name)
	if err != nil {
		return nil, err
	}
	src, err := openPath(path)
	if err != nil {
		return nil, err
	}
	if name == path {
		return src, nil
	}
	return named{src, name}, nil
}

// named is a source under another name than its path.
type named struct {
	Source
	name string
}

func (s named) Name() string { return s.name }

// openPath finds out what path is.
func openPath(path string) (Source, error) {
	info, err := stat(path)
	if err != nil {
		return nil, err
	}
	switch {
	case info.IsDir():
		return folder(path), nil
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s is neither a file nor a folder", path)
	case info.Size() == 0:
		return nil, fmt.Errorf("%s is empty", path)
	}
	return openArchive(path)
}

// skipReason says why a file holds no picture for us before it is opened, or "" when it may hold one. name is the clean
// name.
func skipReason(name string, size uint64) string {
	switch {
	case len(name) > maxName:
		return fmt.Sprintf("its name is longer than %d bytes", maxName)
	case size == 0:
		return "the file is empty"
	case size > maxMember && isPicture(name):
		return tooLarge(size)
	}
	return ""
}

func tooLarge(size uint64) string {
	return fmt.Sprintf("%d bytes are more than the %d MiB a picture may have", size, maxMember>>20)
}

// sniffed is how many bytes of a file tell whether it holds a picture.
const sniffed = 512

// take reads a file of the given size into m, if it is wanted. A file that is not named like a picture is one if it begins
// like one; of others no more than that is read, and m says what they are.
func (m *File) take(r io.Reader, size uint64, want func(name string) bool) (err error) {
	var head []byte
	if !isPicture(m.Name) {
		if head, err = readMember(r, int64(min(size, sniffed))); err != nil {
			return err
		}
		if err := pix.Supported(head); err != nil {
			m.Skip = err.Error()
			return nil
		}
		if size > maxMember {
			m.Skip = tooLarge(size)
			return nil
		}
	}
	if m.Unwanted = !want(m.Name); m.Unwanted {
		return nil
	}
	m.Data, err = readMember(io.MultiReader(bytes.NewReader(head), r), int64(size))
	return err
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

// cancelReader returns up reading when ctx is done.
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
