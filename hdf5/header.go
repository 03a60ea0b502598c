package hdf5

import "fmt"

// The kinds of messages in an object's header.
const (
	msgDataspace    = 0x01
	msgLinkInfo     = 0x02
	msgDatatype     = 0x03
	msgFill         = 0x05
	msgLink         = 0x06
	msgExternal     = 0x07
	msgLayout       = 0x08
	msgFilters      = 0x0b
	msgAttribute    = 0x0c
	msgContinuation = 0x10
	msgSymbols      = 0x11
	msgAttributes   = 0x15
)

// message is one entry of an object's header.
type message struct {
	kind   int
	shared bool // data say where the message is
	data   []byte
}

// header reads the messages of the object at an address.
func (f *File) header(addr uint64) ([]message, error) {
	if c := f.at(addr, "object header"); c.err != nil {
		return nil, c.err
	} else if len(c.data) >= 4 && string(c.data[:4]) == "OHDR" {
		return f.headerNew(c)
	}
	return f.headerOld(addr)
}

// blocks are the parts of a header that are still to be read.
type blocks struct {
	f    *File
	list [][]byte
	seen map[uint64]bool
}

// add notes the block that a continuation message leads to.
func (b *blocks) add(data []byte) error {
	c := b.f.over(data, "continuation of an object header")
	addr, n := c.offset(), c.size()
	if c.err != nil {
		return c.err
	}
	if b.seen[addr] || len(b.seen) >= mostBlocks {
		return fmt.Errorf("continuation of an object header at %d: the header runs in a circle or has more than %d parts", addr, mostBlocks)
	}
	b.seen[addr] = true
	block, err := b.f.slice(addr, n, "continuation of an object header")
	b.list = append(b.list, block)
	return err
}

func (f *File) headerOld(addr uint64) ([]message, error) {
	c := f.at(addr, "object header")
	c.version(1)
	c.skip(1)
	count := int(c.uint16())
	c.skip(4)
	size := int(c.uint32())
	c.skip(4)
	b := &blocks{f: f, seen: map[uint64]bool{addr: true}}
	b.list = append(b.list, c.take(size))
	if c.err != nil {
		return nil, c.err
	}
	var messages []message
	for len(b.list) > 0 {
		c := f.over(b.list[0], "object header")
		b.list = b.list[1:]
		for len(c.data) >= 8 && count > 0 {
			count--
			kind, n, flags := int(c.uint16()), int(c.uint16()), c.byte()
			c.skip(3)
			m := message{kind: kind, shared: flags&2 != 0, data: c.take(n)}
			if c.err != nil {
				return nil, c.err
			}
			if kind == msgContinuation {
				if err := b.add(m.data); err != nil {
					return nil, err
				}
			}
			messages = append(messages, m)
		}
	}
	return messages, nil
}

func (f *File) headerNew(c *cursor) ([]message, error) {
	c.expect("OHDR")
	c.version(2)
	flags := c.byte()
	if flags&0x20 != 0 {
		c.skip(16) // times
	}
	if flags&0x10 != 0 {
		c.skip(4) // when attributes become dense
	}
	size := c.number(1 << (flags & 3))
	if size > uint64(len(f.data)) {
		c.fail("%d bytes in a file of %d", size, len(f.data))
		size = 0
	}
	b := &blocks{f: f, seen: map[uint64]bool{}}
	b.list = append(b.list, c.take(int(size)))
	if c.err != nil {
		return nil, c.err
	}
	var messages []message
	for first := true; len(b.list) > 0; first = false {
		c := f.over(b.list[0], "object header")
		b.list = b.list[1:]
		if !first {
			c.expect("OCHK")
			c.data = c.data[:max(len(c.data)-4, 0)] // the checksum
		}
		head := 4
		if flags&4 != 0 {
			head = 6
		}
		for len(c.data) >= head {
			kind, n, mflags := int(c.byte()), int(c.uint16()), c.byte()
			c.skip(head - 4) // order of creation
			m := message{kind: kind, shared: mflags&2 != 0, data: c.take(n)}
			if c.err == nil && len(messages) >= mostMessages {
				c.fail("more than %d messages", mostMessages)
			}
			if c.err != nil {
				return nil, c.err
			}
			if kind == msgContinuation {
				if err := b.add(m.data); err != nil {
					return nil, err
				}
			}
			messages = append(messages, m)
		}
		if c.err != nil {
			return nil, c.err
		}
	}
	return messages, nil
}

// resolve returns the data of a message that another object may have.
func (f *File) resolve(m message) ([]byte, error) {
	if !m.shared {
		return m.data, nil
	}
	c := f.over(m.data, "shared message")
	version := c.version(1, 2, 3)
	kind := c.byte()
	if version == 1 {
		c.skip(6)
	}
	if version == 3 && kind == 1 {
		c.fail("it lies in a heap of messages, which is not read")
	}
	addr := c.offset()
	if c.err != nil {
		return nil, c.err
	}
	messages, err := f.header(addr)
	if err != nil {
		return nil, err
	}
	for _, other := range messages {
		if other.kind == m.kind && !other.shared {
			return other.data, nil
		}
	}
	return nil, fmt.Errorf("shared message: the object at %d does not have it", addr)
}
