package hdf5

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"unicode/utf8"
)

// undefinedAddr stands for no address.
const undefinedAddr = math.MaxUint64

// What a symbol table's parts have in bytes.
const (
	treeBranch = 16 // half of a B-tree node's children
	treeSize   = 24 + 2*treeBranch*8 + (2*treeBranch+1)*8
	entrySize  = 40
	leastLeaf  = 4 // half of a symbol node's entries
)

// writer makes a file. Everything begins at a multiple of 8.
type writer struct {
	out  []byte
	leaf int // half of a symbol node's entries
}

// Marshal returns the file: superblock 0, symbol tables, object headers of version 1, as
// every HDF5 library reads them. Equal trees make equal bytes.
//
// A group's entries lie in one symbol node, however many there are: a field of the
// superblock says how large the nodes are, so the B-trees never grow.
func (t *Tree) Marshal() ([]byte, error) {
	if t.data != nil {
		return nil, errors.New("the root is a dataset, expected a group")
	}
	w := &writer{leaf: leastLeaf}
	if err := w.measure(t, "/", 0); err != nil {
		return nil, err
	}
	const head = 96
	w.out = make([]byte, head)
	root, err := w.group(t, "/")
	if err != nil {
		return nil, err
	}
	b := append(w.out[:0:0], signature...)
	b = append(b, 0, 0, 0, 0, 0, 8, 8, 0)
	b = binary.LittleEndian.AppendUint16(b, uint16(w.leaf))
	b = binary.LittleEndian.AppendUint16(b, treeBranch)
	b = binary.LittleEndian.AppendUint32(b, 0)
	for _, v := range []uint64{0, undefinedAddr, uint64(len(w.out)), undefinedAddr} {
		b = binary.LittleEndian.AppendUint64(b, v)
	}
	b = appendEntry(b, 0, root)
	copy(w.out[:head], b)
	return w.out, nil
}

// measure checks a tree and finds how large symbol nodes must be.
func (w *writer) measure(t *Tree, path string, depth int) error {
	switch {
	case t.err != nil:
		return fmt.Errorf("%s: %w", path, t.err)
	case t.data != nil && len(t.names) > 0:
		return fmt.Errorf("%s: both a dataset and a group", path)
	case len(t.names) > math.MaxUint16:
		return fmt.Errorf("%s: %d entries, expected at most %d", path, len(t.names), math.MaxUint16)
	case depth > mostNested:
		return fmt.Errorf("%s: groups within groups, expected at most %d", path, mostNested)
	}
	w.leaf = max(w.leaf, (len(t.names)+1)/2)
	for _, name := range t.names {
		if err := w.measure(t.children[name], join(path, name), depth+1); err != nil {
			return err
		}
	}
	return nil
}

// add appends a block and returns its address.
func (w *writer) add(b []byte) uint64 {
	for len(w.out)%8 != 0 {
		w.out = append(w.out, 0)
	}
	at := uint64(len(w.out))
	w.out = append(w.out, b...)
	return at
}

// appendEntry appends an entry of a symbol table.
func appendEntry(b []byte, name, header uint64) []byte {
	b = binary.LittleEndian.AppendUint64(b, name)
	b = binary.LittleEndian.AppendUint64(b, header)
	return append(b, make([]byte, 24)...)
}

// group writes a group and what is in it, and returns where its header is.
func (w *writer) group(t *Tree, path string) (uint64, error) {
	names := slices.Sorted(slices.Values(t.names))
	heap := make([]byte, 8) // at 0 is the empty name
	node := append([]byte("SNOD"), 1, 0)
	node = binary.LittleEndian.AppendUint16(node, uint16(len(names)))
	last := uint64(0)
	for _, name := range names {
		child, below := t.children[name], join(path, name)
		write := w.group
		if child.data != nil {
			write = w.dataset
		}
		header, err := write(child, below)
		if err != nil {
			return 0, err
		}
		last = uint64(len(heap))
		node = appendEntry(node, last, header)
		heap = pad8(append(append(heap, name...), 0))
	}
	node = append(node, make([]byte, 8+2*w.leaf*entrySize-len(node))...)

	segment := w.add(heap)
	b := append([]byte("HEAP"), 0, 0, 0, 0)
	for _, v := range []uint64{uint64(len(heap)), 1, segment} { // 1: nothing in it is free
		b = binary.LittleEndian.AppendUint64(b, v)
	}
	heapAt := w.add(b)

	b = append([]byte("TREE"), 0, 0)
	b = binary.LittleEndian.AppendUint16(b, uint16(min(len(names), 1)))
	for _, v := range []uint64{undefinedAddr, undefinedAddr, 0} {
		b = binary.LittleEndian.AppendUint64(b, v)
	}
	if len(names) > 0 {
		b = binary.LittleEndian.AppendUint64(b, w.add(node))
		b = binary.LittleEndian.AppendUint64(b, last)
	}
	treeAt := w.add(append(b, make([]byte, treeSize-len(b))...))

	var symbols []byte
	symbols = binary.LittleEndian.AppendUint64(symbols, treeAt)
	symbols = binary.LittleEndian.AppendUint64(symbols, heapAt)
	return w.header(t, path, newMessage{msgSymbols, symbols})
}

// dataset writes a dataset.
func (w *writer) dataset(t *Tree, path string) (uint64, error) {
	at, size := uint64(undefinedAddr), uint64(4*len(t.data.values))
	if size > 0 {
		b := make([]byte, 0, size)
		for _, v := range t.data.values {
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
		}
		at = w.add(b)
	}
	layout := binary.LittleEndian.AppendUint64([]byte{3, 1}, at)
	layout = binary.LittleEndian.AppendUint64(layout, size)
	return w.header(t, path,
		newMessage{msgDataspace, dataspace(t.data.shape...)},
		newMessage{msgDatatype, typeFloat32},
		newMessage{msgFill, []byte{2, 2, 2, 1, 0, 0, 0, 0}}, // zeros
		newMessage{msgLayout, layout})
}

// newMessage is a message of a header that is written.
type newMessage struct {
	kind int
	data []byte
}

// header writes an object's header, with its attributes behind the given messages.
func (w *writer) header(t *Tree, path string, messages ...newMessage) (uint64, error) {
	for _, a := range t.attributes {
		data := w.attribute(a)
		if len(data) > math.MaxUint16-7 {
			return 0, fmt.Errorf("%s: attribute %q has %d bytes, expected at most %d", path, a.name, len(data), math.MaxUint16-7)
		}
		messages = append(messages, newMessage{msgAttribute, data})
	}
	if len(messages) > math.MaxUint16 {
		return 0, fmt.Errorf("%s: %d attributes", path, len(t.attributes))
	}
	var body []byte
	for _, m := range messages {
		data := pad8(m.data)
		body = binary.LittleEndian.AppendUint16(body, uint16(m.kind))
		body = binary.LittleEndian.AppendUint16(body, uint16(len(data)))
		body = append(body, 0, 0, 0, 0)
		body = append(body, data...)
	}
	b := binary.LittleEndian.AppendUint16([]byte{1, 0}, uint16(len(messages)))
	b = binary.LittleEndian.AppendUint32(b, 1)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(body)))
	b = append(b, 0, 0, 0, 0)
	return w.add(append(b, body...)), nil
}

// attribute returns the message of an attribute.
func (w *writer) attribute(a newAttribute) []byte {
	var typ, space, data []byte
	switch {
	case len(a.texts) == 0:
		typ, space = typeFloat64, dataspace(0)
	case a.single && len(a.texts[0]) > LargestAttribute:
		typ, space, data = typeVariable, dataspace(), w.variable(a.texts[0])
	default:
		size := StringsSize(a.texts) / len(a.texts)
		space = dataspace(len(a.texts))
		if a.single {
			space = dataspace()
		}
		charset := byte(0)
		for _, s := range a.texts {
			for _, b := range []byte(s) {
				if b >= utf8.RuneSelf {
					charset = 1
				}
			}
			data = append(append(data, s...), make([]byte, size-len(s))...)
		}
		typ = binary.LittleEndian.AppendUint32([]byte{0x13, 1 | charset<<4, 0, 0}, uint32(size)) // padded with zeros
	}
	name := append([]byte(a.name), 0)
	b := []byte{1, 0}
	for _, part := range [][]byte{name, typ, space} {
		b = binary.LittleEndian.AppendUint16(b, uint16(len(part)))
	}
	for _, part := range [][]byte{name, typ, space} {
		b = append(b, pad8(part)...)
	}
	return append(b, data...)
}

// variable writes a string into a global heap of its own and returns the reference to it.
func (w *writer) variable(s string) []byte {
	const head, object, least = 16, 16, 4096
	size := max(least, head+object+(len(s)+7)/8*8+object)
	b := append([]byte("GCOL"), 1, 0, 0, 0)
	b = binary.LittleEndian.AppendUint64(b, uint64(size))
	b = append(b, 1, 0, 1, 0, 0, 0, 0, 0) // object 1, one reference
	b = binary.LittleEndian.AppendUint64(b, uint64(len(s)))
	b = pad8(append(b, s...))
	free := size - len(b)
	b = append(b, make([]byte, 8)...) // object 0: what is free
	b = binary.LittleEndian.AppendUint64(b, uint64(free))
	at := w.add(append(b, make([]byte, size-len(b))...))
	reference := binary.LittleEndian.AppendUint32(nil, uint32(len(s)))
	reference = binary.LittleEndian.AppendUint64(reference, at)
	return binary.LittleEndian.AppendUint32(reference, 1)
}

// The types that are written: little-endian IEEE floats, and strings in a global heap.
var (
	typeFloat32  = []byte{0x11, 0x20, 31, 0, 4, 0, 0, 0, 0, 0, 32, 0, 23, 8, 0, 23, 127, 0, 0, 0}
	typeFloat64  = []byte{0x11, 0x20, 63, 0, 8, 0, 0, 0, 0, 0, 64, 0, 52, 11, 0, 52, 255, 3, 0, 0}
	typeVariable = []byte{0x19, 1, 1, 0, 16, 0, 0, 0, 0x10, 0, 0, 0, 1, 0, 0, 0, 0, 0, 8, 0}
)

// dataspace returns the message of a shape.
func dataspace(shape ...int) []byte {
	b := []byte{1, byte(len(shape)), 0, 0, 0, 0, 0, 0}
	for _, d := range shape {
		b = binary.LittleEndian.AppendUint64(b, uint64(d))
	}
	return b
}

// pad8 appends zeros up to a multiple of 8 bytes.
func pad8(b []byte) []byte { return append(b, make([]byte, (8-len(b)%8)%8)...) }
