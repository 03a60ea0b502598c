// Package hdf5 reads and writes the part of HDF5 in which networks are kept: groups,
// attributes, and arrays of numbers and strings. It knows nothing of networks.
//
// Read are superblocks 0 to 3, object headers 1 and 2, groups of every kind (symbol
// tables, compact and dense links), compact and dense attributes, fixed and variable
// strings, integers and IEEE floats of either byte order, contiguous, compact and chunked
// data with gzip, shuffle and fletcher32. Anything else is refused by its name: other
// filters, chunk indexes that need an unlimited dimension, compound types, links to other
// files.
//
// Written are files of the oldest format, which every program with HDF5 reads, see [Tree].
package hdf5

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"likeness/internal/regularfile"
)

// The bounds of what is read. A file lies in memory while it is read.
const (
	LargestFile  = 1 << 31 // bytes
	LargestArray = 1 << 30 // bytes of an array as it is declared, and of the chunks that it is in

	mostMessages = 1 << 16 // of an object's header
	mostBlocks   = 1 << 12 // of an object's header
	mostRank     = 32
	mostDepth    = 32  // of trees
	mostNested   = 100 // groups within groups
)

// signature begins every file, at the first byte or at one that is a power of two from 512 on.
const signature = "\x89HDF\r\n\x1a\n"

// Recognise reports whether a file that begins with these bytes is HDF5.
func Recognise(head []byte) bool { return bytes.HasPrefix(head, []byte(signature)) }

// File is an open file. It may be read by several goroutines at once.
type File struct {
	name       string
	data       []byte // from the superblock on
	offsetSize int    // bytes of an address
	lengthSize int    // bytes of a length
	root       uint64 // where the root group's header is
}

// Open reads a file. It holds nothing open.
func Open(path string) (*File, error) {
	data, err := regularfile.Read(path, LargestFile)
	if err != nil {
		if e, ok := errors.AsType[*fs.PathError](err); ok {
			err = e.Err
		}
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return Parse(path, data)
}

// Parse reads a file that lies in memory, which it keeps. Errors call it name.
func Parse(name string, data []byte) (*File, error) {
	f := &File{name: name}
	if err := f.superblock(data); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return f, nil
}

// Name returns what errors call the file.
func (f *File) Name() string { return f.name }

// superblock finds and reads the superblock.
func (f *File) superblock(data []byte) error {
	at := 0
	for !Recognise(data[min(at, len(data)):]) {
		if at = max(512, 2*at); at >= len(data) {
			return errors.New("not an HDF5 file: its signature is missing")
		}
	}
	f.data = data[at:]
	c := f.at(0, "superblock")
	c.skip(len(signature))
	version := c.byte()
	if version <= 1 {
		c.skip(4)
	}
	f.offsetSize, f.lengthSize = int(c.byte()), int(c.byte())
	for _, size := range []int{f.offsetSize, f.lengthSize} {
		if c.err == nil && size != 4 && size != 8 {
			return fmt.Errorf("superblock: addresses and lengths of %d and %d bytes, expected 4 or 8", f.offsetSize, f.lengthSize)
		}
	}
	switch version {
	case 0, 1:
		c.skip(1 + 2 + 2 + 4)
		if version == 1 {
			c.skip(4)
		}
		c.skip(4*f.offsetSize + f.offsetSize) // base, free space, end, driver; the root's name
	case 2, 3:
		c.skip(1 + 3*f.offsetSize) // flags; base, extension, end
	default:
		return fmt.Errorf("superblock of version %d, expected 0 to 3", version)
	}
	f.root = c.offset()
	return c.err
}

// Root opens the group that holds all others.
func (f *File) Root() (*Group, error) { return f.group("/", f.root) }

// Object is what a group's links lead to: a *Group or a *Dataset.
type Object interface {
	// Path returns where it is in the file, such as "/model_weights/dense".
	Path() string
	// Attributes returns what was written beside it, in the order of the names.
	Attributes() ([]Attribute, error)
}

// object is what groups and datasets have in common.
type object struct {
	f        *File
	path     string
	addr     uint64
	messages []message
}

func (o *object) Path() string { return o.path }

func (o *object) errorf(format string, args ...any) error {
	return fmt.Errorf("%s: %s: %w", o.f.name, o.path, fmt.Errorf(format, args...))
}

// find returns the first message of a kind.
func (o *object) find(kind int) (message, bool) {
	for _, m := range o.messages {
		if m.kind == kind {
			return m, true
		}
	}
	return message{}, false
}

// open reads the object at an address.
func (f *File) open(name string, addr uint64) (Object, error) {
	o := object{f: f, path: name, addr: addr}
	var err error
	if o.messages, err = f.header(addr); err != nil {
		return nil, o.errorf("%w", err)
	}
	for _, m := range o.messages {
		switch m.kind {
		case msgSymbols, msgLinkInfo, msgLink:
			g := &Group{object: o}
			if g.links, err = f.links(o.messages); err != nil {
				return nil, o.errorf("%w", err)
			}
			return g, nil
		case msgLayout:
			return newDataset(o)
		}
	}
	return nil, o.errorf("neither a group nor a dataset")
}

func (f *File) group(name string, addr uint64) (*Group, error) {
	o, err := f.open(name, addr)
	if err != nil {
		return nil, err
	}
	g, ok := o.(*Group)
	if !ok {
		return nil, fmt.Errorf("%s: %s: a dataset, expected a group", f.name, name)
	}
	return g, nil
}

// join returns the path of a child.
func join(parent, name string) string { return path.Join(parent, strings.ReplaceAll(name, "/", "\\")) }
