package hdf5

import (
	"fmt"
	"math/bits"
)

// fractalHeap holds the links or attributes of an object that has many.
type fractalHeap struct {
	f            *File
	idSize       int
	huge         uint64 // the B-tree of objects that have blocks of their own
	width        int    // blocks in a row
	start, most  uint64 // bytes of the smallest and the largest direct block
	bits         int    // of the heap's address space
	offsetSize   int    // bytes of an address in the heap
	lengthSize   int    // bytes of an object's length
	root         uint64
	rows         int // of the root, 0 where it is a direct block
	maxDirectRow int
	large        map[uint64]largeObject // by number; nil until it is needed
}

// largeObject is where an object with a block of its own lies.
type largeObject struct {
	addr uint64
	size int
}

func (f *File) fractalHeap(addr uint64) (*fractalHeap, error) {
	c := f.at(addr, "fractal heap")
	c.expect("FRHP")
	c.version(0)
	h := &fractalHeap{f: f, idSize: int(c.uint16())}
	filters := c.uint16()
	c.skip(1)
	managed := uint64(c.uint32())
	c.length()
	h.huge = c.offset()
	c.length()
	c.offset()
	for range 8 {
		c.length() // numbers and sizes of objects
	}
	h.width = int(c.uint16())
	h.start, h.most = c.length(), c.length()
	h.bits = int(c.uint16())
	c.skip(2)
	h.root = c.offset()
	h.rows = int(c.uint16())
	if c.err != nil {
		return nil, c.err
	}
	switch {
	case filters != 0:
		return nil, fmt.Errorf("fractal heap: it is filtered, which is not read")
	case h.width < 1 || bits.OnesCount64(h.start) != 1 || bits.OnesCount64(h.most) != 1 || h.most < h.start || h.most > 1<<31 ||
		bits.OnesCount(uint(h.width)) != 1 || h.bits < 1 || h.bits > 64 || h.rows > 64:
		return nil, fmt.Errorf("fractal heap: blocks of %d to %d bytes, %d in a row, %d rows, addresses of %d bits", h.start, h.most, h.width, h.rows, h.bits)
	}
	h.offsetSize = (h.bits + 7) / 8
	h.lengthSize = min(bytesFor(h.most), bytesFor(managed))
	h.maxDirectRow = bits.Len64(h.most) - bits.Len64(h.start) + 2
	return h, nil
}

// object returns the bytes that an identifier of the heap stands for.
func (h *fractalHeap) object(id []byte) ([]byte, error) {
	c := h.f.over(id, "heap object")
	head := c.byte()
	switch head >> 4 & 3 {
	case 0:
		at, n := c.number(h.offsetSize), c.number(h.lengthSize)
		if c.err != nil {
			return nil, c.err
		}
		return h.managed(at, n)
	case 1:
		if h.idSize > h.f.offsetSize+h.f.lengthSize {
			addr, n := c.offset(), c.size()
			if c.err != nil {
				return nil, c.err
			}
			return h.f.slice(addr, n, "heap object")
		}
		return h.hugeObject(c.number(min(h.f.lengthSize, h.idSize-1)))
	case 2:
		n := int(head&15) + 1
		if h.idSize > 18 {
			n = int(head&15)<<8 + int(c.byte()) + 1
		}
		b := c.take(n)
		return b, c.err
	}
	return nil, fmt.Errorf("heap object: an identifier of kind %d", head>>4&3)
}

// hugeObject finds an object that has a block of its own by its number.
func (h *fractalHeap) hugeObject(number uint64) ([]byte, error) {
	if h.large == nil {
		h.large = map[uint64]largeObject{}
		err := h.f.eachRecord(h.huge, 1, func(record []byte) error {
			c := h.f.over(record, "large heap object")
			o := largeObject{c.offset(), c.size()}
			if key := c.length(); c.err == nil {
				h.large[key] = o
			}
			return c.err
		})
		if err != nil {
			return nil, err
		}
	}
	o, ok := h.large[number]
	if !ok {
		return nil, fmt.Errorf("large heap object: number %d is not there", number)
	}
	return h.f.slice(o.addr, o.size, "large heap object")
}

// managed returns n bytes at an address in the heap's own space.
func (h *fractalHeap) managed(at, n uint64) ([]byte, error) {
	addr, size, rows := h.root, h.start, h.rows
	for depth := 0; rows > 0; depth++ {
		if depth > mostDepth {
			return nil, fmt.Errorf("fractal heap: deeper than %d", mostDepth)
		}
		// Which of the block's rows and columns holds the address?
		row, first := 0, uint64(0)
		size = h.start
		for at-first >= size*uint64(h.width) {
			first += size * uint64(h.width)
			if row++; row >= rows {
				return nil, fmt.Errorf("fractal heap: the address %d is beyond its blocks", at)
			}
			if row > 1 {
				size *= 2
			}
			if size > 1<<40 {
				return nil, fmt.Errorf("fractal heap: blocks of %d bytes", size)
			}
		}
		column := (at - first) / size
		at -= first + column*size
		c := h.f.at(addr, "fractal heap")
		c.expect("FHIB")
		c.version(0)
		c.skip(h.f.offsetSize + h.offsetSize)
		c.skip((row*h.width + int(column)) * h.f.offsetSize)
		addr = c.offset()
		if c.err != nil {
			return nil, c.err
		}
		rows = 0
		if row >= h.maxDirectRow {
			rows = bits.Len64(size) - bits.Len64(h.start*uint64(h.width)) + 1
			if rows < 1 {
				return nil, fmt.Errorf("fractal heap: an indirect block of %d bytes", size)
			}
		}
	}
	if h.rows == 0 {
		size = h.most // the heap's only block: its size is not known here
	}
	if n > size || at > size-n {
		return nil, fmt.Errorf("fractal heap: an object of %d bytes at %d of a block of %d", n, at, size)
	}
	c := h.f.at(addr, "fractal heap")
	block := c.data
	c.expect("FHDB")
	if c.err == nil && at+n > uint64(len(block)) {
		c.fail("an object of %d bytes at %d: the file ends", n, at)
	}
	if c.err != nil {
		return nil, c.err
	}
	return block[at : at+n], nil
}

// eachDense visits the objects of a fractal heap with their records in a B-tree 2 of the
// given kind: 5 for links by name, 8 for attributes by name. Objects all together are no
// larger than the file.
func (f *File) eachDense(heap, index uint64, kind byte, visit func(record, object []byte) error) error {
	h, err := f.fractalHeap(heap)
	if err != nil {
		return err
	}
	left := len(f.data)
	return f.eachRecord(index, kind, func(record []byte) error {
		id := record
		if kind == 5 {
			id = record[min(4, len(record)):] // behind the hash
		}
		object, err := h.object(id[:min(len(id), h.idSize)])
		if err != nil {
			return err
		}
		if left -= len(object); left < 0 {
			return fmt.Errorf("fractal heap: its objects are larger than the file")
		}
		return visit(record, object)
	})
}
