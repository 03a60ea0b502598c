package heif

import (
	"encoding/binary"
	"io"
)

// File is what the boxes of a HEIC or AVIF file say of its still picture.
type File struct {
	AVIF, HEIC bool // how it is coded; neither where there is no still picture of these kinds
	W, H       int  // as it lies in the file
	// Turns are what is to be done with the picture as it lies in the file, one after the other, as EXIF numbers it: 8
	// turns it a quarter against the clock, 4 exchanges top and bottom, 2 left and right. EXIF's own orientation does not
	// count in these files.
	Turns  []int
	Colour *Colour // nil where the file leaves it to the pixels' own
	EXIF   []byte  // TIFF data, where they were asked for
}

// Colour is how colours are stored.
type Colour struct {
	Matrix uint16 // of ITU-T H.273: 1 is BT.709, 9 BT.2020, 5 and 6 BT.601
	Full   bool   // all 256 levels are used, not 16 to 235 alone
}

// mostEXIF bounds EXIF; that of cameras has some ten KiB.
const mostEXIF = 1 << 20

// mostMeta bounds the box that describes the items of a file; those of telephones have some KiB.
const mostMeta = 8 << 20

// Read reads the boxes of a file, and its EXIF where withEXIF is set. What is missing or damaged is left out.
func Read(r io.ReadSeeker, withEXIF bool) (f File) {
	m := meta{items: map[uint32]string{}, props: map[uint32][]int{}, places: map[uint32]place{}}
	if !m.find(r) {
		return f
	}
	coded := map[string]bool{m.items[m.primary]: true}
	if !coded["hvc1"] && !coded["av01"] { // it is put together from others
		for _, kind := range m.items {
			coded[kind] = true
		}
	}
	f.HEIC = coded["hvc1"]
	f.AVIF = coded["av01"] && !f.HEIC
	for id, kind := range m.items {
		if kind == "Exif" && withEXIF && f.EXIF == nil {
			f.EXIF = m.exif(r, id)
		}
	}
	for _, p := range m.props[m.primary] {
		if p < 1 || p > len(m.properties) {
			continue
		}
		p := m.properties[p-1]
		switch b := p.body; {
		case p.kind == "ispe" && len(b) >= 12:
			f.W, f.H = int(binary.BigEndian.Uint32(b[4:])), int(binary.BigEndian.Uint32(b[8:]))
		case p.kind == "irot" && len(b) >= 1:
			for range b[0] & 3 { // quarters against the clock
				f.Turns = append(f.Turns, 8)
			}
		case p.kind == "imir" && len(b) >= 1:
			f.Turns = append(f.Turns, 4-2*int(b[0]&1)) // 0: top and bottom, 1: left and right
		case p.kind == "colr" && len(b) >= 11 && string(b[:4]) == "nclx":
			f.Colour = &Colour{binary.BigEndian.Uint16(b[8:]), b[10]&0x80 != 0}
		}
	}
	return f
}

// meta is the box that describes the items of a file.
type meta struct {
	primary    uint32
	items      map[uint32]string // types
	props      map[uint32][]int  // numbers of properties, from 1
	properties []box
	places     map[uint32]place
	data       []byte // of the box idat
}

// place is where the first piece of an item lies.
type place struct {
	inside     bool // in idat, not in the file
	at, length uint64
}

// box is a box and what it holds.
type box struct {
	kind string
	body []byte
}

// find looks for the box in a file and reads it.
func (m *meta) find(r io.ReadSeeker) bool {
	at := int64(0)
	for range 64 { // it comes early
		var head [16]byte
		if _, err := r.Seek(at, io.SeekStart); err != nil {
			return false
		}
		if _, err := io.ReadFull(r, head[:8]); err != nil {
			return false
		}
		size, begin := int64(binary.BigEndian.Uint32(head[:])), int64(8)
		if size == 1 {
			if _, err := io.ReadFull(r, head[8:]); err != nil {
				return false
			}
			size, begin = int64(binary.BigEndian.Uint64(head[8:])), 16
		}
		if string(head[4:8]) == "meta" {
			if size -= begin; size < 4 || size > mostMeta {
				return false
			}
			body := make([]byte, size)
			if n, err := io.ReadFull(r, body); err != nil {
				body = body[:n]
			}
			m.read(body)
			return true
		}
		if size < begin || at > 1<<40 {
			return false
		}
		at += size
	}
	return false
}

func (m *meta) read(body []byte) {
	for _, b := range boxes(skip(body, 4)) {
		f := fields{b: b.body}
		version := f.number(1)
		f.number(3)
		switch b.kind {
		case "pitm":
			m.primary = uint32(f.number(id(version >= 1)))
		case "iinf":
			f.number(id(version >= 1)) // how many
			for _, item := range boxes(f.b) {
				i := fields{b: item.body}
				version := i.number(1)
				i.number(3)
				if item.kind != "infe" || version < 2 {
					continue
				}
				number := uint32(i.number(id(version >= 3)))
				i.number(2)
				if kind := i.b; len(kind) >= 4 && len(m.items) < 1<<16 {
					m.items[number] = string(kind[:4])
				}
			}
		case "iprp":
			m.readProperties(b.body)
		case "iloc":
			m.readPlaces(version, f)
		case "idat":
			m.data = b.body
		}
	}
}

// id returns the bytes of an item's number.
func id(wide bool) int {
	if wide {
		return 4
	}
	return 2
}

func (m *meta) readProperties(body []byte) {
	for _, b := range boxes(body) {
		if b.kind == "ipco" {
			m.properties = boxes(b.body)
			continue
		}
		if b.kind != "ipma" {
			continue
		}
		f := fields{b: b.body}
		version, flags := f.number(1), f.number(3)
		for n := f.number(4); n > 0 && f.ok(); n-- {
			item := uint32(f.number(id(version >= 1)))
			for k := f.number(1); k > 0 && f.ok(); k-- {
				p := 0
				if flags&1 != 0 {
					p = int(f.number(2) & 0x7fff)
				} else {
					p = int(f.number(1) & 0x7f)
				}
				m.props[item] = append(m.props[item], p)
			}
		}
	}
}

func (m *meta) readPlaces(version uint64, f fields) {
	sizes := f.number(2)
	offset, length, base, index := int(sizes>>12&15), int(sizes>>8&15), int(sizes>>4&15), int(sizes&15)
	if version == 0 {
		index = 0
	}
	for n := f.number(id(version >= 2)); n > 0 && f.ok(); n-- {
		item := uint32(f.number(id(version >= 2)))
		var p place
		if version >= 1 {
			p.inside = f.number(2)&15 == 1
		}
		f.number(2) // the file itself
		from := f.number(base)
		for k := f.number(2); k > 0 && f.ok(); k-- {
			f.number(index)
			at, size := f.number(offset), f.number(length)
			if p.length == 0 {
				p.at, p.length = from+at, size
			}
		}
		m.places[item] = p
	}
}

// exif returns the TIFF data of an item that holds EXIF.
func (m *meta) exif(r io.ReadSeeker, item uint32) []byte {
	p := m.places[item]
	if p.length < 4 || p.length > mostEXIF || p.at > 1<<40 {
		return nil
	}
	var data []byte
	if p.inside {
		if data = skip(m.data, p.at); uint64(len(data)) < p.length {
			return nil
		}
		data = data[:p.length]
	} else {
		data = make([]byte, p.length)
		if _, err := r.Seek(int64(p.at), io.SeekStart); err != nil {
			return nil
		}
		if _, err := io.ReadFull(r, data); err != nil {
			return nil
		}
	}
	return skip(data, 4+uint64(binary.BigEndian.Uint32(data))) // how far the TIFF header is
}

// skip returns b without its first n bytes, nothing where it has no more.
func skip(b []byte, n uint64) []byte { return b[min(n, uint64(len(b))):] }

// boxes splits bytes into boxes. The last one may be cut short.
func boxes(b []byte) (all []box) {
	for len(b) >= 8 && len(all) < 1<<16 {
		size, begin := uint64(binary.BigEndian.Uint32(b)), uint64(8)
		switch {
		case size == 0: // all that is left
			size = uint64(len(b))
		case size == 1 && len(b) >= 16:
			size, begin = binary.BigEndian.Uint64(b[8:]), 16
		}
		if size < begin {
			break
		}
		size = min(size, uint64(len(b)))
		if begin > size {
			break
		}
		all = append(all, box{string(b[4:8]), b[begin:size]})
		b = b[size:]
	}
	return all
}

// fields reads numbers, 0 behind the end.
type fields struct {
	b    []byte
	over bool
}

func (f *fields) number(bytes int) (v uint64) {
	if bytes > len(f.b) || bytes > 8 {
		f.b, f.over = nil, true
		return 0
	}
	for _, b := range f.b[:bytes] {
		v = v<<8 | uint64(b)
	}
	f.b = f.b[bytes:]
	return v
}

func (f *fields) ok() bool { return !f.over }
