package hdf5

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"io"
)

// filter is a step that chunks went through when they were written.
type filter struct {
	id     int
	values []uint32
}

// The filters that are read.
const (
	filterGzip     = 1
	filterShuffle  = 2
	filterFletcher = 3
)

var filterNames = map[int]string{4: "szip", 5: "nbit", 6: "scaleoffset", 307: "bzip2", 32000: "lzf", 32001: "blosc", 32004: "lz4", 32015: "zstd"}

// filters reads the message of a dataset's filters.
func (d *Dataset) filters() ([]filter, error) {
	m, ok := d.find(msgFilters)
	if !ok {
		return nil, nil
	}
	data, err := d.f.resolve(m)
	if err != nil {
		return nil, err
	}
	c := d.f.over(data, "filters")
	version := c.version(1, 2)
	count := int(c.byte())
	if version == 1 {
		c.skip(6)
	}
	var list []filter
	for range count {
		x := filter{id: int(c.uint16())}
		name := 0
		if version == 1 || x.id >= 256 {
			name = int(c.uint16())
		}
		c.skip(2)
		values := int(c.uint16())
		if version == 1 {
			name = (name + 7) / 8 * 8
		}
		c.skip(name)
		for range values {
			x.values = append(x.values, c.uint32())
			if c.err != nil {
				return nil, c.err
			}
		}
		if version == 1 && values%2 == 1 {
			c.skip(4)
		}
		list = append(list, x)
	}
	if c.err != nil {
		return nil, c.err
	}
	for _, x := range list {
		switch x.id {
		case filterGzip, filterShuffle, filterFletcher:
		default:
			name := filterNames[x.id]
			if name == "" {
				name = "unknown"
			}
			return nil, fmt.Errorf("filter %d (%s), expected gzip, shuffle or fletcher32", x.id, name)
		}
	}
	return list, nil
}

// undo takes a chunk back through its filters, the last first. skipped has a bit for each
// that the chunk did not go through; most is how long a chunk can be.
func undo(list []filter, skipped uint32, data []byte, most int) ([]byte, error) {
	most += 4 * len(list) // checksums
	for i := len(list) - 1; i >= 0; i-- {
		if i < 32 && skipped>>i&1 != 0 {
			continue
		}
		var err error
		switch x := list[i]; x.id {
		case filterGzip:
			data, err = inflate(data, most)
		case filterShuffle:
			size := 1
			if len(x.values) > 0 {
				size = int(min(x.values[0], 1<<16))
			}
			data = unshuffle(data, size)
		case filterFletcher:
			if len(data) < 4 {
				return nil, fmt.Errorf("fletcher32: %d bytes have no checksum", len(data))
			}
			end := len(data) - 4
			if got, want := fletcher32(data[:end]), binary.LittleEndian.Uint32(data[end:]); got != want {
				return nil, fmt.Errorf("fletcher32: the checksum is %08x, expected %08x: the data are damaged", got, want)
			}
			data = data[:end]
		}
		if err != nil {
			return nil, err
		}
	}
	return data, nil
}

// inflate unpacks at most so many bytes.
func inflate(data []byte, most int) ([]byte, error) {
	r, err := zlib.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("gzip: %w", err)
	}
	defer r.Close()
	out, err := io.ReadAll(io.LimitReader(r, int64(most)+1))
	if err != nil {
		return nil, fmt.Errorf("gzip: %w", err)
	}
	if len(out) > most {
		return nil, fmt.Errorf("gzip: more than %d bytes come out, which is what a chunk has", most)
	}
	return out, nil
}

// unshuffle brings the bytes of each element together again: they were written first bytes
// first.
func unshuffle(data []byte, size int) []byte {
	if size < 2 || len(data) < size {
		return data
	}
	n := len(data) / size
	out := make([]byte, len(data))
	for b := range size {
		for i, v := range data[b*n : (b+1)*n] {
			out[i*size+b] = v
		}
	}
	copy(out[n*size:], data[n*size:])
	return out
}

// fletcher32 is HDF5's checksum: of big-endian words, a last odd byte being the first of one.
func fletcher32(data []byte) uint32 {
	var a, b uint32
	fold := func(v uint32) uint32 { return v&0xffff + v>>16 }
	for len(data) > 1 {
		part := data[:min(len(data)&^1, 720)]
		data = data[len(part):]
		for ; len(part) > 0; part = part[2:] {
			a += uint32(binary.BigEndian.Uint16(part))
			b += a
		}
		a, b = fold(a), fold(b)
	}
	if len(data) == 1 {
		a += uint32(data[0]) << 8
		b += a
		a, b = fold(a), fold(b)
	}
	return fold(b)<<16 | fold(a)
}
