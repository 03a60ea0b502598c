package hdf5

import (
	"encoding/binary"
	"fmt"
)

// cursor reads numbers one behind the other. After the first that lies beyond the end it
// returns zeros, and err says so.
type cursor struct {
	f    *File
	what string // for errors
	data []byte // what is left
	base int    // length of data at the beginning
	err  error
}

// at returns a cursor from an address to the end of the file.
func (f *File) at(addr uint64, what string) *cursor {
	c := &cursor{f: f, what: what}
	if addr >= uint64(len(f.data)) {
		c.err = fmt.Errorf("%s at %d: the file ends at %d", what, addr, len(f.data))
		return c
	}
	c.data = f.data[addr:]
	c.base = len(c.data)
	return c
}

// over returns a cursor over some bytes.
func (f *File) over(data []byte, what string) *cursor {
	return &cursor{f: f, what: what, data: data, base: len(data)}
}

// read returns how many bytes lie behind the cursor.
func (c *cursor) read() int { return c.base - len(c.data) }

// take returns the next n bytes, or n zeros where n is small and nil where it is not.
func (c *cursor) take(n int) []byte {
	if c.err == nil && (n < 0 || n > len(c.data)) {
		c.err = fmt.Errorf("%s: cut short: %d bytes expected, %d are left", c.what, n, len(c.data))
	}
	if c.err != nil {
		c.data = nil
		return zeros[:min(max(n, 0), len(zeros))]
	}
	b := c.data[:n:n]
	c.data = c.data[n:]
	return b
}

var zeros [8]byte

func (c *cursor) skip(n int) { c.take(n) }

// fail notes an error, unless there is one.
func (c *cursor) fail(format string, args ...any) {
	if c.err == nil {
		c.err = fmt.Errorf("%s: %w", c.what, fmt.Errorf(format, args...))
	}
	c.data = nil
}

func (c *cursor) byte() byte     { return c.take(1)[0] }
func (c *cursor) uint16() uint16 { return binary.LittleEndian.Uint16(c.take(2)) }
func (c *cursor) uint32() uint32 { return binary.LittleEndian.Uint32(c.take(4)) }
func (c *cursor) uint64() uint64 { return binary.LittleEndian.Uint64(c.take(8)) }

// number reads a little-endian number of up to 8 bytes.
func (c *cursor) number(size int) uint64 {
	if size < 0 || size > 8 {
		c.fail("a number of %d bytes", size)
		return 0
	}
	var v uint64
	for i, b := range c.take(size) {
		v |= uint64(b) << (8 * i)
	}
	return v
}

func (c *cursor) offset() uint64 { return c.number(c.f.offsetSize) }
func (c *cursor) length() uint64 { return c.number(c.f.lengthSize) }

// size reads a length of something that lies in the file.
func (c *cursor) size() int {
	n := c.length()
	if n > uint64(len(c.f.data)) {
		c.fail("%d bytes in a file of %d", n, len(c.f.data))
		return 0
	}
	return int(n)
}

// expect reads a signature.
func (c *cursor) expect(signature string) {
	if got := c.take(len(signature)); c.err == nil && string(got) != signature {
		c.fail("begins with %q, expected %q", got, signature)
	}
}

// version reads a version and returns it if it is one of those expected.
func (c *cursor) version(expected ...byte) byte {
	v := c.byte()
	for _, e := range expected {
		if v == e {
			return v
		}
	}
	c.fail("version %d, expected one of %d", v, expected)
	return v
}

// undefined reports whether an address is the one that stands for none.
func (f *File) undefined(addr uint64) bool { return addr == 1<<(8*f.offsetSize)-1 }

// slice returns bytes of the file.
func (f *File) slice(addr uint64, n int, what string) ([]byte, error) {
	c := f.at(addr, what)
	b := c.take(n)
	return b, c.err
}
