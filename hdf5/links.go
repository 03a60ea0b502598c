package hdf5

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
)

// linkList collects the links of a group. The names of all together are no longer than the
// file, for each is in it once.
type linkList struct {
	f     *File
	links []link
	left  int // bytes that names may still have
}

func (l *linkList) add(e link) error {
	if l.left -= len(e.name) + 1; l.left < 0 {
		return fmt.Errorf("the names of the group's entries are longer than the file")
	}
	l.links = append(l.links, e)
	return nil
}

// links reads the links of a group with this header, by name.
func (f *File) links(messages []message) ([]link, error) {
	l := &linkList{f: f, left: len(f.data)}
	for _, m := range messages {
		var err error
		switch m.kind {
		case msgSymbols:
			err = l.symbols(m.data)
		case msgLink:
			err = l.message(m.data)
		case msgLinkInfo:
			err = l.dense(m.data)
		}
		if err != nil {
			return nil, err
		}
	}
	slices.SortFunc(l.links, func(a, b link) int { return cmp.Compare(a.name, b.name) })
	for i := 1; i < len(l.links); i++ {
		if l.links[i-1].name == l.links[i].name {
			return nil, fmt.Errorf("the group has two entries %q", l.links[i].name)
		}
	}
	return l.links, nil
}

// message reads a link message.
func (l *linkList) message(data []byte) error {
	c := l.f.over(data, "link")
	c.version(1)
	flags := c.byte()
	kind := byte(0)
	if flags&8 != 0 {
		kind = c.byte()
	}
	if flags&4 != 0 {
		c.skip(8) // order of creation
	}
	if flags&16 != 0 {
		c.skip(1) // ASCII or UTF-8
	}
	n := c.number(1 << (flags & 3))
	if n > uint64(len(c.data)) {
		c.fail("a name of %d bytes in a message of %d", n, len(data))
		n = 0
	}
	e := link{name: string(c.take(int(n))), soft: kind != 0}
	if kind == 0 {
		e.addr = c.offset()
	}
	if c.err != nil {
		return c.err
	}
	return l.add(e)
}

// dense reads the links that lie in a fractal heap.
func (l *linkList) dense(data []byte) error {
	c := l.f.over(data, "link info")
	c.version(0)
	if c.byte()&1 != 0 {
		c.skip(8)
	}
	heap, index := c.offset(), c.offset()
	if c.err != nil || l.f.undefined(heap) {
		return c.err
	}
	return l.f.eachDense(heap, index, 5, func(record, object []byte) error { return l.message(object) })
}

// symbols reads the links of a symbol table.
func (l *linkList) symbols(data []byte) error {
	c := l.f.over(data, "symbol table")
	tree, heap := c.offset(), c.offset()
	if c.err != nil {
		return c.err
	}
	c = l.f.at(heap, "local heap")
	c.expect("HEAP")
	c.version(0)
	c.skip(3)
	size := c.size()
	c.length()
	segment := c.offset()
	if c.err != nil {
		return c.err
	}
	names, err := l.f.slice(segment, size, "local heap")
	if err != nil {
		return err
	}
	return l.f.eachLeaf(tree, 0, l.f.lengthSize, func(_ []byte, addr uint64) error { return l.symbolNode(addr, names) })
}

// symbolNode reads one node of a symbol table.
func (l *linkList) symbolNode(addr uint64, names []byte) error {
	c := l.f.at(addr, "symbol node")
	c.expect("SNOD")
	c.version(1)
	c.skip(1)
	for range c.uint16() {
		at := c.offset()
		e := link{addr: c.offset()}
		e.soft = c.uint32() == 2
		c.skip(4 + 16)
		if c.err != nil {
			return c.err
		}
		if at >= uint64(len(names)) {
			return fmt.Errorf("symbol node: a name at %d of a heap of %d bytes", at, len(names))
		}
		name, _, ended := bytes.Cut(names[at:], []byte{0})
		if !ended {
			return fmt.Errorf("symbol node: the name at %d of a heap of %d bytes does not end", at, len(names))
		}
		e.name = string(name)
		if err := l.add(e); err != nil {
			return err
		}
	}
	return c.err
}
