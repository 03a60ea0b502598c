package hdf5

import (
	"fmt"
	"math"
)

// mostInflated is how many times its size a packed chunk can become: deflate makes no more
// of a byte.
const mostInflated = 1032

// unwritten is how many bytes of a dataset may be in none of its chunks.
const unwritten = 1 << 20

// chunk is a piece of a dataset.
type chunk struct {
	at      []int // its first element
	addr    uint64
	size    int // bytes in the file
	skipped uint32
}

// grid is how a dataset is cut into chunks.
type grid struct {
	shape, chunk, count []int
	total               int // chunks
	bytes               int // of one
}

func (d *Dataset) grid(l layout) (grid, error) {
	g := grid{shape: d.shape, chunk: l.chunk}
	if len(l.chunk) != len(d.shape) || len(l.chunk) == 0 {
		return g, fmt.Errorf("chunks of shape %v in a dataset of shape %v", l.chunk, d.shape)
	}
	all := make([]int, len(d.shape))
	g.total = 1
	for i, c := range l.chunk {
		if c < 1 || c > LargestArray {
			return g, fmt.Errorf("chunks of shape %v", l.chunk)
		}
		n := (d.shape[i] + c - 1) / c
		g.count = append(g.count, n)
		all[i] = n * c
		if g.total > LargestArray/max(n, 1) {
			return g, fmt.Errorf("chunks of shape %v in a dataset of shape %v: too many", l.chunk, d.shape)
		}
		g.total *= n
	}
	var err error
	if g.bytes, err = bytesOf(l.chunk, d.typ.size); err != nil {
		return g, err
	}
	_, err = bytesOf(all, d.typ.size)
	return g, err
}

// number returns the place of a chunk among all, row by row, or false where it is none of
// the dataset's.
func (g grid) number(at []int) (int, bool) {
	n := 0
	for i, v := range at {
		if v%g.chunk[i] != 0 || v < 0 || v >= g.shape[i] {
			return 0, false
		}
		n = n*g.count[i] + v/g.chunk[i]
	}
	return n, true
}

// origin returns the first element of a chunk by its number.
func (g grid) origin(n int) []int {
	at := make([]int, len(g.count))
	for i := len(at) - 1; i >= 0; i-- {
		at[i] = n % g.count[i] * g.chunk[i]
		n /= g.count[i]
	}
	return at
}

// chunks reads a dataset that lies in chunks. It takes no more memory than the chunks in
// the file can hold.
func (d *Dataset) chunks(l layout) ([]byte, error) {
	g, err := d.grid(l)
	if err != nil {
		return nil, err
	}
	filters, err := d.filters()
	if err != nil {
		return nil, err
	}
	var list []chunk
	seen := map[int]bool{}
	stored := 0
	add := func(c chunk) error {
		n, ok := g.number(c.at)
		if !ok {
			return nil // left over from when the dataset was larger
		}
		if seen[n] {
			return fmt.Errorf("two chunks at %v", c.at)
		}
		if c.size > len(d.f.data) {
			return fmt.Errorf("chunk at %v: %d bytes in a file of %d", c.at, c.size, len(d.f.data))
		}
		seen[n] = true
		stored = min(stored+c.size, len(d.f.data)) // chunks may share bytes
		list = append(list, c)
		return nil
	}
	if err := d.f.eachChunk(l, g, len(filters) > 0, add); err != nil {
		return nil, err
	}
	if d.size-unwritten > min(stored, math.MaxInt/mostInflated)*mostInflated {
		return nil, fmt.Errorf("shape %v of %s in chunks of %d bytes together: most of it was never written", d.shape, d.typ, stored)
	}
	out, err := d.filled(d.size)
	if err != nil {
		return nil, err
	}
	for _, c := range list {
		data, err := d.f.slice(c.addr, c.size, "chunk")
		if err == nil {
			data, err = undo(filters, c.skipped, data, g.bytes)
		}
		if err != nil {
			return nil, fmt.Errorf("chunk at %v: %w", c.at, err)
		}
		if len(data) != g.bytes {
			return nil, fmt.Errorf("chunk at %v: %d bytes, expected %d for shape %v of %s", c.at, len(data), g.bytes, g.chunk, d.typ)
		}
		g.place(out, data, c.at, d.typ.size)
	}
	return out, nil
}

// place copies the part of a chunk that lies in the dataset.
func (g grid) place(dst, src []byte, at []int, size int) {
	var rows func(dim, from, to int)
	rows = func(dim, from, to int) {
		// from and to are the elements, in chunk and dataset, counted in rows of this dimension.
		from, to = from*g.chunk[dim], to*g.shape[dim]+at[dim]
		n := min(g.chunk[dim], g.shape[dim]-at[dim])
		if dim == len(g.shape)-1 {
			copy(dst[to*size:(to+n)*size], src[from*size:])
			return
		}
		for i := range n {
			rows(dim+1, from+i, to+i)
		}
	}
	rows(0, 0, 0)
}
