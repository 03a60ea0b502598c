package hdf5

import "fmt"

// globalHeaps are the collections that hold variable strings, read when they are first
// needed. The strings of one array are all together no longer than the file, or it would
// say one string again and again.
type globalHeaps struct {
	f    *File
	read map[uint64]map[uint16][]byte
	left int
}

func newGlobalHeaps(f *File) *globalHeaps {
	return &globalHeaps{f: f, read: map[uint64]map[uint16][]byte{}, left: len(f.data)}
}

// object returns what a reference leads to.
func (g *globalHeaps) object(reference []byte) ([]byte, error) {
	c := g.f.over(reference, "reference to a string")
	n, addr, index := uint64(c.uint32()), c.offset(), c.uint32()
	if c.err != nil || n == 0 || g.f.undefined(addr) || addr == 0 && index == 0 {
		return nil, c.err
	}
	heap, known := g.read[addr]
	if !known {
		var err error
		if heap, err = g.collection(addr); err != nil {
			return nil, err
		}
		g.read[addr] = heap
	}
	object, ok := heap[uint16(index)]
	if !ok || index > 1<<16-1 {
		return nil, fmt.Errorf("global heap at %d: object %d is not there", addr, index)
	}
	if n > uint64(len(object)) {
		return nil, fmt.Errorf("global heap at %d: object %d has %d bytes, expected %d", addr, index, len(object), n)
	}
	if g.left -= int(n); g.left < 0 {
		return nil, fmt.Errorf("global heap at %d: the strings are longer than the file", addr)
	}
	return object[:n], nil
}

// collection reads one collection.
func (g *globalHeaps) collection(addr uint64) (map[uint16][]byte, error) {
	if len(g.read) > mostBlocks {
		return nil, fmt.Errorf("global heap: an array with strings in more than %d parts of it", mostBlocks)
	}
	c := g.f.at(addr, "global heap")
	c.expect("GCOL")
	c.version(1)
	c.skip(3)
	size := c.size()
	if c.err == nil && size < c.read() {
		c.fail("a collection of %d bytes", size)
	}
	c = g.f.over(c.take(size-c.read()), "global heap")
	if c.err != nil {
		return nil, c.err
	}
	objects := map[uint16][]byte{}
	for len(c.data) >= 8+g.f.lengthSize {
		index := c.uint16()
		c.skip(6)
		n := c.size()
		if index == 0 {
			break // the rest is free
		}
		objects[index] = c.take(n)
		c.skip(min((8-n%8)%8, len(c.data)))
		if c.err != nil {
			return nil, c.err
		}
	}
	return objects, nil
}
