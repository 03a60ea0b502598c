package hdf5

import "fmt"

// chunkIndex says how a dataset's chunks are found.
type chunkIndex struct {
	kind     int
	pageBits int    // of a fixed array
	size     int    // of a single chunk
	skipped  uint32 // filters of a single chunk
}

const (
	indexTree1    = 0 // in files of the older formats
	indexSingle   = 1
	indexImplicit = 2
	indexFixed    = 3
)

var indexNames = map[int]string{4: "extensible array", 5: "B-tree 2"}

// chunkLayout reads the rest of a layout message of version 4 or 5.
func (f *File) chunkLayout(c *cursor, l *layout) {
	flags := c.byte()
	rank, size := int(c.byte()), int(c.byte())
	if rank < 1 || rank > mostRank+1 {
		c.fail("%d dimensions", rank)
		return
	}
	for range rank - 1 {
		l.chunk = append(l.chunk, int(min(c.number(size), LargestArray+1)))
	}
	c.number(size) // of an element
	l.index.kind = int(c.byte())
	switch l.index.kind {
	case indexSingle:
		l.index.size = -1
		if flags&2 != 0 {
			l.index.size, l.index.skipped = c.size(), c.uint32()
		}
	case indexImplicit:
	case indexFixed:
		l.index.pageBits = int(c.byte())
	default:
		name := indexNames[l.index.kind]
		if name == "" {
			name = "unknown"
		}
		c.fail("chunk index of kind %d (%s), which datasets of unlimited size have, is not read", l.index.kind, name)
	}
	l.addr = c.offset()
}

// eachChunk visits a dataset's chunks.
func (f *File) eachChunk(l layout, g grid, filtered bool, add func(chunk) error) error {
	if f.undefined(l.addr) {
		return nil // nothing was written
	}
	switch l.index.kind {
	case indexSingle:
		if g.total != 1 {
			return fmt.Errorf("one chunk, expected %d", g.total)
		}
		size := l.index.size
		if size < 0 {
			size = g.bytes
		}
		return add(chunk{at: make([]int, len(g.shape)), addr: l.addr, size: size, skipped: l.index.skipped})
	case indexImplicit:
		if g.total > len(f.data)/g.bytes {
			return fmt.Errorf("%d chunks of %d bytes in a file of %d", g.total, g.bytes, len(f.data))
		}
		for i := range g.total {
			if err := add(chunk{at: g.origin(i), addr: l.addr + uint64(i*g.bytes), size: g.bytes}); err != nil {
				return err
			}
		}
		return nil
	case indexFixed:
		return f.fixedArray(l, g, filtered, add)
	}
	rank := len(g.shape)
	return f.eachLeaf(l.addr, 1, 8+8*(rank+1), func(key []byte, addr uint64) error {
		c := f.over(key, "B-tree")
		x := chunk{addr: addr, size: int(c.uint32()), skipped: c.uint32(), at: make([]int, rank)}
		for i := range x.at {
			x.at[i] = int(min(c.uint64(), LargestArray))
		}
		return add(x)
	})
}

// fixedArray reads the addresses of all chunks, one behind the other, in pages where they
// are many.
func (f *File) fixedArray(l layout, g grid, filtered bool, add func(chunk) error) error {
	c := f.at(l.addr, "fixed array")
	c.expect("FAHD")
	c.version(0)
	c.skip(1)
	entry, pageBits := int(c.byte()), int(c.byte())
	count, block := c.size(), c.offset()
	if c.err != nil {
		return c.err
	}
	least := f.offsetSize
	if filtered {
		least += 4 + 1
	}
	if entry < least || entry > f.offsetSize+4+8 || pageBits > 30 || count != g.total {
		return fmt.Errorf("fixed array: %d entries of %d bytes in pages of 2^%d, expected %d", count, entry, pageBits, g.total)
	}
	if f.undefined(block) {
		return nil
	}
	c = f.at(block, "fixed array")
	c.expect("FADB")
	c.version(0)
	c.skip(1 + f.offsetSize)
	page := count
	var written []byte // a bit for each page
	if paged := 1 << pageBits; count > paged {
		page = paged
		written = c.take(((count+page-1)/page + 7) / 8)
		c.skip(4)
	}
	if c.err != nil {
		return c.err
	}
	for first := 0; first < count; first += page {
		n := min(page, count-first)
		p := first / page
		if written != nil && written[p/8]>>(7-p%8)&1 == 0 {
			c.skip(n*entry + 4)
			continue
		}
		for i := range n {
			x := chunk{at: g.origin(first + i), addr: c.offset(), size: g.bytes}
			if filtered {
				x.size = int(min(c.number(entry-f.offsetSize-4), LargestFile))
				x.skipped = c.uint32()
			} else {
				c.skip(entry - f.offsetSize)
			}
			if c.err != nil {
				return c.err
			}
			if f.undefined(x.addr) {
				continue
			}
			if err := add(x); err != nil {
				return err
			}
		}
		c.skip(4)
	}
	return c.err
}
